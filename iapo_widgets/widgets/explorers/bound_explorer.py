"""Theorem 1 to move: gaps and sizes, the bound against the budget, and how often PSST really errs."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import traitlets as t

from ...core.environment import CategoricalEnvironment, voting_environment
from ...core.problem import Context
from ...core.theory import Complexity, complexity
from ...plots.picture import BLUE, CYCLE, GREY, MARKERS, VERMILLION
from ...plots.scene import Line, Panel, Scene, Span, Star
from ...study.certainty import error_rates
from ..shared.explorer import Control, Explorer
from ..shared.ticked import Ticked

SIZES = ("prompts", "n_max", "contexts", "gap", "cost")
LIMITS: dict[str, tuple[float, float]] = {
    "prompts": (1, 8), "n_max": (1, 4), "contexts": (1, 3), "gap": (0.05, 0.8), "cost": (0.01, 0.4),
    "delta": (0.01, 0.5), "runs": (10, 1_000),
}  # fmt: skip
PORTION, LARGEST, POINTS = 10, 5_000, 8  # runs between two looks at Stop; largest budget measured; budgets


class BoundExplorer(Ticked, Explorer):
    """One prompt succeeds with probability (1 + gap) / 2, the others with (1 - gap) / 2: the best arms are known.

    Traits: ``prompts``, ``n_max``, ``contexts`` (1 to 3; later ones mind cost 1.25 and 1.5 times as much), ``gap``,
    ``cost`` (of a completion, with weight 1), ``delta`` (the error one would accept), ``runs`` (measured at each
    budget), ``state`` (idle, running, stopped, finished, failed; to be read).
    """

    prompts = t.Int(2).tag(sync=True)
    n_max = t.Int(2).tag(sync=True)
    contexts = t.Int(1).tag(sync=True)
    gap = t.Float(0.5).tag(sync=True)
    cost = t.Float(0.25).tag(sync=True)
    delta = t.Float(0.05).tag(sync=True)
    runs = t.Int(100).tag(sync=True)
    state = t.Unicode("idle", read_only=True).tag(sync=True)
    public = (*SIZES, "delta", "runs")
    alone = "delta"

    def __init__(self, **traits: Any) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._steps: Iterator[float] = iter(())
        self.missed: dict[int, tuple[int, int]] = {}  # budget -> runs that missed a best arm, runs
        super().__init__(**traits)

    def environment(self) -> CategoricalEnvironment:
        """The task that the sliders describe."""
        right = np.full((self.prompts, 1), 0.5 - self.gap / 2)
        right[0] += self.gap
        contexts = [Context(f"context {k + 1}", (1.0,), 1 + 0.25 * k) for k in range(self.contexts)]
        return voting_environment(
            np.stack([right, 1 - right], axis=2), [0], np.full(self.prompts, self.cost), contexts=contexts,
            n_max=self.n_max,
        )  # fmt: skip

    def theory(self) -> Complexity:
        """What theorem 1 says of that task; rewards less cost that leave [-1, 1] are divided by what makes them fit."""
        return complexity(self.environment().exact_q(), scale=max(1.0, self._worst()))

    def _worst(self) -> float:
        """Cost of a wrong answer in the dearest context: rewards less cost fall to minus this."""
        return self.cost * self.n_max * (0.75 + 0.25 * self.contexts)

    def controls(self) -> Sequence[Control]:
        """Sizes, gap, cost and delta; Measure, Stop, Reset."""
        text = {"prompts": "Prompts |P|", "n_max": "N_max", "contexts": "Contexts |C|", "gap": "Gap in success",
                "cost": "Cost of one", "delta": "Error accepted", "runs": "Runs measured"}  # fmt: skip
        step = {"gap": 0.05, "cost": 0.01, "delta": 0.01, "runs": 10.0}
        return [
            *(Control(name, text[name], "range", *LIMITS[name], step.get(name, 1)) for name in self.public),
            Control("measure", "Measure", "button", hint="Train many times at eight budgets, in the background"),
            Control("stop", "Stop", "button"),
            Control("reset", "Reset", "button"),
        ]

    def press(self, name: str) -> None:
        """Measure, stop or reset."""
        {"measure": self.measure, "stop": self.stop, "reset": self.reset}[name]()

    def measure(self) -> None:
        """Start measuring in the background."""
        with self.lock:
            if self.state == "running":
                return
            self._stop, self.missed = threading.Event(), {}
            self._say("running")
            self._steps = self._work(self._stop)
            self._thread = self.in_background(deque, self._steps, 0, name="iapo-bound")

    def tick(self) -> None:
        """Where there are no threads: a portion of the runs."""
        self.await_tick(next(self._steps, None))

    def stop(self) -> None:
        """End the measuring; what was measured stays."""
        with self.lock:
            self._stop.set()
            if self.state == "running":
                self._say("stopped")

    def reset(self) -> None:
        """Stop, forget what was measured and set every slider back."""
        with self.lock, self.hold_sync():
            self._forget()
            super().reset()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended; for scripts and tests."""
        if self._thread:
            self._thread.join(timeout)

    def budgets(self) -> list[int]:
        """Budgets to measure at: evenly on a log scale up to the one that theorem 1 asks for, at most ``LARGEST``."""
        last = min(LARGEST, max(20, _required(self.theory(), self.delta) or LARGEST))
        return sorted({int(b) for b in np.geomspace(2, last, POINTS).round()})

    def scene(self) -> Scene:
        """The bound and the measured errors, left; the gaps, right."""
        theory = self.theory()
        needed = _required(theory, self.delta)
        top = 10 ** math.ceil(math.log10(2 * max(needed or 1_000, 100)))
        budgets = np.geomspace(1, float(top), 60).round()  # floats: near-ties ask for more than an int64 holds
        bound = np.array([theory.error_bound(int(b)) for b in budgets])
        lines = [Line("bound of theorem 1", budgets, np.minimum(bound, 1.0), VERMILLION, "s", every=6)]
        if self.missed:
            rate = {b: m / n for b, (m, n) in sorted(self.missed.items())}
            error = [math.sqrt(r * (1 - r) / self.missed[b][1]) for b, r in rate.items()]
            lines.append(Line("measured error of PSST", list(rate), list(rate.values()), BLUE, "o", error=error))
        vacuous = budgets[bound >= 1]
        spans = [Span(1, float(vacuous[-1]), GREY, "bound of 1 or more: says nothing")] if len(vacuous) else []
        stars = [Star(float(needed), self.delta, f"T = {needed:,} suffices for {self.delta:g}")] if needed else []
        left = Panel(
            "How often some context misses its best arm", "training budget T, completions", "probability of an error",
            lines=lines, spans=spans, stars=stars, log=True, xlim=(1.0, float(top)), ylim=(-0.03, 1.05),
        )  # fmt: skip
        ranks = list(range(1, theory.gaps.shape[1] + 1))
        right = Panel(
            "Gaps to the best arm", "rank of the arm", "gap in Q", width=0.6,
            xticks=[(r, str(r)) for r in ranks[:: max(1, len(ranks) // 8)]],
            lines=[Line(f"context {c + 1}", ranks, g, CYCLE[c], MARKERS[c]) for c, g in enumerate(theory.gaps)],
        )  # fmt: skip
        return Scene([left, right], self._words(theory, needed), note="Simulated: success rates set by the sliders.")

    def _words(self, theory: Complexity, needed: int | None) -> str:
        first = "Two arms share the first place: H1 is infinite, and no budget can tell them apart."
        if needed is not None:
            gap, h = theory.gaps[:, 1:].min(initial=1.0), f"H1 = {theory.h1:,.1f}, H2 = {theory.h2:,.1f}"
            first = f"Smallest gap {gap:.3g}, {h}, R = {theory.n_rounds} rounds: theorem 1 asks for T = {needed:,} to "
            first += f"err with probability at most {self.delta:g}."
        if theory.scale > 1:
            first += (
                f" Rewards less cost can fall to -{theory.scale:.3g}, for which theorem 1 makes no promise: it is read"
            )
            first += f" with all of them divided by {theory.scale:.3g}."
        if not self.missed:
            return f"{first} {'Measuring' if self.state == 'running' else 'Not measured yet: press Measure'}."
        budget, (missed, runs) = max(self.missed.items())
        told = f"{first} Measured ({self.state}): at T = {budget:,}, {missed} of {runs} runs missed a best arm"
        fine = [b for b, (m, n) in self.missed.items() if m <= self.delta * n]
        return told + (f"; T = {min(fine):,} was the first with at most {self.delta:g}." if fine else ".")

    def _work(self, stop: threading.Event) -> Iterator[float]:
        """Measure, and after each portion of runs give the seconds until the next."""
        try:
            env, total, scale = self.environment(), self.runs, self.theory().scale
            options: dict[str, Any] = {"scale": scale} if scale > 1 else {}
            for budget in self.budgets():
                for start in range(0, total, PORTION):
                    if stop.is_set():
                        return
                    (found,) = error_rates(env, [budget], min(PORTION, total - start), seed=start, **options)
                    with self.lock:
                        if stop.is_set():
                            return
                        missed, runs = self.missed.get(budget, (0, 0))
                        missed, runs = missed + round(found.rate * found.runs), runs + found.runs
                        self.missed = {**self.missed, budget: (missed, runs)}
                    yield 0.0
                self.redraw()
        except Exception as error:
            with self.lock:
                if not stop.is_set():
                    self._say("failed")
                    self._errors = {**self._errors, "": str(error) or type(error).__name__}
            return
        with self.lock:
            if not stop.is_set():
                self._say("finished")

    def _changed(self, change: Any) -> None:
        if self._ready and change["name"] in SIZES:
            self._forget()  # draws anew, once
        else:
            super()._changed(change)

    def _forget(self) -> None:  # what was measured belongs to another task
        with self.lock:
            self._stop.set()
            self.missed = {}
            self._say("idle")

    def _say(self, state: str) -> None:
        self.set_trait("state", state)
        self.redraw()

    @t.validate(*LIMITS)
    def _check_limits(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        if not low <= value <= high:
            raise t.TraitError(f"{name} must lie between {low:g} and {high:g}, not {value}")
        return value


def _required(theory: Complexity, delta: float) -> int | None:
    return None if math.isinf(theory.cost_of_certainty) else theory.required_budget(delta)
