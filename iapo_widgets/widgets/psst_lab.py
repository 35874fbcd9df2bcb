"""The lab: choose budget, weights and strategy, run PSST, and watch the elimination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import ipywidgets as w
import traitlets as t
from matplotlib.figure import Figure

from ..core.checks import check_budget
from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm, Context
from ..core.rescoring import Rescorer
from ..core.reuse import REUSES
from ..core.rounds import Result, Round
from ..core.training import find_algorithm, takes
from .elimination_view import EliminationView
from .lab_controls import LabControls
from .runner import Runner

BUDGET = 20_000
SECONDS = 0.6  # training takes milliseconds; an eye needs more


class PSSTLab(w.VBox):
    """Run PSST, or any other algorithm, on ``env`` and watch it trim.

    Traits to read, set or link: ``algorithm``, ``budget`` (completions), ``n_max``, ``strategy``, ``reuse`` (where the
    algorithm takes it), ``seed``: what the next run takes; ``context``, ``contexts``: whom to serve, re-scored at once
    from what was sampled;
    ``seconds_per_round`` (0: at once); ``state``.  A bad value raises ``traitlets.TraitError`` and changes nothing.
    """

    algorithm = t.Unicode("psst")
    budget = t.Int(BUDGET)
    n_max = t.Int(1)
    strategy = t.Unicode()
    reuse = t.Unicode("blocks")
    seed = t.Int(0)
    context = t.Unicode()
    contexts = t.Tuple()
    seconds_per_round = t.Float(SECONDS, min=0.0)
    state = t.Unicode("idle", read_only=True)

    def __init__(self, env: CategoricalEnvironment, **traits: Any) -> None:
        self.env = env
        self.view = EliminationView(env, traits.get("budget", BUDGET), show_context=False)
        self.lock = self.view.lock  # one lock, so that no two can wait for each other
        self._trained = env
        self._runner: Runner | None = None
        self._result: Result | None = None
        self._settings: dict[str, Any] = {}
        starts = {"n_max": env.n_max, "strategy": env.strategy.name, "context": env.contexts[0].name}
        super().__init__(**{**starts, "contexts": env.contexts, **traits})
        self._initial = {name: getattr(self, name) for name in (*_TRAINING, "contexts", "context", "seconds_per_round")}
        self._rescorer = self._new_rescorer(env)
        self.controls = LabControls(
            env, self._values(), self._of_context(), lambda name, value: setattr(self, name, value), self._weigh,
            lambda name: getattr(self, name)(),
        )  # fmt: skip
        self.children = [self.controls, self.view]
        self.observe(self._refresh, [*self._values(), "contexts"])
        t.link((self, "context"), (self.view, "context"))
        self._refresh()

    # What the buttons do; each may also be called from a cell.

    def run(self) -> None:
        """Start a run, or go on with one that is paused."""
        if self._runner and self._runner.active:
            self._runner.run()
            self._say()
        else:
            self._begin(paused=False)

    def step(self) -> None:
        """Do one round, starting a run if there is none."""
        if not (self._runner and self._runner.active):
            self._begin(paused=True)
        if self._runner:
            self._runner.step()
            self._say()

    def pause(self) -> None:
        """Halt, between or within rounds."""
        if self._runner:
            self._runner.pause()
        self._say()

    def stop(self) -> None:
        """End the run; what it has shown stays."""
        if self._runner:
            self._runner.stop()
        self._say()

    def reset(self) -> None:
        """Stop, forget the run and set every control back to where it was at first."""
        if self._runner:
            self._runner.stop()
        with self.lock:
            self._runner = self._result = None
            self.view.clear(self.env, self._initial["budget"])
            for name, value in self._initial.items():
                setattr(self, name, value)
            self._trained, self._rescorer = self.env, self._new_rescorer(self.env)
        self.controls.forget_errors()
        self._refresh()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended; for scripts and tests, never needed in a notebook."""
        if self._runner:
            self._runner.join(timeout)

    @property
    def result(self) -> Result:
        """What the last complete run returned; raises what ended it, or ``RuntimeError`` without one."""
        if self._runner and self._runner.error:
            raise self._runner.error
        if self._result is None:
            raise RuntimeError(f"no complete run yet: the lab is {self.state}; press Run")
        return self._result

    @property
    def recommendation(self) -> Arm | None:
        """The arm recommended for the chosen context, re-scored where its weights were moved."""
        return self.view.recommendation()

    def figure(self) -> Figure:
        """The static twin of the elimination; raises ``ValueError`` before the first round."""
        return self.view.figure()

    # The run.

    def _begin(self, paused: bool) -> None:
        with self.lock:
            try:
                strategy = self.strategy if self.strategy != self.env.strategy.name else None
                env = self.env.with_(strategy=strategy, contexts=self.contexts, n_max=self.n_max)
                self._settings = {name: getattr(self, name) for name in _TRAINING}
                options: dict[str, Any] = {"seed": self.seed}
                if takes(self.algorithm, "reuse"):
                    options["reuse"] = self.reuse
                algorithm = find_algorithm(self.algorithm)
                runner = Runner(
                    env, lambda gated: algorithm(gated, self.budget, **options),
                    lambda done: self._on_round(runner, done), lambda: self._on_end(runner),
                    self.seconds_per_round, paused,
                )  # fmt: skip
            except (ValueError, TypeError) as error:
                self._say(str(error))
                return
            self._trained, self._result, self._runner = env, None, runner
            self._rescorer = self._new_rescorer(env)
            self.view.clear(env, self.budget)
        runner.start()
        self._say()

    def _on_round(self, runner: Runner, done: Round) -> None:
        with self.lock:
            if runner is not self._runner:
                return  # a reset came first
            self.view.append(done)
            for context in self.contexts:
                self._rescore(context)
        self._say()

    def _on_end(self, runner: Runner) -> None:
        with self.lock:
            if runner is not self._runner:
                return
            rounds = tuple(self.view.rounds)
            self.view.finished = True
            if runner.state == "finished":
                self._result = Result(rounds[-1].policy, rounds[-1].spent, rounds)
        self._say()

    def _new_rescorer(self, env: CategoricalEnvironment) -> Rescorer:
        return Rescorer(env.strategy, len(env.prompts), env.n_max, self.reuse)

    def _rescore(self, context: Context) -> None:
        """Show the context with the weights that it has now."""
        trained = next(c for c in self._trained.contexts if c.name == context.name)
        if context == trained:
            self.view.unscore(context.name)
        else:
            weights = [f"{name} {_plain(v)}" for name, v in zip(self.env.objectives, context.weights, strict=True)]
            label = ", ".join([*weights, f"cost {_plain(context.cost_weight)}"])
            self.view.rescore(context, self._rescorer, label)

    # The controls.

    def _of_context(self) -> list[float]:
        context = next(c for c in self.contexts if c.name == self.context)
        return [*context.weights, context.cost_weight]

    def _weigh(self, k: int, value: float) -> None:
        """Give weight ``k`` of the chosen context (the last is the cost weight) a new value."""
        with self.lock:
            values = self._of_context()
            values[k] = value
            old = next(c for c in self.contexts if c.name == self.context)
            new = replace(old, weights=tuple(values[:-1]), cost_weight=values[-1])
            self.contexts = tuple(new if c is old else c for c in self.contexts)
            self._rescore(new)

    def _refresh(self, _: Any = None) -> None:
        """Bring the controls to the traits."""
        self.controls.show(self._values(), self._of_context())
        if self._runner:
            self._runner.seconds = self.seconds_per_round
        self._say()

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*_TRAINING, "context", "seconds_per_round")}

    def _say(self, error: str = "") -> None:
        """Set the state and its line."""
        with self.lock:
            runner, rounds = self._runner, self.view.rounds
            self.set_trait("state", runner.state if runner else "idle")
            number = len(rounds)
            after = f" after round {number}" if number else " before the first round"
            text = {
                "idle": "Ready: press Run, or Step for one round.",
                "running": f"Running: {f'round {number} done' if number else 'first round'}.",
                "paused": f"Paused{after}: press Run to go on, or Step for one round.",
                "stopped": f"Stopped{after}: what was sampled stays; Run starts anew.",
                "finished": f"Finished{after}.",
                "failed": f"Failed{after}: {runner.error if runner else ''}",
            }[self.state]
            if number and (missing := rounds[-1].unreached):
                text += f" The budget did not reach {missing} of {len(self.env.prompts)} prompts."
            changed = [_TRAINING[name] for name, value in self._settings.items() if getattr(self, name) != value]
            if runner and changed:
                how = "Stop, then Run" if runner.active else "Run"
                text += f" Changed since: {', '.join(changed)}; press {how} to train with it."
            self.controls.say(error or text, alarm=bool(error) or self.state == "failed")

    # Errors at the door.

    @t.validate("algorithm")
    def _check_algorithm(self, proposal: Any) -> str:
        _checked(find_algorithm, proposal["value"])
        return str(proposal["value"])

    @t.validate("budget")
    def _check_budget(self, proposal: Any) -> int:
        return _checked(check_budget, proposal["value"])

    @t.validate("n_max")
    def _check_n_max(self, proposal: Any) -> int:
        return _checked(lambda value: self.env.with_(n_max=value).n_max, proposal["value"])

    @t.validate("strategy")
    def _check_strategy(self, proposal: Any) -> str:
        return _checked(lambda value: self.env.with_(strategy=value).strategy.name, proposal["value"])

    @t.validate("reuse")
    def _check_reuse(self, proposal: Any) -> str:
        if proposal["value"] not in REUSES:
            raise t.TraitError(f"unknown reuse {proposal['value']!r}; known: {', '.join(REUSES)}")
        return str(proposal["value"])

    @t.validate("seed")
    def _check_seed(self, proposal: Any) -> int:
        if proposal["value"] < 0:
            raise t.TraitError(f"seed must be a whole number of at least 0, not {proposal['value']}")
        return int(proposal["value"])

    @t.validate("context")
    def _check_context(self, proposal: Any) -> str:
        names = [c.name for c in self.env.contexts]
        if proposal["value"] not in names:
            raise t.TraitError(f"unknown context {proposal['value']!r}; known: {', '.join(names)}")
        return str(proposal["value"])

    @t.validate("contexts")
    def _check_contexts(self, proposal: Any) -> tuple[Context, ...]:
        contexts: tuple[Context, ...] = _checked(
            lambda value: self.env.with_(contexts=value).contexts, proposal["value"]
        )
        if [c.name for c in contexts] != [c.name for c in self.env.contexts]:
            raise t.TraitError(f"contexts must keep their names: {', '.join(c.name for c in self.env.contexts)}")
        return contexts

    def __repr__(self) -> str:
        return (
            f"PSSTLab(env={self.env.name!r}, algorithm={self.algorithm!r}, budget={self.budget}, state={self.state!r})"
        )


_TRAINING = {
    "algorithm": "algorithm",
    "budget": "budget",
    "n_max": "largest N",
    "strategy": "strategy",
    "reuse": "reuse",
    "seed": "seed",
}


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _checked(check: Callable[[Any], Any], value: Any) -> Any:
    """The checked value; what the core refuses becomes a ``TraitError``, which leaves the trait as it was."""
    try:
        return check(value)
    except (ValueError, TypeError) as error:
        raise t.TraitError(str(error)) from None
