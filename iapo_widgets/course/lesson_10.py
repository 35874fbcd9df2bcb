"""Exercises of lesson 10: reading a table of experiments without being fooled."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..study.statistics import Cell, sem
from ..study.table import Table
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Choice, Number

Array = NDArray[np.float64]

TRIPLE_N1 = 0.7692  # its ACR on math at T = 20,000, as the lesson gives it


@lru_cache(maxsize=1)
def _table() -> Table:
    return Table.read()


def _cell(algorithm: str, budget: int) -> Cell:
    return _table().cell("math", algorithm, budget)


def _difference() -> float:
    return _cell("psst", 5_000).acr - _cell("triple-random", 5_000).acr


def _sems() -> tuple[float, float]:
    return _cell("psst", 5_000).acr_sem, _cell("triple-random", 5_000).acr_sem


def _oracle() -> float:
    """ACR of the oracle on math, the same for every algorithm."""
    cell = _cell("psst", 20_000)
    return cell.acr + cell.regret


def paired_error(x: Array, y: Array) -> float:
    """Standard error of the mean of ``x - y``; both (runs,)."""
    return sem(list(x - y))


def _cases(rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """The lesson's three runs, then up to twelve runs that share the luck of their split."""
    yield np.array([0.78, 0.81, 0.84]), np.array([0.77, 0.80, 0.82])
    for runs in (4, 5, 6, 8, 10, 12):
        split = rng.normal(0.8, 0.04, size=runs)
        yield split + rng.normal(0.02, 0.02, size=runs), split + rng.normal(0.0, 0.02, size=runs)


EXERCISES = (
    Exercise(
        "10-a",
        right=lambda: _difference() / float(np.hypot(*_sems())),
        why="Less than two standard errors: seen as two independent means, this could well be luck.",
        hint="Divide the difference of the two ACRs by the standard error of that difference.",
        mistakes=[
            Mistake(
                "You added the two standard errors. They add in squares: the root of a² + b².",
                gives=lambda: _difference() / sum(_sems()),
            ),
            Mistake(
                "You used the error of PSST alone. The other mean is uncertain, too.",
                gives=lambda: _difference() / _sems()[0],
            ),
            Mistake(
                "You used the error of triple-random alone. The other mean is uncertain, too.",
                gives=lambda: _difference() / _sems()[1],
            ),
            Mistake(
                "That is the difference itself. Count it in standard errors: divide by the error of the difference.",
                gives=_difference,
            ),
            Mistake(
                "You forgot the root: a² + b² is the square of the standard error.",
                gives=lambda: _difference() / (_sems()[0] ** 2 + _sems()[1] ** 2),
            ),
            Mistake(
                "The sign: PSST is ahead, so the difference is PSST less triple-random.",
                gives=lambda: -_difference() / float(np.hypot(*_sems())),
            ),
        ],
        kind=Number(tolerance=0.01),
    ),
    FunctionExercise(
        "10-b",
        right=paired_error,
        parameters=("x", "y"),
        cases=_cases,
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
    Exercise(
        "10-c",
        right=lambda: _oracle() - TRIPLE_N1,
        why="ACR plus regret is the oracle's ACR, the same for every algorithm: the runs are the same.",
        hint="What is the oracle's ACR? For PSST you know both the ACR and how far the oracle is above it.",
        mistakes=[
            Mistake(
                "You compare with 1. The oracle is not always right: its ACR is that of the best arms.",
                gives=lambda: 1 - TRIPLE_N1,
            ),
            Mistake(
                "You compare with PSST. Regret compares with the oracle, which is above PSST by the regret of PSST.",
                gives=lambda: _cell("psst", 20_000).acr - TRIPLE_N1,
            ),
            Mistake(
                "You compare with frugal, the best policy in sight. Regret compares with the oracle.",
                gives=lambda: _cell("frugal", 20_000).acr - TRIPLE_N1,
            ),
            Mistake(
                "The sign: regret is the oracle's ACR less the policy's.",
                gives=lambda: TRIPLE_N1 - _oracle(),
            ),
            Mistake(
                "You took the oracle to be below PSST. It is above: add the regret to the ACR of PSST.",
                gives=lambda: _cell("psst", 20_000).acr - _cell("psst", 20_000).regret - TRIPLE_N1,
            ),
        ],
    ),
    Exercise(
        "10-d",
        right=lambda: "c",
        why="Its difference is large, significant after correction, and the statement names task, budget and rival.",
        hint="Check each statement against the lines of the table: does it say more than they do?",
        mistakes=[
            Mistake(
                "Look for a minus sign with a yes behind it: is there nobody ahead of PSST?",
                gives=lambda: "a",
            ),
            Mistake(
                "Not significant means: not told apart from luck. That is no proof that there is no difference.",
                gives=lambda: "b",
            ),
            Mistake(
                "No language model was called: these are simulated stand-ins, and one of them is named math.",
                gives=lambda: "d",
            ),
        ],
        kind=Choice(("a", "b", "c", "d")),
    ),
)
