"""What best-of-N that stops is worth where completions come from a Polya urn, in closed form.

An urn of total T, of which B does not reach r, misses r with its first j completions by j rising factors
(B + i) / (T + i).  After them it holds j more that do not reach.  So the chance that none of the next s is above a u
that reaches has the factors (below(u) + j + i) / (T + j + i), for every r alike.  With G_s(j) the expected best of the
next s where one of them reaches, times the chance of missing before, a cap n = kb + s in batches of b earns

    sum_{i < k} G_b(ib) + G_s(kb) + what it earns where none of n reaches,

and all n at once earn G_n(0) in place of the sums.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .stopping import reached

Array = NDArray[np.float64]


class ReachUrns:
    """R urns and the reaches of L levels."""

    def __init__(self, utility: Array, mass: Array, reach: Array, n_max: int) -> None:
        """utility and mass (R, M) of what the urns hold; reach (L,), ascending."""
        order = np.argsort(utility, axis=1, kind="stable")
        u, mass = np.take_along_axis(utility, order, axis=1), np.take_along_axis(mass, order, axis=1)
        most = u.shape[1]
        below = np.cumsum(mass, axis=1)
        first = most - reached(u, reach[:, None, None]).sum(axis=2)[..., None]  # of what reaches, (L, R, 1)
        place, some = np.arange(most - 1), first < most
        edge = u[np.arange(len(u)), np.minimum(first[..., 0], most - 1)][..., None]
        self._steps = np.where(place >= first, np.diff(u, axis=1), edge * (place == first - 1)) * some  # (L, R, M - 1)
        self._top = np.where(some, u[:, -1:], 0.0)[..., 0]
        self._below, self._total, self._n_max = below[:, :-1].copy(), below[:, -1], n_max
        self._linear = self._over(self._below), self._steps.sum(axis=2)
        fewer = np.take_along_axis(np.pad(below, ((0, 0), (1, 0)))[None], first, axis=2)[..., 0]
        i = np.arange(n_max)[:, None, None]
        chances = np.concatenate([np.ones((1, *fewer.shape)), (fewer + i) / (self._total + i)])
        self.miss = np.cumprod(chances, axis=0)  # of so many completions, (n_max + 1, L, R)
        self._at_once = np.stack(list(self._best(0, n_max)))

    def gains(self, batch: int) -> tuple[Array, Array]:
        """Change of the reward beside all n at once, and whole batches asked, both (n_max, L, R)."""
        change, whole = np.empty((2, *self._at_once.shape))
        earned, asked = np.zeros((2, *self._top.shape))
        for j in range(0, self._n_max, batch):
            for n, best in enumerate(self._best(j, min(batch, self._n_max - j)), start=j):
                change[n] = earned + self.miss[j] * best
                whole[n] = asked + self.miss[j] * (n + 1 - j == min(batch, n + 1))
            earned, asked = change[n], whole[n]
        return change - self._at_once, whole

    def _best(self, j: int, most: int) -> Iterator[Array]:
        """G_s(j) for s = 1 .. most, given the miss before, each (L, R)."""
        level, slope = self._linear
        yield self._top - (level + j * slope) / (self._total + j)
        power = (self._below + j) / (self._total + j)[:, None]
        for i in range(j + 1, j + most):
            power *= (self._below + i) / (self._total + i)[:, None]
            yield self._top - self._over(power)

    def _over(self, chance: Array) -> Array:
        return np.asarray(np.einsum("lrm,rm->lr", self._steps, chance))
