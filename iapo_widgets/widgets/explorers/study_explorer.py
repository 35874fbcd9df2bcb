"""A study while it runs: return or regret against the training budget, growing run by run."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import traitlets as t

from ...plots.picture import GREY
from ...plots.scene import Line, Panel, Scene
from ...plots.studies import STYLES
from ...study.engine import run_study
from ...study.protocol import Study
from ...study.results import ResultsFile
from ...study.statistics import Cell, summary
from ...tasks.catalogue import GENERATED
from ..shared.explorer import Control, Explorer
from ..shared.ticked import Ticked

DEFAULT = Study(("math",), ("psst", "uniform", "frugal"), (500, 1_000, 2_000, 5_000), runs=20)
MEASURES = [("ACR", "acr"), ("regret", "regret")]
PAUSE = 0.2  # seconds between two pictures: an eye needs no more, and a browser far away gets no more


class StudyExplorer(Ticked, Explorer):
    """Figures 4 and 5 live: ``study`` runs in the background, and its curves grow.

    study: default PSST, uniform and frugal on the math stand-in.  folder: where the results stay, in ``study.jsonl``;
    without one, for this session.  jobs: processes.  Traits: ``environment``, ``measure`` (``acr`` or ``regret``),
    ``state`` (idle, running, stopped, finished, failed) and ``done`` (finished runs in all), both to be read.
    """

    environment = t.Unicode().tag(sync=True)
    measure = t.Unicode("acr").tag(sync=True)
    state = t.Unicode("idle", read_only=True).tag(sync=True)
    done = t.Int(0, read_only=True).tag(sync=True)
    public = ("environment", "measure")
    alone = "measure"

    def __init__(
        self, study: Study | None = None, folder: str | os.PathLike[str] | None = None, *, jobs: int = 1, **traits: Any
    ) -> None:
        self.study, self.jobs, self._kept = study or DEFAULT, jobs, folder is not None
        self._folder = Path(folder if folder is not None else tempfile.mkdtemp(prefix="iapo-study-"))
        if folder is None:
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._stop, self._failure = threading.Event(), ""
        self._thread: threading.Thread | None = None
        self._records: list[dict[str, Any]] = []
        self._summary: tuple[list[dict[str, Any]], list[Cell]] = self._records, []
        super().__init__(**{"environment": self.study.environments[0], **traits})

    @property
    def records(self) -> list[dict[str, Any]]:
        """What is shown: a record for each run, algorithm and budget, as ``run_unit`` made it."""
        return list(self._records)

    def controls(self) -> Sequence[Control]:
        """What to show, and Run, Stop, Reset."""
        names = [(Path(name).name, name) for name in self.study.environments]
        return [
            Control("environment", "Environment", "choice", options=names),
            Control("measure", "Measure", "choice", options=MEASURES),
            Control("run", "Run", "button", hint="Start, or go on where it was"),
            Control("stop", "Stop", "button", hint="Stop after the run under way; what is done stays"),
            Control("reset", "Reset", "button", hint="Stop and empty the picture; Run shows again what is kept"),
        ]

    def press(self, name: str) -> None:
        """Run, stop or reset."""
        {"run": self.run, "stop": self.stop, "reset": self.reset}[name]()

    def run(self) -> None:
        """Start the study, or go on with it, in the background."""
        with self.lock:
            if self.state == "running" and not self._stop.is_set():
                return
            self._stop = threading.Event()
            self._tell(self._stop)
            self._thread = self.in_background(self._work, self._stop, self._thread, name="iapo-study")

    def tick(self) -> None:
        """Where there are no threads: one run of the study."""
        if self.state == "running":
            once = threading.Event()
            if self._stop.is_set():
                once.set()
            self._work(self._stop, None, once)
        self.await_tick(0.0 if self.state == "running" else None)

    def stop(self) -> None:
        """Stop after the run under way; what is done stays."""
        with self.lock:
            self._stop.set()
            self.redraw()

    def reset(self) -> None:
        """Stop, forget what is shown and set the controls back; kept results are read again by Run."""
        with self.lock:
            self._stop.set()
            self._stop = threading.Event()  # the worker ends on its own and says nothing more
            self._tell(self._stop, [], "idle", picture=False)
            super().reset()

    def redraw(self) -> None:
        """The picture; what the study failed by stays in sight until the next Run or Reset."""
        with self.lock, self.hold_sync():
            super().redraw()
            if self._failure:
                self._errors = {**self._errors, "": self._failure}

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended; for scripts and tests."""
        if self._thread:
            self._thread.join(timeout)

    def scene(self) -> Scene:
        """One curve an algorithm, with standard errors."""
        if self._summary[0] is not self._records:  # the measure is no reason to average anew
            self._summary = self._records, summary(self._records)
        cells = [c for c in self._summary[1] if c.environment == self.environment]
        name = dict((value, text) for text, value in MEASURES)[self.measure]
        lines = []
        for algorithm in self.study.algorithms:
            mine = sorted((c for c in cells if c.algorithm == algorithm), key=lambda c: c.budget)
            colour, marker, line = STYLES.get(algorithm, (GREY, "o", "-"))
            if mine:
                values, errors = ([getattr(c, self.measure + end) for c in mine] for end in ("", "_sem"))
                lines.append(Line(algorithm, [c.budget for c in mine], values, colour, marker, line, errors))
        done = len({r["run"] for r in self._records if r["environment"] == self.environment})
        title = f"{Path(self.environment).name}: means over {done} of {self.study.runs} runs with standard errors"
        limits = (self.study.budgets[0] * 0.9, self.study.budgets[-1] * 1.1)
        panel = Panel(
            title, "training budget T, completions", name, lines=lines, log=True, xlim=limits,
            xticks=[(b, f"{b:,}") for b in self.study.budgets], width=1.4,
        )  # fmt: skip
        where = "" if self._kept else "Results are kept for this session only: give a folder to keep them. "
        standin = "the authors' file" if self.study.published else "simulated, from a generated stand-in"
        source = standin if self.environment in GENERATED else f"the file {Path(self.environment).name}"
        return Scene([panel], self._words(cells, name), note=f"{where}Data: {source}.")

    def _words(self, cells: Sequence[Cell], name: str) -> str:
        total = len(self.study.units)
        text = {
            "idle": f"Nothing run yet: press Run for {total} runs.",
            "running": f"{'Stopping' if self._stop.is_set() else 'Running'}: {self.done} of {total} runs done.",
            "stopped": f"Stopped: {self.done} of {total} runs done and kept; Run goes on.",
            "finished": f"Finished: {total} of {total} runs done.",
            "failed": f"Failed after {self.done} of {total} runs.",
        }[self.state]
        if not cells:
            return text
        largest = max(c.budget for c in cells)
        last = sorted((c for c in cells if c.budget == largest), key=lambda c: c.regret)  # the best first
        values = ", ".join(f"{c.algorithm} {getattr(c, self.measure):.3f}" for c in last)
        return f"{text} At T = {largest:,}, {name}: {values}."

    def _work(
        self, stop: threading.Event, before: threading.Thread | None, once: threading.Event | None = None
    ) -> None:
        """Run what is missing until ``stop``; with ``once``, which is set then, one run of it."""
        shown = 0.0

        def on_unit(records: list[dict[str, Any]]) -> None:
            nonlocal shown
            due = time.monotonic() - shown > PAUSE
            shown = time.monotonic() if due else shown
            self._tell(stop, [*self._records, *records], picture=due or once is not None)
            if once:
                once.set()

        if before:
            before.join()  # two must not write to one file
        try:
            path = self._folder / "study.jsonl"
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tell(stop, ResultsFile(self.study, path).records)  # of an earlier session or Run
            records = run_study(self.study, path, jobs=self.jobs, progress=False, stop=once or stop, on_unit=on_unit)
        except Exception as error:
            self._tell(stop, state="failed", failure=str(error) or type(error).__name__)
            return
        whole = len(self.study.units) * len(self.study.algorithms) * len(self.study.budgets)
        halted = "running" if once and not stop.is_set() else "stopped"
        self._tell(stop, records, "finished" if len(records) == whole else halted)

    def _tell(
        self, stop: threading.Event, records: list[dict[str, Any]] | None = None, state: str = "running",
        failure: str = "", picture: bool = True,
    ) -> None:  # fmt: skip
        with self.lock:
            if stop is not self._stop:  # a worker that Reset or a later Run has left behind
                return
            if records is not None:
                self._records = records
                self.set_trait("done", len({(r["environment"], r["run"]) for r in records}))
            self._failure = failure
            self.set_trait("state", state)
            if picture:
                self.redraw()

    @t.validate("environment", "measure")
    def _check(self, proposal: Any) -> str:
        name, value = proposal["trait"].name, proposal["value"]
        known = self.study.environments if name == "environment" else tuple(dict(MEASURES).values())
        if value not in known:
            raise t.TraitError(f"unknown {name} {value!r}; known: {', '.join(known)}")
        return str(value)
