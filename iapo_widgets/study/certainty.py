"""How often an algorithm misses a best arm, beside what theorem 1 promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.checks import check_scale
from ..core.environment import CategoricalEnvironment
from ..core.stopping import need_fixed
from ..core.theory import TIE, complexity
from ..core.training import train


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Share of ``runs`` that missed the best arm of some context, its standard error, and theorem 1's bound."""

    budget: int
    runs: int
    rate: float
    sem: float
    bound: float


def error_rates(
    env: CategoricalEnvironment,
    budgets: Sequence[int],
    runs: int = 200,
    *,
    seed: int = 0,
    algorithm: str = "psst",
    scale: float = 1.0,
) -> list[ErrorRate]:
    """Train ``runs`` times at each budget, with seeds from ``seed`` on, and compare with exact Q.

    The bound is one on ``psst``; ``scale`` as in ``complexity``.  Raises ``ValueError`` as ``train`` and ``complexity``
    do, and for less than one run.
    """
    runs = check_scale(runs, "runs")
    need_fixed(env.strategy, "theorem 1")
    q = env.exact_q()
    best = q.max(axis=(1, 2))
    theory = complexity(q, scale=scale)
    rates = []
    for budget in budgets:
        bound = theory.error_bound(budget)
        missed = 0
        for i in range(runs):
            policy = train(algorithm, env, budget, seed=seed + i).policy
            got = np.array([q[c, a.prompt].mean() if a.n is None else q[c, a.prompt, a.n - 1]
                            for c, a in enumerate(policy.values())])  # fmt: skip
            missed += bool(np.any(got < best - TIE))
        rate = missed / runs
        rates.append(ErrorRate(budget, runs, rate, float(np.sqrt(rate * (1 - rate) / runs)), bound))
    return rates
