"""Results on disk: one line of JSON for each finished run, appended, so that nothing finished is ever lost."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core import bounds
from ..core.files import contents, parsed
from .protocol import Study, Unit
from .statistics import MEASURES, OF_STOPS

FORMAT = "iapo-widgets study, version 1"


@dataclass(eq=False)
class ResultsFile:
    """The records of ``study`` in the file at ``path``, which is made where it is absent.

    ``dropped`` says what was cut off: a last line that a crash left unfinished.  Raises ``ValueError`` where the
    file is no results file, has another version or belongs to another study; it is left as it was then.  looking:
    nothing is made and nothing is cut off, for whoever looks while another process may be writing.
    """

    study: Study
    path: Path
    looking: bool = False
    dropped: str = ""

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self._units: dict[Unit, list[dict[str, Any]]] = {}
        header = {"format": FORMAT, "study": self.study.description()}
        if self.path.exists() and not self.path.is_file():
            raise ValueError(f"{self.path} is no ordinary file; name another")
        if not self.path.exists() or not self.path.stat().st_size:
            if not self.looking:
                self._append(header)
            return
        try:
            content = contents(self.path, bounds.STUDY_BYTES)
        except ValueError as error:
            raise ValueError(f"{self.path} is not the results of a study: {error}; name another file") from None
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        try:
            found = _line(lines[0])
            kind, mine = found["format"], found.get("study")
        except (IndexError, ValueError, KeyError):
            raise ValueError(f"{self.path} is not the results of a study; name another file") from None
        if kind != FORMAT:
            had = bounds.cited(repr(kind))
            raise ValueError(f"{self.path} has format {had}, expected {FORMAT!r}; name another file")
        wanted = json.loads(json.dumps(header["study"]))
        if mine != wanted:
            different = [k for k, v in wanted.items() if not isinstance(mine, dict) or mine.get(k) != v]
            what = ", ".join(different) or "its fields"
            raise ValueError(f"{self.path} holds another study: {what} differ; name another file")
        for number, line in enumerate(lines[1:], 2):
            try:
                unit, records = _unit(_line(line), (*MEASURES, *(OF_STOPS if self.study.stops else ())))
            except (ValueError, KeyError):
                raise ValueError(f"{self.path}, line {number}, cannot be read; remove that line to go on") from None
            except MemoryError:
                raise ValueError(f"{self.path} needs more memory than there is") from None
            self._units[unit] = records
        if len(whole) < len(content) and not self.looking:
            self.dropped = f"the last line of {self.path.name} was not finished: dropped, and its run is done again"
            with self.path.open("r+b") as file:
                file.truncate(len(whole))

    @property
    def missing(self) -> list[Unit]:
        """What is still to be computed, in order."""
        return [unit for unit in self.study.units if unit not in self._units]

    def add(self, unit: Unit, records: list[dict[str, Any]]) -> None:
        """Keep a finished unit; it is on disk when this returns."""
        if unit not in self._units:
            self._append({"environment": unit[0], "run": unit[1], "records": records})
            self._units[unit] = records

    @property
    def records(self) -> list[dict[str, Any]]:
        """All records so far in the order of the study, however they came in."""
        return [record for unit in self.study.units for record in self._units.get(unit, [])]

    def _append(self, entry: dict[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write(json.dumps(entry).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _line(line: bytes) -> dict[str, Any]:
    if len(line) > bounds.TEXT_BYTES:
        raise ValueError("too long")
    content = parsed(line, constants=True)
    if not isinstance(content, dict):
        raise ValueError("no fields with names")
    return content


def _unit(entry: dict[str, Any], measures: Sequence[str]) -> tuple[Unit, list[dict[str, Any]]]:
    """A finished unit, each field of the type that it should have, numbers for ``measures``."""
    environment, run, records = entry["environment"], entry["run"], entry["records"]
    if type(environment) is not str or type(run) is not int or type(records) is not list:
        raise ValueError("no unit")
    for record in records:
        if type(record) is not dict or (record["environment"], record["run"]) != (environment, run):
            raise ValueError("no record of that unit")
        if type(record["algorithm"]) is not str or type(record["budget"]) is not int:
            raise ValueError("no record of an algorithm at a budget")
        if not all(type(record[measure]) in (int, float) for measure in measures):
            raise ValueError("no numbers")
    return (environment, run), records
