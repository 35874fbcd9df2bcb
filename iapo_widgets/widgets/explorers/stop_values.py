"""What arms of one prompt are worth that may stop, and those that never do, for every weight of cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core import early
from ...core.environment import CategoricalEnvironment
from ...core.problem import Context
from ...core.stopping import Rule, rules_of
from ...core.strategies import BestOfN, EarlyBest, EarlyVote, MajorityVote, Strategy
from ..shared.cost_weight import WEIGHTS

Array = NDArray[np.float64]
LEADS = 8  # the largest lead
LEVELS = (0.5, 0.75, 0.9, 0.97)  # of the quantile that the best answer is to reach


@dataclass(frozen=True, eq=False, slots=True)
class StopValues:
    """Arms (n, rule) of one prompt, each (n_max, L); rule 0 never stops.

    reward and cost (in the environment's unit): of a question, on average; drawn: answers asked.  chosen_reward,
    chosen_cost: the same by draws of their own, to choose an arm by.  error (weights, n_max, L): standard error of
    reward less weighted cost, 0 where it is exact.
    """

    rules: tuple[Rule, ...]
    reward: Array
    cost: Array
    drawn: Array
    chosen_reward: Array
    chosen_cost: Array
    error: Array

    def q(self, weight: float) -> Array:
        """Exact Q, or its mean over draws, of each arm, (n_max, L)."""
        return self.reward - weight * self.cost

    def best_fixed(self, weight: float) -> tuple[int, int]:
        """Place (n - 1, 0) of the best arm that never stops."""
        return int(self.q(weight)[:, 0].argmax()), 0

    def best(self, weight: float) -> tuple[int, int]:
        """Place (n - 1, rule) of the best of all arms, as draws of their own tell."""
        chosen = self.chosen_reward - weight * self.chosen_cost
        n, rule = np.unravel_index(int(chosen.argmax()), chosen.shape)
        return int(n), int(rule)

    def gain(self, weight: float, place: tuple[int, int]) -> float:
        """Q of that arm less that of the best which never stops."""
        q = self.q(weight)
        return float(q[place] - q[self.best_fixed(weight)])

    def error_at(self, weight: float, place: tuple[int, int]) -> float:
        """Standard error of that arm's Q, of the nearest of ``WEIGHTS``."""
        return float(self.error[(int(np.abs(WEIGHTS - weight).argmin()), *place)])


def early_strategy(strategy: Strategy, n_max: int, batch: int) -> EarlyVote | EarlyBest:
    """The strategy whose arms stop at every lead up to ``LEADS``, or at every level; ``ValueError`` where none can."""
    if isinstance(strategy, (MajorityVote, EarlyVote)):
        return EarlyVote(tuple(range(1, most_lead(n_max) + 1)), (batch,))
    if isinstance(strategy, (BestOfN, EarlyBest)):
        return EarlyBest(LEVELS, (batch,))
    raise ValueError(
        f"{strategy.name} has no arms that stop early: take a task of majority-vote or best-of-n, such as"
        ' load("real-words"), or env.with_(strategy=...)'
    )


def most_lead(n_max: int) -> int:
    """The largest lead that stops what is not decided."""
    return max(1, min(LEADS, n_max // 2))


def stopping_environment(env: Any, prompt: int, weights: tuple[float, ...], batch: int, n_max: int) -> tuple[Any, int]:
    """The environment of such arms, a context for each of ``WEIGHTS``, and the place of ``prompt`` in it.

    Votes need no prompt but this one, and the draws of theirs take time; the reach of best-of-N is of all.
    """
    strategy = early_strategy(env.strategy, n_max, batch)
    contexts = [Context(f"cost {w:g}", weights, float(w)) for w in WEIGHTS]
    mine = [prompt] if strategy.counts_votes else list(range(len(env.prompts)))
    values = env.values if len(env.values) == 1 else env.values[mine]
    made = CategoricalEnvironment(
        env.probs[mine], values, env.cost[mine], contexts=contexts, strategy=strategy, n_max=n_max,
        answers=env.answers[mine], gold=env.gold, objectives=env.objectives, call_cost=env.query_call_cost[mine],
        per_call=env.per_call,
    )  # fmt: skip
    return made, mine.index(prompt)


def stop_values(env: Any, prompt: int) -> StopValues:
    """The values of ``prompt`` in a ``stopping_environment``."""
    free, paid = 0, int(np.flatnonzero(WEIGHTS == 1.0)[0])
    q, chosen = env.exact_q()[:, prompt], env.exact_q(chosen=True)[:, prompt]
    return StopValues(
        rules_of(env.strategy), q[free], q[free] - q[paid], early.mean_drawn(env)[0, prompt], chosen[free],
        chosen[free] - chosen[paid], env.exact_q_error()[:, prompt],
    )  # fmt: skip
