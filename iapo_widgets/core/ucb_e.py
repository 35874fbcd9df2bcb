"""UCB-E and UCB-E-LRF: bandits that choose which prompt is worth another query, and which query.

Zhou et al., *On Speeding Up Language Model Evaluation*, ICLR 2025.  They score each (method, example) once.  Here a
method is a prompt: one pull at N_max scores it on a query at every N and for every context.  Each step draws a
context, as the other sequential baselines do, and a prompt counts for it by its N of the best estimate so far; the best
prompt at that N is recommended.  Where the budget does not pay ``FEW`` pulls of every prompt at N_max, pulls are
smaller.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .baselines import joined_by_scale
from .checks import check_budget, check_positive, check_scale, check_seed
from .completions import Completions
from .costs import per_call_of
from .failures import Arrivals, ask_again, whole
from .low_rank import fill_in
from .protocol import Environment
from .psst import FEW, recommend, spending, tie_order
from .pull_scores import PullScores, best_scales, by_cell
from .reuse import Tally
from .rounds import Round
from .stopping import RACES, need_fixed

Array = NDArray[np.float64]
Index = NDArray[np.int64]

STEP = 20  # a decision buys a twentieth of the pulls that it rests on, at least one
WARM_UP = 0.05  # share of all (prompt, query) pairs that UCB-E-LRF asks at random first; at most half the budget


def ucb_e(env: Environment, budget: int, *, seed: int | np.random.Generator, a: float = 1.0) -> Iterator[Round]:
    """Yield rounds of steps that pull the prompt of largest Q + sqrt(``a`` / pulls), on queries drawn at random.

    Raises ``ValueError`` on bad input at once: ``a`` must be above 0.
    """
    need_fixed(env.strategy, "UCB-E", RACES)
    budget, rng, seen = check_budget(budget), check_seed(seed), _Seen(env)
    return _rounds(env, budget, rng, seen, _Means(env, seen, rng, check_positive(a, "a")))


def ucb_e_lrf(
    env: Environment, budget: int, *, seed: int | np.random.Generator, eta: float = 5.0, members: int = 64
) -> Iterator[Round]:
    """Yield rounds of steps that pull the prompt whose row of rewards, filled in by low-rank factors, may be largest.

    An entry not seen counts with its mean over an ensemble of ``members`` plus ``eta`` standard deviations; of the
    chosen prompt those queries are asked on which the ensemble differs most.  Before that, pairs are asked at random.
    Estimates are means of what was seen, moved by what filling in moves the mean of a prompt's row.
    Raises ``ValueError`` on bad input at once: ``eta`` must be above 0, ``members`` at least 1.
    """
    need_fixed(env.strategy, "UCB-E", RACES)
    budget, rng, seen = check_budget(budget), check_seed(seed), _Seen(env)
    eta, members = check_positive(eta, "eta"), check_scale(members, "members")
    warm_up = min(math.ceil(WARM_UP * seen.asked.size), budget // (2 * _pull(env, budget)))
    return _rounds(env, budget, rng, seen, _Rows(env, seen, rng, eta, members, warm_up))


class _Seen:
    """What came: sums, single pulls, and how often each prompt was asked each query, ``asked`` (P, X)."""

    def __init__(self, env: Environment) -> None:
        shape = len(env.prompts), env.n_max
        self.tally = Tally(env.strategy, env.contexts, *shape, per_call=partial(per_call_of, env))
        self.scores, self.arrivals = PullScores(env), Arrivals(shape[0])
        self.asked = np.zeros((shape[0], env.n_queries), dtype=np.int64)

    def add(self, batches: Sequence[Completions], pulls: Index) -> None:
        """Count in the batches of ``pulls`` (P, N_max), follow-ups included."""
        for batch in batches:
            self.tally.add(batch)
            self.scores.add(batch)
            np.add.at(self.asked, (batch.prompts, batch.queries), 1)
        self.arrivals.add(batches, pulls)

    @property
    def tries(self) -> Index:
        """Pulls of each prompt, (P,), at least 1."""
        return np.maximum(self.asked.sum(axis=1), 1)

    def pulls_of(
        self, value: Array, bonus: Array, worth: Array, number: int, rng: np.random.Generator
    ) -> tuple[Index, Index]:
        """At most ``number`` pulls, one a query, of the prompt of largest value + bonus (P,); equals at random.

        Prompts not asked yet come first; one asked in vain has value 0.  Of its queries those asked least often come
        first, and among them those of largest ``worth`` (P, X).
        """
        bound = np.where(self.asked.any(axis=1), np.nan_to_num(value) + bonus, np.inf)
        p = int(rng.choice(np.flatnonzero(bound == bound.max())))
        queries = np.lexsort((rng.random(worth.shape[1]), -worth[p], self.asked[p]))[:number]
        return np.full(len(queries), p), queries


class _Chooser(Protocol):
    """What tells the two methods apart."""

    def choose(self, number: int) -> tuple[Index, Index]:
        """Prompts and queries of the next pulls, at most ``number`` of them."""
        ...

    @property
    def q(self) -> Array:
        """Estimates of all arms, (C, P, N_max)."""
        ...


class _Means:
    """UCB-E: a prompt's mean so far, and how few pulls it rests on."""

    def __init__(self, env: Environment, seen: _Seen, rng: np.random.Generator, a: float) -> None:
        self._n_contexts, self._seen, self._rng, self._a = len(env.contexts), seen, rng, a

    def choose(self, number: int) -> tuple[Index, Index]:
        seen = self._seen
        q = seen.tally.context_q(int(self._rng.integers(self._n_contexts)))
        bonus = np.sqrt(self._a / seen.tries)
        return seen.pulls_of(_at_best(q), bonus, np.zeros(seen.asked.shape), number, self._rng)

    @property
    def q(self) -> Array:
        return self._seen.tally.q


