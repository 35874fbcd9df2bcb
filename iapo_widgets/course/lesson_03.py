"""Exercises of lesson 03: what drafts are worth to different users, what a policy is to all, and a run to a new one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core.completions import NO_ANSWER, Completions
from ..core.rescoring import Rescorer, queries_seen
from ..core.rounds import Result
from ..core.strategies import BestOfN
from ..core.training import train
from ..tasks.catalogue import load
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import AnArm

Array = NDArray[np.float64]

DRAFTS = np.array([[0.4, 0.6], [0.8, 0.5], [1.0, 0.1]])  # draft, (coverage, brevity): three of the recorded ones
COST = 0.02  # of one draft
WEIGHTS, COST_WEIGHT = np.array([0.6, 0.4]), 2.0

#: Q of three users for two prompts at N = 1, 2, 3, and the arms that a policy gives them.
TABLE = np.array([
    [[0.50, 0.58, 0.62], [0.54, 0.57, 0.59]],
    [[0.40, 0.44, 0.43], [0.46, 0.47, 0.42]],
    [[0.48, 0.41, 0.33], [0.44, 0.36, 0.28]],
])  # fmt: skip
ARMS = [(0, 2), (1, 2), (0, 1)]  # (prompt, N) of each user

BUDGET, SEED, NEW = 2_000, 15, 6  # of the finished run, and the number of the user who comes after it


def rescore(drafts: Array, costs: Array, weights: Array, cost_weight: float) -> float:
    """Best-of-N with its bill, eq. 1: drafts (N, K), costs (N,), weights (K,)."""
    one, n = np.zeros(1, dtype=np.int64), len(drafts)
    pull = Completions(
        one, one.copy(), drafts[None].copy(), np.full((1, n), NO_ANSWER), np.array([NO_ANSWER]), costs[None].copy(),
        np.ones((1, n), dtype=bool),
    )  # fmt: skip
    reward = BestOfN().rewards(pull, np.array([0]), np.array([n]), np.asarray(weights)[None])[0, 0, 0]
    return float(reward - cost_weight * costs.sum())


def _ours(cost_weight: float = COST_WEIGHT, bill: int = len(DRAFTS)) -> float:
    return float((DRAFTS @ WEIGHTS).max() - cost_weight * bill * COST)


def _bill() -> float:
    return COST_WEIGHT * len(DRAFTS) * COST


def _cases(rng: np.random.Generator) -> Iterator[tuple[Array, Array, Array, float]]:
    """One draft, two, then up to eight with two or three objectives; costs differ from draft to draft."""
    yield np.array([[0.9, 0.2]]), np.array([0.02]), np.array([0.6, 0.4]), 0.0
    yield np.array([[0.9, 0.2], [0.2, 0.9]]), np.array([0.02, 0.04]), np.array([0.5, 0.5]), 1.0
    for n in sorted(rng.integers(2, 9, size=30).tolist()):
        k = int(rng.integers(2, 4))
        weights = np.round(0.1 + rng.random(k), 1)  # they need not sum to 1
        yield np.round(rng.random((n, k)), 2), np.round(0.05 * rng.random(n), 3), weights, float(rng.integers(4)) / 2


def _acr(shift: int = 1) -> float:
    """Mean Q over the users of ``ARMS``; scale N stands at index N - ``shift``."""
    return float(np.mean([TABLE[c, p, n - shift] for c, (p, n) in enumerate(ARMS)]))


@lru_cache(maxsize=1)
def _finished() -> tuple[Result, Array, Array]:
    """A run for who wants words, and what it says of who wants short sentences: estimates and questions, (P, N)."""
    task = load("real-sentences")
    run = train("psst", task.with_(contexts=task.contexts[:3]), BUDGET, seed=SEED)
    again = Rescorer(task.strategy, len(task.prompts), task.n_max)
    return run, again.q(run.rounds, task.contexts[NEW])[-1], queries_seen(run.rounds)[-1]


def _arm(table: NDArray[Any]) -> tuple[int, int]:
    p, i = np.unravel_index(int(table.argmax()), table.shape)
    return int(p), int(i) + 1


def _rescored() -> tuple[int, int]:
    return _arm(_finished()[1])


@lru_cache(maxsize=1)
def _known() -> tuple[int, int]:
    """The new user's best arm, told every Q."""
    return _arm(load("real-sentences").exact_q()[NEW])


def _trained() -> tuple[int, int]:
    """The arm of the first user whom the run was for."""
    arm = next(iter(_finished()[0].policy.values()))
    return arm.prompt, arm.n or 1


