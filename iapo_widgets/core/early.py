"""Exact Q of arms that may stop, in an environment of known probabilities: exactly where that can be had.

Votes of up to three answers and best-of-N have closed forms (``early_votes``, ``early_best``); the change that stops
make to votes between more answers is a mean over draws, and what they leave of the reward is exact.  Arms are chosen by
draws of their own (``chosen=True``): the best of many by the draws that value them would look better than it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import stopping, voting
from .early_best import best_values
from .early_votes import FEW, EarlyValues, Floats, exact_votes, sampled_votes
from .problem import Arm, Context, cost_weight_vector, distinct_weights, weight_matrix
from .stopping import Rule

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Known = Any  # a CategoricalEnvironment, which imports this module
DRAWS = 300_000  # of every prompt in one pass, over all queries: the error of a mean over them is then always alike
MOST = 4_096  # of them that one pair gets
PASSES, CHOICE = 4, 2  # passes that value, and passes that choose
SIZE = 65_536  # draws worked on at once: what is in between stays in the cache
SEED = 8_126


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """Values of every pair, each (V, P, X, n_max, L), for V vectors of weights (1 for votes), in single precision.

    passes (passes, 4, P, n_max, L): means over queries of each pass, of the change in the credit and of what
    completions, whole batches and cut ones cost; none where all is exact.
    """

    values: EarlyValues
    passes: Array


def early_q(env: Known, fixed: Array, chosen: bool = False) -> Array:
    """Q(c, (p, n), rule), (C, P, n_max, L), given that of rule 0, ``fixed`` (C, P, n_max)."""
    root, index = env.root
    values = _table(root, chosen).values
    share = np.zeros((1, root.n_queries))
    share[:, index] = 1 / len(index)
    change = _mean(values.change, share)
    drawn = _mean(values.drawn, share * root.pair_cost)
    whole, part = (_mean(v, share * root.query_call_cost) for v in (values.whole, values.part))
    spending = drawn + stopping.requests(whole, part, stopping.rules_of(env.strategy), env.per_call)
    spending = spending - spending[..., :1]
    if env.strategy.counts_votes:
        reward = weight_matrix(env.contexts)[:, 0, None, None, None] * change
    else:
        which = distinct_weights(env.contexts)[1]
        reward, spending = change[which], spending[which]
    saved = (reward - cost_weight_vector(env.contexts)[:, None, None, None] * spending)[:, :, : env.n_max]
    return np.asarray(fixed[..., None] + saved)


def _mean(values: Floats, weights: Array) -> Array:
    """Values (V, P, X, n_max, L) weighed over queries by (P or 1, X), (V, P, n_max, L)."""
    v, p, x, n_max, rules = values.shape
    weights = np.broadcast_to(weights, (p, x)).astype(np.float32)
    flat = weights[:, None] @ values.reshape(v, p, x, n_max * rules)
    return np.asarray(flat, dtype=float).reshape(v, p, n_max, rules)


def early_error(env: Known) -> Array:
    """Standard error of ``early_q``, (C, P, n_max, L), 0 where it is exact; of a part, as if its queries were any."""
    root, index = env.root
    passes = _table(root, False).passes
    rules, shape = stopping.rules_of(env.strategy), (len(env.contexts), len(env.prompts), env.n_max)
    if len(passes) < 2:
        return np.zeros((*shape, len(rules)))
    change, cost, whole, part = passes.transpose(1, 0, 2, 3, 4)
    spending = cost + stopping.requests(whole, part, rules, env.per_call)
    reward = np.multiply.outer(weight_matrix(env.contexts)[:, 0], change)
    each = reward - np.multiply.outer(cost_weight_vector(env.contexts), spending)
    error = (each - each[..., :1]).std(axis=1, ddof=1) / np.sqrt(len(passes)) * np.sqrt(root.n_queries / len(index))
    return np.asarray(error[:, :, : env.n_max])


def mean_drawn(env: Known) -> Array:
    """Completions that each arm asks of a query on average, (W, P, n_max, L), for W vectors of weights.

    W is 1 for votes, whose stops depend on no weights.
    """
    root, index = env.root
    drawn = _table(root, False).values.drawn[:, :, index, : env.n_max]
    return np.asarray(drawn.mean(axis=2, dtype=float))


def arm_q(env: Known, arm: Arm, context: Context, fixed: float) -> float:
    """Exact Q of one arm with a stop of its own, for one context; by draws of its own where votes need some.

    fixed: that of the paper's arm of this prompt and cap.
    """
    reward, spending = _beside_fixed(env, arm, context)
    return fixed + reward - context.cost_weight * spending


def arm_spending(env: Known, arm: Arm, context: Context) -> float:
    """Mean cost of a query by ``arm`` for ``context``, its completions and requests; over n where n is None."""
    each = env.arm_cost[arm.prompt]
    if arm.is_fixed:
        return float(each.mean() if arm.n is None else each[arm.n - 1])
    return float(each[int(arm.n or 1) - 1]) + _beside_fixed(env, arm, context)[1]


def _beside_fixed(env: Known, arm: Arm, context: Context) -> tuple[float, float]:
    """What an arm with a stop of its own adds to the reward, and to the spending, of the paper's arm of its cap."""
    rule = stopping.arm_rule(stopping.check_arm(env.strategy, arm))
    if env.strategy.counts_votes:
        values = _votes(env, (Rule(), rule), int(arm.n or 1), range(PASSES), [arm.prompt]).values
        change = values.change[0] * context.weights[0]
    else:
        values = _best(
            env, np.array([context.weights]), (Rule(), rule), [[None, rule.stop]], int(arm.n or 1), [arm.prompt]
        )
        change = values.change[0]
    cost, call = env.pair_cost[arm.prompt], env.query_call_cost[arm.prompt]
    drawn, whole, part = (getattr(values, f)[0, 0] for f in ("drawn", "whole", "part"))
    requests = stopping.requests(whole * call[:, None, None], part * call[:, None, None], (Rule(), rule), env.per_call)
    spending = (drawn * cost[:, None, None] + requests)[:, -1].mean(axis=0)
    return float(change[0, :, -1, 1].mean()), float(spending[1] - spending[0])


