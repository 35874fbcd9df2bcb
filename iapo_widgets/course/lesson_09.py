"""Exercises of lesson 09: screening prompts at N = 1, and prompts that deceive there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.psst import ranking
from ..tasks.catalogue import load
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers

Array = NDArray[np.float64]

BUDGET, RHO, PROMPTS, ACCURACY = 5_000, 0.2, 25, 0.7


@lru_cache(maxsize=1)
def _sentences() -> Array:
    """Exact Q of the recorded sentences, (users, prompts, N)."""
    return load("real-sentences").exact_q()


def _first() -> Array:
    """Of its first user, who wants the words and minds no cost, (prompts, N)."""
    return _sentences()[0]


def _lost() -> float:
    """What the prompt of N = 1 loses for good, at its own best N."""
    q = _first()
    return float(q.max() - q[q[:, 0].argmax()].max())


def screen(right: Array, pulls: int, cost: Array, weights: Array, k: int) -> Array:
    """Which prompts each context keeps, (C, P): its ``k`` best at N = 1."""
    q = right / pulls - np.outer(weights, cost)
    active = np.ones((*q.shape, 1), dtype=bool)
    best = ranking(q[:, :, None], active, np.arange(q.shape[1]))[:, :k]
    kept = np.zeros(q.shape)
    kept[np.arange(len(kept))[:, None], best] = 1
    return kept


def _keep(q: Array, k: int, sign: int = -1) -> Array:
    kept = np.zeros(q.shape)
    for row, values in zip(kept, q, strict=True):
        row[np.argsort(sign * values)[:k]] = 1
    return kept


def _cases(rng: np.random.Generator) -> Iterator[tuple[Array, int, Array, Array, int]]:
    """Two prompts and two users first, then random ones; no two prompts of a user are equally good."""
    yield np.array([6.0, 7.0]), 10, np.array([0.1, 0.3]), np.array([0.0, 1.0]), 1
    for prompts, contexts in ((3, 2), (4, 3), (6, 3), (8, 4)):
        made = 0
        while made < 4:
            pulls, k = int(rng.integers(20, 60)), int(rng.integers(1, prompts))
            right = rng.integers(0, pulls + 1, prompts).astype(float)
            cost, weights = np.round(rng.uniform(0.05, 0.9, prompts), 3), np.sort(np.round(rng.random(contexts) * 2, 2))
            weights[0] = 0.0
            q = np.sort(right / pulls - np.outer(weights, cost), axis=1)
            if np.diff(q, axis=1).min() > 1e-3:
                made += 1
                yield right, pulls, cost, weights, k


@lru_cache(maxsize=1)
def _places() -> list[int]:
    """Place at N = 1 of the best arm's prompt, for each user, the last one first."""
    q = _sentences()
    users, best = np.arange(len(q)), q.max(axis=2).argmax(axis=1)
    place = 1 + (q[:, :, 0] > q[users, best, 0][:, None]).sum(axis=1)
    return sorted(map(int, place), reverse=True)


