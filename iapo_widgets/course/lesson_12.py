"""Exercises of lesson 12: paired questions, many before many completions, votes beyond the pull, prompts that stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..core.environment import voting_environment
from ..core.problem import Context
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

A, B = np.array([0.95, 0.70, 0.30]), np.array([0.85, 0.65, 0.15])  # success rates on three questions
BETWEEN, WITHIN = 0.09, 0.10  # variance of a prompt's rates over questions; of one completion on its question


def _within() -> float:
    return float((A * (1 - A) + B * (1 - B)).mean())


def _paired() -> float:
    """Variance of A's answer less B's to the same question: by the law of total variance."""
    return _within() + float(np.var(A - B))


def _unpaired() -> float:
    return _within() + float(np.var(A) + np.var(B))


def plug_in(right: int, pulled: int, n: int) -> float:
    """Majority vote of ``n`` between two answers at the success rate that was observed."""
    return _vote(right / pulled, n)


def _vote(rate: float, n: int) -> float:
    env = voting_environment(
        [[[rate, 1 - rate]]], [0], [0.0], contexts=[Context("accuracy", (1.0,))], n_max=max(n, 1)
    )  # fmt: skip
    return float(env.exact_q()[0, 0, n - 1])


def _strict(right: int, pulled: int, n: int) -> float:
    """The vote with ties counted as lost."""
    rate = right / pulled
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(n // 2 + 1, n + 1))


def _cases(rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Small pulls first, n below and above what was pulled."""
    yield 3, 4, 7
    for pulled in (2, 3, 4, 8, 8, 16):
        for _ in range(3):
            yield int(rng.integers(0, pulled + 1)), pulled, int(rng.integers(1, 33))


def _variance(questions: int, each: int) -> float:
    return (BETWEEN + WITHIN / each) / questions


def keep_prompts(q: Array, active: Mask, number: int) -> Mask:
    """The ``number`` prompts of each context whose best active arm is best, with all N; q, active (C, P, N_max)."""
    return _ranked(q, active, number, lambda q: np.where(active, q, -np.inf).max(axis=2))


def _ranked(q: Array, active: Mask, number: int, score: Callable[[Array], Array]) -> Mask:
    """The prompts of highest score (C, P) among the active ones."""
    values = np.where(active.any(axis=2), score(q), -np.inf)
    kept = np.zeros_like(active)
    for c, best_first in enumerate(np.argsort(-values, axis=1, kind="stable")):
        kept[c, best_first[:number]] = active[c, best_first[:number]]
    return kept


def _the_dead_too(q: Array, active: Mask, number: int) -> Mask:
    return _ranked(q, np.ones_like(active), number, lambda q: q.max(axis=2))


def _best_arms(q: Array, active: Mask, number: int) -> Mask:
    """So many arms of each context instead of prompts."""
    size = len(q), active[0].size, 1
    return keep_prompts(q.reshape(size), active.reshape(size), number).reshape(active.shape)


def _one_arm_each(q: Array, active: Mask, number: int) -> Mask:
    """The best arm alone of each prompt that stays."""
    kept = keep_prompts(q, active, number)
    return kept & (q == np.where(kept, q, -np.inf).max(axis=2, keepdims=True))


def _estimates(rng: np.random.Generator) -> Iterator[tuple[Array, Mask, int]]:
    """Prompts with all their N in the race or out of it, equally many in each context; estimates that all differ."""
    for shape in [(1, 3, 2), (1, 4, 3), (2, 4, 3), *[(2, 5, 3), (3, 6, 4)] * 8]:
        left = int(rng.integers(2, shape[1] + 1))
        active = np.zeros(shape, dtype=bool)
        for mask in active:
            mask[rng.permutation(shape[1])[:left]] = True
        q = rng.permutation(np.arange(active.size)).reshape(shape) / active.size
        yield np.round(q, 3), active, int(rng.integers(1, left))


