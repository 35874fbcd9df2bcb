"""Algorithms by name, the call that exhausts them, and the measure of what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .environment import CategoricalEnvironment, Environment
from .frugal import frugal
from .psst import psst
from .rounds import Policy, Result, Round

Algorithm = Callable[..., Iterator[Round]]

#: Every algorithm: name -> ``algorithm(env, budget, *, seed, **options) -> Iterator[Round]``.
ALGORITHMS: dict[str, Algorithm] = {"psst": psst, "frugal": frugal}


def train(algorithm: str, env: Environment, budget: int, *, seed: int, **options: Any) -> Result:
    """Run ``algorithm`` to its end.  Raises ``ValueError`` where the name is unknown or the input is bad."""
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm!r}; known: {', '.join(ALGORITHMS)}")
    rounds = tuple(ALGORITHMS[algorithm](env, budget, seed=seed, **options))
    return Result(rounds[-1].policy, rounds[-1].spent, rounds)


def acr(policy: Policy, env: CategoricalEnvironment) -> float:
    """Average contextual return, eq. 4: the mean over contexts of exact Q(c, policy(c)); over n where n is None."""
    q = env.exact_q()
    values = []
    for c, context in enumerate(env.contexts):
        arm = policy[context.name]
        row = q[c, arm.prompt]
        if arm.n is not None and not 1 <= arm.n <= env.n_max:
            raise ValueError(f"{arm} lies outside the scales 1 .. {env.n_max} of the environment")
        values.append(row.mean() if arm.n is None else row[arm.n - 1])
    return float(np.mean(values))
