"""The paper's baselines: uniform, and the sequential ones, epsilon-greedy, softmax and UCB.

All share samples across contexts and scales; none uses the structure.  *Uniform* pulls all prompts equally often at
N_max, in one round.  A sequential one draws a context at each step, pulls one arm (p, N) chosen for it, of any N that
the budget still pays, and counts the completions in for every context and every smaller scale.  It starts from nothing:
an arm without a sample counts as 0, for UCB as better than any that has one; equals are picked at random.  Nothing is
trimmed: every arm stays active, and the best estimate is recommended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .checks import check_between, check_budget, check_positive, check_seed
from .completions import Completions
from .costs import per_call_of
from .failures import Arrivals, ask_again, whole
from .protocol import Environment
from .psst import ask, recommend, spending, tie_order
from .replay_tally import tally_for
from .reuse import Tally
from .rounds import Round
from .stopping import RACES, distinct_arms, need_fixed

Array = NDArray[np.float64]
Index = NDArray[np.int64]
#: Values (A,) by which a context chooses its arm, from estimates (A,), NaN where unknown, and samples (A,).
Choice = Callable[[Array, Index, np.random.Generator], Array]


def uniform(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield one round: all prompts are pulled equally often at N_max, as far as ``budget`` goes.

    Raises ``ValueError`` on bad input at once.
    """
    return _batch(env, check_budget(budget), check_seed(seed))


def epsilon_greedy(
    env: Environment, budget: int, *, seed: int | np.random.Generator, epsilon: float = 0.15
) -> Iterator[Round]:
    """Yield rounds of steps that pull the best arm so far, or with probability ``epsilon`` any arm.

    Raises ``ValueError`` on bad input at once: ``epsilon`` must lie between 0 and 1.
    """
    choice = partial(_greedy, epsilon=check_between(epsilon, 0, 1, "epsilon"))
    return _steps(_fixed(env), check_budget(budget), check_seed(seed), choice)


def softmax(env: Environment, budget: int, *, seed: int | np.random.Generator, tau: float = 0.05) -> Iterator[Round]:
    """Yield rounds of steps that pull an arm with probability proportional to exp(Q / ``tau``).

    Raises ``ValueError`` on bad input at once: ``tau`` must be above 0.
    """
    choice = partial(_softmax, tau=check_positive(tau, "tau"))
    return _steps(_fixed(env), check_budget(budget), check_seed(seed), choice)


def ucb(env: Environment, budget: int, *, seed: int | np.random.Generator, c: float = 0.1) -> Iterator[Round]:
    """Yield rounds of steps that pull the arm of largest Q + ``c`` sqrt(ln t / samples), t counting all samples.

    An arm without a sample comes first; where calls failed and left it so, it counts as 0 with one sample a try.

    Raises ``ValueError`` on bad input at once: ``c`` must be above 0.
    """
    return _steps(_fixed(env), check_budget(budget), check_seed(seed), partial(_ucb, c=check_positive(c, "c")))


def _fixed(env: Environment) -> Environment:
    """``env``, or ``ValueError`` where its arms may stop: a step would have to choose among rules, too."""
    need_fixed(env.strategy, "a sequential method", RACES)
    return env


def _greedy(q: Array, _: Index, rng: np.random.Generator, *, epsilon: float) -> Array:
    return np.zeros(len(q)) if rng.random() < epsilon else np.nan_to_num(q)


def _softmax(q: Array, _: Index, rng: np.random.Generator, *, tau: float) -> Array:
    return np.nan_to_num(q) / tau + rng.gumbel(size=len(q))  # the largest is a draw from the softmax


def _ucb(q: Array, count: Index, _: np.random.Generator, *, c: float) -> Array:
    bonus = c * np.sqrt(math.log(max(count.sum(), 2)) / np.maximum(count, 1))
    return np.where(count > 0, np.nan_to_num(q) + bonus, np.inf)


def _batch(env: Environment, budget: int, rng: np.random.Generator) -> Iterator[Round]:
    active = distinct_arms(env.strategy, len(env.contexts), len(env.prompts), env.n_max)
    order = tie_order(len(env.prompts), env.n_max, rng, active[0, 0, 0].size)
    tally = tally_for(env)
    arrivals = Arrivals(len(env.prompts))
    pulls, completions = ask(
        env, active, min(budget, len(env.prompts) * env.n_max), budget, False, rng, arrivals
    )  # tells what fails
    left = budget - spending(pulls)
    again, more = ask(env, active, left, left, True, rng, arrivals)
    pulls, completions = pulls + again, completions + more
    for batch in completions:
        tally.add(batch)
    policy, lost = recommend(env, tally.q, active, order, tally.reach), arrivals.lost(tally.count)
    yield Round(1, spending(pulls), budget, pulls, active, tally.q, policy, completions, lost)


def _steps(env: Environment, budget: int, rng: np.random.Generator, choice: Choice) -> Iterator[Round]:
    """Steps until the budget is spent, told in as many rounds as PSST has, of about equal size.

    What fails of a pull is asked again at once; ``tried`` counts the pulls that left an arm without a sample even so.
    """
    n_prompts, n_max = len(env.prompts), env.n_max
    order = tie_order(n_prompts, n_max, rng)
    active = np.ones((len(env.contexts), n_prompts, n_max), dtype=bool)
    tally = Tally(env.strategy, env.contexts, n_prompts, n_max, per_call=partial(per_call_of, env))
    count, tried = tally.count, np.zeros((n_prompts, n_max), dtype=np.int64)
    scales = np.tile(np.arange(1, n_max + 1), n_prompts)
    n_rounds = max(1, math.ceil(math.log2(n_prompts * n_max)))
    spent = number = 0
    for goal in budget * np.arange(1, n_rounds + 1) // n_rounds:
        if spent >= goal:
            continue
        number += 1
        pulls, batches = np.zeros((n_prompts, n_max), dtype=np.int64), []
        while spent < goal:
            payable = np.flatnonzero(scales <= budget - spent)
            q = tally.context_q(int(rng.integers(len(env.contexts)))).ravel()
            value = choice(q[payable], np.where(count > 0, count, tried).ravel()[payable], rng)
            p, i = divmod(int(rng.choice(payable[value == value.max()])), n_max)
            drawn: tuple[Completions, ...] = (env.sample([p], [int(rng.integers(env.n_queries))], i + 1, rng),)
            pulls[p, i] += 1
            spent += i + 1
            if not whole(drawn):
                drawn, _, again = ask_again(env, drawn, budget - spent, rng)
                pulls, spent = pulls + again, spent + spending(again)
                tried[p, int(drawn[0].n_valid[0]) : i + 1] += 1
            tally.add(drawn[0])
            count[p] = tally.row_count(p)
            batches.append(drawn[0])
        lost, policy = (count == 0) & (tried > 0), recommend(env, tally.q, active, order)
        yield Round(number, spent, budget, pulls, active, tally.q, policy, joined_by_scale(batches), lost)


def joined_by_scale(batches: list[Completions]) -> tuple[Completions, ...]:
    """Single pulls joined into one batch a scale."""
    scales = sorted({batch.n for batch in batches})
    return tuple(Completions.joined([b for b in batches if b.n == n]) for n in scales)
