"""What the records of a study say: means with standard errors, and paired comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Records = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One algorithm at one budget on one environment: means over runs, with standard errors."""

    environment: str
    algorithm: str
    budget: int
    runs: int
    acr: float
    acr_sem: float
    regret: float
    regret_sem: float


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
        values, regrets = [r["acr"] for r in group], [r["regret"] for r in group]
        cells.append(Cell(*key, len(group), float(np.mean(values)), sem(values), float(np.mean(regrets)), sem(regrets)))
    return cells


def compare(records: Records, better: str, others: Sequence[str]) -> list[Comparison]:
    """Paired comparisons of ``better`` with each of ``others`` on every environment and budget, Holm-corrected.

    Runs are paired by their number: same split, same seed.  Raises ``ValueError`` where the runs do not pair.
    """
    from scipy.stats import wilcoxon

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
            p = float(wilcoxon(difference).pvalue) if np.any(difference) else 1.0
            rows.append((environment, budget, better, other, float(difference.mean()), p))
    corrected = holm([row[-1] for row in rows])
    return [Comparison(*row, p) for row, p in zip(rows, corrected, strict=True)]


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
