"""Exercises of lesson 02: two prompts that change places, and what the plain mean misses."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..core.environment import voting_environment
from ..core.problem import Context
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Choice, Number

Array = NDArray[np.float64]

WORKED = np.array([[0.40, 0.90], [0.62, 0.62]])  # the worked example: prompt, question
N = 10


def _accuracy(rates: Array, n: int) -> Array:
    """Accuracy of each prompt under voting between two answers, at scales 1 .. n, (P, n)."""
    probs = np.stack([rates, 1 - rates], axis=2)
    gold = np.zeros(rates.shape[1], dtype=np.int64)
    env = voting_environment(
        probs, gold, np.zeros(len(rates)), contexts=[Context("accuracy", (1.0,))], n_max=n
    )  # fmt: skip
    return env.exact_q()[0]


def _regret(n: int = N) -> float:
    """What the best prompt at N = 1 loses at ``n``."""
    q = _accuracy(WORKED, N + 1)
    return float(q[:, n - 1].max() - q[q[:, 0].argmax(), n - 1])


def best_prompt(rates: Array, n: int) -> int:
    """Index of the best prompt under voting with ``n`` answers."""
    return int(_accuracy(rates, n)[:, -1].argmax())


def _majority(rates: Array, n: int) -> Array:
    return np.sum([comb(n, k) * rates**k * (1 - rates) ** (n - k) for k in range(n // 2 + 1, n + 1)], axis=0)


def _no_ways(rates: Array, n: int) -> int:
    """The binomial coefficients forgotten."""
    chances = np.sum([rates**k * (1 - rates) ** (n - k) for k in range(n // 2 + 1, n + 1)], axis=0)
    return int(chances.mean(axis=1).argmax())


def _cases(rng: np.random.Generator) -> Iterator[tuple[Array, int]]:
    """The worked example, then random rates of two to five prompts without a close finish."""
    for n in (1, 3, 9):
        yield WORKED.copy(), n
    for size in (2, 2, 3, 3, 4, 5):
        kept = 0
        while kept < 6:
            rates, n = np.round(rng.random((size, size)), 2), 2 * int(rng.integers(1, 6)) + 1
            first, second = np.sort(_accuracy(rates, n)[:, -1])[::-1][:2]
            if first - second > 0.01:
                kept += 1
                yield rates, n


EXERCISES = (
    Exercise(
        "02-a",
        right=lambda: float(_accuracy(WORKED, 3)[0, 2]),
        why="Each question has its own vote: one falls, one rises, and A hardly gains from three votes.",
        hint="Let three vote on each of the two questions, then take the mean over the questions.",
        mistakes=[
            Mistake(
                "You let three vote at the mean rate 0.65. No question has that rate: vote first, then average.",
                gives=lambda: float(_majority(WORKED.mean(axis=1), 3)[0]),
            ),
            Mistake(
                "That is A with one answer. With three, each of its two rates changes.",
                gives=lambda: float(WORKED[0].mean()),
            ),
            Mistake(
                "That is prompt B. Prompt A has the rates 0.40 and 0.90.", gives=lambda: _accuracy(WORKED, 3)[1, 2]
            ),
            Mistake(
                "That is the sum over both questions; they come equally often, so take the mean.",
                gives=lambda: 2 * _accuracy(WORKED, 3)[0, 2],
            ),
        ],
    ),
    Exercise(
        "02-b",
        right=_regret,
        why="At N = 10 prompt B leads, and staying with A costs the whole distance between the curves there.",
        hint="Regret: the best accuracy at N = 10, less the accuracy at N = 10 of the prompt that was chosen.",
        mistakes=[
            Mistake(
                "That is the lead of A at N = 1. The choice is made there, but paid for at N = 10.",
                gives=lambda: -float(np.diff(_accuracy(WORKED, 1)[:, 0])[0]),
            ),
            Mistake("The sign: regret is the best minus the chosen, and never below zero.", gives=lambda: -_regret()),
            Mistake(
                "That is N = 11: scales count from 1 and indices from 0, so N = 10 stands at index 9.",
                gives=lambda: _regret(N + 1),
            ),
            Mistake(
                "That is what A loses against itself at N = 1. Regret compares with the best prompt at N = 10.",
                gives=lambda: float(_accuracy(WORKED, N)[0, 0] - _accuracy(WORKED, N)[0, N - 1]),
            ),
            Mistake(
                "Zero would be the regret at N = 1, where A is the best. Compare both prompts at N = 10.",
                gives=lambda: 0.0,
            ),
        ],
    ),
    FunctionExercise(
        "02-c",
        right=best_prompt,
        parameters=("rates", "n"),
        cases=_cases,
        why="Voting comes before averaging, and the index of the largest mean is the prompt.",
        hint="First turn every rate into the chance that its vote is right, then average over questions, then argmax.",
        mistakes=[
            Mistake(
                "You take the prompt of the best mean rate, which ignores n: that is the inference-agnostic choice.",
                gives=lambda rates, n: int(rates.mean(axis=1).argmax()),
            ),
            Mistake(
                "You forgot in how many ways k of n can be right: each term needs comb(n, k).",
                gives=_no_ways,
            ),
            Mistake(
                "You take the best of n: one right answer is enough there. In a vote more than half must be right.",
                gives=lambda rates, n: int((1 - (1 - rates) ** n).mean(axis=1).argmax()),
            ),
            Mistake(
                "You ask that all n be right. A majority of them is enough.",
                gives=lambda rates, n: int((rates**n).mean(axis=1).argmax()),
            ),
            Mistake(
                "You return the worst prompt: argmax, not argmin.",
                gives=lambda rates, n: int(_majority(rates, n).mean(axis=1).argmin()),
            ),
        ],
        kind=Number(whole=True),
    ),
    Exercise(
        "02-d",
        right=lambda: "mean of two",
        why="Its expectation is the mean itself, affine with slope 1: proposition 2 allows the choice by the mean.",
        hint="Take two prompts of one mean, one steady, one either brilliant or useless. Who cannot tell them apart?",
        mistakes=[
            Mistake(
                "The best of N favours prompts whose scores spread: equal means can have different best scores.",
                gives=lambda: "best",
            ),
            Mistake(
                "The worst of N punishes prompts whose scores spread: equal means can have different worst scores.",
                gives=lambda: "worst",
            ),
            Mistake(
                "A vote is an S over the success rate: the worked example has shown that means mislead it.",
                gives=lambda: "vote",
            ),
        ],
        kind=Choice(("best", "worst", "mean of two", "vote")),
    ),
)
