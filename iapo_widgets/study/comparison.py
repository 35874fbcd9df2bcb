"""A policy beside what one would have had without choosing prompt and N together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..core.environment import CategoricalEnvironment
from ..core.problem import Arm
from ..core.rounds import Policy


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

    Q is ``env.exact_q()``, (C, P, N_max).  Cost is ``env.arm_cost``, n completions and their requests, before the
    context's cost weight.  Ties go to the lowest prompt, then the lowest n.
    Raises ``KeyError`` where the policy lacks a context, ``ValueError`` where an arm lies outside the environment.
    """
    q = env.exact_q()
    rows = []
    for c, context in enumerate(env.contexts):
        arm, values = policy[context.name], q[c]
        if not 0 <= arm.prompt < len(values) or (arm.n is not None and not 1 <= arm.n <= env.n_max):
            raise ValueError(f"{arm} lies outside the environment: {len(values)} prompts, N up to {env.n_max}")
        mine = float(values[arm.prompt].mean() if arm.n is None else values[arm.prompt, arm.n - 1])
        each = env.arm_cost[arm.prompt]
        cost = float(each.mean() if arm.n is None else each[arm.n - 1])
        first = int(values[:, 0].argmax())
        then = int(values[first].argmax())
        p, i = np.unravel_index(int(values.argmax()), values.shape)
        rows.append(
            PolicyRow(
                context.name, arm, mine, float(values.max() - mine), cost,
                Arm(first, 1), float(values[first, 0]), Arm(first, then + 1), float(values[first, then]),
                Arm(int(p), int(i) + 1), float(values.max()),
            )
        )  # fmt: skip
    return rows


def policy_means(rows: Sequence[PolicyRow]) -> PolicyMeans:
    """Means over contexts of what ``policy_rows`` returned.  Raises ``ValueError`` without rows."""
    if not rows:
        raise ValueError("no rows to average; make some with policy_rows(env, policy)")
    names = ("q", "regret", "cost", "prompt_only_q", "decoupled_q", "best_q")
    return PolicyMeans(*(float(np.mean([getattr(row, name) for row in rows])) for name in names))
