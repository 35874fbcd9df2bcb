"""What best-of-N that may stop is worth, from known probabilities, in closed form.

With F the chance that one completion does not reach r, a batch after j batches of b is asked with chance F^(jb).  So
the reward at cap n = kb + s is

    sum_{j < k} F^(jb) G_b + F^(kb) G_s + B_n ,   G_m = E[max of m; it reaches r] ,   B_n = E[max of n; it does not].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .early_votes import EarlyValues
from .stopping import Rule, reached

Array = NDArray[np.float64]


def best_values(
    utility: Array, probs: Array, rules: Sequence[Rule], reach: Sequence[float | None], n_max: int
) -> EarlyValues:
    """Values of R pairs with outcomes of ``utility`` and ``probs`` (R, M); reach: of each rule, ``None`` for none."""
    order = np.argsort(utility, axis=1, kind="stable")
    u, p = (np.take_along_axis(a, order, axis=1) for a in (utility, probs))
    below = np.minimum(np.cumsum(p, axis=1), 1.0)
    below[:, -1] = 1.0
    out = EarlyValues(*(np.zeros((len(u), n_max, len(rules))) for _ in range(4)))
    kept: dict[float | None, tuple[Array, Array]] = {}
    for k, (rule, r) in enumerate(zip(rules, reach, strict=True)):
        if r not in kept:
            high = np.zeros(u.shape, dtype=bool) if r is None else reached(u, r)
            miss = np.where(high.any(axis=1), np.where(high, 0.0, p).sum(axis=1), 1.0)  # exactly 1 where nothing does
            kept[r] = miss[:, None] ** np.arange(n_max + 1), _maxima(u, below, high, n_max)
        missed, good = kept[r]
        for n in range(1, n_max + 1):
            b = min(rule.batch or n, n)
            rest = n % b
            asked, last = missed[:, : n - rest : b].sum(axis=1), missed[:, n - rest]
            out.whole[:, n - 1, k] = asked
            out.part[:, n - 1, k] = last * (rest > 0)
            out.drawn[:, n - 1, k] = b * asked + rest * last
            stopped = asked * good[:, b] + last * good[:, rest]
            out.change[:, n - 1, k] = stopped - good[:, n]  # B_n is in both
    return out


def _maxima(u: Array, below: Array, high: NDArray[np.bool_], n_max: int) -> Array:
    """G_0 .. G_n_max, (R, n_max + 1); u ascending, below: its distribution, high: what reaches."""
    out = np.zeros((len(u), n_max + 1))
    if not high.any():
        return out
    wanted = np.where(high, u, 0.0)
    power = np.ones_like(below)
    for n in range(1, n_max + 1):
        power *= below
        out[:, n] = np.einsum("rm,rm->r", wanted, np.diff(power, axis=1, prepend=0.0))
    return out
