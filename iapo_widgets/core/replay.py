"""One pull, what every rule would have made of it: completions are independent, so that any order is as good as asked.

A pull of (p, N) holds floor(N / n) disjoint blocks of n completions, and each is one replay of every rule of cap n: as
many samples as the paper has, of the same completions.  A replay that stops leaves the rest of its block unused.
To begin the next one there would give easy queries, which stop early, more replays than hard ones, and the mean would
lean towards them.  ``order_replays`` loses nothing of it: it averages the first replay over orders of the completions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import stopping
from .completions import Completions
from .problem import Arm, Context
from .reuse import tiling
from .segments import running_counts, utilities
from .stopping import Rule

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ORDERS = 8  # of the completions of a pull, over which the replays of a stop are averaged
SEED = 20_830  # of these orders: they are none of the training's own draws


@dataclass(frozen=True, eq=False, slots=True)
class Replays:
    """What pulls say about every cap and rule: sums over replays, and how many there are; ``Samples`` with an axis L.

    reward (B, W, n_max, L) for W vectors of objective weights; cost of the completions, and what one request costs
    times the ``whole`` batches, and times those cut short at the cap, ``part``, all (B, W, n_max, L), where W is 1 for
    votes, whose stops do not depend on weights; count (B, n_max).
    """

    reward: Array
    cost: Array
    whole: Array
    part: Array
    count: Index


@dataclass(frozen=True, eq=False, slots=True)
class _Path:
    """Completions from one place on: when each rule stops, (L, W, B), and what is in hand then, (L, W, B).

    decided(n, batch): completions after which no later one of n can change the vote, (W, B).
    """

    stop: Index
    value: Array
    decided: Any


def block_replays(
    completions: Completions, strategy: Any, weights: Array, n_max: int, reach: Array | None = None
) -> Replays:
    """Replays of every rule in disjoint blocks; reach (W, levels): of best-of-N."""
    packed = completions.packed()
    starts, ends, first = tiling(packed.n, n_max)
    fixed = strategy.rewards(packed, starts, ends, weights).transpose(2, 1, 0)  # (J, W, B)
    found = _replayed(packed, strategy, weights, starts, ends, fixed, reach)
    whole = (ends <= packed.n_valid[:, None]).T[:, None, None]  # a block with a failed completion is missing
    reward, cost, full, cut = (_padded(np.add.reduceat(np.where(whole, f, 0.0), first, axis=0), n_max) for f in found)
    return Replays(reward, cost, full, cut, packed.n_valid[:, None] // np.arange(1, n_max + 1))


def order_replays(
    completions: Completions, strategy: Any, weights: Array, n_max: int, reach: Array | None = None
) -> Replays:
    """One sample a pull and cap: every rule on the completions in ``ORDERS`` random orders, and the mean."""
    packed = completions.packed()
    rng = np.random.default_rng(SEED)
    sizes = np.arange(1, min(packed.n, n_max) + 1)
    starts = np.zeros_like(sizes)
    total: list[Array] = []
    for _ in range(ORDERS):
        mixed = _reordered(packed, rng)
        fixed = strategy.rewards(mixed, starts, sizes, weights).transpose(2, 1, 0)
        found = _replayed(mixed, strategy, weights, starts, sizes, fixed, reach)
        total = [a + b for a, b in zip(total, found, strict=True)] if total else list(found)
    count = (np.arange(1, n_max + 1) <= packed.n_valid[:, None]).astype(np.int64)
    enough = (sizes <= packed.n_valid[:, None]).T[:, None, None]
    reward, cost, full, cut = (_padded(np.where(enough, t / ORDERS, 0.0), n_max) for t in total)
    return Replays(reward, cost, full, cut, count)


def arm_values(
    completions: Completions, strategy: Any, arm: Arm, context: Context, per_call: int | None
) -> tuple[Array, NDArray[np.bool_]]:
    """Reward less cost that an arm with a stop would have had in each pull of its cap, and which came whole, (B,)."""
    n, batch = int(arm.n or 1), int(arm.batch or arm.n or 1)
    votes, never = strategy.counts_votes, arm.stop is None or arm.batch is None
    grid = {"leads": (int(arm.stop or n),)} if votes else {"levels": (0.5,)}
    early = type(strategy)(batches=(batch,), **grid)
    reach = None if votes else np.array([[np.finfo(float).max if never else arm.stop]], dtype=float)
    found = block_replays(completions, early, np.array([context.weights]), n, reach)
    spent = found.cost + stopping.requests(found.whole, found.part, early.rules, per_call)
    cost = spent[:, 0, -1, 1]
    if never:  # it asks all, a batch at a time
        cost = found.cost[:, 0, -1, 0] + stopping.most_requests(arm, per_call) * completions.call_cost
    return found.reward[:, 0, -1, 0 if never else 1] - context.cost_weight * cost, completions.n_valid >= n


REPLAYS = {"blocks": block_replays, "subsets": order_replays}


def _reordered(packed: Completions, rng: np.random.Generator) -> Completions:
    """The completions that arrived in random order, each pull for itself; what is missing stays last."""
    key = np.where(packed.valid, rng.random(packed.valid.shape), 2.0)
    order = np.argsort(key, axis=1)
    return Completions(
        packed.prompts, packed.queries, np.take_along_axis(packed.objectives, order[..., None], axis=1),
        np.take_along_axis(packed.answers, order, axis=1), packed.gold, np.take_along_axis(packed.cost, order, axis=1),
        packed.valid, packed.call_cost,
    )  # fmt: skip


def _padded(by_scale: Array, n_max: int) -> Array:
    """(n, L, W, B) as (B, W, n_max, L), zeros beyond n."""
    out = np.zeros((*by_scale.shape[:0:-1][:2], n_max, by_scale.shape[1]))
    out[:, :, : len(by_scale)] = by_scale.transpose(3, 2, 0, 1)
    return out


def _replayed(
    packed: Completions, strategy: Any, weights: Array, starts: Index, ends: Index, fixed: Array, reach: Array | None
) -> tuple[Array, Array, Array, Array]:
    """Reward, cost, whole and part batches (times the cost of a request) of each block and rule, (J, L, W, B)."""
    rules: tuple[Rule, ...] = strategy.rules
    running = np.zeros((packed.n + 1, 1, len(packed)))
    np.cumsum(np.where(packed.valid, packed.cost, 0.0).T[:, None], axis=0, out=running[1:])
    paths = _votes(packed, rules) if strategy.counts_votes else _maxima(packed, weights, rules, reach)
    scale = weights[:, 0, None] if strategy.counts_votes else 1.0
    shape = (len(starts), len(rules), 1 if strategy.counts_votes else len(weights), len(packed))
    reward = np.empty((*shape[:2], len(weights), shape[3]))
    cost, whole, part = np.empty(shape), np.empty(shape), np.empty(shape)
    groups = {b: [k for k, rule in enumerate(rules) if rule.batch == b] for b in {rule.batch for rule in rules}}
    for start in np.unique(starts):
        path = paths(int(start))
        for j in np.flatnonzero(starts == start):
            n = int(ends[j] - start)
            stopped = path.stop < n
            reward[j] = np.where(stopped, path.value * scale, fixed[j])
            drawn = np.minimum(path.stop, n)
            for batch, mine in groups.items():
                if path.decided and batch:
                    drawn[mine] = np.minimum(drawn[mine], path.decided(n, batch))
                whole[j, mine], part[j, mine] = stopping.batches(drawn[mine], min(batch or n, n))
            cost[j] = np.take_along_axis(running[:, None], start + drawn[None], axis=0)[0] - running[start]
    return reward, cost, whole * packed.call_cost, part * packed.call_cost


def _votes(packed: Completions, rules: tuple[Rule, ...]) -> Any:
    """The paths of votes: leads at each place, and whether the leader is right, which is what a stop earns."""
    counts, gold = running_counts(packed)

    def path(start: int) -> _Path:
        votes, right = counts[:, start + 1 :] - counts[:, start, None], gold[start + 1 :] - gold[start]
        top, second = leaders(votes)
        lead = top - second
        ahead = ((right == top) & (right > 0)).astype(np.float64)
        reach = lead + np.arange(1, len(lead) + 1)[:, None]  # votes of the leader and of all that is no second's
        best = {b: np.maximum.accumulate(lead[b - 1 :: b], axis=0) for b in {r.batch for r in rules if r.batch}}
        later = {b: reach[b - 1 :: b] for b in best}
        stop = np.stack([_first(best.get(r.batch or 0), r, r.stop, lead.shape[1:])[None] for r in rules])
        value = _at(ahead[:, None, None], stop)
        return _Path(stop, value, lambda n, b: ((later[b] <= n).sum(axis=0) + 1) * b)

    return path


def leaders(votes: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Most and second most votes, from counts (A, ...)."""
    top, second = np.zeros_like(votes[0]), np.zeros_like(votes[0])
    for mine in votes:
        np.maximum(second, np.minimum(top, mine), out=second)
        np.maximum(top, mine, out=top)
    return top, second


