"""Exercises of lesson 12: paired queries, estimates beyond the pull, many questions before many completions."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..core.environment import voting_environment
from ..core.problem import Context
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number

Array = NDArray[np.float64]

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
    FunctionExercise(
        "12-b",
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
    Exercise(
        "12-c",
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
)