def grid_arm(env: Known, context: int, prompt: int, index: int, rule: int = 0) -> Arm:
    """The arm whose value ``exact_q`` has at that place, (c, p, n - 1, rule)."""
    reach = None
    if stopping.rules_of(env.strategy) and not env.strategy.counts_votes:
        reach = pooled_reach(env.root[0])[distinct_weights(env.contexts)[1][context]]
    return stopping.arm_of(env.strategy, prompt, index + 1, rule, reach)


def pooled_reach(env: Known) -> Array:
    """The quantiles of the utilities of all completions, as often as they come, (W, levels); kept beside the data."""
    vectors, _ = distinct_weights(env.contexts)
    levels = tuple(env.strategy.levels)
    key = (levels, vectors.tobytes())
    if key not in env.kept:
        values = np.broadcast_to(env.values, (*env.probs.shape, env.values.shape[3])).reshape(-1, env.values.shape[3])
        env.kept[key] = stopping.quantiles(vectors @ values.T, env.probs.ravel(), levels)
    found: Array = env.kept[key]
    return found


def _table(root: Known, chosen: bool) -> Table:
    """The table of an environment that is no part of another, kept beside its data."""
    vectors, _ = distinct_weights(root.contexts)
    rules, prompts = stopping.rules_of(root.strategy), range(len(root.prompts))
    votes = root.strategy.counts_votes
    kind = rules, root.n_max, None if votes else vectors.tobytes()
    key = (*kind, votes and chosen)
    if key not in root.kept:
        if votes:
            passes = range(PASSES, PASSES + CHOICE) if chosen else range(PASSES)
            root.kept[key] = table = _votes(root, rules, root.n_max, passes, prompts)
            if not len(table.passes):  # nothing was drawn: the other table is the same
                root.kept[*kind, not chosen] = table
        else:
            reach = stopping.reach_of_rules(rules, pooled_reach(root))
            root.kept[key] = Table(_best(root, vectors, rules, reach, root.n_max, prompts), np.zeros((0, 4, 0, 0, 0)))
    return root.kept[key]