EXERCISES = (
    Exercise(
        "03-a",
        right=_ours,
        why="The user gets one draft, the one of the best weighted sum, and pays for all three.",
        hint="A weighted sum for each draft; the best of the three; less cost weight times what all three cost.",
        mistakes=[
            Mistake(
                "You took the best of each objective by itself. No draft has both: weigh each one, then choose.",
                gives=lambda: float(DRAFTS.max(axis=0) @ WEIGHTS) - _bill(),
            ),
            Mistake(
                "You count the cost once instead of N times: the drafts that were thrown away are paid for, too.",
                gives=lambda: _ours(bill=1),
            ),
            Mistake(
                "That is the best weighted sum alone. What do three drafts cost this user?",
                gives=lambda: _ours(cost_weight=0.0),
            ),
            Mistake(
                "You forgot the cost weight: this user minds every unit of cost twice as much as a unit of reward.",
                gives=lambda: _ours(cost_weight=1.0),
            ),
            Mistake(
                "That is the mean of the drafts. The user gets the best of them.",
                gives=lambda: float((DRAFTS @ WEIGHTS).mean()) - _bill(),
            ),
            Mistake(
                "You took the draft with most words. This user also minds length: which weighted sum is largest?",
                gives=lambda: float(DRAFTS[2] @ WEIGHTS) - _bill(),
            ),
        ],
    ),
    FunctionExercise(
        "03-b",
        right=rescore,
        parameters=("drafts", "costs", "weights", "cost_weight"),
        cases=_cases,
        why="Nothing in it asks a model: the same drafts serve every user who will ever come.",
        hint="`drafts @ weights` gives a weighted sum for each draft; take the largest, and subtract the whole bill.",
        mistakes=[
            Mistake(
                "You take the best of each objective by itself: weigh each draft first, then take the largest.",
                gives=lambda d, c, w, k: float(d.max(axis=0) @ w - k * c.sum()),
            ),
            Mistake(
                "You charge for one draft only. All are paid for: sum the costs.",
                gives=lambda d, c, w, k: float((d @ w).max() - k * c.mean()),
            ),
            Mistake(
                "You charge only for the draft that is kept. Those thrown away are paid for, too: sum the costs.",
                gives=lambda d, c, w, k: float((d @ w).max() - k * c[(d @ w).argmax()]),
            ),
            Mistake(
                "You forgot the bill: subtract `cost_weight` times the sum of the costs.",
                gives=lambda d, c, w, k: float((d @ w).max()),
            ),
            Mistake(
                "You divide by the sum of the weights. They are used as they are, and need not sum to 1.",
                gives=lambda d, c, w, k: float((d @ w).max() / w.sum() - k * c.sum()),
            ),
            Mistake(
                "You take the mean of the drafts. Best-of-N keeps the largest weighted sum.",
                gives=lambda d, c, w, k: float((d @ w).mean() - k * c.sum()),
            ),
        ],
    ),
    Exercise(
        "03-c",
        right=_acr,
        why="One value a user, that of the arm which the policy gives them, and the mean over the users.",
        hint="Look up Q of each user's own arm (N stands at index N - 1), then average the three.",
        mistakes=[
            Mistake(
                "You used N as an index. Scales count from 1 and indices from 0: N stands at index N - 1.",
                gives=lambda: _acr(shift=0),
            ),
            Mistake(
                "That is the sum. ACR is the mean over the contexts.",
                gives=lambda: len(TABLE) * _acr(),
            ),
            Mistake(
                "That is the best any policy could do. This one gives the first user N = 2, which is not their best.",
                gives=lambda: float(TABLE.max(axis=(1, 2)).mean()),
            ),
            Mistake(
                "That is the mean over all arms. A policy runs one arm for each user.",
                gives=lambda: float(TABLE.mean()),
            ),
        ],
    ),
    Exercise(
        "03-d",
        right=_rescored,
        kind=AnArm(),
        why="Old drafts, new weights: the largest re-scored estimate names the arm, and nothing new was asked.",
        hint="Find where `estimate` is largest: its row is the prompt, its column N - 1.",
        mistakes=[
            Mistake(
                "Nearly: you gave the index. N is the index plus 1.",
                gives=lambda: (_rescored()[0], _rescored()[1] - 1),
            ),
            Mistake(
                "That is the arm of an old user, who wants words. Look at the estimates for the new one.",
                gives=_trained,
            ),
            Mistake(
                "That is the best arm by exact Q, which a run does not know. It has its estimates alone.",
                gives=_known,
            ),
            Mistake(
                "That arm was asked about most questions. Which one has the largest estimate?",
                gives=lambda: _arm(_finished()[2]),
            ),
        ],
    ),
)
