"""The best of n, exactly: from known probabilities, and over all n-subsets of completions at hand.

The best is found by its own utility, or by another score, the *selection*; there, equals are picked equally often.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .voting import binomial_series

Array = NDArray[np.float64]


def expected_maximum(utility: Array, probs: Array, n_max: int) -> Array:
    """E max of n i.i.d. draws: sum_i u_(i) (F_i^n - F_{i-1}^n), shape (R, n_max), utility and probs (R, M)."""
    order = np.argsort(utility, axis=1, kind="stable")
    u = np.take_along_axis(utility, order, axis=1)
    cdf = np.minimum(np.cumsum(np.take_along_axis(probs, order, axis=1), axis=1), 1.0)
    cdf[:, -1] = 1.0
    steps = np.diff(u, axis=1)  # E max = u_(M) - sum_i (u_(i+1) - u_(i)) F_i^n
    below, power = cdf[:, :-1], np.ones_like(cdf[:, :-1])
    out = np.empty((len(u), n_max))
    for n in range(n_max):
        power *= below
        out[:, n] = u[:, -1] - np.einsum("rm,rm->r", steps, power)
    return out


def subset_maximum(utility: Array, present: NDArray[np.bool_], n_max: int) -> Array:
    """Mean of the largest over all n-subsets of the ``present`` completions, shape (R, n_max), NaN beyond.

    utility, present (R, N).  Source: sum_i u_(i) binom(i - 1, n - 1) / binom(N, n), u ascending.
    """
    n_drawn = utility.shape[1]
    count = present.sum(axis=1)
    u = np.sort(np.where(present, utility, np.inf), axis=1)
    u = np.where(np.arange(n_drawn) < count[:, None], u, 0.0)
    rank = binomial_series(np.arange(n_drawn, dtype=float), n_max - 1)  # [n - 1, i - 1]
    total = binomial_series(count.astype(float), n_max)[1:].T  # (R, n_max)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, (u @ rank.T) / total, np.nan)


def expected_selected(utility: Array, selection: Array, probs: Array, n_max: int) -> Array:
    """E utility of the one of n i.i.d. draws with the largest selection, (R, n_max); all of shape (R, M).

    Source: sum_i u_i p_i / P_i ((F_i)^n - (F_i - P_i)^n), P_i the probability of i's selection and F_i of at most it.
    """
    most, less = _mass_below(selection, probs)
    share = probs / np.where(most > less, most - less, 1.0)
    high, low = np.ones_like(most), np.ones_like(less)
    out = np.empty((len(utility), n_max))
    for n in range(n_max):
        high *= most
        low *= less
        out[:, n] = np.einsum("rm,rm->r", utility * share, high - low)
    return out


def subset_selected(utility: Array, selection: Array, present: NDArray[np.bool_], n_max: int) -> Array:
    """Mean utility of the one with the largest selection over all n-subsets of the ``present``, (R, n_max), NaN beyond.

    All of shape (R, N).  Source: the same sum with binom(rank, n) / binom(N, n) in the place of F^n.
    """
    most, less = _mass_below(selection, present.astype(float))
    share = np.where(present, utility, 0.0) / np.where(most > less, most - less, 1.0)
    chosen = binomial_series(most, n_max)[1:] - binomial_series(less, n_max)[1:]  # (n_max, R, N)
    total = binomial_series(present.sum(axis=1).astype(float), n_max)[1:].T  # (R, n_max)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, np.einsum("rm,nrm->rn", share, chosen) / total, np.nan)


def _mass_below(selection: Array, mass: Array) -> tuple[Array, Array]:
    """Mass of what has at most, and of what has less than, each one's selection, both (R, M)."""
    most, less = np.empty_like(mass), np.empty_like(mass)
    for m in range(mass.shape[1]):
        mine = selection[:, m, None]
        most[:, m] = np.where(selection <= mine, mass, 0.0).sum(axis=1)
        less[:, m] = np.where(selection < mine, mass, 0.0).sum(axis=1)
    return most, less
