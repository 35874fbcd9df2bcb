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
from .table import Table

_ALL = tuple(GENERATED)

#: Algorithms whose rounds are batches.
ELIMINATION = ("psst", "psst+k1", "psst+k4", "psst+k8", "frugal", "triple-n1", "triple-random", "uniform")
#: Algorithms that decide before every pull, so that they take longer: three budgets.
SEQUENTIAL = ("epsilon-greedy", "softmax", "ucb")
#: Name of PSST with both options in the tables.
IMPROVED = "psst, paired subsets"

STUDIES: dict[str, Study] = {
    "elimination": Study(_ALL, ELIMINATION),
    "sequential": Study(_ALL, SEQUENTIAL, (1_000, 5_000, 20_000)),
    "fourfold": Study(_ALL, ("psst",), (4_000, 8_000)),
    "improved": Study(_ALL, ("psst",), (5_000, 20_000), options={"psst": {"reuse": "subsets", "paired": True}}),
}


def paper_studies(runs: int | None = None, published: bool = False) -> dict[str, Study]:
    """``STUDIES``, with fewer runs or on the published files (there is none of synth-categorical)."""
    names = tuple(n for n in _ALL if not (published and n == "synth-categorical"))
    changed = {name: replace(s, environments=names, published=published) for name, s in STUDIES.items()}
    return {n: replace(s, runs=min(runs, s.runs)) for n, s in changed.items()} if runs is not None else changed


def tabulate(records: Mapping[str, Sequence[dict[str, Any]]], published: bool = False) -> Table:
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
    step_by_step = [*(r for r in plain if r["budget"] in STUDIES["sequential"].budgets), *records["sequential"]]
    comparisons = [
        *compare(records["elimination"], "psst", [a for a in ELIMINATION if a not in ("psst", "frugal")]),
        *compare(step_by_step, "psst", SEQUENTIAL),
        *compare(records["elimination"], "psst+k8", ["psst", "psst+k1", "triple-n1", "triple-random"]),
        *compare(records["elimination"], "frugal", ["psst"]),
        *compare([r for r in (*frugal, *at_four) if r["budget"] in shared], "frugal", ["psst at 4 T"]),
        *compare(
            [r for r in (*improved, *plain) if r["budget"] in {i["budget"] for i in improved}], IMPROVED, ["psst"]
        ),
    ]
    return Table((*summary(together), *summary(records["sequential"])), tuple(comparisons), published)
