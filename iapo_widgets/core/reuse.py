"""One pull, estimates at every scale: the nested reuse of PSST, and its variance-free form over all subsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .costs import bill, calls, per_call_of
from .problem import Context, cost_weight_vector, distinct_weights
from .protocol import Environment
from .strategies import Strategy
from .voting import blocks

Array = NDArray[np.float64]
Said = TypeVar("Said")
CHUNK = 1 << 19  # rewards worked on at once: memory stays bounded, and in the cache


@lru_cache(maxsize=256)
def tiling(n: int, n_max: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """All floor(n / m) disjoint blocks of m completions, m = 1 .. min(n, n_max): starts, ends, first of each m."""
    sizes = np.arange(1, min(n, n_max) + 1)
    number = n // sizes
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    size = np.repeat(sizes, number)
    k = np.arange(number.sum()) - np.repeat(first, number)
    return k * size, (k + 1) * size, first


@dataclass(frozen=True, eq=False, slots=True)
class Samples:
    """What pulls say about every scale: sums over their samples of rewards and costs, and how many samples.

    reward (B, W, n_max) for W vectors of objective weights, cost (B, n_max) of the completions, call_cost (B, n_max) of
    one request a sample, count (B, n_max).  A sample of n completions takes the requests that n take, and not those of
    the pull that it is from.
    """

    reward: Array
    cost: Array
    call_cost: Array
    count: NDArray[np.int64]


def block_samples(completions: Completions, strategy: Strategy, weights: Array, n_max: int) -> Samples:
    """The paper's nested reuse: a pull of (p, N) holds floor(N / n) disjoint samples of (p, n), n <= N."""
    packed = completions.packed()
    starts, ends, first = tiling(packed.n, n_max)
    rewards = strategy.rewards(packed, starts, ends, weights)
    arrived = packed.n_valid
    if np.any(arrived < packed.n):  # a block with a failed completion is missing
        rewards = np.where((ends <= arrived[:, None])[:, None], rewards, 0.0)
    reward = np.zeros((*rewards.shape[:2], n_max))
    reward[..., : len(first)] = np.add.reduceat(rewards, first, axis=2)
    scales = np.arange(1, n_max + 1)
    count = arrived[:, None] // scales
    running = np.zeros((len(packed), packed.n + 1))
    np.cumsum(np.where(packed.valid, packed.cost, 0.0), axis=1, out=running[:, 1:])
    cost = np.take_along_axis(running, count * scales, axis=1)
    return Samples(reward, cost, count * completions.call_cost[:, None], count)


def subset_samples(completions: Completions, strategy: Strategy, weights: Array, n_max: int) -> Samples:
    """The mean over all n-subsets of every pull, one sample a pull and scale n <= N.

    A U-statistic: the same expectation as the blocks, less variance, nothing wasted between N / 2 and N.
    """
    scales = np.arange(1, n_max + 1)
    count = (scales <= completions.n_valid[:, None]).astype(np.int64)
    reward = np.where(count[:, None] > 0, strategy.subsets(completions, weights, n_max), 0.0)
    total = np.where(completions.valid, completions.cost, 0.0).sum(axis=1)
    mean = total / np.maximum(completions.n_valid, 1)
    return Samples(reward, mean[:, None] * scales * count, count * completions.call_cost[:, None], count)


REUSES: dict[str, Callable[[Completions, Strategy, Array, int], Samples]] = {
    "blocks": block_samples,
    "subsets": subset_samples,
}