def _maxima(packed: Completions, weights: Array, rules: tuple[Rule, ...], reach: Array | None) -> Any:
    """The paths of best-of-N: the best utility so far, (T, W, B); reach (W, levels) in the order of their levels."""
    if reach is None:
        raise ValueError("best-of-n that stops needs the reach of each context")
    utility = np.where(packed.valid.T[:, None], utilities(packed, weights), -np.inf)
    levels = sorted({rule.stop for rule in rules if rule.stop is not None})

    def path(start: int) -> _Path:
        best = np.maximum.accumulate(utility[start:], axis=0)
        low = [stopping.reached(best, reach[:, levels.index(r.stop), None]) if r.stop else None for r in rules]
        stop = np.stack([
            _first(None if seen is None or not r.batch else seen[r.batch - 1 :: r.batch], r, True, best.shape[1:])
            for seen, r in zip(low, rules, strict=True)
        ])  # fmt: skip
        return _Path(stop, _at(best[:, None], stop), None)

    return path


def _first(checks: NDArray[Any] | None, rule: Rule, wanted: Any, shape: tuple[int, ...]) -> Index:
    """Completions at the first check that is at least ``wanted``, a huge number where none is; checks never fall."""
    never = np.full(shape, 1 << 30)
    if checks is None or rule.batch is None or wanted is None or wanted == stopping.DECIDED:
        return never
    before = (checks < wanted).sum(axis=0)
    return np.where(before < len(checks), (before + 1) * rule.batch, never)


def _at(values: Array, stop: Index) -> Array:
    """``values`` (T, 1, W, B) in hand at ``stop`` (L, W, B); the last where that is never."""
    place = np.minimum(stop, len(values)) - 1
    return np.take_along_axis(np.broadcast_to(values, (len(values), *stop.shape)), place[None], axis=0)[0]
