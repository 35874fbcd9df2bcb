"""What pulls at the largest scale say against a model of every scale: the doubly robust part of ``frugal``.

A pull of (p, n_max) on a query drawn at random has an unbiased estimate of the reward at every n, its mean over all
n-subsets, and the model has a guess.  Their mean difference over such pulls estimates what the model errs by for that
prompt.  Added whole it leaves of the model little more than a control variate; but few pulls make it noisy.  So it
is added in the share tau^2 / (tau^2 + sigma^2): sigma^2 its variance, tau^2 how much the model errs by over all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .reuse import subset_samples
from .strategies import Strategy

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class Corrections:
    """Whole pulls of ``n_max`` completions and their unbiased rewards."""

    def __init__(self, strategy: Strategy, weights: Array, n_max: int) -> None:
        self._strategy, self._weights, self._n_max = strategy, weights, n_max
        self._pulls: list[tuple[Index, Index, Array]] = []

    def add(self, completions: Completions) -> None:
        """Take in those pulls that are whole and as large as may be, if one completion is not that."""
        whole = completions.n_valid >= self._n_max
        if self._n_max == 1 or not whole.any():
            return
        c = completions.rows(whole)
        self._pulls.append((c.prompts, c.queries, subset_samples(c, self._strategy, self._weights, self._n_max).reward))

    def pairs(self, keep: Index, seen: Index) -> tuple[NDArray[np.bool_], Index]:
        """Which pulls are of the prompts ``keep`` (K,), and the pair of each of these, numbered within keep x seen."""
        if not self._pulls:
            return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64)
        prompts, queries, _ = (np.concatenate(parts) for parts in zip(*self._pulls, strict=True))
        mine = np.isin(prompts, keep)
        return mine, np.searchsorted(keep, prompts[mine]) * len(seen) + np.searchsorted(seen, queries[mine])

    def of(self, model: Array, mine: NDArray[np.bool_], row: Index, number: int) -> tuple[Array, Array]:
        """What to add to the mean of a model's guesses, shrunk and whole, both (W, K, n_max).


        model (W, S, n_max): its guesses at the S pulls that are ``mine``, before it saw anything of these pairs; row
        (S,): their prompts, as numbers below K = ``number``.
        """
        shape = number, len(model), self._n_max
        total, squares = np.zeros(shape), np.zeros(shape)
        if not len(row):
            return total.transpose(1, 0, 2), total.transpose(1, 0, 2)
        gap = np.concatenate([found for _, _, found in self._pulls])[mine] - model.transpose(1, 0, 2)
        np.add.at(total, row, gap)
        np.add.at(squares, row, gap**2)
        count = np.bincount(row, minlength=number)[:, None, None]
        often, degrees = np.maximum(count, 1), np.maximum(count - 1, 0)
        mean = total / often
        within = np.maximum(squares - count * mean**2, 0)
        shared = within.sum(axis=0) / max(int(degrees.sum()), 1)
        variance = (within + shared) / (degrees + 1) / often + 1e-12  # one degree of freedom from all prompts
        errs = np.maximum((mean**2 - variance)[count[:, 0, 0] > 0].mean(axis=0), 0) * bool(degrees.any())
        shrunk = errs / (errs + variance) * mean
        return shrunk.transpose(1, 0, 2), mean.transpose(1, 0, 2)
