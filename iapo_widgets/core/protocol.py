"""The only door to the model: what an algorithm may know of an environment."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .completions import Completions
from .problem import Context, Prompt
from .strategies import Strategy


@runtime_checkable
class Environment(Protocol):
    """What an algorithm may know: sizes, contexts, the strategy, and ``sample``."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """Prompt variants; an arm names one by its index."""
        ...

    @property
    def contexts(self) -> tuple[Context, ...]:
        """Whom to serve."""
        ...

    @property
    def objectives(self) -> tuple[str, ...]:
        """Names of the K objectives."""
        ...

    @property
    def n_max(self) -> int:
        """Largest inference scale."""
        ...

    @property
    def n_queries(self) -> int:
        """Number of queries."""
        ...

    @property
    def strategy(self) -> Strategy:
        """How completions become one reward."""
        ...

    @property
    def call_cost(self) -> NDArray[np.float64]:
        """Cost of one request of each prompt, beside what its completions cost, (P,); zeros in the paper's tasks."""
        ...

    @property
    def per_call(self) -> int | None:
        """Completions that one request carries at most, ``None`` for any number: (p, n) takes ceil(n / per_call)."""
        ...

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        """Draw ``n`` completions for each (prompt, query) pair: the paper's BATCH-QUERY."""
