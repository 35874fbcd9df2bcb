"""Three answers to one question, such that what a user cares about decides which of them is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.problem import COST_WEIGHTS
from ...live.records.pools import pool_of
from ..shared.cost_weight import LARGEST_COST

MANY = 3
LOOKED = 40  # questions that are looked through
ROOM = 240  # characters of an answer's text
LEAST = 0.05  # weight of a single objective


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: scores (K), cost with its request, and its text, ``None`` where there is none."""

    prompt: int
    scores: tuple[float, ...]
    cost: float
    text: str | None = None

    def parts(self, weights: Sequence[float], cost_weight: float) -> list[float]:
        """What each objective adds to its worth, and what cost takes, (K + 1,)."""
        gains = [w * score for w, score in zip(weights, self.scores, strict=True)]
        return [*gains, -cost_weight * self.cost]

    def worth(self, weights: Sequence[float], cost_weight: float) -> float:
        """Reward of this answer alone, less its weighted cost."""
        return sum(self.parts(weights, cost_weight))


def three_answers(env: Any) -> tuple[int, list[Answer]]:
    """(question, answers), of all looked at those where most users disagree about the best; no answers: none is known.

    Of a record, and of what a live environment has in its ledger, they are answers with their words; of a task of known
    outcomes they are outcomes.  Nothing is asked of an endpoint.
    """
    users = _users(env)
    best: tuple[tuple[float, ...], int, list[Answer]] = ((), 0, [])
    for x in range(min(LOOKED, int(env.n_queries))):
        found = _known(env, x)
        if len(found) < MANY:
            continue
        score, three = _disputed(found, users)
        if score > best[0]:
            best = (score, x, three)
    return best[1], best[2]


def _known(env: Any, x: int) -> list[Answer]:
    """Answers to question ``x``, each text or outcome once, whole ones only."""
    try:
        pools = [pool_of(env, p, x) for p in range(len(env.prompts))]
    except ValueError:  # no texts
        return _outcomes(env, x) if hasattr(env, "probs") else []
    found: dict[str, Answer] = {}
    for p, pool in enumerate(pools):
        for i, completion in enumerate(pool.completions):
            text = " ".join((completion.text or "").split())
            if text and completion.finish_reason != "length":
                found.setdefault(text, Answer(p, pool.scores(i), pool.cost([i]), text[:ROOM]))
    return list(found.values())


def _outcomes(env: Any, x: int) -> list[Answer]:
    values = env.values
    found: dict[tuple[tuple[float, ...], float], Answer] = {}
    for p, m in np.argwhere(env.probs[:, x] > 0).tolist():
        scores = tuple(values[p if len(values) > 1 else 0, x, m].tolist())
        cost = float(env.cost[p, x, m] + env.query_call_cost[p, x])
        found.setdefault((scores, cost), Answer(p, scores, cost))
    return list(found.values())


def _users(env: Any) -> NDArray[np.float64]:
    """Weights of many users, (U, K + 1): those of the task's contexts and of who cares for one thing."""
    k = len(env.objectives)
    one = [tuple(row) for row in np.eye(k)] if k > 1 else [(LEAST,), (1.0,)]
    wishes = sorted({tuple(c.weights) for c in env.contexts} | set(one))
    costs = sorted({*COST_WEIGHTS.values(), LARGEST_COST})
    return np.array([(*wish, cost) for wish, cost in product(wishes, costs)])


def _disputed(found: Sequence[Answer], users: NDArray[np.float64]) -> tuple[tuple[float, ...], list[Answer]]:
    """The three that most users would choose, and how much these users disagree: the larger, the more."""
    each = np.array([(*answer.scores, -answer.cost) for answer in found])
    worth = users @ each.T
    wins = np.bincount(worth.argmax(axis=1), minlength=len(found))
    order = np.lexsort((-worth.mean(axis=0), -wins))[:MANY]
    among = np.sort(worth[:, order], axis=1)
    won = np.sort(np.bincount(worth[:, order].argmax(axis=1), minlength=MANY))[::-1]
    score = (float((won > 0).sum()), *map(float, won[::-1]), float((among[:, -1] - among[:, -2]).mean()))
    return score, [found[i] for i in sorted(order.tolist())]
