"""PSST, Prompt Scaling via Sequential Trimming (algorithm 1): contextual sequential halving over (p, N)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .checks import check_budget, check_flag, check_seed
from .completions import Completions
from .deck import Deck
from .failures import Arrivals, ask_again, reach, whole
from .protocol import Environment
from .replay_tally import tally_for
from .reuse import Tally
from .rounds import Policy, Round, policy_of
from .stopping import arm_of, distinct_arms

FEW = 4  # paired pulls of every prompt that are too few to judge by
GOLDEN = (math.sqrt(5) - 1) / 2  # multiples of it, modulo 1, are spread evenly, however many there are


def psst(
    env: Environment,
    budget: int,
    *,
    seed: int | np.random.Generator,
    reuse: str = "blocks",
    paired: bool = False,
    stockpile: bool = True,
) -> Iterator[Round]:
    """Yield the rounds of PSST; the policy of the last one is the result.

    budget: completions T.  reuse: ``"blocks"`` (the paper's) or ``"subsets"``.  paired: ask every prompt of a
    round the same queries, and none again before all were asked (common random numbers); where few can be paid, more
    of them at smaller scales (``allocate_paired``).  stockpile: keep the samples of earlier rounds.  Never spends more
    than ``budget``, leaves less than ``n_max``.  What fails is asked again as far as the round's share goes, and no arm
    is trimmed for what failures left unseen (``Round.lost``).

    Raises ``ValueError`` on bad input at once.
    """
    budget = check_budget(budget)
    tally = tally_for(env, reuse)
    paired, stockpile = check_flag(paired, "paired"), check_flag(stockpile, "stockpile")
    rng = check_seed(seed)
    active = distinct_arms(env.strategy, len(env.contexts), len(env.prompts), env.n_max)
    order = tie_order(len(env.prompts), env.n_max, rng, active[0, 0, 0].size)
    deck = Deck(env.n_queries, rng) if paired else None
    return trimming(env, budget, rng, tally, active, order, reuse=reuse, deck=deck, stockpile=stockpile)


def trimming(
    env: Environment,
    budget: int,
    rng: np.random.Generator,
    tally: Tally,
    active: NDArray[np.bool_],
    order: NDArray[np.int64],
    *,
    number: int = 0,
    spent: int = 0,
    reuse: str = "blocks",
    deck: Deck | None = None,
    stockpile: bool = True,
    arrivals: Arrivals | None = None,
) -> Iterator[Round]:
    """Algorithm 1 from the arms that are ``active`` (C, P, N_max), equally many in every context, to one each.

    Arms that may stop early have an axis L more, in ``active`` and in what ``tally`` says.

    number and spent: rounds and completions before it, which ``tally`` holds.  deck: as in ``draw``.  arrivals: of
    the completions before it.
    """
    shape, before = active.shape, number
    arrivals = arrivals or Arrivals(shape[1])
    n_rounds = max(1, math.ceil(math.log2(np.count_nonzero(active[0]))))  # R
    for number in range(before + 1, before + n_rounds + 1):
        left, to_come = budget - spent, before + n_rounds - number + 1
        pulls, completions = ask(env, active, left // to_come, left, to_come == 1, rng, arrivals, deck)
        if not stockpile and any(len(c) for c in completions):
            tally = tally_for(env, reuse)
            arrivals.reach = reach(pulls)
        for batch in completions:
            tally.add(batch)
        spent += spending(pulls)
        lost = arrivals.lost(tally.count)
        active = keep_best_half(tally.carried(lost), active, order, lost)
        policy = recommend(env, tally.q, active, order, tally.reach)
        yield Round(number, spent, budget, pulls, active, tally.q, policy, completions, lost)


def ask(
    env: Environment,
    active: NDArray[np.bool_],
    share: int,
    left: int,
    last: bool,
    rng: np.random.Generator,
    arrivals: Arrivals,
    deck: Deck | None = None,
) -> tuple[NDArray[np.int64], tuple[Completions, ...]]:
    """Carry out what ``allocate`` says; what fails is asked again as far as the round's ``share`` goes.

    Where calls failed in earlier rounds, part of the share is kept for asking again; in the last round what is
    left over then is allocated anew.  Returns pulls (P, N_max), follow-ups included, and the completions.
    """
    pulls = np.zeros(active.shape[1:3], dtype=np.int64)
    completions: list[Completions] = []
    share = left if last else share
    while True:
        plan = allocate if deck is None else partial(allocate_paired, asked=deck.dealt)
        used = spending(pulls)
        first = arrivals.paid_for(share - used)
        pulled = plan(active, first, left - used, last and first == share - used, rng)
        drawn = draw(env, pulled, rng, deck)
        failed = not whole(drawn)
        if failed:
            drawn, _, again = ask_again(env, drawn, max(share - used - spending(pulled), 0), rng)
            pulled += again
        pulls += pulled
        completions += drawn
        arrivals.add(drawn, pulled)
        if not (last and failed and spending(pulls) < left):
            return pulls, tuple(completions)


def allocate(
    active: NDArray[np.bool_], share: int, left: int, last: bool, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Pulls of each prompt at each scale, (P, N_max): eq. 6, and what it leaves open.

    Every prompt is pulled floor(share / M) times at its largest scale that survives in any context, M the
    sum of these scales.  If that is no pull, one, as far as the ``left`` completions of all later rounds
    go; if they do not, all scales shrink to what they can pay; below one completion per prompt, prompts are
    pulled in random order.  In the last round the remainder buys single pulls in random order.
    """
    n_prompts, n_max = active.shape[1:3]
    scale = largest_scale(active)
    alive = rng.permutation(np.flatnonzero(scale))
    pulls = np.zeros((n_prompts, n_max), dtype=np.int64)
    m = int(scale.sum())
    times = share // m or int(m <= left)
    if times:
        pulls[alive, scale[alive] - 1] = times
        left -= times * m
        extra = scale
    else:
        affordable = np.minimum(scale[:, None], np.arange(n_max + 1)).sum(axis=0)
        s = int(np.searchsorted(affordable, left, side="right")) - 1
        if s:
            pulls[alive, np.minimum(scale[alive], s) - 1] = 1
            left -= int(affordable[s])
        last = last or not s
        extra = np.minimum(scale, 1)
    if last:
        for p in alive:
            if extra[p] <= left:
                pulls[p, extra[p] - 1] += 1
                left -= int(extra[p])
    return pulls


def allocate_paired(
    active: NDArray[np.bool_], share: int, left: int, last: bool, rng: np.random.Generator, asked: int = 0
) -> NDArray[np.int64]:
    """``allocate`` where all prompts answer the same queries: no few of them may decide alone.

    asked: queries dealt in earlier rounds.  Where these, and one for each pull of every prompt at its largest scale
    that the completions ``left`` pay, are fewer than ``FEW``, and the share pays less than two such pulls, the round
    pulls more often, at most 2 ``FEW`` times, for the same money and at the largest scale that it pays.
    """
    scale = largest_scale(active)
    m, n_alive = int(scale.sum()), int(np.count_nonzero(scale))
    money = max(share, min(m, left))
    times = min(2 * FEW, -(-2 * FEW * m // max(left, 1)), money // n_alive)
    if share >= 2 * m or asked + left // m >= FEW or times < 2:
        return allocate(active, share, left, last, rng)
    affordable = np.minimum(scale[:, None], np.arange(active.shape[2] + 1)).sum(axis=0)
    s = int(np.searchsorted(affordable, money // times, side="right")) - 1
    pulls = np.zeros(active.shape[1:3], dtype=np.int64)
    alive = np.flatnonzero(scale)
    pulls[alive, np.minimum(scale[alive], s) - 1] = times
    rest = left - times * int(affordable[s])
    return pulls + allocate(active, rest, rest, True, rng) if last and rest else pulls


def largest_scale(active: NDArray[np.bool_]) -> NDArray[np.int64]:
    """N_max^(r)(p): the largest scale of each prompt that survives in any context and rule, 0 if none, (P,)."""
    scales = np.arange(1, active.shape[2] + 1)
    alive = active.any(axis=0).reshape(*active.shape[1:3], -1).any(axis=2)
    return np.where(alive, scales, 0).max(axis=1)


def single_answers(env: Environment) -> NDArray[np.bool_]:
    """The arms of N = 1, (C, P, N_max) or (C, P, N_max, L)."""
    active = distinct_arms(env.strategy, len(env.contexts), len(env.prompts), env.n_max)
    active[:, :, 1:] = False
    return active


def spending(pulls: NDArray[np.int64]) -> int:
    """Completions that ``pulls`` (P, N_max) ask for: pulling (p, N) costs N."""
    return int((pulls * np.arange(1, pulls.shape[1] + 1)).sum())


def draw(
    env: Environment, pulls: NDArray[np.int64], rng: np.random.Generator, deck: Deck | None = None
) -> tuple[Completions, ...]:
    """Carry out ``pulls`` (P, N_max), one batch a scale, on random queries.

    deck: where the queries come from if they are to be paired: the i-th pull of every prompt asks the same one.
    """
    batches = []
    dealt = None if deck is None else deck.deal(int(pulls.sum(axis=1).max()))
    done = np.zeros(len(pulls), dtype=np.int64)
    for i in np.flatnonzero(pulls.any(axis=0)):
        times = pulls[:, i]
        prompts = np.repeat(np.arange(len(times)), times)
        if dealt is None:
            queries = rng.integers(env.n_queries, size=len(prompts))
        else:
            turn = np.arange(len(prompts)) - np.repeat(np.cumsum(times) - times, times)
            queries = dealt[done[prompts] + turn]
            done += times
        batches.append(env.sample(prompts, queries, int(i) + 1, rng))
    return tuple(batches)


def tie_order(n_prompts: int, n_max: int, rng: np.random.Generator, n_rules: int = 1) -> NDArray[np.int64]:
    """Rank of each arm among equals, (P * N_max * L,): fewer completions first, then prompts in random order.

    Of one prompt and cap those that stop come first, and rule 0, which asks all, last.
    """
    place = np.argsort(rng.permutation(n_prompts))
    rules = (np.arange(n_rules) - 1) % n_rules
    return ((np.arange(n_max) * n_prompts + place[:, None])[..., None] * n_rules + rules).ravel()


def ranking(
    q: NDArray[np.float64],
    active: NDArray[np.bool_],
    order: NDArray[np.int64],
    lost: NDArray[np.bool_] | None = None,
) -> NDArray[np.int64]:
    """Active arms of every context from best to worst, unknown ones last, (C, A_r); q, active (C, P, N_max).

    Every context has equally many active arms.  lost: arms that are unknown because calls failed, (P, N_max) or (C, P,
    N_max).  They are spread evenly over the known ones, behind the best: of these, too, half outlives a round.
    """
    values = q.reshape(len(q), -1)
    arms = np.nonzero(active.reshape(values.shape))[1].reshape(len(q), -1)
    known = -np.take_along_axis(values, arms, axis=1)
    rank = np.lexsort((order[arms], known), axis=-1)  # NaN sorts last
    ranked = np.take_along_axis(arms, rank, axis=1)
    if lost is None or not lost.any():
        return ranked
    lost = lost if q.ndim == 3 else lost[..., None]
    unknown = np.isnan(values) & np.broadcast_to(lost, q.shape).reshape(values.shape)
    return np.stack([_spread(r, u[r], order) for r, u in zip(ranked, unknown, strict=True)])


def _spread(ranked: NDArray[np.int64], lost: NDArray[np.bool_], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """``ranked`` arms (A_r,) with the ``lost`` ones, mixed over all scales, spread over those that are known."""
    lost_arms, others = ranked[lost], ranked[~lost]
    mixed = lost_arms[np.argsort(np.modf(order[lost_arms] * GOLDEN)[0])]
    place = np.concatenate(
        [np.arange(len(others)) / max(len(others), 1), np.arange(1, len(mixed) + 1) / max(len(mixed), 1)]
    )
    return np.concatenate([others, mixed])[np.argsort(place, kind="stable")]


def keep_best_half(
    q: NDArray[np.float64],
    active: NDArray[np.bool_],
    order: NDArray[np.int64],
    lost: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """The better ceil(|A| / 2) active arms of every context, (C, P, N_max); ``lost`` as in ``ranking``."""
    ranked = ranking(q, active, order, lost)
    kept = np.zeros((len(q), active[0].size), dtype=bool)
    np.put_along_axis(kept, ranked[:, : math.ceil(ranked.shape[1] / 2)], True, axis=1)
    return kept.reshape(active.shape)


def recommend(
    env: Environment, q: NDArray[np.float64], active: NDArray[np.bool_], order: NDArray[np.int64],
    reach: NDArray[np.float64] | None = None,
) -> Policy:  # fmt: skip
    """The best active arm of every context, a known one if any is; reach (C, levels): of best-of-N that may stop."""
    shape = (*q.shape[1:], 1)[:3]
    arms = []
    values = np.where(active & ~np.isnan(q), q, -np.inf).reshape(len(q), -1)
    best = active.reshape(values.shape) & (values == values.max(axis=1, keepdims=True))  # the first of ``ranking``
    for c, first in enumerate(np.where(best, order, order.size).argmin(axis=1)):
        p, i, rule = np.unravel_index(first, shape)
        arms.append(arm_of(env.strategy, int(p), int(i) + 1, int(rule), None if reach is None else reach[c]))
    return policy_of(env, arms)
