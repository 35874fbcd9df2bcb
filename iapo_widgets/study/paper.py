"""The studies behind figures 4 and 5, and the table of what they found on the stand-ins, kept in this package.

``iapo study DIR`` runs them, or goes on where it was stopped, and writes that table.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from ..tasks.catalogue import GENERATED
from .protocol import Study
from .statistics import Cell, Comparison, compare, summary

TABLES = Path(__file__).parent / "tables"
_ALL = tuple(GENERATED)

#: Algorithms whose rounds are batches: fast enough for 200 runs.
ELIMINATION = ("psst", "psst+k1", "psst+k4", "psst+k8", "frugal", "triple-n1", "triple-random", "uniform")
#: Algorithms that decide before every pull; ``psst`` is there to be compared with on the same runs.
SEQUENTIAL = ("psst", "epsilon-greedy", "softmax", "ucb")
#: Name of PSST with both options in the tables.
IMPROVED = "psst, paired subsets"

STUDIES: dict[str, Study] = {
    "elimination": Study(_ALL, ELIMINATION),
    "sequential": Study(_ALL, SEQUENTIAL, (1_000, 5_000, 20_000), runs=50),
    "fourfold": Study(_ALL, ("psst",), (4_000, 8_000)),
    "improved": Study(_ALL, ("psst",), (5_000, 20_000), options={"psst": {"reuse": "subsets", "paired": True}}),
}


@dataclass(frozen=True, slots=True)
class Table:
    """What studies found: means with standard errors, and paired comparisons (Wilcoxon, Holm-corrected)."""

    cells: tuple[Cell, ...]
    comparisons: tuple[Comparison, ...]

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
        """Write ``cells.csv`` and ``comparisons.csv`` to ``folder``, each in one step."""
        for name, rows in (("cells", self.cells), ("comparisons", self.comparisons)):
            path = Path(folder) / f"{name}.csv"
            part = path.with_suffix(".part")
            with part.open("w", newline="") as file:
                writer = csv.DictWriter(file, [f.name for f in fields(rows[0])], lineterminator="\n")
                writer.writeheader()
                writer.writerows({k: _short(v) for k, v in asdict(row).items()} for row in rows)
            part.replace(path)

    @classmethod
    def read(cls, folder: str | os.PathLike[str] = TABLES) -> Table:
        """The table in ``folder``; without one, the table of 200 runs on the stand-ins that comes with the package.

        Raises ``FileNotFoundError`` where there is none.
        """
        return cls(
            tuple(_rows(Path(folder) / "cells.csv", Cell)), tuple(_rows(Path(folder) / "comparisons.csv", Comparison))
        )


def paper_studies(runs: int | None = None, published: bool = False) -> dict[str, Study]:
    """``STUDIES``, with fewer runs or on the published files (there is none of synth-categorical)."""
    names = tuple(n for n in _ALL if not (published and n == "synth-categorical"))
    changed = {name: replace(s, environments=names, published=published) for name, s in STUDIES.items()}
    return {n: replace(s, runs=min(runs, s.runs)) for n, s in changed.items()} if runs is not None else changed


def tabulate(records: Mapping[str, Sequence[dict[str, Any]]]) -> Table:
    """The table of the records of ``paper_studies``, name of the study -> its records.

    PSST is compared with every other algorithm of its study, the screened ones with those that leave one decision out,
    PSST with paired subsets with PSST, and ``frugal`` with PSST at the same and at four times its budget.
    """
    improved = [{**r, "algorithm": IMPROVED} for r in records["improved"]]
    together = [*records["elimination"], *improved, *records["fourfold"]]
    plain = [r for r in records["elimination"] if r["algorithm"] == "psst"]
    at_four = [{**r, "algorithm": "psst at 4 T", "budget": r["budget"] // 4} for r in (*records["fourfold"], *plain)]
    frugal = [r for r in records["elimination"] if r["algorithm"] == "frugal"]
    shared = {r["budget"] for r in at_four} & {r["budget"] for r in frugal}
    comparisons = [
        *compare(records["elimination"], "psst", [a for a in ELIMINATION if a not in ("psst", "frugal")]),
        *compare(records["sequential"], "psst", SEQUENTIAL[1:]),
        *compare(records["elimination"], "psst+k8", ["psst", "psst+k1", "triple-n1", "triple-random"]),
        *compare(records["elimination"], "frugal", ["psst"]),
        *compare([r for r in (*frugal, *at_four) if r["budget"] in shared], "frugal", ["psst at 4 T"]),
        *compare(
            [r for r in (*improved, *plain) if r["budget"] in {i["budget"] for i in improved}], IMPROVED, ["psst"]
        ),
    ]
    sequential = [r for r in records["sequential"] if r["algorithm"] != "psst"]
    return Table((*summary(together), *summary(sequential)), tuple(comparisons))


def _short(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value


def _rows(path: Path, kind: type) -> Iterable[Any]:
    types = get_type_hints(kind)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            yield kind(**{name: types[name](row[name]) for name in types})
