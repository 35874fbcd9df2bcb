"""The best of n, exactly: from known probabilities, and over all n-subsets of completions at hand."""

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
