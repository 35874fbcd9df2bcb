"""Sequential halving without the structure of PSST: TRIPLE on prompts alone, and plain contextual halving."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .checks import check_budget, check_seed
from .completions import Completions
from .failures import Arrivals, ask_again, whole
from .problem import Arm
from .protocol import Environment
from .psst import keep_best_half, recommend, single_answers, tie_order, trimming
from .replay_tally import tally_for
from .reuse import pull_values
from .rounds import Round
from .stopping import RACES, need_fixed

Array = NDArray[np.float64]


def triple_n1(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield the rounds of TRIPLE-SH (Shi et al., NeurIPS 2024): halving on prompts at N = 1, deployed at N = 1.

    One pull serves every context.  Raises ``ValueError`` on bad input at once.
    """
    return _prompts_only(env, check_budget(budget), check_seed(seed))


def triple_random(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield the rounds of ``triple_n1``; its prompt is deployed with a random N for each query: ``Arm(p, None)``.

    Raises ``ValueError`` on bad input at once.
    """
    return (_without_n(done) for done in _prompts_only(env, check_budget(budget), check_seed(seed)))


def _prompts_only(env: Environment, budget: int, rng: np.random.Generator) -> Iterator[Round]:
    active = single_answers(env)
    order = tie_order(len(env.prompts), env.n_max, rng, active[0, 0, 0].size)
    return trimming(env, budget, rng, tally_for(env), active, order)


def _without_n(done: Round) -> Round:
    policy = done.policy.with_arms([Arm(arm.prompt, None) for arm in done.policy.values()])
    return replace(done, policy=policy)


def halving(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield the rounds of contextual sequential halving that shares nothing: the |C| N_max factor of theorem 1.

    An arm (p, N) is pulled for one context and counts for that context and that N alone, so that a round pulls
    |C| |A| arms of which each costs N.  Where its share is too small, one pull each is borrowed from later rounds;
    where all that is left does not pay that, arms are pulled in random order.  Arms never pulled rank last.
    A pull counts when it is whole; what fails is asked again as far as the round's share goes.
    Raises ``ValueError`` on bad input at once.
    """
    need_fixed(env.strategy, "halving", RACES)
    return _halving(env, check_budget(budget), check_seed(seed))


def _halving(env, budget, rng):
    shape = len(env.contexts), len(env.prompts), env.n_max
    order = tie_order(shape[1], shape[2], rng)
    active = np.ones(shape, dtype=bool)
    total, count = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    scales = np.arange(1, env.n_max + 1)
    n_rounds = max(1, math.ceil(math.log2(shape[1] * shape[2])))
    spent, arrivals, asked = 0, Arrivals(shape[1]), np.zeros(shape, dtype=bool)
    for number in range(1, n_rounds + 1):
        left, last = budget - spent, number == n_rounds
        share = left // (n_rounds - number + 1)
        first = arrivals.paid_for(left if last else share)
        times = _times(active, first, left, last and first == left, rng)
        asked |= times > 0
        pulls = times.sum(axis=0)
        completions: list[Completions] = []
        spare = max(share - int((pulls * scales).sum()), 0)
        for i in np.flatnonzero(times.any(axis=(0, 1))):
            c, p = np.divmod(np.repeat(np.arange(shape[0] * shape[1]), times[:, :, i].ravel()), shape[1])
            batches = (env.sample(p, rng.integers(env.n_queries, size=len(p)), int(i) + 1, rng),)
            which: tuple[NDArray[np.int64], ...] = (np.arange(len(p)),)
            if not whole(batches):
                batches, which, again = ask_again(env, batches, spare, rng)
                pulls, spare = pulls + again, spare - int((again * scales).sum())
            completions += batches
            for batch, rows in zip(batches, which, strict=True):
                reward, complete = pull_values(env, batch, int(i) + 1, env.contexts, c[rows])
                at = c[rows][complete], p[rows][complete]
                np.add.at(total[:, :, i], at, reward[complete])
                np.add.at(count[:, :, i], at, 1)
        arrivals.add(completions, pulls)
        spent += int((pulls * scales).sum())
        q = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
        lost = asked & (count == 0)
        active = keep_best_half(q, active, order, lost)
        policy = recommend(env, q, active, order)
        yield Round(number, spent, budget, pulls, active, q, policy, tuple(completions), lost)


def _times(active: NDArray[np.bool_], share: int, left: int, last: bool, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pulls of each (context, arm), (C, P, N_max), that cost no more than ``left``."""
    times = np.zeros(active.shape, dtype=np.int64)
    cost = np.broadcast_to(np.arange(1, active.shape[2] + 1), active.shape)
    all_once = int(cost[active].sum())
    each = share // all_once or int(all_once <= left)
    times[active] = each
    left -= each * all_once
    if last or not each:
        arms = rng.permutation(np.flatnonzero(active))
        affordable = arms[np.cumsum(cost.ravel()[arms]) <= left]
        times.ravel()[affordable] += 1
    return times
