"""What each pull says by itself, query by query: for methods that compare prompts on the same queries."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .costs import bill, per_call_of
from .problem import cost_weight_vector, distinct_weights
from .protocol import Environment
from .reuse import Samples, block_samples
from .voting import blocks

Array = NDArray[np.float64]
Index = NDArray[np.int64]
ROWS = 4096  # pulls whose samples are worked out at once: memory stays bounded


class _Pulls(NamedTuple):
    """Pulls (B,) of (prompt, query) with what each says, rows in the same order."""

    prompts: Index
    queries: Index
    samples: Samples


class PullScores:
    """Mean reward of every pull at every scale that it holds, and what that cost, by prompt and query.

    A pull of (p, N) holds floor(N / n) disjoint samples of (p, n), as in ``Tally``; here they stay apart by pull.
    """

    def __init__(self, env: Environment) -> None:
        self._strategy, self._n_max, self._shape = env.strategy, env.n_max, (len(env.prompts), env.n_queries)
        self._weights, self._which = distinct_weights(env.contexts)
        self._cost_weights, self._per_call = cost_weight_vector(env.contexts), partial(per_call_of, env)
        self._parts: list[_Pulls] = []

    def add(self, completions: Completions) -> None:
        """Count the pulls in."""
        for rows in blocks(len(completions), ROWS):
            part = completions.rows(rows)
            samples = block_samples(part, self._strategy, self._weights, self._n_max)
            self._parts.append(_Pulls(part.prompts, part.queries, samples))

    def rewards(self, context: int, scales: Index) -> tuple[Index, Index, Array]:
        """Prompt, query and mean reward before cost of each pull, at the scale (P,) of its prompt: (B,) each.

        Pulls without a sample of that scale are left out.
        """
        return self._picked(context, scales, 0.0)

    def by_query(self, context: int, scales: Index) -> Array:
        """Mean reward less cost of each prompt at its scale (P,) on each query, (P, X); NaN without a sample."""
        total, count = by_cell(*self._picked(context, scales, float(self._cost_weights[context])), self._shape)
        return np.divide(total, count, out=np.full(self._shape, np.nan), where=count > 0)

    def _picked(self, context: int, scales: Index, cost_weight: float) -> tuple[Index, Index, Array]:
        if not self._parts:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        pulls = self._joined()
        i = scales[pulls.prompts] - 1
        row = np.flatnonzero(pulls.samples.count[np.arange(len(i)), i])
        i, samples = i[row], pulls.samples
        spending = bill(samples.cost[row, i], samples.call_cost[row, i], i + 1, self._per_call())
        value = samples.reward[row, self._which[context], i] - cost_weight * spending
        return pulls.prompts[row], pulls.queries[row], value / samples.count[row, i]

    def _joined(self) -> _Pulls:
        if len(self._parts) > 1:
            samples = Samples(
                *(np.concatenate([getattr(p.samples, f.name) for p in self._parts]) for f in fields(Samples))
            )
            prompts, queries = (
                np.concatenate([getattr(p, name) for p in self._parts]) for name in ("prompts", "queries")
            )
            self._parts = [_Pulls(prompts, queries, samples)]
        return self._parts[0]


def by_cell(prompts: Index, queries: Index, values: Array, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Sum and number of the values (B,) at each (prompt, query), (P, X) of that ``shape``."""
    total, count = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (prompts, queries), values)
    np.add.at(count, (prompts, queries), 1)
    return total, count


def best_scales(q: Array) -> Index:
    """The scale of largest estimate of each prompt, (P,), from q (P, N_max); 1 where nothing is known."""
    return np.where(np.isnan(q), -np.inf, q).argmax(axis=1) + 1
