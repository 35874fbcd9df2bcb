"""A matrix of rewards, prompts by queries, filled in by factors of rank one: an ensemble says how unsure each entry is.

Zhou et al., *On Speeding Up Language Model Evaluation*, ICLR 2025, fill in their scores in this way: alternating least
squares on the entries seen, many times over with a few of them left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Index = NDArray[np.int64]

DROPPED = 0.05  # share of the entries that each member of the ensemble does not see
REGULARIZER = 0.1  # weight of the pull towards the mean
ITERATIONS = 10


@dataclass(frozen=True, eq=False, slots=True)
class Filled:
    """Every entry's mean and standard deviation over the ensemble, (P, X)."""

    mean: Array
    deviation: Array


def fill_in(
    prompts: Index, queries: Index, scores: Array, shape: tuple[int, int], members: int, rng: np.random.Generator
) -> Filled:
    """The matrix of that ``shape`` (P, X) from entries seen at (prompts, queries), (B,) each, some perhaps repeatedly.

    score(p, x) = u(p) v(x).  The factors are drawn towards their mean and not, as in the paper, towards zero: where
    most queries were asked of nobody, as with few calls, zero would say that whoever is asked more is better.
    """
    unit = float(np.sqrt(np.mean(scores**2))) or 1.0
    seen = scores / unit
    kept = (rng.random((members, len(scores))) >= DROPPED).astype(float) if members > 1 else np.ones((1, len(scores)))
    centre = float(seen.mean())
    by_prompt, by_query = _Sums(prompts, shape[0]), _Sums(queries, shape[1])
    v = centre + 0.1 * rng.standard_normal((members, shape[1]))
    for _ in range(ITERATIONS):
        u = _solved(by_prompt, kept, seen, v[:, queries], 1.0)
        v = _solved(by_query, kept, seen, u[:, prompts], centre)
    mean = u.T @ v / members
    square = (u**2).T @ v**2 / members
    return Filled(unit * mean, unit * np.sqrt(np.maximum(square - mean**2, 0.0)))


def _solved(sums: _Sums, kept: Array, seen: Array, other: Array, centre: float) -> Array:
    """Least squares of one factor (E, rows), given the ``other`` at each entry (E, B)."""
    weighted = kept * other
    return (sums(weighted * seen) + REGULARIZER * centre) / (sums(weighted * other) + REGULARIZER)


class _Sums:
    """Sums of values (E, B) over the entries of each row, (E, rows)."""

    def __init__(self, rows: Index, number: int) -> None:
        self._order = np.argsort(rows, kind="stable")
        self._present, self._first = np.unique(rows[self._order], return_index=True)
        self._number = number

    def __call__(self, values: Array) -> Array:
        out = np.zeros((len(values), self._number))
        out[:, self._present] = np.add.reduceat(values[:, self._order], self._first, axis=1)
        return out
