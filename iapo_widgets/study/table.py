"""The table of what studies found, on disk as two small CSV files; the one of the stand-ins comes with the package."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Collection, Iterable
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from ..core import bounds
from ..core.files import contents, parsed, replacing
from .statistics import Cell, Comparison

TABLES = Path(__file__).parent / "tables"
#: What the name of an algorithm ends with where the arms that it chose among may stop early.
STOPS = ", arms that stop"


@dataclass(frozen=True, slots=True)
class Table:
    """What studies found: means with standard errors, and paired comparisons (Wilcoxon, Holm-corrected)."""

    cells: tuple[Cell, ...]
    comparisons: tuple[Comparison, ...]
    published: bool = False

    @property
    def source(self) -> str:
        """Where the numbers come from, in a few words for a title."""
        most, *fewer = sorted({c.runs for c in self.cells}, reverse=True) or [0]
        data = "the authors' files" if self.published else "generated stand-ins"
        return f"{data}, {most} runs" + (f" (some rows: {' or '.join(map(str, sorted(fewer)))})" if fewer else "")

    def only(self, algorithms: Collection[str]) -> Table:
        """The table of these algorithms alone."""
        cells = tuple(c for c in self.cells if c.algorithm in algorithms)
        pairs = tuple(c for c in self.comparisons if {c.better, c.worse} <= set(algorithms))
        return Table(cells, pairs, self.published)

    def alike(self, stops: bool) -> list[Cell]:
        """The cells of arms that may stop early, or of the others, each by the plain name of its algorithm."""
        return [replace(c, algorithm=c.algorithm.removesuffix(STOPS)) for c in self.cells if c.stops is stops]

    def cell(self, environment: str, algorithm: str, budget: int) -> Cell:
        """That mean; the one of most runs where several studies have it.  Raises ``KeyError`` where none has."""
        key = environment, algorithm, budget
        found = [c for c in self.cells if (c.environment, c.algorithm, c.budget) == key]
        if not found:
            raise KeyError(f"the table holds nothing on {algorithm} at T = {budget} on {environment}")
        return max(found, key=lambda c: c.runs)

    def comparison(self, environment: str, better: str, worse: str, budget: int) -> Comparison:
        """That comparison, ``budget`` being the one of ``better``.  Raises ``KeyError`` where it was not made."""
        key = environment, better, worse, budget
        for c in self.comparisons:
            if (c.environment, c.better, c.worse, c.budget) == key:
                return c
        raise KeyError(f"the table does not compare {better} with {worse} at T = {budget} on {environment}")

    def write(self, folder: str | os.PathLike[str]) -> None:
        """Write ``cells.csv``, ``comparisons.csv`` and ``about.json`` to ``folder``, each in one step."""
        about = {"command": "iapo study DIR" + " --published" * self.published, "published": self.published}
        _replace(Path(folder) / "about.json", json.dumps(about, indent=1) + "\n")
        for name, rows in (("cells", self.cells), ("comparisons", self.comparisons)):
            text = io.StringIO()
            writer = csv.DictWriter(text, [f.name for f in fields(rows[0])], lineterminator="\n")
            writer.writeheader()
            writer.writerows({k: _short(v) for k, v in asdict(row).items()} for row in rows)
            _replace(Path(folder) / f"{name}.csv", text.getvalue())

    @classmethod
    def read(cls, folder: str | os.PathLike[str] = TABLES) -> Table:
        """The table in ``folder``; without one, the table of the stand-ins that comes with the package.

        Raises ``FileNotFoundError`` where there is none, ``ValueError`` where ``write`` did not write it.
        """
        folder = Path(folder)
        try:
            about = parsed(contents(folder / "about.json", bounds.TEXT_BYTES))
            published = about.get("published") if isinstance(about, dict) else None
            if not isinstance(published, bool):
                raise ValueError("about.json does not say whether it is of published files")
            cells, comparisons = (
                tuple(_rows(folder / f"{kind.__name__.lower()}s.csv", kind)) for kind in (Cell, Comparison)
            )
        except (ValueError, OverflowError, csv.Error) as error:
            raise ValueError(f"{folder} holds no table of a study: {bounds.cited(error)}") from error
        return cls(cells, comparisons, published)


def _replace(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())


def _short(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value


def _rows(path: Path, kind: type) -> Iterable[Any]:
    """The rows; a column that may be absent is so in tables of older versions."""
    types = get_type_hints(kind)
    reader = csv.DictReader(io.StringIO(contents(path, bounds.TEXT_BYTES).decode(), newline=""))
    there = reader.fieldnames or ()
    wanted = [f.name for f in fields(kind) if f.default is MISSING or f.name in there]
    for number, row in enumerate(reader):
        missing = [name for name in wanted if row.get(name) is None]
        if missing:
            raise ValueError(f"row {number + 1} of {path.name} lacks {missing[0]}")
        yield kind(**{name: _value(types[name], row[name]) for name in wanted})


def _value(kind: Any, text: str) -> Any:
    """``text`` as that type; where it may be None, nothing is None."""
    if isinstance(kind, type):
        return kind(text)
    return float(text) if text else None
