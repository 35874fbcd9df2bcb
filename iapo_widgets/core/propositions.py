"""Propositions 1 and 2: when a prompt can be chosen without knowing how its completions are aggregated.

The inference-agnostic utility scores a prompt by the plain mean over its completions.  Proposition 1: its best
prompt need not be best under the aggregator alpha.  Proposition 2: it always is only where alpha is affine in it.
``Affine`` is such an aggregator, to be tried as a strategy; best-of-N and majority voting are not affine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .environment import CategoricalEnvironment
from .problem import Context, cost_weight_vector, weight_matrix
from .strategies import Outcomes

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Affine:
    """The affine aggregator alpha = slope * mean of the N utilities + intercept, before cost.

    Returning one of the N completions at random is slope 1, intercept 0.  Raises ``ValueError`` unless ``slope``
    is above 0: an aggregator that prefers worse completions optimizes nothing.
    """

    slope: float = 1.0
    intercept: float = 0.0
    name: str = "affine"

    def __post_init__(self) -> None:
        if not (np.isfinite(self.slope) and np.isfinite(self.intercept) and self.slope > 0):
            raise ValueError(
                f"slope must be above 0 and both must be finite, not slope {self.slope!r}, intercept {self.intercept!r}"
            )

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Any task with an objective can be scored."""

    def rewards(
        self, completions: Completions, starts: NDArray[np.int64], ends: NDArray[np.int64], weights: Array
    ) -> Array:
        """Mean of each block; see ``Strategy``."""
        utility = np.einsum("bnk,wk->bwn", completions.objectives, weights)
        running = np.concatenate([np.zeros((*utility.shape[:2], 1)), np.cumsum(utility, axis=2)], axis=2)
        return self.slope * (running[..., ends] - running[..., starts]) / (ends - starts) + self.intercept

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """The mean of one completion, whatever N; see ``Strategy``."""
        mean = np.einsum("rm,rmk,wk->rw", outcomes.probs, outcomes.values, weights)
        return np.repeat((self.slope * mean + self.intercept)[..., None], n_max, axis=2)

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """The mean over what arrived, for subsets average to it; see ``Strategy``."""
        valid = completions.valid
        objectives = np.where(valid[..., None], completions.objectives, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.einsum("bnk,wk->bw", objectives, weights) / valid.sum(axis=1)[:, None]
        enough = np.arange(1, n_max + 1) <= valid.sum(axis=1)[:, None]
        return np.where(enough[:, None], (self.slope * mean + self.intercept)[..., None], np.nan)


def agnostic_utility(env: CategoricalEnvironment, cost: bool = False) -> Array:
    """The inference-agnostic utility of every prompt, (C, P): the mean over queries and single completions.

    sum_k w_k O_k, the objectives alone; with ``cost`` less the weighted cost of one completion and its request.
    """
    values = np.broadcast_to(env.values, (*env.probs.shape, len(env.objectives)))
    mean = np.einsum("pxm,pxmk->pk", env.probs, values) / env.n_queries
    utility = weight_matrix(env.contexts) @ mean.T
    if cost:
        utility = utility - cost_weight_vector(env.contexts)[:, None] * env.arm_cost[:, 0]
    return utility


def regret_of_agnosticism(env: CategoricalEnvironment) -> Array:
    """What the prompt of best agnostic utility loses to the best prompt at each N, before cost, (C, N_max).

    0 everywhere for an affine aggregator (proposition 2).  Above 0 somewhere shows proposition 1 on this task.
    """
    free = env.with_(contexts=[Context(c.name, c.weights) for c in env.contexts])
    chosen = agnostic_utility(free).argmax(axis=1)
    q = free.exact_q()
    return q.max(axis=1) - q[np.arange(len(q)), chosen]
