"""One run of a lab: its worker, the view that shows it, its rounds re-scored, and what it came to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from ...core.draws import result_of
from ...core.pooled_rescoring import rescorer_for
from ...core.problem import Context
from ...core.protocol import Environment
from ...core.rounds import Policy, Result, Round
from ...core.training import find_algorithm, mean_return, takes
from ...core.uncertainty import fresh_estimate
from ..shared.parts import Part
from .elimination_view import EliminationView
from .runner import Runner

FRESH = 200  # new pulls of each chosen arm, from which a number may be reported


#: Of several runs the first of these that one is in is the state of their lab.
FIRST = ("failed", "running", "paused", "stopped", "idle")


class RacePart(Part, EliminationView):
    """A view that a lab shows."""


class LabRun:
    """Runs one algorithm after the other on ``env`` and shows each in ``view``.

    ``wishes()`` gives the contexts as the user has them now: those that differ from the trained ones are shown
    re-scored.  ``say()`` is called whenever something has changed, also from the worker.  ``lock`` guards it all.
    ``again``: what Run does after a Stop.  ``view``: where it is shown, one of its own by default.
    """

    def __init__(
        self, env: Environment, budget: int, lock: threading.RLock, wishes: Callable[[], Sequence[Context]],
        say: Callable[[], None], again: str = "Run starts anew", view: EliminationView | None = None,
    ) -> None:  # fmt: skip
        self._lock, self._wishes, self._say, self._again = lock, wishes, say, again
        self.view = view or EliminationView(env, budget, lock=lock)
        self._start: Callable[[], None] | None = None
        self._adopt(env)

    def _adopt(
        self, env: Environment, algorithm: str = "", seed: int = 0, reuse: str = "blocks", runner: Runner | None = None
    ) -> None:
        self.env, self.algorithm, self.seed, self.runner = env, algorithm, seed, runner
        self.result: Result | None = None
        self._held: list[Round] | None = None  # rounds of a run that is shown when it is whole
        self._worth = ""
        self._rescorer = rescorer_for(algorithm, env, reuse)

    @property
    def state(self) -> str:
        """``idle``, ``running``, ``paused``, ``finished`` (then there is a ``result``), ``stopped`` or ``failed``."""
        state = self.runner.state if self.runner else "idle"
        return "running" if state == "finished" and self.result is None else state

    @property
    def active(self) -> bool:
        """Whether rounds may still come."""
        return bool(self.runner and self.runner.active)

    def prepare(
        self, env: Environment, algorithm: str, budget: int, seed: int, reuse: str, seconds: float, paused: bool,
        whole: bool = False, paired: bool = False,
    ) -> None:  # fmt: skip
        """Make ready to ``start``; what is shown stays, and where the run is to be shown ``whole``, until it has ended.

        paired: every prompt of a round is asked the same questions, where the algorithm can.

        Raises ``ValueError`` or ``TypeError`` for bad settings.
        """
        options = {"seed": seed, **options_of(algorithm, reuse, paired)}
        chosen = find_algorithm(algorithm)

        def rounds(gated: Environment) -> Iterator[Round]:
            return chosen(gated, budget, **options)

        runner = Runner(
            env, rounds, lambda done: self._on_round(runner, done), lambda: self._on_end(runner), seconds, paused
        )

        def start() -> None:
            old = self.runner
            self._adopt(env, algorithm, seed, reuse, runner)
            if old:
                old.stop()  # what it says from now on is no more heard
            # an algorithm that takes no ``reuse`` makes its estimates of blocks
            self._show_anew = partial(self.view.clear, env, budget, algorithm, options.get("reuse", "blocks"))
            if whole:
                self._held = []
            else:
                self._show_anew()
            runner.start()

        self._start = start

    def start(self) -> None:
        """Forget the last run and set off what was prepared."""
        with self._lock:
            if self._start:
                self._start()
            self._start = None

    def clear(self, env: Environment, budget: int) -> None:
        """Stop, and forget the run."""
        with self._lock:
            old = self.runner
            self._adopt(env)
            if old:
                old.stop()
            self.view.clear(env, budget)

    def rescore(self, context: Context) -> None:
        """Show the context of that name with the weights that it has now."""
        if self._held is not None:
            return  # what is on screen is of an earlier run; this one is shown with these weights
        if context == next(c for c in self.env.contexts if c.name == context.name):
            self.view.unscore(context.name)
        else:
            weights = [f"{name} {_plain(v)}" for name, v in zip(self.env.objectives, context.weights, strict=True)]
            self.view.rescore(context, self._rescorer, ", ".join([*weights, f"cost {_plain(context.cost_weight)}"]))

    def words(self) -> str:
        """What the run is at, in a sentence or two."""
        rounds = self.view.rounds if self._held is None else self._held
        number = len(rounds)
        after = f" after round {number}" if number else " before the first round"
        text = {
            "idle": "Ready: press Run, or Step for one round.",
            "running": f"Running: {f'round {number} done' if number else 'first round'}.",
            "paused": f"Paused{after}: press Run to go on, or Step for one round.",
            "stopped": f"Stopped{after}: what was sampled stays; {self._again}.",
            "finished": f"Finished{after}.",
            "failed": f"Failed{after}: {self.runner.error if self.runner else ''}",
        }[self.state]
        if number and (gaps := rounds[-1].gaps):
            text += f" {gaps[0].upper()}{gaps[1:]}."
        return text + self._worth

    def _on_round(self, runner: Runner, done: Round) -> None:
        with self._lock:
            if runner is not self.runner:
                return  # a reset came first
            if self._held is None:
                self.view.append(done)
                self._rescore_all()
            else:
                self._held.append(done)
        self._say()

    def _rescore_all(self) -> None:
        for context in self._wishes():
            self.rescore(context)

    def _on_end(self, runner: Runner) -> None:
        with self._lock:
            if runner is not self.runner:
                return
            with self.view.hold_sync():
                if self._held is not None:
                    self._show_anew()
                    for done in self._held:
                        self.view.append(done)
                    self._held = None
                    self._rescore_all()
                rounds = tuple(self.view.rounds)
                if runner.state == "finished":
                    self.result = result_of(rounds)
                    self._worth = _worth(self.env, self.result.policy)
                    self.view.report(_reports(self.env, self.result.policy, self.seed))
                self.view.finished = True
        self._say()


def options_of(algorithm: str, reuse: str, paired: bool = False) -> dict[str, Any]:
    """What the algorithm is told of a lab's settings: those that it takes."""
    wanted: dict[str, Any] = {"reuse": reuse, **({"paired": True} if paired else {})}
    return {name: value for name, value in wanted.items() if takes(algorithm, name)}


