"""Regret and ACR of an algorithm over many splits, as ``iapo bench`` prints them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.checks import check_budget
from ..core.early import grid_arm
from ..core.environment import CategoricalEnvironment
from ..core.rounds import Policy, policy_of
from ..core.stopping import rules_of
from ..core.strategies import EarlyBest
from ..core.training import find_algorithm, mean_return, train
from .statistics import sem


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One algorithm at one budget; ``policies`` holds, for each run, context name -> [prompt, n].

    An arm that may stop early is [prompt, n, stop, batch].  ``regret`` is on the test part, ``regret_train`` on the
    part that was trained on, where it is never negative but for the error of Monte Carlo.  ``regret_fixed`` and
    ``regret_fixed_train`` are against the best arms that never stop: below zero where stopping is worth more.
    """

    algorithm: str
    budget: int
    runs: int
    acr_mean: float
    acr_sem: float
    regret_mean: float
    regret_sem: float
    regret_train_mean: float
    regret_train_sem: float
    regret_fixed_mean: float
    regret_fixed_sem: float
    regret_fixed_train_mean: float
    regret_fixed_train_sem: float
    spent_min: int
    spent_max: int
    seconds_per_training: float
    policies: list[dict[str, list[float | None]]]

    def record(self) -> dict[str, Any]:
        """The row as plain values, for JSON."""
        return asdict(self)

    def told(self) -> str:
        """The row in a line of words; beside the best arms that never stop where that is another."""
        own = self.regret_mean, self.regret_sem, self.regret_train_mean, self.regret_train_sem
        fixed = self.regret_fixed_mean, self.regret_fixed_sem, self.regret_fixed_train_mean, self.regret_fixed_train_sem
        on_both = "{:.4f} ± {:.4f} (training part {:.4f} ± {:.4f})".format
        beside = "" if fixed == own else f"; beside the best fixed arms {on_both(*fixed)}"
        return (
            f"{self.algorithm:<16} T = {self.budget:>7,}  ACR {self.acr_mean:.4f} ± {self.acr_sem:.4f}"
            f"  regret {on_both(*own)}{beside}"
            f"  spent {self.spent_min:,}-{self.spent_max:,}  {1000 * self.seconds_per_training:.1f} ms"
        )


def oracle(env: CategoricalEnvironment) -> Policy:
    """The arm of every context that is best by exact Q."""
    q = env.exact_q(chosen=True)
    best = [np.unravel_index(int(values.argmax()), values.shape) for values in q]
    return policy_of(env, [grid_arm(env, c, *map(int, place)) for c, place in enumerate(best)])


def bench(
    env: CategoricalEnvironment | Callable[[int], CategoricalEnvironment],
    algorithms: Sequence[str],
    budgets: Sequence[int],
    runs: int,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Iterator[BenchRow]:
    """Yield a row for each algorithm and budget, as soon as its last run is done.

    Run i splits with ``env.split(0.8, seed + i)``, or where ``env`` is a generator of synthetic environments
    trains and tests on ``env(seed + i)``; it trains with ``seed + i``.  Regret is the ACR on the test part of
    the arms that are best by exact Q on the train part, minus the policy's: it can be negative.  ``regret_train`` is
    the same on the train part, and ``regret_fixed`` is against the best arms that never stop.
    Raises ``ValueError`` for an unknown algorithm, a bad budget or less than one run.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    for name in algorithms:
        find_algorithm(name)
    return _rows(env, algorithms, [check_budget(b) for b in budgets], runs, seed, dict(options or {}))


def parts(
    env: CategoricalEnvironment | Callable[[int], CategoricalEnvironment], seed: int
) -> tuple[CategoricalEnvironment, CategoricalEnvironment]:
    """Train and test part of the run with that seed: a split, or one fresh environment as both."""
    if isinstance(env, CategoricalEnvironment):
        return env.split(0.8, seed)
    fresh = env(seed)
    return fresh, fresh


def _rows(env, algorithms, budgets, runs, seed, options):
    exact = cache(lambda i: known_values(*parts(env, seed + i)))  # the parts of all runs would fill the memory
    for name in algorithms:
        for budget in budgets:
            values, regret, seconds, spent, policies = [], ([], [], [], []), [], [], []
            for i in range(runs):
                best, best_fixed, q_train, q_test = exact(i)
                train_part, test_part = parts(env, seed + i)
                train_part.sample([0], [0], 1, np.random.default_rng(0))  # what is computed once is not timed
                if i == 0:
                    train(name, train_part, budget, seed=seed, **options)  # warm-up
                start = time.perf_counter()
                result = train(name, train_part, budget, seed=seed + i, **options)
                seconds.append(time.perf_counter() - start)
                on_train, on_test = (
                    mean_return(result.policy, part, q) for part, q in ((train_part, q_train), (test_part, q_test))
                )
                values.append(on_test)
                for kept, most, got in zip(regret, (*best, *best_fixed), (on_test, on_train) * 2, strict=True):
                    kept.append(most - got)
                spent.append(result.spent)
                policies.append({c: arm.plain for c, arm in result.policy.items()})
            means = [f(v) for v in (values, *regret) for f in (lambda v: float(np.mean(v)), sem)]
            times = float(np.median(seconds))
            yield BenchRow(name, budget, runs, *means, min(spent), max(spent), times, policies)


def known_values(
    train_part: CategoricalEnvironment, test_part: CategoricalEnvironment
) -> tuple[tuple[float, float], tuple[float, float], NDArray[np.float64], NDArray[np.float64]]:
    """Returns on test and train part of the arms best on the train part, of all and of the fixed ones; Q of both.

    Q are those of train and test part as ``mean_return`` takes them.
    """
    q_train, q_test = train_part.exact_q(), test_part.exact_q()
    best = oracle(train_part)
    returns = mean_return(best, test_part, q_test), mean_return(best, train_part, q_train)
    if not rules_of(train_part.strategy):
        return returns, returns, q_train, q_test
    fixed = [np.argmax(q) for q in train_part.fixed_q().reshape(len(q_train), -1)]
    of_fixed = [
        float(np.mean([q[best] for q, best in zip(p.fixed_q().reshape(len(q_train), -1), fixed, strict=True)]))
        for p in (test_part, train_part)
    ]
    if isinstance(train_part.strategy, EarlyBest):  # only rule 0 is looked up: a reach is worked out for each policy
        q_train, q_test = q_train[..., :1].copy(), q_test[..., :1].copy()
    return returns, (of_fixed[0], of_fixed[1]), q_train, q_test