EXERCISES = (
    Exercise(
        "09-a",
        right=lambda: math.sqrt(ACCURACY * (1 - ACCURACY) / (RHO * BUDGET / PROMPTS)),
        why="Forty completions tell 0.70 from 0.63 only just: screening errs even where nobody deceives.",
        hint="How many completions does one prompt get? Then the standard error of a rate, as in lesson 08.",
        mistakes=[
            Mistake(
                "You spent the whole budget on screening. It gets rho T of it, a fifth.",
                gives=lambda: math.sqrt(ACCURACY * (1 - ACCURACY) / (BUDGET / PROMPTS)),
            ),
            Mistake(
                "The completions are shared by 25 prompts: one prompt does not get them all.",
                gives=lambda: math.sqrt(ACCURACY * (1 - ACCURACY) / (RHO * BUDGET)),
            ),
            Mistake(
                "That is the variance: take its root.",
                gives=lambda: ACCURACY * (1 - ACCURACY) / (RHO * BUDGET / PROMPTS),
            ),
            Mistake(
                "That is the spread of one completion: forty are averaged.",
                gives=lambda: math.sqrt(ACCURACY * (1 - ACCURACY)),
            ),
            Mistake(
                "That is how many completions each prompt gets. What is the standard error of a rate from so many?",
                gives=lambda: RHO * BUDGET / PROMPTS,
            ),
        ],
    ),
    Exercise(
        "09-b",
        right=_lost,
        why="Its best N comes too late: no budget repairs a prompt that was dropped.",
        hint="Which prompt leads at N = 1? Its best value over N, and the best value of all: take the difference.",
        mistakes=[
            Mistake(
                "You kept the chosen prompt at N = 1. PSST+K1 still chooses its best N.",
                gives=lambda: float(_first().max() - _first()[:, 0].max()),
            ),
            Mistake(
                "That is the gap between the two prompts at N = 1, where the wrong one gets through. "
                "What does it lose afterwards?",
                gives=lambda: float(_first()[:, 0].max() - _first()[_first().max(axis=1).argmax(), 0]),
            ),
            Mistake(
                "You compare with the runner-up at its best N; PSST+K1 keeps the prompt that leads at N = 1.",
                gives=lambda: float(np.diff(np.sort(_first().max(axis=1)))[-1]),
            ),
            Mistake("The sign: a loss is the best less the chosen.", gives=lambda: -_lost()),
            Mistake(
                "A large budget finds the best N of the prompt that is left, but the other one is gone.",
                gives=lambda: 0.0,
            ),
        ],
    ),
    FunctionExercise(
        "09-c",
        right=screen,
        parameters=("right", "pulls", "cost", "weights", "k"),
        cases=_cases,
        why="Each user keeps prompts of their own, for each minds the cost in a different way.",
        hint="Estimate Q at N = 1: share of right ones less weight times cost, for each user; mark the k largest.",
        mistakes=[
            Mistake(
                "The cost has no effect in yours: forgotten, or beside counts that were not divided by the pulls?",
                gives=lambda right, pulls, cost, weights, k: _keep(np.tile(right / pulls, (len(weights), 1)), k),
            ),
            Mistake(
                "You keep the worst k: argsort goes upwards, so sort the negative values.",
                gives=lambda right, pulls, cost, weights, k: _keep(right / pulls - np.outer(weights, cost), k, 1),
            ),
            Mistake(
                "You keep one list for everybody. Each user keeps the k best by their own values.",
                gives=lambda right, pulls, cost, weights, k: np.tile(
                    screen(right, pulls, cost, weights, k).max(axis=0), (len(weights), 1)
                ),
            ),
            Mistake(
                "You added the cost; it is subtracted.",
                gives=lambda right, pulls, cost, weights, k: _keep(right / pulls + np.outer(weights, cost), k),
            ),
        ],
        kind=Numbers((None, None)),
    ),
    Exercise(
        "09-d",
        right=lambda: _places()[0],
        why="The best arm's prompt is last of ten alone: no K below all of them keeps it, however exact the screening.",
        hint="For each user: the prompt of the best arm, and its place when prompts are sorted by Q at N = 1.",
        mistakes=[
            Mistake(
                "You counted places from 0: K is a number of prompts, one more than how many stand before.",
                gives=lambda: _places()[0] - 1,
            ),
            Mistake(
                "That is enough for all users but one. Every one of the nine must keep their prompt.",
                gives=lambda: _places()[1],
            ),
            Mistake(
                "That is a mean over the users, rounded up. Those who need more would lose their prompt.",
                gives=lambda: math.ceil(np.mean(_places())),
            ),
            Mistake("K = 1 is the decoupled choice: some user's best prompt is not first at N = 1.", gives=lambda: 1),
        ],
        kind=Number(whole=True),
    ),
)