class _Rows:
    """UCB-E-LRF: the mean of a prompt's row of rewards, seen or filled in, and how unsure what is filled in is."""

    def __init__(
        self, env: Environment, seen: _Seen, rng: np.random.Generator, eta: float, members: int, warm_up: int
    ) -> None:
        self._n_contexts, self._seen, self._rng = len(env.contexts), seen, rng
        self._eta, self._members, self._warm_up = eta, members, warm_up

    def choose(self, number: int) -> tuple[Index, Index]:
        seen, rng = self._seen, self._rng
        if seen.asked.sum() < self._warm_up:
            free = np.flatnonzero(seen.asked == 0)
            prompts, queries = np.divmod(rng.choice(free, min(number, len(free)), replace=False), seen.asked.shape[1])
            return prompts, queries
        q, deviation = self._filled(int(rng.integers(self._n_contexts)), self._members)
        value = _at_best(q)
        bonus = np.where(np.isnan(value), 1 / np.sqrt(seen.tries), self._eta * deviation.mean(axis=1))
        return seen.pulls_of(value, bonus, deviation, number, rng)

    @property
    def q(self) -> Array:
        return np.stack([self._filled(c, 1)[0] for c in range(self._n_contexts)])

    def _filled(self, context: int, members: int) -> tuple[Array, Array]:
        """Estimates (P, N_max), and deviations (P, X) of the entries not seen of each prompt at its best N."""
        q, shape = self._seen.tally.context_q(context), self._seen.asked.shape
        prompts, queries, rewards = self._seen.scores.rewards(context, best_scales(q))
        if not len(rewards):
            return q, np.zeros(shape)
        filled = fill_in(prompts, queries, rewards, shape, members, self._rng)
        total, count = by_cell(prompts, queries, rewards, shape)
        row = np.where(count > 0, total / np.maximum(count, 1), filled.mean).mean(axis=1)
        seen = total.sum(axis=1) / np.maximum(count.sum(axis=1), 1)  # where nothing was, q is unknown anyway
        return q + (row - seen)[:, None], np.where(count > 0, 0.0, filled.deviation)


def _at_best(q: Array) -> Array:
    """The estimate of each prompt at its best scale, (P,), NaN where nothing is known; q (P, N_max)."""
    return q[np.arange(len(q)), best_scales(q) - 1]


def _pull(env: Environment, budget: int) -> int:
    """Completions of a pull: N_max, or fewer, so that the budget pays ``FEW`` pulls of every prompt."""
    return min(env.n_max, max(1, budget // (FEW * len(env.prompts))))


def _rounds(env: Environment, budget: int, rng: np.random.Generator, seen: _Seen, chooser: _Chooser) -> Iterator[Round]:
    """Steps until the budget is spent, told in as many rounds as PSST has, of about equal size."""
    shape, pull = (len(env.prompts), env.n_max), _pull(env, budget)
    order = tie_order(*shape, rng)
    active = np.ones((len(env.contexts), *shape), dtype=bool)
    n_rounds = max(1, math.ceil(math.log2(active[0].size)))
    spent = number = 0
    for goal in budget * np.arange(1, n_rounds + 1) // n_rounds:
        if spent >= goal:
            continue
        number += 1
        pulls = np.zeros(shape, dtype=np.int64)
        completions: list[Completions] = []
        while spent < goal:
            n = min(pull, budget - spent)
            most = min(-(-(int(goal) - spent) // n), (budget - spent) // n)
            prompts, queries = chooser.choose(min(most, max(1, int(seen.asked.sum()) // STEP)))
            step = np.zeros(shape, dtype=np.int64)
            np.add.at(step[:, n - 1], prompts, 1)
            batches: tuple[Completions, ...] = (env.sample(prompts, queries, n, rng),)
            if not whole(batches):
                batches, _, again = ask_again(env, batches, budget - spent - spending(step), rng)
                step += again
            seen.add(batches, step)
            completions += batches
            pulls, spent = pulls + step, spent + spending(step)
        q, lost = chooser.q, seen.arrivals.lost(seen.tally.count)
        policy = recommend(env, q, active, order)
        yield Round(number, spent, budget, pulls, active, q, policy, joined_by_scale(completions), lost)
