"""Theorem 1 beside what happens: the budget that its bound asks for, and the one that is really enough."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import traitlets as t

from ...core.environment import CategoricalEnvironment
from ...core.theory import Complexity
from ...plots.picture import BLACK, BLUE, GREY, VERMILLION
from ...plots.scene import Line, Panel, Scene, Span, Star
from ...study.certainty import error_rates
from ..shared.explorer import Control, Explorer
from ..shared.ticked import Ticked
from .bound_task import environment, first_look, required, theory_of

SIZES = ("prompts", "n_max", "contexts", "gap", "cost")
LIMITS: dict[str, tuple[float, float]] = {
    "prompts": (1, 8), "n_max": (1, 4), "contexts": (1, 3), "gap": (0.05, 0.8), "cost": (0.01, 0.4),
    "delta": (0.01, 0.5), "runs": (10, 1_000),
}  # fmt: skip
RUNS = (20, 50, 100, 200, 500, 1_000)  # to choose from
PORTION, LARGEST, POINTS = 10, 5_000, 8  # runs between two looks at Stop; largest budget measured; budgets
SHARES = [(k / 4, f"{25 * k}%") for k in range(5)]
MEASURED = {"idle": "At a first look", "running": "So far", "stopped": "Until Stop"}


class BoundExplorer(Ticked, Explorer):
    """One prompt succeeds with probability (1 + gap) / 2, the others with (1 - gap) / 2: the best arms are known.

    Traits: ``prompts``, ``n_max``, ``contexts`` (1 to 3; later ones mind cost 1.25 and 1.5 times as much), ``gap``,
    ``cost`` (of a completion, with weight 1), ``delta`` (the error one would accept), ``runs`` (measured at each
    budget), ``more`` (whether prompts, N_max, contexts and runs have controls), ``state`` (idle, running, stopped,
    finished, failed; to be read).  It opens with a few runs measured; another task has none before ``measure``.
    """

    prompts = t.Int(2).tag(sync=True)
    n_max = t.Int(2).tag(sync=True)
    contexts = t.Int(1).tag(sync=True)
    gap = t.Float(0.5).tag(sync=True)
    cost = t.Float(0.25).tag(sync=True)
    delta = t.Float(0.05).tag(sync=True)
    runs = t.Int(100).tag(sync=True)
    more = t.Bool(False).tag(sync=True)
    state = t.Unicode("idle", read_only=True).tag(sync=True)
    public = (*SIZES, "delta", "runs")
    alone = "delta"

    def __init__(self, **traits: Any) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._steps: Iterator[float] = iter(())
        self.missed: dict[int, tuple[int, int]] = {}  # budget -> runs that missed a best arm, runs
        super().__init__(**traits)
        self._look()
        self.observe(self._changed, "more")

    def environment(self) -> CategoricalEnvironment:
        """The task that the controls describe."""
        return environment(self.prompts, self.n_max, self.contexts, self.gap, self.cost)

    def theory(self) -> Complexity:
        """What theorem 1 says of that task."""
        return theory_of(self.prompts, self.n_max, self.contexts, self.gap, self.cost)

    def controls(self) -> Sequence[Control]:
        """Gap, price and error accepted; behind a switch the sizes of the task; Measure, Stop, Reset."""
        return [
            Control("gap", "Gap in success", "range", *LIMITS["gap"], 0.05,
                    hint="how much more often the best prompt is right than the others"),
            Control("cost", "Cost of one", "range", *LIMITS["cost"], 0.01,
                    hint="what a completion takes off the reward of 1 for a right answer"),
            Control("delta", "Error accepted", "range", *LIMITS["delta"], 0.01,
                    hint="share of trainings that may miss a best arm"),
            Control("more", "More settings", "switch", hint="size of the task, and how many runs Measure makes"),
            *(self._sizes() if self.more else []),
            Control("measure", f"Measure {self.runs:,} runs", "button",
                    hint="Train that often at each of eight budgets, in the background"),
            Control("stop", "Stop", "button", hint="Stop measuring; what was measured stays"),
            Control("reset", "Reset", "button", hint="Back to the task at first and to its first look"),
        ]  # fmt: skip

    def _sizes(self) -> list[Control]:
        text = {"prompts": "Prompts |P|", "n_max": "N_max", "contexts": "Contexts |C|"}
        whole = {name: range(int(LIMITS[name][0]), int(LIMITS[name][1]) + 1) for name in text}
        options = {name: [(str(k), k) for k in values] for name, values in whole.items()}
        runs = [(f"{k:,}", k) for k in sorted({*RUNS, self.runs})]
        return [
            *(Control(name, text[name], "choice", options=options[name]) for name in text),
            Control("runs", "Runs measured", "choice", options=runs, hint="at each budget"),
        ]

    def readings(self) -> dict[str, str]:
        """Shares of answers and of trainings in per cent."""
        return {"gap": f"{self.gap:.0%} of answers", "cost": f"{self.cost:g} of reward",
                "delta": f"{self.delta:.0%} of runs"}  # fmt: skip

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
            self._thread = self.in_background(deque, self._steps, 0, name="iapo-bound", halt=self._stop.set)

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
        """Stop, set every control back and show the first look again."""
        with self.lock, self.hold_sync():
            self._forget()
            super().reset()
            self._look()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended; for scripts and tests."""
        if self._thread:
            self._thread.join(timeout)

    def budgets(self) -> list[int]:
        """Budgets to measure at: evenly on a log scale up to the one that theorem 1 asks for, at most ``LARGEST``."""
        last = min(LARGEST, max(20, required(self.theory(), self.delta) or LARGEST))
        return sorted({int(b) for b in np.geomspace(2, last, POINTS).round()})

    def scene(self) -> Scene:
        """The bound and the measured errors against the budget."""
        theory = self.theory()
        needed, enough = required(theory, self.delta), self._enough()
        note = "\n".join(filter(None, [
            "Simulated: success rates are set by the controls, and no model is called.",
            "" if needed is None else f"Smallest gap {theory.gaps[:, 1:].min(initial=1.0):.3g} of reward, "
            f"H1 = {theory.h1:,.1f}, H2 = {theory.h2:,.1f}, R = {theory.n_rounds} rounds.",
        ]))  # fmt: skip
        return Scene([self._panel(theory, needed, enough)],
                     self._words(theory, needed, enough), note=note)  # fmt: skip

    def _panel(self, theory: Complexity, needed: int | None, enough: int | None) -> Panel:
        top = 10 ** math.ceil(math.log10(2 * max(needed or 1_000, 100)))
        # floats: near-ties ask for more than an int64 holds
        budgets = np.unique(np.geomspace(1, float(top), 60).round())
        bound = np.array([theory.error_bound(int(b)) for b in budgets])
        lines = [Line("bound of theorem 1", budgets, np.minimum(bound, 1.0), VERMILLION, "s", every=6, tell=[
            f"T = {int(b):,} completions: the bound is {f'{e:.1%}' if e < 1 else '100% or more'}"
            for b, e in zip(budgets, bound, strict=True)
        ])]  # fmt: skip
        if self.missed:
            rate = {b: m / n for b, (m, n) in sorted(self.missed.items())}
            error = [math.sqrt(r * (1 - r) / self.missed[b][1]) for b, r in rate.items()]
            told = [f"T = {b:,} completions: {m} of {n} runs missed a best arm, {m / n:.1%}"
                    for b, (m, n) in sorted(self.missed.items())]  # fmt: skip
            lines.append(Line("measured error of PSST", list(rate), list(rate.values()), BLUE, "o", error=error,
                              tell=told))  # fmt: skip
        if needed and enough and needed > enough:
            label = f"from {enough:,} to {needed:,}: {_times(needed / enough)} as many"
            ends = [f"T = {enough:,} completions was enough", f"T = {needed:,} completions are asked for"]
            lines.append(Line(label, [enough, needed], [self.delta] * 2, BLACK, "D", ":", width=2.5, tell=ends))
        vacuous = budgets[bound >= 1]
        spans = [Span(1, float(vacuous[-1]), GREY, "bound of 100% or more: says nothing")] if len(vacuous) else []
        stars = [Star(float(needed), self.delta, f"T = {needed:,} suffices for {self.delta:.0%}")] if needed else []
        return Panel(
            "How often a training misses a best arm", "training budget T, completions", "share of trainings",
            lines=lines, spans=spans, stars=stars, log=True, xlim=(1.0, float(top)), ylim=(-0.03, 1.05),
            yticks=SHARES, width=1.4,
        )  # fmt: skip

    def _enough(self) -> int | None:
        """The smallest budget from which on every measured error is at most ``delta``."""
        least = None
        for budget, (missed, runs) in sorted(self.missed.items(), reverse=True):
            if missed > self.delta * runs:
                break
            least = budget
        return least

    def _words(self, theory: Complexity, needed: int | None, enough: int | None) -> str:
        said = "Two arms share the first place: H1 is infinite, and no budget can tell them apart."
        if needed is not None:
            said = f"To miss a best arm in at most {self.delta:.0%} of trainings, theorem 1 asks for T = "
            said += f"{needed:,} {'completion' if needed == 1 else 'completions'}."
        if theory.scale > 1:
            said += f" Rewards less cost can fall to -{theory.scale:.3g}, for which theorem 1 makes no promise: it is "
            said += f"read with all of them divided by {theory.scale:.3g}."
        if not self.missed:
            return f"{said} {'Measuring' if self.state == 'running' else 'Not measured yet: press Measure'}."
        (first, (m, n)), last = min(self.missed.items()), max(self.missed)
        looked = f"{MEASURED.get(self.state, 'Measured')}, in {n:,} simulated trainings at each budget,"
        if enough is None:
            most, runs = self.missed[last]
            return f"{said} {looked} still {most / runs:.0%} miss one at T = {last:,}."
        fewer = f": {_times(needed / enough)} fewer" if needed and needed >= 1.5 * enough else ""
        least, runs = self.missed[enough]
        fell = f" From T = {first:,} to {enough:,} the error falls from {m / n:.0%} to {least / runs:.0%}."
        return f"{said} {looked} T = {enough:,} was enough{fewer}.{fell if enough > first else ''}"

    def _look(self) -> None:
        """Show the few runs that are measured at once."""
        with self.lock:
            sizes = (self.prompts, self.n_max, self.contexts, self.gap, self.cost)
            self.missed = first_look(*sizes, tuple(self.budgets()))
            self.redraw()

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


def _times(ratio: float) -> str:
    return f"{ratio:.0f} times" if ratio >= 9.5 else f"{ratio:.1f} times"