def by_prompt(
    completions: Completions, samples: Callable[[Completions, Any, Array, int], Said], strategy: Strategy,
    weights: Array, n_max: int, crowd: int = 1,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Said]]:  # fmt: skip
    """What pulls say, in parts that bound memory: prompts, the first row of each, and samples with rows in that order.

    ``np.add.reduceat(values, first, axis=0)`` then sums over the pulls of each prompt.  crowd: times the memory of a
    sample that one takes.
    """
    if not len(completions):
        return
    if np.any(completions.prompts[1:] < completions.prompts[:-1]):
        completions = completions.rows(np.argsort(completions.prompts, kind="stable"))
    size = max(1, CHUNK // (crowd * len(weights) * len(tiling(completions.n, n_max)[0])))
    for rows in blocks(len(completions), size):
        part = completions if size >= len(completions) else completions.rows(rows)
        first = np.flatnonzero(np.diff(part.prompts, prepend=-1))
        yield part.prompts[first], first, samples(part, strategy, weights, n_max)


def pull_values(
    env: Environment, batch: Completions, n: int, contexts: Sequence[Context], which: NDArray[np.int64]
) -> tuple[Array, NDArray[np.bool_]]:
    """Reward less cost of each pull of ``n`` for its context, and whether so many completions arrived, both (B,).

    which: of each pull, the number of its context.
    """
    weights, vector = distinct_weights(contexts)
    packed = batch.packed()
    reward = env.strategy.rewards(packed, np.array([0]), np.array([n]), weights)[..., 0]
    completions = np.where(packed.valid, packed.cost, 0.0)[:, :n].sum(axis=1)
    spending = bill(completions, batch.call_cost, n, per_call_of(env))
    values = reward[np.arange(len(which)), vector[which]] - cost_weight_vector(contexts)[which] * spending
    return values, batch.n_valid >= n


class Tally:
    """Running sums for every prompt, scale and distinct vector of objective weights: stockpiling in a few arrays.

    Contexts that differ only in what spending costs them share their sums.  ``reuse`` is ``"blocks"`` or
    ``"subsets"``; ``per_call()``: completions that one request carries, as far as that is known by now: what is learnt
    late holds for what came early too.  ``q`` is the estimate, NaN where nothing is known.
    """

    def __init__(
        self, strategy: Strategy, contexts: Sequence[Context], n_prompts: int, n_max: int, reuse: str = "blocks",
        *, per_call: Callable[[], int | None] = lambda: None,
    ) -> None:  # fmt: skip
        if not isinstance(reuse, str) or reuse not in REUSES:
            raise ValueError(f"unknown reuse {reuse!r}; known: {', '.join(REUSES)}")
        self._strategy, self._samples, self._per_call = strategy, REUSES[reuse], per_call
        self._weights, self._which = distinct_weights(contexts)
        self._cost_weights = cost_weight_vector(contexts)
        self._reward = np.zeros((n_prompts, len(self._weights), n_max))
        self._cost, self._call_cost = np.zeros((n_prompts, n_max)), np.zeros((n_prompts, n_max))
        self._count = np.zeros((n_prompts, n_max), dtype=np.int64)

    def add(self, completions: Completions) -> None:
        """Count the pulls in."""
        n_max = self._count.shape[1]
        for which, first, samples in by_prompt(completions, self._samples, self._strategy, self._weights, n_max):
            self._reward[which] += np.add.reduceat(samples.reward, first, axis=0)
            self._cost[which] += np.add.reduceat(samples.cost, first, axis=0)
            self._call_cost[which] += np.add.reduceat(samples.call_cost, first, axis=0)
            self._count[which] += np.add.reduceat(samples.count, first, axis=0)

    @property
    def count(self) -> NDArray[np.int64]:
        """Samples behind each estimate, (P, n_max)."""
        return self._count.copy()

    def row_count(self, prompt: int) -> NDArray[np.int64]:
        """Samples behind each scale of one prompt, (n_max,)."""
        return self._count[prompt].copy()

    def context_q(self, context: int) -> Array:
        """``q`` of one context, (P, n_max): what a sequential method looks at before each pull."""
        count = np.where(self._count > 0, self._count, np.nan)
        return (self._reward[:, self._which[context]] - self._cost_weights[context] * self._bill()) / count

    @property
    def reach(self) -> Array | None:
        """Utilities at which arms of best-of-N stop, (C, levels); ``None``: none stops so."""
        return None

    def _bill(self) -> Array:
        return bill(self._cost, self._call_cost, np.arange(1, self._cost.shape[1] + 1), self._per_call())

    @property
    def q(self) -> Array:
        """Estimated Q(c, (p, n)), (C, P, n_max)."""
        return self._fixed_q()

    def _fixed_q(self) -> Array:
        with np.errstate(invalid="ignore", divide="ignore"):
            reward = self._reward / self._count[:, None]
            cost = self._bill() / self._count
        return reward[:, self._which].transpose(1, 0, 2) - self._cost_weights[:, None, None] * cost

    def carried(self, lost: NDArray[np.bool_]) -> Array:
        """``q``, where the ``lost`` arms (P, n_max) of a prompt that was seen have the reward of the next smaller scale
        with a sample, at n / that scale times its cost, and the requests that n takes."""
        q = self._fixed_q()
        if not lost.any():
            return q
        scale = np.arange(q.shape[2])
        last = np.maximum.accumulate(np.where(self._count > 0, scale, 0), axis=1)
        longer = (scale + 1) / (last + 1) - 1
        with np.errstate(invalid="ignore", divide="ignore"):
            more = np.take_along_axis(self._cost / self._count, last, axis=1) * longer
            requests = calls(scale + 1, self._per_call()) - calls(last + 1, self._per_call())
            more = more + requests * np.take_along_axis(self._call_cost / self._count, last, axis=1)
        at_last = np.take_along_axis(q, np.broadcast_to(last, q.shape), axis=2)
        return np.where(lost, at_last - self._cost_weights[:, None, None] * more, q)
