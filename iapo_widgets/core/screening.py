"""Top-K screening: find each context's K best prompts at N = 1, then run PSST on those."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from .checks import check_between, check_budget, check_flag, check_seed
from .deck import Deck
from .failures import Arrivals
from .protocol import Environment
from .psst import ask, ranking, recommend, single_answers, spending, tie_order, trimming
from .replay_tally import tally_for
from .rounds import Round
from .stopping import distinct_arms


def screened(
    env: Environment,
    budget: int,
    *,
    seed: int | np.random.Generator,
    k: int,
    rho: float = 0.2,
    reuse: str = "blocks",
    paired: bool = False,
) -> Iterator[Round]:
    """Yield one screening round, then those of PSST on the rest of the budget.

    Screening spends floor(rho T) completions evenly at N = 1 and keeps, for each context, the ``k`` prompts that are
    best there, with all their scales.  There is no guarantee: a deceptive prompt wins at N = 1 and does not scale.
    Its samples are kept (stockpiling).  Raises ``ValueError`` at once where ``k`` is no whole number from 1 to the
    number of prompts, or ``rho`` does not lie between 0 and 1.
    """
    budget, n_prompts = check_budget(budget), len(env.prompts)
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= n_prompts:
        raise ValueError(f"k must be a whole number from 1 to {n_prompts}, the number of prompts, not {k!r}")
    rho, paired, rng = check_between(rho, 0, 1, "rho"), check_flag(paired, "paired"), check_seed(seed)
    return _rounds(env, budget, rng, tally_for(env, reuse), int(k), rho, paired)


def _rounds(env, budget, rng, tally, k, rho, paired):
    single = single_answers(env)
    order = tie_order(len(env.prompts), env.n_max, rng, single[0, 0, 0].size)
    share = math.floor(rho * budget)
    deck = Deck(env.n_queries, rng) if paired else None
    arrivals = Arrivals(len(env.prompts))
    pulls, completions = ask(env, single, share, share, True, rng, arrivals, deck)
    for batch in completions:
        tally.add(batch)
    q, spent, lost = tally.q, spending(pulls), arrivals.lost(tally.count)
    best = ranking(q, single, order, lost)[:, :k] // single[0, 0].size
    kept = np.zeros(single.shape[:2], dtype=bool)
    kept[np.arange(len(kept))[:, None], best] = True
    active = distinct_arms(env.strategy, *single.shape[:3])
    active[~kept] = False
    policy = recommend(env, q, active, order, tally.reach)
    yield Round(1, spent, budget, pulls, active, q, policy, completions, lost)
    more = {"number": 1, "spent": spent, "deck": deck, "arrivals": arrivals}
    yield from trimming(env, budget, rng, tally, active, order, **more)
