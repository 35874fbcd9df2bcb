"""Regret or return against the training budget: kept results at once, and over them a study of one's own that grows."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import traitlets as t

from ...plots.picture import BLACK, GREY
from ...plots.scene import Line, Panel, Scene
from ...plots.studies import STYLES
from ...study.engine import run_study
from ...study.protocol import Study
from ...study.results import ResultsFile
from ...study.statistics import Cell, summary
from ...study.table import STOPS, Table
from ...tasks.catalogue import GENERATED, RECORDED
from ..shared.checked import chosen
from ..shared.explorer import Control, Explorer
from ..shared.stateful import named
from ..shared.ticked import Ticked
from .study_measures import NAMES, ZERO, curve_name, measures_of, runs_of
from .study_words import moved, sooner, told

DEFAULT = Study(("math",), ("psst", "uniform", "frugal"), (500, 1_000, 2_000, 5_000), runs=20)
BELOW = "Below 0: on the questions kept for the test, a policy beat the arms that are best on the training part.\n"
PAUSE = 0.2  # seconds between two pictures: an eye needs no more, and a browser far away gets no more


class StudyExplorer(Ticked, Explorer):
    """Figures 4 and 5, alive: what 200 kept runs found at once, and over it ``study``, run in the background.

    study: default PSST, uniform and frugal on the math stand-in.  Kept results are those of its algorithms in
    ``Table.read()``; where they know nothing of an environment, there is no picture before Run.  folder: where
    one's own results stay, in ``study.jsonl``: what is there is drawn at once, and Run goes on with it; without one,
    for this session.  jobs: processes.  Traits:
    ``environment``, ``measure`` (``regret``, ``acr`` or, where arms may stop, ``regret_fixed``; in reward a question),
    ``state`` (idle, running, stopped, finished, failed) and ``done`` (finished runs in all), both to be read.
    """

    environment = t.Unicode().tag(sync=True)
    measure = t.Unicode("regret").tag(sync=True)
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
        self._stop, self._failure, self._began = threading.Event(), "", False
        self._thread: threading.Thread | None = None
        self._records: list[dict[str, Any]] = []
        self._summary: tuple[list[dict[str, Any]], list[Cell]] = self._records, []
        super().__init__(**{"environment": self.study.environments[0], **traits})
        self._open()

    def _open(self) -> None:
        """Show what the folder holds of an earlier session."""
        try:
            records = ResultsFile(self.study, self._path, looking=True).records
        except (ValueError, OSError) as error:
            self._tell(self._stop, state="failed", failure=str(error))
            return
        if records:
            self._tell(self._stop, records, "finished" if self._whole(records) else "stopped")

    @property
    def _path(self) -> Path:
        return self._folder / "study.jsonl"

    def _whole(self, records: Sequence[dict[str, Any]]) -> bool:
        return len(records) == len(self.study.units) * len(self.study.algorithms) * len(self.study.budgets)

    def _arguments(self) -> list[str]:
        study = ["study"] if self.study is not DEFAULT else []
        return [*study, *(named({"folder": str(self._folder)}) if self._kept else []), *super()._arguments()]

    @property
    def records(self) -> list[dict[str, Any]]:
        """What is shown: a record for each run, algorithm and budget, as ``run_unit`` made it."""
        return list(self._records)

    def controls(self) -> Sequence[Control]:
        """What to show, and Run, Stop, Reset."""
        names = [(Path(name).name, name) for name in self.study.environments]
        choice = [Control("environment", "Environment", "choice", options=names)] if len(names) > 1 else []
        return [
            *choice,
            Control("measure", "Measure", "choice", options=measures_of(self.study)),
            Control("done", "Own runs", "progress", 0, len(self.study.units)),
            Control("run", "Run my own study", "button", hint="Start, or go on where it was"),
            Control("stop", "Stop", "button", hint="Stop after the run under way; what is done stays"),
            Control("reset", "Reset", "button", hint="Stop and show kept results alone; Run shows again what is done"),
        ]

    def readings(self) -> dict[str, str]:
        """How far one's own study is."""
        return {"done": f"{self.done:,} of {len(self.study.units):,} runs"}

    def press(self, name: str) -> None:
        """Run, stop or reset."""
        {"run": self.run, "stop": self.stop, "reset": self.reset}[name]()

    def run(self) -> None:
        """Start the study, or go on with it, in the background."""
        with self.lock:
            if self.state == "running" and not self._stop.is_set():
                return
            self._stop, self._began = threading.Event(), True
            self._tell(self._stop)
            self._thread = self.in_background(self._work, self._stop, self._thread, name="iapo-study", halt=self._leave)

    def tick(self) -> None:
        """Where there are no threads: one run of the study."""
        if self.state == "running":
            self._work(self._stop, None, once=self._stop if self._stop.is_set() else threading.Event())
        self.await_tick(0.0 if self.state == "running" else None)

    def stop(self) -> None:
        """Stop after the run under way; what is done stays."""
        with self.lock:
            self._stop.set()
            self.redraw()

    def reset(self) -> None:
        """Stop, forget what is shown and set the controls back; kept results are read again by Run."""
        with self.lock:
            self._leave()
            self._tell(self._stop, [], "idle", picture=False)
            super().reset()

    def _leave(self) -> None:
        """The worker ends on its own and says nothing more."""
        self._stop.set()
        self._stop = threading.Event()

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
        """Means of every algorithm with standard errors: one's own runs where there are any, over the kept ones."""
        if self._summary[0] is not self._records:
            self._summary = self._records, summary(self._records)
        own = self._of(self._summary[1])
        kept = self._of(self._known())
        where = "" if self._kept else "Your own results are kept for this session only: give a folder to keep them. "
        standin = "the authors' file" if self.study.published else "simulated, from a generated stand-in"
        recorded = "answers of a real model, recorded" if self.environment in RECORDED else None
        source = standin if self.environment in GENERATED else recorded or f"the file {Path(self.environment).name}"
        shown = own or kept
        below = self.measure == "regret" and any(c.regret < 0 for c in shown)
        note = f"{BELOW if below else ''}{where}Data: {source}."
        return Scene([self._panel(own, kept)] if shown else [], self._words(own, kept), note=note)

    def _panel(self, own: Sequence[Cell], kept: Sequence[Cell]) -> Panel:
        shown = own or kept
        lines = self._curves(kept, "kept") if own else []
        lines += self._curves(shown)
        budgets = sorted({c.budget for c in (*own, *kept)} | set(self.study.budgets if own else ()))
        if label := ZERO.get(self.measure):
            ends = [budgets[0], budgets[-1]]
            lines.append(Line(label, ends, [0.0, 0.0], BLACK, "", "--", width=1.0, tell=[label] * 2))
        done = len({r["run"] for r in self._records if r["environment"] == self.environment})
        runs = f"{done} of {self.study.runs} runs" if own else f"{runs_of(kept)} kept runs"
        ticked = [b for b in budgets if sum(c.budget == b for c in (*own, *kept)) > 1 or b in self.study.budgets]
        return Panel(
            f"{Path(self.environment).name}{STOPS * self.study.stops}: means over {runs} with standard errors",
            "training budget T, completions",
            f"{NAMES[self.measure]}, reward a question", lines=lines, log=True,
            xlim=(budgets[0] * 0.9, budgets[-1] * 1.1), xticks=[(b, f"{b:,}") for b in ticked], width=1.4,
        )  # fmt: skip

    def _curves(self, cells: Sequence[Cell], faint: str = "") -> list[Line]:
        """A line for each algorithm; ``faint``: what its runs are called where it is there to be compared with."""
        lines, name, mixed = [], NAMES[self.measure], len({c.runs for c in cells}) > 1
        for algorithm in self.study.algorithms:
            mine = sorted((c for c in cells if c.algorithm == algorithm), key=lambda c: c.budget)
            if not mine:
                continue
            colour, marker, line = STYLES.get(algorithm, (GREY, "o", "-"))
            values, errors = ([getattr(c, self.measure + end) for c in mine] for end in ("", "_sem"))
            label = curve_name(algorithm, mine[0].runs if mixed else None, faint)
            tell = [
                f"{label}, T = {c.budget:,} completions: {name} {v:.3f} \N{PLUS-MINUS SIGN} {e:.3f}"
                for c, v, e in zip(mine, values, errors, strict=True)
            ]
            look = (colour, "", ":") if faint else (colour, marker, line)
            lines.append(Line(label, [c.budget for c in mine], values, *look, () if faint else errors,
                              width=1.0 if faint else 1.6, tell=tell))  # fmt: skip
        return lines

    def _of(self, cells: Sequence[Cell]) -> list[Cell]:
        return [c for c in cells if c.environment == self.environment and c.algorithm in self.study.algorithms]

    def _known(self) -> Sequence[Cell]:
        """What the package's table knows of the study's algorithms as they are by default, on the same data."""
        if self.study.published:
            return ()
        return [c for c in _table().alike(self.study.stops) if not self.study.options.get(c.algorithm)]

    def _words(self, own: Sequence[Cell], kept: Sequence[Cell]) -> str:
        total = len(self.study.units)
        text = {
            "idle": f"Nothing run yet: press Run for {total} runs.",
            "running": f"{'Stopping' if self._stop.is_set() else 'Running'}: {self.done} of {total} runs done.",
            "stopped": f"Stopped: {self.done} of {total} runs done and kept; Run goes on.",
            "finished": f"Finished: {total} of {total} runs done.",
            "failed": f"Failed after {self.done} of {total} runs.",
            "stopped before": f"{self.done} of {total} runs are kept in the folder; Run goes on with the others.",
            "finished before": f"All {total} runs are kept in the folder.",
            "failed before": "What is in the folder cannot be shown.",
        }[self.state if self._began or self.state == "idle" else f"{self.state} before"]
        shown = own or kept
        if not shown:
            return text
        least, largest = min(c.budget for c in shown), max(c.budget for c in shown)
        what = f"mean {NAMES[self.measure]} in reward a question"
        if own:
            said = f"At T = {largest:,} completions, {what}: {told(shown, largest, self.measure)}."
            beside = told(kept, largest, self.measure)
            runs = f" There {runs_of(kept)} kept runs have {beside}." if beside else ""
            return f"{text} {said}{runs}"
        changed = f"From T = {least:,} to {largest:,} completions, {what}: {moved(kept, least, largest, self.measure)}"
        these = f"({runs_of(kept)} kept runs; press Run for {total} runs of your own)"
        return " ".join(filter(None, [sooner(kept), f"{changed} {these}."]))

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
            self._folder.mkdir(parents=True, exist_ok=True)
            self._tell(stop, ResultsFile(self.study, self._path).records)  # of an earlier session or Run
            records = run_study(
                self.study, self._path, jobs=self.jobs, progress=False, stop=once or stop, on_unit=on_unit
            )
        except Exception as error:
            self._tell(stop, state="failed", failure=str(error) or type(error).__name__)
            return
        halted = "running" if once and not stop.is_set() else "stopped"
        self._tell(stop, records, "finished" if self._whole(records) else halted)

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
        name = proposal["trait"].name
        known = self.study.environments if name == "environment" else dict(measures_of(self.study)).values()
        return chosen(name, proposal, known)


@cache
def _table() -> Table:
    return Table.read()
