"""A policy beside what one would have had without choosing prompt and N together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.early import arm_spending, grid_arm
from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm
from ..core.rounds import Policy
from ..core.stopping import over_rules
from ..core.training import arm_value


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One context: the policy's arm with its exact Q, regret and cost a query, and three arms that knew every Q.

    prompt_only: best at N = 1 and kept there.  decoupled: that prompt with its best N.  best: the best pair.
    """

    context: str
    arm: Arm
    q: float
    regret: float
    cost: float
    prompt_only: Arm
    prompt_only_q: float
    decoupled: Arm
    decoupled_q: float
    best: Arm
    best_q: float


@dataclass(frozen=True, slots=True)
class PolicyMeans:
    """Means over contexts: acr (eq. 4), regret and cost a query of the policy, and the ACR of the three others."""

    acr: float
    regret: float
    cost: float
    prompt_only: float
    decoupled: float
    best: float


def policy_rows(env: CategoricalEnvironment, policy: Policy) -> list[PolicyRow]:
    """A row for each context, in the order of ``env.contexts``; an arm without n is averaged over n = 1 .. N_max.

    Q is ``env.exact_q()``, (C, P, N_max), and where arms may stop early that of the best rule of each (p, N).  Cost is
    that of completions and their requests, before the context's cost weight.  Ties go to the lowest prompt, then the
    lowest n.
    Raises ``KeyError`` where the policy lacks a context, ``ValueError`` where an arm lies outside the environment.
    """
    every = env.exact_q()
    q = over_rules(every)
    rows = []
    for c, context in enumerate(env.contexts):
        arm, values = policy[context.name], q[c]
        if not 0 <= arm.prompt < len(values) or (arm.n is not None and not 1 <= arm.n <= env.n_max):
            raise ValueError(f"{arm} lies outside the environment: {len(values)} prompts, N up to {env.n_max}")
        mine = arm_value(env, every, c, arm)
        cost = arm_spending(env, arm, context)
        first = int(values[:, 0].argmax())
        then = int(values[first].argmax())
        p, i = np.unravel_index(int(values.argmax()), values.shape)
        rows.append(
            PolicyRow(
                context.name, arm, mine, float(values.max() - mine), cost,
                _best_arm(env, every, c, first, 0), float(values[first, 0]),
                _best_arm(env, every, c, first, then), float(values[first, then]),
                _best_arm(env, every, c, int(p), int(i)), float(values.max()),
            )
        )  # fmt: skip
    return rows


def _best_arm(env: CategoricalEnvironment, q: NDArray[np.float64], context: int, prompt: int, index: int) -> Arm:
    """The arm of that prompt and N by its best rule."""
    rule = int(q[context, prompt, index].argmax()) if q.ndim == 4 else 0
    return grid_arm(env, context, prompt, index, rule)


def policy_means(rows: Sequence[PolicyRow]) -> PolicyMeans:
    """Means over contexts of what ``policy_rows`` returned.  Raises ``ValueError`` without rows."""
    if not rows:
        raise ValueError("no rows to average; make some with policy_rows(env, policy)")
    names = ("q", "regret", "cost", "prompt_only_q", "decoupled_q", "best_q")
    return PolicyMeans(*(float(np.mean([getattr(row, name) for row in rows])) for name in names))
