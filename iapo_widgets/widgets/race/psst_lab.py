"""The lab: choose budget, weights and strategy, run PSST, and watch the elimination."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from threading import RLock
from typing import Any

import ipywidgets as w
import traitlets as t

from ...core.environment import CategoricalEnvironment
from ...core.problem import Arm
from ...core.rounds import Result
from ...plots.elimination import eliminations
from ...plots.picture import Picture
from ..shared.checked import checked
from .checks import CHECKS
from .elimination_view import EliminationView
from .lab_controls import LabControls
from .lab_run import LabRun
from .runner import Runner
from .view_pair import ViewPair

BUDGET = 20_000
SECONDS = 0.6  # training takes milliseconds; an eye needs more


class PSSTLab(w.VBox):
    """Run PSST, or any other algorithm, on ``env`` and watch it trim; or two algorithms, side by side.

    Traits to read, set or link: ``algorithm``, ``compare`` (a second one on the same seed and budget, or ""),
    ``budget`` (completions), ``n_max``, ``strategy``, ``reuse`` (where the algorithm takes it), ``seed``: what the next
    run takes; ``context``, ``contexts``: whom to serve, re-scored at once from what was sampled;
    ``seconds_per_round`` (0: at once); ``state``.  A bad value raises ``traitlets.TraitError`` and changes nothing.
    """

    algorithm = t.Unicode("psst")
    compare = t.Unicode("")
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
        self.lock = RLock()  # one for lab, runs and views, so that no two can wait for each other
        self._settings: dict[str, Any] = {}
        self._runs: list[LabRun] = []
        self._pair: ViewPair | None = None
        starts = {"n_max": env.n_max, "strategy": env.strategy.name, "context": env.contexts[0].name}
        super().__init__(**{**starts, "contexts": env.contexts, **traits})
        self._initial = {name: getattr(self, name) for name in (*_TRAINING, "contexts", "context", "seconds_per_round")}
        self.add_class("iapo-lab")  # by which the view finds the controls beside it
        self.controls = LabControls(
            env, self._values(), self._of_context(), lambda name, value: setattr(self, name, value), self._weigh,
            lambda name: getattr(self, name)(),
        )  # fmt: skip
        self._pictures = w.HBox(layout=w.Layout(flex_flow="row wrap", width="100%"))
        self.children = [self.controls, self._pictures]
        self._runs.append(self._new_run())
        self._lay_out()
        self.observe(self._lay_out, "compare")
        self.observe(self._refresh, [*self._values(), "contexts"])
        t.link((self, "context"), (self.view, "context"))
        self._refresh()

    @property
    def view(self) -> EliminationView:
        """The view of ``algorithm``."""
        return self._runs[0].view

    @property
    def views(self) -> tuple[EliminationView, ...]:
        """The views on screen: one, or two where runs are compared."""
        return tuple(run.view for run in self._runs)

    # What the buttons do; each may also be called from a cell.

    def run(self) -> None:
        """Start a run, or go on with one that is paused."""
        if active := self._active:
            for run in active:
                run.run()
            self._say()
        else:
            self._begin(paused=False)

    def step(self) -> None:
        """Do one round, starting a run if there is none."""
        if not self._active:
            self._begin(paused=True)
        for run in self._active:
            run.step()
        self._say()

    def pause(self) -> None:
        """Halt, between or within rounds."""
        for run in self._active:
            run.pause()
        self._say()

    def stop(self) -> None:
        """End the run; what it has shown stays."""
        for run in self._active:
            run.stop()
        self._say()

    def reset(self) -> None:
        """Stop, forget the run and set every control back to where it was at first."""
        with self.lock:
            for run in self._runs:
                run.clear(self.env, self._initial["budget"])
            self._settings = {}
            for name, value in self._initial.items():
                setattr(self, name, value)
        self.controls.forget_errors()
        self._refresh()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended; for scripts and tests, never needed in a notebook."""
        for run in self._runs:
            if run.runner:
                run.runner.join(timeout)

    @property
    def result(self) -> Result:
        """What the last complete run returned; raises what ended it, or ``RuntimeError`` without one."""
        return self.results[0]

    @property
    def results(self) -> tuple[Result, ...]:
        """The same of every run on screen: that of ``algorithm``, then that of ``compare``."""
        for run in self._runs:
            if run.runner and run.runner.error:
                raise run.runner.error
            if run.result is None:
                raise RuntimeError(f"no complete run yet: the lab is {self.state}; press Run")
        return tuple(run.result for run in self._runs if run.result)

    @property
    def recommendation(self) -> Arm | None:
        """The arm recommended for the chosen context, re-scored where its weights were moved."""
        return self.view.recommendation()

    def figure(self) -> Picture:
        """The static twin of what is on screen; raises ``ValueError`` before the first round."""
        shown = [(view.title, view.as_shown(), view.shown_round) for view in self.views]
        return eliminations(shown, self.context, note=self.view.remark())

    # The runs.

    @property
    def _active(self) -> list[Runner]:
        return [run.runner for run in self._runs if run.runner and run.active]

    def _begin(self, paused: bool) -> None:
        with self.lock:
            names = (self.algorithm, self.compare)[: len(self._runs)]
            try:
                strategy = self.strategy if self.strategy != self.env.strategy.name else None
                env = self.env.with_(strategy=strategy, contexts=self.contexts, n_max=self.n_max)
                for run, name in zip(self._runs, names, strict=True):
                    run.prepare(env, name, self.budget, self.seed, self.reuse, self.seconds_per_round, paused)
            except (ValueError, TypeError) as error:
                self._say(str(error))
                return
            self._settings = {name: getattr(self, name) for name in _TRAINING}
            for run in self._runs:
                run.start()
        self._say()

    def _lay_out(self, _: Any = None) -> None:
        """One view, or two side by side where there is room."""
        with self.lock:
            if self.compare and not self._pair:
                self._runs.append(self._new_run())
                self._pair = ViewPair(*self.views)
            elif self._pair and not self.compare:
                self._pair.part()
                self._pair = None
                self._runs.pop().clear(self.env, self.budget)
            self._pictures.children = self.views

    def _new_run(self) -> LabRun:
        run = LabRun(self.env, self.budget, self.lock, lambda: self.contexts, self._say)
        run.view.layout = w.Layout(flex="1 1 460px", min_width="0")
        return run

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
            for run in self._runs:
                run.rescore(new)

    def _refresh(self, _: Any = None) -> None:
        """Bring the controls to the traits."""
        self.controls.show(self._values(), self._of_context())
        for runner in self._active:
            runner.seconds = self.seconds_per_round
        self._say()

    def _values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*_TRAINING, "context", "seconds_per_round")}

    def _say(self, error: str = "") -> None:
        """Set the state, its line and the views' titles."""
        with self.lock:
            states = [run.state for run in self._runs]
            self.set_trait("state", next((s for s in _FIRST if s in states), "finished"))
            for run in self._runs:
                run.view.title = f"{run.algorithm}, seed {run.seed}" if self._pair and run.algorithm else ""
            each = [(run.algorithm, run.words()) for run in self._runs if run.algorithm or not self._active]
            words = {text for _, text in each}
            text = " ".join(words) if len(words) == 1 else "\n".join(f"{name}: {text}" for name, text in each)
            changed = [_TRAINING[name] for name, value in self._settings.items() if getattr(self, name) != value]
            if self._settings and changed:
                how = "Stop, then Run" if self._active else "Run"
                text += f" Changed since: {', '.join(changed)}; press {how} to train with it."
            self.controls.status.say(error or text, alarm=bool(error) or self.state == "failed")

    @t.validate(*CHECKS)
    def _check_value(self, proposal: Any) -> Any:
        return checked(partial(CHECKS[proposal["trait"].name], self.env), proposal["value"])

    def __repr__(self) -> str:
        return (
            f"PSSTLab(env={self.env.name!r}, algorithm={self.algorithm!r}, budget={self.budget}, state={self.state!r})"
        )


#: Of several runs the first of these that one is in is the state of the lab.
_FIRST = ("failed", "running", "paused", "stopped", "idle")
_TRAINING = {
    "algorithm": "algorithm",
    "compare": "comparison",
    "budget": "budget",
    "n_max": "largest N",
    "strategy": "strategy",
    "reuse": "reuse",
    "seed": "seed",
}
