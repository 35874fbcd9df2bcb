"""Exercises of lesson 05: errors of a difference, a p that is counted, and the luck of a winner."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..study.statistics import sem
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

MEANS, ERRORS = (0.7322, 0.7084), (0.0135, 0.0129)  # of psst+k1 and triple-n1, as the lesson prints them


def paired_error(x: Array, y: Array) -> float:
    """Standard error of the mean of ``x - y``; both (runs,)."""
    return sem(list(x - y))


def sign_flip_p(d: Whole) -> float:
    """Two-sided p of the sum of ``d`` (runs,): the share of patterns of signs that lean as far."""
    return float(np.mean(np.abs(_sums(np.abs(d))) >= abs(int(d.sum()))))


def higher_of_two(questions: int) -> float:
    """Mean of the higher share of right answers of two prompts that are right half of the time."""
    count = np.array([sum(right) for right in product((0, 1), repeat=questions)])
    best = np.maximum.outer(count, count)
    return float(Fraction(int(best.sum()), best.size * questions))


def _sums(values: Whole) -> Whole:
    """Sums of ``values`` under every pattern of signs."""
    signs = np.array(list(product((-1, 1), repeat=len(values))))
    return np.asarray(signs @ values, dtype=np.int64)


def _difference() -> float:
    return MEANS[0] - MEANS[1]


def _independent() -> float:
    return float(np.hypot(*ERRORS))


def _runs(rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """The lesson's three runs, then up to twelve runs that share the luck of their split."""
    yield np.array([0.78, 0.81, 0.84]), np.array([0.77, 0.80, 0.82])
    for runs in (4, 5, 6, 8, 10, 12):
        split = rng.normal(0.8, 0.04, size=runs)
        yield split + rng.normal(0.02, 0.02, size=runs), split + rng.normal(0.0, 0.02, size=runs)


def _differences(rng: np.random.Generator) -> Iterator[tuple[Whole]]:
    """Two by hand, the lesson's six, then up to ten: some lean to one side, some to the other, some are equal."""
    yield (np.array([20, -10]),)
    yield (np.array([20, 30, -10, 50, 40, 120]),)
    for runs in (3, 4, 5, 6, 7, 8, 9, 10):
        size = rng.integers(1, 30, size=runs)
        yield (np.where(rng.random(runs) < rng.choice([0.2, 0.7]), -size, size),)


def _against_zero(d: Whole) -> float:
    return float(np.mean(_sums(np.abs(d)) >= abs(int(d.sum()))))


def _further(d: Whole) -> float:
    return float(np.mean(np.abs(_sums(np.abs(d))) > abs(int(d.sum()))))


def _by_count(d: Whole) -> float:
    """The sign test: only how many are above 0."""
    return sign_flip_p(np.sign(d).astype(np.int64))


def _by_ranks(d: Whole) -> float:
    """Wilcoxon's test, equals having unequal ranks."""
    ranks = np.argsort(np.argsort(np.abs(d), kind="stable")) + 1
    return sign_flip_p(np.asarray(np.sign(d) * ranks, dtype=np.int64))


EXERCISES = (
    Exercise(
        "05-a",
        right=lambda: _difference() / _independent(),
        why="Less than two standard errors: seen as two independent means, this may well be luck.",
        hint="Divide the difference of the two means by the standard error of that difference.",
        mistakes=[
            Mistake(
                "You added the two standard errors. They add in squares: the root of a² + b².",
                gives=lambda: _difference() / sum(ERRORS),
            ),
            Mistake(
                "You used the error of psst+k1 alone. The other mean is uncertain, too.",
                gives=lambda: _difference() / ERRORS[0],
            ),
            Mistake(
                "You used the error of triple-n1 alone. The other mean is uncertain, too.",
                gives=lambda: _difference() / ERRORS[1],
            ),
            Mistake(
                "That is the difference itself. Count it in standard errors: divide by the error of the difference.",
                gives=_difference,
            ),
            Mistake(
                "That is the standard error of the difference. How many of them fit into the difference?",
                gives=_independent,
            ),
            Mistake(
                "You forgot the root: a² + b² is the square of the standard error.",
                gives=lambda: _difference() / _independent() ** 2,
            ),
            Mistake(
                "The sign: psst+k1 is the first, so the difference is psst+k1 minus triple-n1.",
                gives=lambda: -_difference() / _independent(),
            ),
        ],
        kind=Number(tolerance=0.005),
    ),
    FunctionExercise(
        "05-b",
        right=paired_error,
        parameters=("x", "y"),
        cases=_runs,
        why="The differences within runs are spread less than the runs, and their number is what one divides by.",
        hint="First the difference within each run, then its spread with ddof=1, then divide by the root of the runs.",
        mistakes=[
            Mistake(
                "That treats x and y as independent. Take x - y within each run first, then its spread.",
                gives=lambda x, y: float(np.hypot(sem(list(x)), sem(list(y)))),
            ),
            Mistake(
                "That is the spread of single differences. The mean of n runs is spread less, by the root of n.",
                gives=lambda x, y: float((x - y).std(ddof=1)),
            ),
            Mistake(
                "`std()` divides by n. A spread estimated around its own mean takes n - 1: `std(ddof=1)`.",
                gives=lambda x, y: float((x - y).std() / np.sqrt(len(x))),
            ),
            Mistake(
                "You divide by n. The standard error falls with the root of n.",
                gives=lambda x, y: float((x - y).std(ddof=1) / len(x)),
            ),
            Mistake(
                "That is the mean difference itself; its standard error is asked for.",
                gives=lambda x, y: float((x - y).mean()),
            ),
        ],
        kind=Number(tolerance=1e-6),
    ),
    FunctionExercise(
        "05-c",
        right=sign_flip_p,
        parameters=("d",),
        cases=_differences,
        why="If there is no difference, each sign is a coin toss; p is the share of coin tosses that lean as far.",
        hint="Every pattern of -1 and 1 by `product`, times `abs(d)`: which sums are as far from 0 as `d.sum()`?",
        mistakes=[
            Mistake(
                "You count one side only. A difference the other way would count as well: take `abs` of the sums.",
                gives=_against_zero,
            ),
            Mistake(
                "You leave out the patterns that lean exactly as far, the observed one among them: use >=.",
                gives=_further,
            ),
            Mistake(
                "You count only how many signs are plus. The sizes count, too: sum the differences.",
                gives=_by_count,
            ),
            Mistake(
                "You use ranks: that is Wilcoxon's test. Here the sums of the differences themselves are asked for.",
                gives=_by_ranks,
            ),
        ],
        kind=Number(tolerance=1e-9),
    ),
    Exercise(
        "05-d",
        right=lambda: higher_of_two(2),
        why="Both are worth 0.5: all that is above it is the luck of whoever won.",
        hint="How likely is it that the higher of the two counts is 0, that it is at most 1, and that it is 2?",
        mistakes=[
            Mistake(
                "That is what each prompt is worth. The higher of two shares is more than that on average.",
                gives=lambda: 0.5,
            ),
            Mistake("That is with one question each, the example. Here are two.", gives=lambda: higher_of_two(1)),
            Mistake(
                "That is the mean number of right answers of the better one. A share is asked for: divide by two.",
                gives=lambda: 2 * higher_of_two(2),
            ),
            Mistake(
                "You took 9/16 for the chance that the higher count is 1. That is the chance that it is *at most* 1.",
                gives=lambda: 9 / 16 * 0.5 + 7 / 16,
            ),
        ],
    ),
)
