"""One pull, estimates at every scale: the nested reuse of PSST, and its variance-free form over all subsets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .problem import Context, cost_weight_vector
from .strategies import Strategy

Array = NDArray[np.float64]
REUSES = ("blocks", "subsets")


@lru_cache(maxsize=256)
def _tiling(n: int, n_max: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All floor(n / m) disjoint blocks of m completions, m = 1 .. min(n, n_max): starts, ends, first of each m."""
    sizes = np.arange(1, min(n, n_max) + 1)
    number = n // sizes
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    size = np.repeat(sizes, number)
    k = np.arange(number.sum()) - np.repeat(first, number)
    return k * size, (k + 1) * size, first


def block_rewards(
    completions: Completions, strategy: Strategy, contexts: Sequence[Context], n_max: int
) -> tuple[Array, NDArray[np.int64]]:
    """Sum over the disjoint blocks of every scale, (B, C, n_max), and how many blocks there are, (B, n_max).

    The paper's nested reuse: a pull of (p, N) holds floor(N / n) samples of (p, n), n <= N.  Cost is subtracted.
    """
    packed = completions.packed()
    starts, ends, first = _tiling(packed.n, n_max)
    rewards = strategy.rewards(packed, starts, ends, contexts)
    running = np.zeros((len(packed), packed.n + 1))
    np.cumsum(np.where(packed.valid, packed.cost, 0.0), axis=1, out=running[:, 1:])
    spent = running[:, ends] - running[:, starts]
    rewards = rewards - cost_weight_vector(contexts)[:, None] * spent[:, None]
    arrived = ends <= packed.n_valid[:, None]
    rewards = np.where(arrived[:, None], rewards, 0.0)
    total = np.zeros((len(packed), len(contexts), n_max))
    count = np.zeros((len(packed), n_max), dtype=np.int64)
    total[..., : len(first)] = np.add.reduceat(rewards, first, axis=2)
    count[:, : len(first)] = np.add.reduceat(arrived.astype(np.int64), first, axis=1)
    return total, count


def subset_rewards(
    completions: Completions, strategy: Strategy, contexts: Sequence[Context], n_max: int
) -> tuple[Array, NDArray[np.int64]]:
    """Mean over all n-subsets of every pull, (B, C, n_max), and 1 where there is one, (B, n_max).

    A U-statistic: the same expectation as the blocks, less variance, nothing wasted between N / 2 and N.
    """
    rewards = strategy.subsets(completions, contexts, n_max)
    arrived = completions.n_valid
    spent = np.where(completions.valid, completions.cost, 0.0).sum(axis=1) / np.maximum(arrived, 1)
    scales = np.arange(1, n_max + 1)
    rewards = rewards - cost_weight_vector(contexts)[:, None] * (spent[:, None] * scales)[:, None]
    count = (scales <= arrived[:, None]).astype(np.int64)
    return np.where(count[:, None] > 0, rewards, 0.0), count


class Tally:
    """Running sums of rewards for every context, prompt and scale: stockpiling in a few arrays.

    ``reuse`` is ``"blocks"`` or ``"subsets"``; ``q`` is the estimate, NaN where nothing is known.
    """

    def __init__(self, strategy: Strategy, contexts: Sequence[Context], n_prompts: int, n_max: int,
                 reuse: str = "blocks") -> None:  # fmt: skip
        if reuse not in REUSES:
            raise ValueError(f"unknown reuse {reuse!r}; known: {', '.join(REUSES)}")
        self._strategy, self._contexts, self._reuse = strategy, tuple(contexts), reuse
        self._total = np.zeros((n_prompts, len(self._contexts), n_max))
        self._count = np.zeros((n_prompts, n_max), dtype=np.int64)

    def add(self, completions: Completions) -> None:
        """Count the pulls in."""
        if not len(completions):
            return
        rewards = block_rewards if self._reuse == "blocks" else subset_rewards
        total, count = rewards(completions, self._strategy, self._contexts, self._total.shape[2])
        np.add.at(self._total, completions.prompts, total)
        np.add.at(self._count, completions.prompts, count)

    @property
    def count(self) -> NDArray[np.int64]:
        """Samples behind each estimate, (P, n_max)."""
        return self._count.copy()

    @property
    def q(self) -> Array:
        """Estimated Q(c, (p, n)), (C, P, n_max)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._total / self._count[:, None]
        return np.where(self._count[:, None] > 0, mean, np.nan).transpose(1, 0, 2)
