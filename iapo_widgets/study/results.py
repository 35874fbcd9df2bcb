"""Results on disk: one line of JSON for each finished run, appended, so that nothing finished is ever lost."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .protocol import Study, Unit

FORMAT = "iapo-widgets study, version 1"


@dataclass(eq=False)
class ResultsFile:
    """The records of ``study`` in the file at ``path``, which is made where it is absent.

    ``dropped`` says what was cut off: a last line that a crash left unfinished.  Raises ``ValueError`` where the
    file is no results file, has another version or belongs to another study; it is left as it was then.
    """

    study: Study
    path: Path
    dropped: str = ""

    def __post_init__(self) -> None:
        self.path = Path(self.path)
        self._units: dict[Unit, list[dict[str, Any]]] = {}
        header = {"format": FORMAT, "study": self.study.description()}
        if not self.path.exists() or not self.path.stat().st_size:
            self._append(header)
            return
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.splitlines()
        try:
            found = json.loads(lines[0])
            kind = found["format"]
        except (IndexError, ValueError, TypeError, KeyError):
            raise ValueError(f"{self.path} is not the results of a study; name another file") from None
        if kind != FORMAT:
            raise ValueError(f"{self.path} has format {kind!r}, expected {FORMAT!r}; name another file")
        if found["study"] != json.loads(json.dumps(header["study"])):
            different = [k for k, v in json.loads(json.dumps(header["study"])).items() if found["study"].get(k) != v]
            raise ValueError(f"{self.path} holds another study: {', '.join(different)} differ; name another file")
        for number, line in enumerate(lines[1:], 2):
            try:
                entry = json.loads(line)
                self._units[entry["environment"], entry["run"]] = entry["records"]
            except (ValueError, TypeError, KeyError):
                raise ValueError(f"{self.path}, line {number}, cannot be read; remove that line to go on") from None
        if len(whole) < len(content):
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