EXERCISES = (
    Exercise(
        "12-a",
        right=_paired,
        why="What both prompts find hard cancels; what remains is luck on one question and where A and B differ.",
        hint="Mean over questions of both a (1 - a) and b (1 - b), plus the variance over questions of a - b.",
        mistakes=[
            Mistake(
                "That is the variance for two questions drawn apart. With the same one, take off twice the covariance.",
                gives=_unpaired,
            ),
            Mistake(
                "You subtracted the covariance once: Var(A - B) = Var A + Var B - 2 Cov.",
                gives=lambda: _unpaired() - float(np.cov(A, B, ddof=0)[0, 1]),
            ),
            Mistake(
                "You added the covariance: for a difference it is subtracted, twice.",
                gives=lambda: _unpaired() + 2 * float(np.cov(A, B, ddof=0)[0, 1]),
            ),
            Mistake(
                "You left out the luck of one completion: a (1 - a) and b (1 - b).",
                gives=lambda: float(np.var(A - B)),
            ),
            Mistake(
                "Nearly: the difference of rates itself varies from question to question; add its variance.",
                gives=_within,
            ),
            Mistake("That is the standard deviation; the variance is its square.", gives=lambda: math.sqrt(_paired())),
        ],
        kind=Number(tolerance=2e-4),
    ),
    Exercise(
        "12-b",
        right=lambda: _variance(3, 32) / _variance(48, 2),
        why="The same 96 completions; but three questions say little about all, however often they are asked.",
        hint="The variance of the mean is (between + within / completions each) / questions; divide two of them.",
        mistakes=[
            Mistake(
                "Both cost 96 completions, but completions of one question are not independent draws of questions.",
                gives=lambda: 1.0,
            ),
            Mistake(
                "You count the questions only. Within a question luck counts less the more completions it has.",
                gives=lambda: 16.0,
            ),
            Mistake(
                "Upside down: how much larger is the variance of three questions?",
                gives=lambda: _variance(48, 2) / _variance(3, 32),
            ),
            Mistake(
                "That is the ratio of standard errors; variances are their squares.",
                gives=lambda: math.sqrt(_variance(3, 32) / _variance(48, 2)),
            ),
        ],
        kind=Number(tolerance=0.05),
    ),
    FunctionExercise(
        "12-c",
        right=plug_in,
        parameters=("right", "pulled", "n"),
        cases=_cases,
        why="The observed share stands in for the success rate, and a vote of any size can be computed from it.",
        hint="Take right / pulled as success rate; then the chance that a vote of n is right, ties worth one half.",
        mistakes=[
            Mistake(
                "You return the share itself: that is the estimate for n = 1. How would n voters do at that rate?",
                gives=lambda right, pulled, n: right / pulled,
            ),
            Mistake(
                "You let the completions vote that were pulled. The question is how n new ones would do.",
                gives=lambda right, pulled, n: 1.0 if 2 * right > pulled else 0.5 if 2 * right == pulled else 0.0,
            ),
            Mistake("You count ties as lost; with an even n they are worth one half.", gives=_strict),
            Mistake(
                "You stop at the number pulled. The plug-in goes beyond: draw n from the observed shares.",
                gives=lambda right, pulled, n: _vote(right / pulled, min(n, pulled)),
            ),
            Mistake(
                "You smoothed the share. That is often wise, and frugal does it better; here take right / pulled.",
                gives=lambda right, pulled, n: _vote((right + 1) / (pulled + 2), n),
            ),
            Mistake(
                "That is best-of-n: one right completion is enough there. In a vote they need a majority.",
                gives=lambda right, pulled, n: 1 - (1 - right / pulled) ** n,
            ),
        ],
    ),
    FunctionExercise(
        "12-d",
        right=keep_prompts,
        parameters=("q", "active", "number"),
        cases=_estimates,
        kind=Numbers((None, None, None)),
        why="A prompt is judged by its best arm, and as long as it stays, every N of it stays: they cost nothing more.",
        hint="For each context: the best estimate of each prompt that is left, then the `number` prompts that lead.",
        mistakes=[
            Mistake(
                "You keep so many *arms*. Keep so many prompts, each with all N that it has.",
                gives=_best_arms,
            ),
            Mistake(
                "You keep one arm of each prompt. The prompts are right; all their N stay in the race.",
                gives=_one_arm_each,
            ),
            Mistake(
                "You rank prompts by the mean over all N. Only the best arm counts: that is the one you would use.",
                gives=partial(_ranked, score=lambda q: q.mean(axis=2)),
            ),
            Mistake(
                "You rank prompts by their largest N. The best arm of a prompt may be at any N.",
                gives=partial(_ranked, score=lambda q: q[:, :, -1]),
            ),
            Mistake(
                "You keep the worst prompts. Sort by minus the estimate, so that the best come first.",
                gives=partial(_ranked, score=lambda q: -q.max(axis=2)),
            ),
            Mistake(
                "You rank prompts that are out already. Only those that are active in this context may stay.",
                gives=_the_dead_too,
            ),
            Mistake(
                "You rank by one list for all contexts. Each context ranks by its own estimates.",
                gives=partial(_ranked, score=lambda q: np.tile(q.max(axis=2).mean(axis=0), (len(q), 1))),
            ),
        ],
    ),
)