def _best(
    env: Known, vectors: Array, rules: tuple[Rule, ...], reach: Sequence[Sequence[float | None]], n_max: int,
    prompts: Sequence[int],
) -> EarlyValues:  # fmt: skip
    """Values of best-of-N for W ``vectors``, (W, P, X, n_max, L); reach (W, L), of each rule."""
    p, x = len(prompts), env.n_queries
    prompt, query = np.repeat(prompts, x), np.tile(np.arange(x), p)
    out = EarlyValues(*(np.zeros((len(vectors), p * x, n_max, len(rules)), dtype=np.float32) for _ in range(4)))
    for rows in voting.blocks(p * x):
        values = env.values[prompt[rows] if len(env.values) > 1 else 0, query[rows]]
        for w, vector in enumerate(vectors):
            found = best_values(values @ vector, env.probs[prompt[rows], query[rows]], rules, reach[w], n_max)
            for f in fields(found):
                getattr(out, f.name)[w, rows] = getattr(found, f.name)
    shape = len(vectors), p, x, n_max, len(rules)
    return EarlyValues(*(getattr(out, f.name).reshape(shape) for f in fields(out)))


def _votes(env: Known, rules: tuple[Rule, ...], n_max: int, passes: range, prompts: Sequence[int]) -> Table:
    """Values of votes, (1, P, X, n_max, L)."""
    p, x = len(prompts), env.n_queries
    prompt, query = np.repeat(prompts, x), np.tile(np.arange(x), p)
    labels = voting.ranks(env.answers[prompt, query], env.gold[query])
    mass, free = voting.answer_mass(env.probs[prompt, query], *labels)
    mass = _gold_first(mass, labels[1])
    size = (mass > 0).sum(axis=1) + (free > 0)
    shape = (p * x, n_max, len(rules))
    out = EarlyValues(*(np.zeros(shape, dtype=np.float32) for _ in fields(EarlyValues)))
    for rows in _alike(mass, free, np.flatnonzero(size <= FEW)):
        _put(out, rows, exact_votes(mass[rows], free[rows], rules, n_max), 1.0)
    rest = np.flatnonzero(size > FEW)
    rest = rest[np.argsort(query[rest], kind="stable")]
    told = np.zeros((len(passes) if len(rest) else 0, 4, *shape[1:], p))
    for number in range(len(told)):
        draws = min(-(-DRAWS // x), MOST)
        for part in voting.blocks(len(rest), max(1, SIZE // draws)):
            rows = rest[part]
            found = sampled_votes(mass[rows], _uniform(passes[number], query[rows], n_max, draws), rules, n_max)
            _put(out, rows, found, 1 / len(passes))
            cost, call = (c[prompt[rows], query[rows]] for c in (env.pair_cost, env.query_call_cost))
            for total, values, weight in zip(told[number], (found.change, found.drawn, found.whole, found.part),
                                             (1.0, cost, call, call), strict=True):  # fmt: skip
                np.add.at(total.T, rows // x, (values.T * weight).transpose(2, 0, 1) / x)
    shaped = EarlyValues(*(getattr(out, f.name).reshape(1, p, x, *shape[1:]) for f in fields(EarlyValues)))
    return Table(shaped, told.transpose(0, 1, 4, 2, 3))


def _put(out: EarlyValues, rows: Index, found: EarlyValues, share: float) -> None:
    for f in fields(EarlyValues):
        getattr(out, f.name)[rows] += getattr(found, f.name) * share


def _gold_first(mass: Array, gold: Index) -> Array:
    """Answers of each row in the order right one, then from most to least likely; (R, A)."""
    row = np.arange(len(mass))
    others = mass.copy()
    others[row, gold] = -1.0
    others = -np.sort(-others, axis=1)[:, :-1]
    return np.concatenate([mass[row, gold][:, None], others], axis=1)


def _alike(mass: Array, free: Array, rows: Index) -> Iterator[Index]:
    """Rows that have the same answers above zero, together."""
    kind = (mass[rows, 0] > 0) + 2 * (free[rows] > 0) + 4 * (mass[rows, 1:] > 0).sum(axis=1)
    for value in np.unique(kind):
        yield rows[kind == value]


def _uniform(number: int, query: Index, n_max: int, many: int) -> NDArray[np.float32]:
    """Draws for rows of a pass, (R, n_max, many): the same for every prompt of a query, as paired queries are."""
    distinct, which = np.unique(query, return_inverse=True)
    draws = [np.random.default_rng([SEED, number, int(x)]).random((n_max, many), dtype=np.float32) for x in distinct]
    return np.stack(draws)[which]
