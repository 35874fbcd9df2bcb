"""Top-K screening: find each context's K best prompts at N = 1, then run PSST on those."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from .checks import check_between, check_budget, check_flag, check_seed
from .costs import per_call_of
from .deck import Deck
from .failures import Arrivals
from .protocol import Environment
from .psst import ask, ranking, recommend, spending, tie_order, trimming
from .reuse import Tally
from .rounds import Round


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
    tally = Tally(env.strategy, env.contexts, n_prompts, env.n_max, reuse, per_call=partial(per_call_of, env))
    return _rounds(env, budget, rng, tally, int(k), rho, paired)


def _rounds(env, budget, rng, tally, k, rho, paired):
    order = tie_order(len(env.prompts), env.n_max, rng)
    single = np.zeros((len(env.contexts), len(env.prompts), env.n_max), dtype=bool)
    single[..., 0] = True
    share = math.floor(rho * budget)
    deck = Deck(env.n_queries, rng) if paired else None
    arrivals = Arrivals(len(env.prompts))
    pulls, completions = ask(env, single, share, share, True, rng, arrivals, deck)
    for batch in completions:
        tally.add(batch)
    q, spent, lost = tally.q, spending(pulls), arrivals.lost(tally.count)
    active = np.zeros_like(single)
    best = ranking(q, single, order, lost)[:, :k] // env.n_max
    active[np.arange(len(active))[:, None], best] = True
    yield Round(1, spent, budget, pulls, active, q, recommend(env, q, active, order), completions, lost)
    more = {"number": 1, "spent": spent, "deck": deck, "arrivals": arrivals}
    yield from trimming(env, budget, rng, tally, active, order, **more)
