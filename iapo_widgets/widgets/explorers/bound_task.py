"""The task of ``BoundExplorer``: one prompt better than all others, what theorem 1 says of it, and its first runs."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from ...core.environment import CategoricalEnvironment, voting_environment
from ...core.problem import Context
from ...core.theory import Complexity, complexity
from ...study.certainty import error_rates

FIRST = 20  # runs at each budget that are measured when the widget opens: some 0.3 s, which a cell can wait for


def environment(prompts: int, n_max: int, contexts: int, gap: float, cost: float) -> CategoricalEnvironment:
    """One question with two answers; the first prompt is right with (1 + gap) / 2, the others with (1 - gap) / 2."""
    right = np.full((prompts, 1), 0.5 - gap / 2)
    right[0] += gap
    users = [Context(f"context {k + 1}", (1.0,), 1 + 0.25 * k) for k in range(contexts)]
    probs = np.stack([right, 1 - right], axis=2)
    return voting_environment(probs, [0], np.full(prompts, cost), contexts=users, n_max=n_max)


@lru_cache(maxsize=256)
def theory_of(prompts: int, n_max: int, contexts: int, gap: float, cost: float) -> Complexity:
    """Theorem 1 on that task; rewards less cost that leave [-1, 1] are divided by what makes them fit."""
    worst = cost * n_max * (0.75 + 0.25 * contexts)  # of a wrong answer in the dearest context
    return complexity(environment(prompts, n_max, contexts, gap, cost).exact_q(), scale=max(1.0, worst))


@lru_cache(maxsize=32)
def first_look(
    prompts: int, n_max: int, contexts: int, gap: float, cost: float, budgets: tuple[int, ...]
) -> dict[int, tuple[int, int]]:
    """Budget -> runs that missed a best arm, runs: ``FIRST`` of each, the first ones that ``measure`` makes, too."""
    scale = theory_of(prompts, n_max, contexts, gap, cost).scale
    found = error_rates(environment(prompts, n_max, contexts, gap, cost), budgets, FIRST, scale=scale)
    return {each.budget: (round(each.rate * each.runs), each.runs) for each in found}


def required(theory: Complexity, delta: float) -> int | None:
    """Completions that the theorem asks for, ``None`` where two arms share the first place."""
    return None if math.isinf(theory.cost_of_certainty) else theory.required_budget(delta)
