"""Exercises of lesson 14: a test part, an interval for paired differences, and a report that is whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..core.paired_test import critical_value
from ..core.training import train
from ..tasks.catalogue import load
from .capstone import CapstoneReport, capstone_report, difference
from .capstone.soundness import FEWEST
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Numbers
from .properties import AReport, TwoParts

SHARE, SEED = 2 / 3, 14  # of the questions that train, and of the shuffle
BUDGET, CAP = 5_000, 6_000  # completions
FAILURE = 2, 0  # prompt and held-out question
WHY = "Half of the answers say one right word and half the other, so that the votes for them are divided."
LIMITS = "One small model and forty short questions: with another model the order may change."


def parts() -> Any:
    """Two parts of the recorded task."""
    return load("real-words").split(SHARE, seed=SEED)


@lru_cache(maxsize=1)
def report() -> CapstoneReport:
    """A report with all its parts."""
    training, held_out = parts()
    result = train("psst", training, BUDGET, seed=SEED)
    return capstone_report(
        training, held_out, result, title="Which prompt for questions of one word?", source="Recorded.", budget=BUDGET,
        cap=CAP, algorithm="psst", failure=FAILURE, why=WHY, limits=LIMITS,
    )  # fmt: skip


def interval(differences: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of paired differences (X,), by Student's t."""
    _, low, high, _ = difference(differences, [0.0] * len(differences))
    return low, high


def _around(differences: Sequence[float], ddof: int = 1, tail: float = 0.025, root: bool = True) -> tuple[float, float]:
    """The interval with one step done in another way."""
    n = len(differences)
    spread = float(np.std(differences, ddof=ddof)) / (math.sqrt(n) if root else 1)
    return _ends(differences, critical_value(tail, n - 1) * spread)


def _normal(differences: Sequence[float], times: float) -> tuple[float, float]:
    return _ends(differences, times * float(np.std(differences, ddof=1)) / math.sqrt(len(differences)))


def _ends(differences: Sequence[float], reach: float) -> tuple[float, float]:
    middle = float(np.mean(differences))
    return middle - reach, middle + reach


def _differences(rng: np.random.Generator) -> Iterator[tuple[list[float]]]:
    """Two questions first, then more, as differences of scores are: many zeros, some far from it."""
    yield ([0.5, 0.0],)
    yield ([0.0, 1.0, -0.5, 0.25],)
    for _ in range(20):
        size = int(rng.integers(3, 60))
        apart = rng.integers(-10, 11, size) / 10 * (rng.random(size) < 0.7)
        yield (apart.round(2).tolist(),)


EXERCISES = (
    Exercise(
        "14-a",
        right=parts,
        why="No question is in both parts: what you will report says something about questions that nobody trained on.",
        hint="`task.split(2 / 3, seed=...)` shuffles the questions and returns the training part and the test part.",
        mistakes=[
            Mistake(
                "Some questions stand in both parts. What was trained on them is judged by them: that is no test.",
                when=lambda given: given.both > 0,
            ),
            Mistake(
                f"The test part is too small. With fewer than {FEWEST} questions no interval will tell you anything.",
                when=lambda given: len(given.held_out) < FEWEST,
            ),
            Mistake(
                "The larger part is held out. First the training part, then the test part: most questions train.",
                when=lambda given: len(given.held_out) > len(given.training),
            ),
        ],
        kind=TwoParts(),
    ),
    FunctionExercise(
        "14-b",
        right=interval,
        parameters=("differences",),
        cases=_differences,
        why="The mean, and on either side t times the standard error of the differences.",
        hint="mean +- critical_value(0.025, n - 1) x s / sqrt(n), where s has `ddof=1`.",
        mistakes=[
            Mistake(
                "You take the spread of single questions. The mean of n questions varies less, by the root of n.",
                gives=lambda differences: _around(differences, root=False),
            ),
            Mistake(
                "This is one standard error to either side: it holds the truth two times in three, not 19 in 20.",
                gives=lambda differences: _normal(differences, 1.0),
            ),
            Mistake(
                "1.96 is for hundreds of questions. Where few questions told the spread, Student's t is larger.",
                gives=lambda differences: _normal(differences, 1.96),
            ),
            Mistake(
                "You divide by n in the spread. The mean was fitted to the same data, so `ddof=1` divides by n - 1.",
                gives=lambda differences: _around(differences, ddof=0),
            ),
            Mistake(
                "You leave 5 % on each side. A 95 % interval leaves 2.5 % below it and 2.5 % above.",
                gives=lambda differences: _around(differences, tail=0.05),
            ),
        ],
        kind=Numbers((2,)),
    ),
    Exercise(
        "14-c",
        right=report,
        why="All parts are there, and its numbers follow from the data in the page: you can show it.",
        hint="`check_report(page)` names each part; mend it in the cell above, save the report anew, and check again.",
        mistakes=[
            Mistake(
                "Your own words are still to be written: `why` and `limits`, in the cell above the report.",
                when=lambda given: given.state == "open",
            ),
            Mistake(
                "A number in the page is not what its own data give. A page is made anew, never mended by hand.",
                when=lambda given: "by its data it should be" in given.message,
            ),
        ],
        kind=AReport(),
    ),
)
