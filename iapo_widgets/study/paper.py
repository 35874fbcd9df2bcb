"""The studies behind figures 4 and 5, and the table of what they found.

``iapo study DIR`` runs them, or goes on where it was stopped, and writes that table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..tasks.catalogue import GENERATED
from .protocol import Study
from .statistics import compare, summary
from .table import STOPS, Table

_ALL = tuple(GENERATED)

#: Algorithms whose rounds are batches.
ELIMINATION = ("psst", "psst+k1", "psst+k4", "psst+k8", "frugal", "triple-n1", "triple-random", "uniform")
#: Algorithms that decide before every pull, so that they take longer: three budgets.
SEQUENTIAL = ("epsilon-greedy", "softmax", "ucb")
#: From papers on prompts that this one does not compare with.
RIVALS = ("racing", "ucb-e", "ucb-e-lrf")
#: Those that are run on arms that may stop early, too.
STOPPERS = ("psst", "psst+k4", "frugal")
#: Budgets of what takes long.
FEW = (1_000, 5_000, 20_000)
#: Name of PSST with both options in the tables.
IMPROVED = "psst, paired subsets"

STUDIES: dict[str, Study] = {
    "elimination": Study(_ALL, ELIMINATION),
    "sequential": Study(_ALL, SEQUENTIAL, FEW),
    "fourfold": Study(_ALL, ("psst",), (4_000, 8_000)),
    "improved": Study(_ALL, ("psst",), (5_000, 20_000), options={"psst": {"reuse": "subsets", "paired": True}}),
    "rivals": Study(_ALL, RIVALS, FEW, runs=50),
    "stopping": Study(_ALL, STOPPERS, FEW, runs=30, stops=True),
}


def paper_studies(runs: int | None = None, published: bool = False) -> dict[str, Study]:
    """``STUDIES``, with fewer runs or on the published files (there is none of synth-categorical)."""
    names = tuple(n for n in _ALL if not (published and n == "synth-categorical"))
    changed = {name: replace(s, environments=names, published=published) for name, s in STUDIES.items()}
    return {n: replace(s, runs=min(runs, s.runs)) for n, s in changed.items()} if runs is not None else changed


def tabulate(records: Mapping[str, Sequence[dict[str, Any]]], published: bool = False) -> Table:
    """The table of the records of ``paper_studies``, name of the study -> its records.

    PSST is compared with every other algorithm of its study, the screened ones with those that leave one decision out,
    PSST with paired subsets with PSST, and ``frugal`` with PSST at the same and at four times its budget; the rivals
    with both, and who chose among arms that stop with itself on the paper's arms.  A comparison is of the runs that
    both have.
    """
    improved = [{**r, "algorithm": IMPROVED} for r in records["improved"]]
    stopping = [{**r, "algorithm": r["algorithm"] + STOPS} for r in records["stopping"]]
    plain, frugal = (_of(records["elimination"], name) for name in ("psst", "frugal"))
    at_four = [{**r, "algorithm": "psst at 4 T", "budget": r["budget"] // 4} for r in (*records["fourfold"], *plain)]
    comparisons = [
        *compare(records["elimination"], "psst", [a for a in ELIMINATION if a not in ("psst", "frugal")]),
        *compare(_shared(plain, records["sequential"]), "psst", SEQUENTIAL),
        *compare(records["elimination"], "psst+k8", ["psst", "psst+k1", "triple-n1", "triple-random"]),
        *compare(records["elimination"], "frugal", ["psst"]),
        *compare(_shared(frugal, at_four), "frugal", ["psst at 4 T"]),
        *compare(_shared(improved, plain), IMPROVED, ["psst"]),
        *compare(_shared(plain, records["rivals"]), "psst", RIVALS),
        *compare(_shared(frugal, records["rivals"]), "frugal", RIVALS),
        *(c for a in STOPPERS for c in compare(_shared(stopping, _of(records["elimination"], a)), a + STOPS, [a])),
        *compare(stopping, "frugal" + STOPS, ["psst" + STOPS, "psst+k4" + STOPS]),
    ]
    together = [*records["elimination"], *improved, *records["fourfold"]]
    apart = (records["sequential"], records["rivals"], stopping)
    return Table((*summary(together), *(c for own in apart for c in summary(own))), tuple(comparisons), published)


def _of(records: Sequence[dict[str, Any]], algorithm: str) -> list[dict[str, Any]]:
    return [r for r in records if r["algorithm"] == algorithm]


def _shared(some: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records of both, of every environment, budget and run that both have."""

    def place(record: dict[str, Any]) -> tuple[str, int, int]:
        return record["environment"], record["budget"], record["run"]

    both = set(map(place, some)) & set(map(place, others))
    return [r for r in (*some, *others) if place(r) in both]
