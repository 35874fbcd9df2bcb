"""Regret and ACR of an algorithm over many splits, as ``iapo bench`` prints them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm
from ..core.rounds import Policy, policy_of
from ..core.training import acr, find_algorithm, train
from .statistics import sem


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One algorithm at one budget; ``policies`` holds, for each run, context name -> [prompt, n]."""

    algorithm: str
    budget: int
    runs: int
    acr_mean: float
    acr_sem: float
    regret_mean: float
    regret_sem: float
    spent_min: int
    spent_max: int
    seconds_per_training: float
    policies: list[dict[str, list[int | None]]]

    def record(self) -> dict[str, Any]:
        """The row as plain values, for JSON."""
        return asdict(self)


def oracle(env: CategoricalEnvironment) -> Policy:
    """The arm of every context that is best by exact Q."""
    q = env.exact_q()
    best = [np.unravel_index(int(values.argmax()), values.shape) for values in q]
    return policy_of(env, [Arm(int(p), int(i) + 1) for p, i in best])


def bench(
    env: CategoricalEnvironment | Callable[[int], CategoricalEnvironment],
    algorithms: Sequence[str],
    budgets: Sequence[int],
    runs: int,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Iterator[BenchRow]:
    """Yield a row for each algorithm and budget, after the last run.

    Run i splits with ``env.split(0.8, seed + i)``, or where ``env`` is a generator of synthetic environments
    trains and tests on ``env(seed + i)``; it trains with ``seed + i``.  Regret is the ACR on the test part of
    the arms that are best by exact Q on the train part, minus the policy's: it can be negative.
    Raises ``ValueError`` for an unknown algorithm or less than one run.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    for name in algorithms:
        find_algorithm(name)
    return _rows(env, algorithms, budgets, runs, seed, dict(options or {}))


def parts(
    env: CategoricalEnvironment | Callable[[int], CategoricalEnvironment], seed: int
) -> tuple[CategoricalEnvironment, CategoricalEnvironment]:
    """Train and test part of the run with that seed: a split, or one fresh environment as both."""
    if isinstance(env, CategoricalEnvironment):
        return env.split(0.8, seed)
    fresh = env(seed)
    return fresh, fresh


def _rows(env, algorithms, budgets, runs, seed, options):
    cases = [(name, budget) for name in algorithms for budget in budgets]
    values, regret, seconds, spent, policies = ({case: [] for case in cases} for _ in range(5))
    for i in range(runs):
        train_part, test_part = parts(env, seed + i)
        best = acr(oracle(train_part), test_part)
        for case in cases:
            name, budget = case
            if i == 0:
                train(name, train_part, budget, seed=seed, **options)  # warm-up
            start = time.perf_counter()
            result = train(name, train_part, budget, seed=seed + i, **options)
            seconds[case].append(time.perf_counter() - start)
            values[case].append(acr(result.policy, test_part))
            regret[case].append(best - values[case][-1])
            spent[case].append(result.spent)
            policies[case].append({c: [a.prompt, a.n] for c, a in result.policy.items()})
    for case in cases:
        yield BenchRow(
            *case, runs, float(np.mean(values[case])), sem(values[case]), float(np.mean(regret[case])),
            sem(regret[case]), min(spent[case]), max(spent[case]), float(np.median(seconds[case])), policies[case],
        )  # fmt: skip
