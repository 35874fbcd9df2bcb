"""A study while it runs: return or regret against the training budget, growing run by run."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets as t

from ..plots.picture import GREY
from ..plots.scene import Line, Panel, Scene
from ..plots.studies import STYLES
from ..study.engine import run_study
from ..study.protocol import Study
from ..study.statistics import Cell, summary
from .explorer import Control, Explorer

DEFAULT = Study(("math",), ("psst", "uniform", "frugal"), (500, 1_000, 2_000, 5_000), runs=20)
MEASURES = [("ACR", "acr"), ("regret", "regret")]
PAUSE = 0.2  # seconds between two pictures: an eye needs no more, and a browser far away gets no more


class StudyExplorer(Explorer):
    """Figures 4 and 5 live: ``study`` runs in the background, and its curves grow.

    study: default PSST, uniform and frugal on the math stand-in.  folder: where the results stay, in ``study.jsonl``;
    without one, for this session.  jobs: processes.  Traits: ``environment``, ``measure`` (``acr`` or ``regret``),
    ``state`` (idle, running, stopped, finished, failed) and ``done`` (finished runs), both to be read.
    """

    environment = t.Unicode().tag(sync=True)
    measure = t.Unicode("acr").tag(sync=True)
    state = t.Unicode("idle", read_only=True).tag(sync=True)
    done = t.Int(0, read_only=True).tag(sync=True)
    public = ("environment", "measure")

    def __init__(
        self, study: Study = DEFAULT, folder: str | os.PathLike[str] | None = None, *, jobs: int = 1, **traits: Any
    ) -> None:
        self.study, self.jobs, self._kept = study, jobs, folder is not None
        self._folder = Path(folder if folder is not None else tempfile.mkdtemp(prefix="iapo-study-"))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.records: list[dict[str, Any]] = []
        super().__init__(**{"environment": study.environments[0], **traits})

    def controls(self) -> Sequence[Control]:
        """What to show, and Run, Stop, Reset."""
        return [
            Control("environment", "Environment", "choice", options=[(n, n) for n in self.study.environments]),
            Control("measure", "Measure", "choice", options=MEASURES),
            Control("run", "Run", "button", hint="Start, or go on where it was"),
            Control("stop", "Stop", "button", hint="Stop after the run under way; what is done stays"),
            Control("reset", "Reset", "button", hint="Stop, and show the curves anew from what is kept"),
        ]

    def press(self, name: str) -> None:
        """Run, stop or reset."""
        {"run": self.run, "stop": self.stop, "reset": self.reset}[name]()

    def run(self) -> None:
        """Start the study, or go on with it, in the background."""
        with self.lock:
            if self.state == "running":
                return
            self._stop = threading.Event()
            self._say("running")
            self._thread = threading.Thread(target=self._work, args=(self._stop,), name="iapo-study", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the run under way; what is done stays."""
        self._stop.set()

    def reset(self) -> None:
        """Stop, forget what is shown and set the controls back; kept results are read again by Run."""
        self.stop()
        self.join(10)
        with self.lock:
            self.records = []
            self.set_trait("done", 0)
            self.set_trait("state", "idle")
        super().reset()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended; for scripts and tests."""
        if self._thread:
            self._thread.join(timeout)

    def scene(self) -> Scene:
        """One curve an algorithm, with standard errors."""
        cells = [c for c in summary(self.records) if c.environment == self.environment]
        name = dict((value, text) for text, value in MEASURES)[self.measure]
        lines = []
        for algorithm in self.study.algorithms:
            mine = sorted((c for c in cells if c.algorithm == algorithm), key=lambda c: c.budget)
            colour, marker, line = STYLES.get(algorithm, (GREY, "o", "-"))
            if mine:
                values, errors = ([getattr(c, self.measure + end) for c in mine] for end in ("", "_sem"))
                lines.append(Line(algorithm, [c.budget for c in mine], values, colour, marker, line, errors))
        ticks = [(b, f"{b:,}") for b in self.study.budgets]
        limits = (self.study.budgets[0] * 0.9, self.study.budgets[-1] * 1.1)
        panel = Panel(
            f"{self.environment}: means over runs with standard errors", "training budget T, completions", name,
            lines=lines, log=True, xlim=limits, xticks=ticks,
        )  # fmt: skip
        where = "" if self._kept else "Results are kept for this session only: give a folder to keep them. "
        source = "the authors' files" if self.study.published else "simulated, from generated stand-ins"
        return Scene([panel], self._words(cells, name), note=f"{where}Data: {source}.")

    def _words(self, cells: Sequence[Cell], name: str) -> str:
        total = len(self.study.units)
        text = {
            "idle": f"Nothing run yet: press Run for {total} runs.",
            "running": f"Running: {self.done} of {total} runs done.",
            "stopped": f"Stopped: {self.done} of {total} runs done and kept; Run goes on.",
            "finished": f"Finished: {total} of {total} runs done.",
            "failed": f"Failed after {self.done} of {total} runs.",
        }[self.state]
        if not cells:
            return text
        largest = max(c.budget for c in cells)
        last = [c for c in cells if c.budget == largest]
        values = ", ".join(f"{c.algorithm} {getattr(c, self.measure):.3f}" for c in last)
        return f"{text} At T = {largest:,}, {name}: {values}."

    def _work(self, stop: threading.Event) -> None:
        shown = 0.0

        def on_unit(records: list[dict[str, Any]]) -> None:
            nonlocal shown
            with self.lock:
                if stop is not self._stop:
                    return
                self.records = [*self.records, *records]
                self.set_trait("done", len({(r["environment"], r["run"]) for r in self.records}))
                if time.monotonic() - shown > PAUSE:
                    shown = time.monotonic()
                    self.redraw()

        try:
            path = self._folder / "study.jsonl"
            self._folder.mkdir(parents=True, exist_ok=True)
            if not self.records:
                self.records = _kept(self.study, path)
            records = run_study(self.study, path, jobs=self.jobs, progress=False, stop=stop, on_unit=on_unit)
        except Exception as error:
            self._say("failed")
            with self.lock:
                self._errors = {**self._errors, "": str(error) or type(error).__name__}
            return
        with self.lock:
            self.records = records
            self.set_trait("done", len({(r["environment"], r["run"]) for r in records}))
        self._say("finished" if self.done == len(self.study.units) else "stopped")

    def _say(self, state: str) -> None:
        with self.lock:
            self.set_trait("state", state)
            self.redraw()

    @t.validate("environment")
    def _check_environment(self, proposal: Any) -> str:
        if proposal["value"] not in self.study.environments:
            known = ", ".join(self.study.environments)
            raise t.TraitError(f"the study does not hold {proposal['value']!r}; known: {known}")
        return str(proposal["value"])

    @t.validate("measure")
    def _check_measure(self, proposal: Any) -> str:
        if proposal["value"] not in dict(MEASURES).values():
            raise t.TraitError(f"unknown measure {proposal['value']!r}; known: acr, regret")
        return str(proposal["value"])


def _kept(study: Study, path: Path) -> list[dict[str, Any]]:
    """What an earlier session left in the file."""
    from ..study.results import ResultsFile

    return ResultsFile(study, path).records if path.exists() else []
