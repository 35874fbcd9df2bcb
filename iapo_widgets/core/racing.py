"""Racing with paired tests, as CAPO races its prompts: a prompt leaves when enough others beat it significantly.

Zehle, Schlager, Heiß and Feurer, *CAPO: Cost-Aware Prompt Optimization*, AutoML 2025.  Of that evolutionary method
this is the race alone, on prompts that are given: block after block of queries is put before all prompts that are still
in, each pair is compared by a paired t-test without correction for how many there are, and whoever loses against
``enough`` others is out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .checks import check_between, check_budget, check_scale, check_seed
from .costs import per_call_of
from .deck import Deck
from .failures import Arrivals
from .paired_test import significantly_better
from .protocol import Environment
from .psst import ask, recommend, spending, tie_order
from .pull_scores import PullScores, best_scales
from .reuse import Tally
from .rounds import Round
from .stopping import RACES, need_fixed


def racing(
    env: Environment,
    budget: int,
    *,
    seed: int | np.random.Generator,
    alpha: float = 0.2,
    enough: int = 2,
    blocks: int = 10,
) -> Iterator[Round]:
    """Yield ``blocks`` rounds, each with an equal part of what is left; the best arm that is still in is the result.

    Prompts are pulled as by ``psst`` with ``paired`` queries: all prompts that are in for any context, on the same
    queries, at N_max or what the budget pays.  One pull counts for every scale and every context.  Each context has
    a race of its own, in which a prompt stands for its arm (p, N) of the best estimate so far: the test compares
    reward less cost at these N, query by query.  Races that have ended leave their money to the others.

    alpha: level of the one-sided test; enough: by how many others a prompt must be beaten.  CAPO's are 0.2 and as many
    as it keeps; here at least so many stay, and the best estimate among them wins.
    Raises ``ValueError`` on bad input at once.
    """
    need_fixed(env.strategy, "racing", RACES)
    budget, rng = check_budget(budget), check_seed(seed)
    alpha = check_between(alpha, 0, 0.5, "alpha")
    enough, blocks = check_scale(enough, "enough"), check_scale(blocks, "blocks")
    return _rounds(env, budget, rng, alpha, enough, blocks)


def _rounds(env, budget, rng, alpha, enough, blocks):
    shape = len(env.prompts), env.n_max
    order = tie_order(*shape, rng)
    tally = Tally(env.strategy, env.contexts, *shape, per_call=partial(per_call_of, env))
    scores, deck, arrivals = PullScores(env), Deck(env.n_queries, rng), Arrivals(shape[0])
    active = np.ones((len(env.contexts), *shape), dtype=bool)
    spent = 0
    for number in range(1, blocks + 1):
        left, to_come = budget - spent, blocks + 1 - number
        pulls, completions = ask(env, active, left // to_come, left, to_come == 1, rng, arrivals, deck)
        for batch in completions:
            tally.add(batch)
            scores.add(batch)
        spent += spending(pulls)
        q = tally.q
        active = np.stack([still_in(scores, c, q[c], active[c], alpha, enough) for c in range(len(env.contexts))])
        in_race = np.where(active, q, np.nan)  # contexts keep unequally many: what is out ranks with what is unknown
        policy = recommend(env, in_race, np.ones_like(active), order)
        yield Round(number, spent, budget, pulls, active, q, policy, completions, arrivals.lost(tally.count))


def still_in(
    scores: PullScores, context: int, q: NDArray[np.float64], active: NDArray[np.bool_], alpha: float, enough: int
) -> NDArray[np.bool_]:
    """The arms of ``active`` (P, N_max) without those of prompts that at least ``enough`` others in the race beat.

    q (P, N_max): estimates; the prompt of the best one stays, as does what has no estimate.
    """
    racers = np.flatnonzero(active.any(axis=1) & ~np.isnan(q).all(axis=1))
    if len(racers) < 2:
        return active
    scales = best_scales(q)
    values = scores.by_query(context, scales)[racers]
    beaten = significantly_better(values[:, ~np.isnan(values).all(axis=0)], alpha).sum(axis=1)
    beaten[q[racers, scales[racers] - 1].argmax()] = 0
    kept = active.copy()
    kept[racers[beaten >= enough]] = False
    return kept
