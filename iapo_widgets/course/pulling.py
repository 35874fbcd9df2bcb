"""Bandits and small tasks whose pulls are really carried out, for exercises in which a learner writes the algorithm."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Context
from ..core.psst import draw
from ..core.reuse import Tally

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass
class Bandit:
    """Arms with a table of rewards (arm, pull): the j-th pull of an arm gives its j-th reward, whoever asks when."""

    name: str
    rewards: Array
    pulled: dict[int, int] = field(default_factory=dict)

    def __call__(self, arm: int, times: int) -> Array:
        """Rewards of the next ``times`` pulls of ``arm``."""
        if not 0 <= arm < len(self.rewards):
            raise ValueError(f"there is no arm {arm}: they count from 0 to {len(self.rewards) - 1}")
        start = self.pulled.get(int(arm), 0)
        self.pulled[int(arm)] = start + int(times)
        return np.take(self.rewards[int(arm)], range(start, start + int(times)), mode="wrap")

    def __repr__(self) -> str:
        return self.name


@dataclass
class Pulling:
    """Carries out pulls (P, N_max) on a small task and returns the estimates (C, P, N_max) from all of them so far."""

    name: str
    env: CategoricalEnvironment
    seed: int
    stockpile: bool = True
    tally: Tally | None = field(default=None)
    rng: np.random.Generator | None = None

    def __call__(self, pulls: Index) -> Array:
        """One round; nested reuse in blocks, one tally for all contexts."""
        pulls = np.asarray(pulls)
        shape = (len(self.env.prompts), self.env.n_max)
        if pulls.shape != shape:
            raise ValueError(f"pulls must have the shape {shape}, not {pulls.shape}")
        if pulls.dtype == bool or not np.issubdtype(pulls.dtype, np.number) or np.any(pulls < 0) or pulls.sum() > 1e5:
            raise ValueError("pulls must hold whole numbers of at least 0, and no more than 100,000 of them together")
        if self.tally is None:
            self.tally = Tally(self.env.strategy, self.env.contexts, *shape)
            self.rng = np.random.default_rng(self.seed)
        assert self.rng is not None
        for batch in draw(self.env, pulls.astype(np.int64), self.rng):
            self.tally.add(batch)
        return self.tally.q

    def __repr__(self) -> str:
        return self.name


def small_task(rng: np.random.Generator, shape: tuple[int, int, int]) -> CategoricalEnvironment:
    """A small voting task of three questions; contexts differ by cost weights above 0, so that nothing ties."""
    contexts = [Context(f"context {c}", (1.0,), 0.5 + 0.5 * c) for c in range(shape[0])]
    rates = rng.random((shape[1], 3))
    cost = 0.02 + 0.02 * rng.random(shape[1])
    return voting_environment(
        np.stack([rates, 1 - rates], axis=2), [0] * 3, cost, contexts=contexts, n_max=shape[2]
    )  # fmt: skip