def told(runs: Sequence[LabRun], changed: Sequence[str]) -> str:
    """What the runs of a lab are at, in words; changed: what was set otherwise since they were started."""
    active = any(run.active for run in runs)
    each = [(run.algorithm, run.words()) for run in runs if run.algorithm or not active]
    words = {text for _, text in each}
    text = " ".join(words) if len(words) == 1 else "\n".join(f"{name}: {text}" for name, text in each)
    if changed:
        text += f" Changed since: {', '.join(changed)}; press {'Stop, then Run' if active else 'Run'} to train with it."
    return text


def _worth(env: Any, policy: Policy) -> str:
    """The policy's exact return beside the best there is, where the environment knows both."""
    if not hasattr(env, "exact_q"):
        return ""
    q = env.exact_q()
    mine, best = mean_return(policy, env, q), q.reshape(len(q), -1).max(axis=1).mean()
    return f" Exact return of its policy, mean over contexts: {mine:.3f} (best possible {best:.3f})."


def _reports(env: Environment, policy: Policy, seed: int) -> dict[str, tuple[float, float, int]]:
    """What may be reported of each context's arm: mean, standard error, new pulls; where these cost nothing."""
    if not hasattr(env, "exact_q"):
        return {}
    rng = np.random.default_rng([seed, FRESH])
    return {c.name: (*fresh_estimate(env, policy[c.name], c, FRESH, rng), FRESH) for c in policy.contexts}


def _plain(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
