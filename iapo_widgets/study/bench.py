"""Regret and ACR of an algorithm over many splits, as ``iapo bench`` prints them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm
from ..core.rounds import Policy
from ..core.training import ALGORITHMS, acr, train


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
    return Policy(env.contexts, [Arm(int(p), int(i) + 1) for p, i in best])


def bench(
    env: CategoricalEnvironment,
    algorithms: Sequence[str],
    budgets: Sequence[int],
    runs: int,
    seed: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Iterator[BenchRow]:
    """Yield a row for each algorithm and budget.

    Run i splits with ``env.split(0.8, seed + i)`` and trains with ``seed + i``; regret is the ACR on the test
    part of the arms that are best by exact Q on the train part, minus the policy's: it can be negative.
    Raises ``ValueError`` for an unknown algorithm or less than one run.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, not {runs}")
    for name in algorithms:
        if name not in ALGORITHMS:
            raise ValueError(f"unknown algorithm {name!r}; known: {', '.join(ALGORITHMS)}")
    parts = [env.split(0.8, seed + i) for i in range(runs)]
    best = [acr(oracle(train_part), test_part) for train_part, test_part in parts]
    return _rows(parts, best, algorithms, budgets, seed, dict(options or {}))


def _rows(parts, best, algorithms, budgets, seed, options):
    for name in algorithms:
        for budget in budgets:
            train(name, parts[0][0], budget, seed=seed, **options)  # warm-up
            values, seconds, spent, policies = [], [], [], []
            for i, (train_part, test_part) in enumerate(parts):
                start = time.perf_counter()
                result = train(name, train_part, budget, seed=seed + i, **options)
                seconds.append(time.perf_counter() - start)
                values.append(acr(result.policy, test_part))
                spent.append(result.spent)
                policies.append({c: [a.prompt, a.n] for c, a in result.policy.items()})
            regret = np.array(best) - values
            yield BenchRow(
                name, budget, len(parts), float(np.mean(values)), _sem(values), float(regret.mean()), _sem(regret),
                min(spent), max(spent), float(np.median(seconds)), policies,
            )  # fmt: skip


def _sem(values: Sequence[float] | np.ndarray) -> float:
    """Standard error of the mean, 0 for a single value."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
