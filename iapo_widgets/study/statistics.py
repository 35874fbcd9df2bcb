"""What the records of a study say: means with standard errors, and paired comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Records = Sequence[dict[str, Any]]
TIE = 1e-12  # returns that differ by no more are equal: rounding alone tells them apart
MEASURES = ("acr", "regret")  # of every record
OF_STOPS = ("regret_fixed", "regret_fixed_train")  # of a record of arms that may stop early, too
EXACT = 10  # untied pairs from which on the normal approximation, or SciPy's exact one, is good enough


@dataclass(frozen=True, slots=True)
class Cell:
    """One algorithm at one budget on one environment: means over runs, with standard errors.

    Of arms that may stop early also ``regret_fixed`` and ``regret_fixed_train``, as ``BenchRow`` has them; else None.
    """

    environment: str
    algorithm: str
    budget: int
    runs: int
    acr: float
    acr_sem: float
    regret: float
    regret_sem: float
    regret_fixed: float | None = None
    regret_fixed_sem: float | None = None
    regret_fixed_train: float | None = None
    regret_fixed_train_sem: float | None = None

    @property
    def stops(self) -> bool:
        """Whether its arms may stop early."""
        return self.regret_fixed is not None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Is ``better`` better than ``worse``? Mean of the paired difference in ACR, and Wilcoxon's two-sided p.

    ``p_holm`` is corrected for all comparisons made together (Holm 1979).
    """

    environment: str
    budget: int
    better: str
    worse: str
    difference: float
    p: float
    p_holm: float

    @property
    def significant(self) -> bool:
        """At the paper's level of 0.05, after correction, in the direction of ``better``."""
        return self.p_holm < 0.05 and self.difference > 0


def summary(records: Records) -> list[Cell]:
    """A cell for each environment, algorithm and budget, in the order of the records."""
    groups: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    for r in records:
        groups.setdefault((r["environment"], r["algorithm"], r["budget"]), []).append(r)
    cells = []
    for key, group in groups.items():
        measures = [*MEASURES, *(m for m in OF_STOPS if m in group[0])]
        means = [f([r[m] for r in group]) for m in measures for f in (lambda v: float(np.mean(v)), sem)]
        cells.append(Cell(*key, len(group), *means))
    return cells


def compare(records: Records, better: str, others: Sequence[str]) -> list[Comparison]:
    """Paired comparisons of ``better`` with each of ``others`` on every environment and budget, Holm-corrected.

    Runs are paired by their number: same split, same seed.  Raises ``ValueError`` where the runs do not pair.
    """
    values: dict[tuple[str, int, str], dict[int, float]] = {}
    for r in records:
        values.setdefault((r["environment"], r["budget"], r["algorithm"]), {})[r["run"]] = r["acr"]
    pairs = dict.fromkeys((r["environment"], r["budget"]) for r in records)
    rows = []
    for environment, budget in pairs:
        for other in others:
            a, b = (values.get((environment, budget, name), {}) for name in (better, other))
            if not a or a.keys() != b.keys():
                raise ValueError(f"{better} and {other} do not have the same runs on {environment} at T = {budget}")
            difference = np.array([a[run] - b[run] for run in a])
            rows.append((environment, budget, better, other, float(difference.mean()), signed_rank(difference)))
    corrected = holm([row[-1] for row in rows])
    return [Comparison(*row, p) for row, p in zip(rows, corrected, strict=True)]


def signed_rank(differences: Sequence[float] | NDArray[np.float64]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test of paired differences (runs,), 1 where all are ties.

    What is at most ``TIE`` is a tie and is left out.  With fewer than ``EXACT`` pairs left p is exact, over all signs,
    equal ranks included; with more, SciPy's.
    """
    from scipy.stats import rankdata, wilcoxon

    untied = np.asarray(differences, dtype=float)
    untied = np.round(untied[np.abs(untied) > TIE] / TIE)  # so that equals have equal ranks
    if not len(untied):
        return 1.0
    if len(untied) >= EXACT:
        return float(wilcoxon(untied).pvalue)
    ranks = rankdata(np.abs(untied))
    signs = np.array(list(product((-1, 1), repeat=len(ranks))))
    return float(np.mean(np.abs(signs @ ranks) >= abs(np.sign(untied) @ ranks) - 1e-9))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: the k-th smallest of m times m - k + 1, never falling, at most 1."""
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    out = np.empty_like(p)
    out[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return [float(v) for v in out]


def sem(values: Sequence[float]) -> float:
    """Standard error of the mean, 0 for a single value."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
