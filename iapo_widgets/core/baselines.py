"""The paper's sequential baselines: uniform, epsilon-greedy, softmax and UCB.

All share samples across contexts and scales; none uses the structure.  After one batch of all prompts at N_max
(*uniform* spends all on it) a baseline draws a context at each step, pulls one arm chosen for it, and counts the
completions in for every context and every smaller scale.  Nothing is trimmed: every arm stays active, and the best
estimate is recommended.
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
from .environment import Environment
from .psst import allocate, draw, recommend, spending, tie_order
from .reuse import Tally
from .rounds import Round

Array = NDArray[np.float64]
#: Index of the arm to pull, from the estimates (A,) of a context and the samples (A,) behind them.
Choice = Callable[[Array, NDArray[np.int64], np.random.Generator], int]


def uniform(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield one round: all prompts are pulled equally often at N_max, as far as ``budget`` goes.

    Raises ``ValueError`` on bad input at once.
    """
    return _steps(env, check_budget(budget), check_seed(seed), None)


def epsilon_greedy(
    env: Environment, budget: int, *, seed: int | np.random.Generator, epsilon: float = 0.15
) -> Iterator[Round]:
    """Yield rounds of steps that pull the best arm so far, or with probability ``epsilon`` any arm.

    Raises ``ValueError`` on bad input at once: ``epsilon`` must lie between 0 and 1.
    """
    choice = partial(_greedy, epsilon=check_between(epsilon, 0, 1, "epsilon"))
    return _steps(env, check_budget(budget), check_seed(seed), choice)


def softmax(env: Environment, budget: int, *, seed: int | np.random.Generator, tau: float = 0.05) -> Iterator[Round]:
    """Yield rounds of steps that pull an arm with probability proportional to exp(Q / ``tau``).

    Raises ``ValueError`` on bad input at once: ``tau`` must be above 0.
    """
    choice = partial(_softmax, tau=check_positive(tau, "tau"))
    return _steps(env, check_budget(budget), check_seed(seed), choice)


def ucb(env: Environment, budget: int, *, seed: int | np.random.Generator, c: float = 0.1) -> Iterator[Round]:
    """Yield rounds of steps that pull the arm of largest Q + ``c`` sqrt(ln t / samples), t counting all samples.

    Raises ``ValueError`` on bad input at once: ``c`` must be above 0.
    """
    return _steps(env, check_budget(budget), check_seed(seed), partial(_ucb, c=check_positive(c, "c")))


def _greedy(q: Array, _: NDArray[np.int64], rng: np.random.Generator, *, epsilon: float) -> int:
    return int(rng.integers(len(q)) if rng.random() < epsilon else q.argmax())


def _softmax(q: Array, _: NDArray[np.int64], rng: np.random.Generator, *, tau: float) -> int:
    running = np.cumsum(np.exp((q - q.max()) / tau))
    return min(int(np.searchsorted(running, rng.random() * running[-1], side="right")), len(q) - 1)


def _ucb(q: Array, count: NDArray[np.int64], _: np.random.Generator, *, c: float) -> int:
    return int((q + c * np.sqrt(math.log(max(count.sum(), 2)) / np.maximum(count, 1))).argmax())


def _steps(env: Environment, budget: int, rng: np.random.Generator, choice: Choice | None) -> Iterator[Round]:
    """The batch, then steps until the budget is spent, told in as many rounds as PSST has.

    Arms that cost more than what is left, or of which nothing is known, are not chosen from.
    """
    n_prompts, n_max = len(env.prompts), env.n_max
    order = tie_order(n_prompts, n_max, rng)
    active = np.ones((len(env.contexts), n_prompts, n_max), dtype=bool)
    tally = Tally(env.strategy, env.contexts, n_prompts, n_max, per_call=partial(per_call_of, env))
    share = budget if choice is None else min(budget, n_prompts * n_max)
    pulls = allocate(active, share, share, True, rng)
    completions = draw(env, pulls, rng)
    for batch in completions:
        tally.add(batch)
    spent, number = spending(pulls), 1
    n_rounds = max(1, math.ceil(math.log2(n_prompts * n_max)))
    yield Round(number, spent, budget, pulls, active, tally.q, recommend(env, tally.q, active, order), completions)
    scales = np.tile(np.arange(1, n_max + 1), n_prompts)
    first, count = spent, tally.count.ravel()
    while choice is not None and spent < budget:
        number += 1
        goal = first + (budget - first) * (number - 1) // max(n_rounds - 1, 1)
        if number >= n_rounds:
            goal = budget
        pulls, batches = np.zeros((n_prompts, n_max), dtype=np.int64), []
        while spent < goal:
            allowed = np.flatnonzero((count > 0) & (scales <= budget - spent))
            q = tally.context_q(int(rng.integers(len(env.contexts)))).ravel()
            if len(allowed):
                arm = allowed[choice(q[allowed], count[allowed], rng)]
            else:  # every call so far has failed
                arm = rng.choice(np.flatnonzero(scales <= budget - spent))
            p, i = divmod(int(arm), n_max)
            batch = env.sample([p], [int(rng.integers(env.n_queries))], i + 1, rng)
            tally.add(batch)
            count[p * n_max : (p + 1) * n_max] = tally.row_count(p)
            batches.append(batch)
            pulls[p, i] += 1
            spent += i + 1
        yield Round(
            number, spent, budget, pulls, active, tally.q, recommend(env, tally.q, active, order), _by_scale(batches)
        )


def _by_scale(batches: list[Completions]) -> tuple[Completions, ...]:
    """Single pulls joined into one batch a scale."""
    scales = sorted({batch.n for batch in batches})
    return tuple(Completions.joined([b for b in batches if b.n == n]) for n in scales)
