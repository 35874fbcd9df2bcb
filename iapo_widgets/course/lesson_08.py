"""Exercises of lesson 08: the complexities and the bound of theorem 1, and the error of a measured rate."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..core.theory import Complexity, complexity
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers

Array = NDArray[np.float64]

TABLE = np.array([[[0.30, 0.50, 0.80, 0.68, 0.62], [0.40, 0.70, 0.55, 0.20, 0.10]]])  # context, prompt, N - 1
DELTA = 0.05
SIZES = Complexity(np.zeros((2, 80)), np.zeros(2), 500.0, 900.0, 10)  # 2 contexts, 10 prompts, N_max 8
RATE, SEM = 0.1, 0.01


def bound(q: Array, budget: int) -> float:
    """The bound of theorem 1 for exact values ``q`` (C, P, N_max)."""
    return complexity(q).error_bound(budget)


def _h(
    q: Array, *, whole: bool = True, index: int = 1, power: int = 2, place: int = 1, worst: bool = False
) -> tuple[float, float]:
    """H1 and H2 with a mistake: Nbar without N_max, N from 0, gaps not squared, i one less, ascending order."""
    sizes = [0.0, 0.0]
    n_max = q.shape[2]
    for values in q.reshape(len(q), -1):
        order = np.argsort(values if worst else -values)
        n = order[0] % n_max + index
        n_bar = (n + n_max) / 2 if whole else max(float(n), 1e-9)
        gaps = np.abs(values[order[0]] - values[order])[1:] ** power
        i = np.arange(len(gaps)) + 1 + place
        sizes = [max(sizes[0], (n_bar / gaps).max()), max(sizes[1], (i * n_bar / gaps).max())]
    return sizes[0], sizes[1]


def _wrong(q: Array, budget: int, *, first: bool = True, rounds: bool = True, front: bool = True, **slip: int) -> float:
    """The bound with a mistake."""
    (c, p, n_max), (h1, h2) = q.shape, _h(q, **slip)  # type: ignore[arg-type]
    r = max(1, math.ceil(math.log2(p * n_max)))
    cost = 2 * p * h1 if first else min(2 * p * h1, 8 * c * h2)
    return (3 * c * r if front else 1) * math.exp(-budget / (cost * (r if rounds else 1)))


def _cases(rng: np.random.Generator) -> Iterator[tuple[Array, int]]:
    """From two arms to tasks with so many prompts that H2 decides; budgets at which the bound is worth a look."""
    yield np.array([[[0.75], [0.25]]]), 32
    shapes = [(1, 1, 2), (1, 2, 2), (2, 2, 2), (1, 3, 4), (3, 2, 3), (1, 14, 2), (1, 20, 1), (2, 24, 1)]
    for shape in shapes:
        for _ in range(3):
            size = shape[1] * shape[2]
            others = np.linspace(0.0, 0.4, size - 1)
            if shape[1] > 8 * shape[0]:  # one close rival among many: here 8 |C| H2 is the smaller product
                others = np.append(np.linspace(0.0, 0.1, size - 2), 0.65)
            others = others + rng.uniform(0, 0.2 / size, size - 1)
            values = [rng.permutation(np.append(0.8, others)) for _ in range(shape[0])]
            q = np.round(np.array(values).reshape(shape), 4)
            yield q, int(rng.uniform(0.5, 3) * complexity(q).cost_of_certainty) + 1


def _budget(cost: float = 10_000, rounds: float = 7, front: float = 42, log: float = 1.0, up: bool = True) -> float:
    """The budget with a mistake."""
    exact = cost * rounds * math.log(front / DELTA) * log
    return math.ceil(exact) if up else math.floor(exact)


EXERCISES = (
    Exercise(
        "08-a",
        right=lambda: (complexity(TABLE).h1, complexity(TABLE).h2),
        why="H1 comes from the runner-up; H2 from the third arm, for a larger i can outweigh a larger gap.",
        hint="Sort all ten values, largest first; which N has the best arm, and what is Nbar? Then divide.",
        mistakes=[
            Mistake(
                "You forgot N_max in Nbar: it is the mean of the best arm's N and N_max.",
                gives=lambda: _h(TABLE, whole=False),
            ),
            Mistake(
                "You read N off an index that starts at 0: the best arm stands at index 2, and that is N = 3.",
                gives=lambda: _h(TABLE, index=0),
            ),
            Mistake("The gaps must be squared.", gives=lambda: _h(TABLE, power=1)),
            Mistake(
                "H1 is right. In H2 the best arm is i = 1, so the runner-up counts with i = 2.",
                gives=lambda: _h(TABLE, place=0),
            ),
            Mistake(
                "You sorted upwards, as the printed theorem says. Index 1 is the best arm: decreasing is meant.",
                gives=lambda: _h(TABLE, worst=True),
            ),
            Mistake(
                "H2 is not simply twice H1: try i = 3 as well, the gap there is hardly larger.",
                gives=lambda: (complexity(TABLE).h1, 2 * complexity(TABLE).h1),
            ),
        ],
        kind=Numbers((2,), tolerance=0.05),
    ),
    Exercise(
        "08-b",
        right=lambda: SIZES.required_budget(DELTA),
        why="The error falls exponentially, so delta counts only by its logarithm, the sizes H by themselves.",
        hint="Set 3 |C| R exp(-T / (m R)) equal to 0.05, m the smaller of two products, and solve for T; round up.",
        mistakes=[
            Mistake(
                "You took the larger of the two products; the theorem takes the smaller.",
                gives=lambda: _budget(cost=14_400),
            ),
            Mistake("You forgot R in the exponent: m is multiplied by R.", gives=lambda: _budget(rounds=1)),
            Mistake(
                "You forgot the factor 3 |C| R before the exponential: it stands in the logarithm.",
                gives=lambda: _budget(front=1),
            ),
            Mistake(
                "You used the logarithm to base 10; exp is undone by the natural one.",
                gives=lambda: _budget(log=1 / math.log(10)),
            ),
            Mistake(
                "You counted prompts only: arms are pairs, |A| = 10 x 8, and R comes from these.",
                gives=lambda: _budget(rounds=4, front=24),
            ),
            Mistake(
                "You rounded down: at this T the bound is still a hair above 0.05.", gives=lambda: _budget(up=False)
            ),
            Mistake(
                "You left out |C| before the exponential: any of the two users may be the one that is served badly.",
                gives=lambda: _budget(front=21),
            ),
        ],
        kind=Number(whole=True),
    ),
    FunctionExercise(
        "08-c",
        right=bound,
        parameters=("q", "budget"),
        cases=_cases,
        why="Sorting, gaps, two maxima and one exponential: that is all there is to the bound.",
        hint="For each context sort decreasingly, find Nbar and the gaps; maxima over all contexts; then the formula.",
        mistakes=[
            Mistake(
                "You forgot N_max in Nbar: it is the mean of the best arm's N and N_max.",
                gives=lambda q, budget: _wrong(q, budget, first=False, whole=False),
            ),
            Mistake(
                "You read N off an index that starts at 0: index i stands for N = i + 1.",
                gives=lambda q, budget: _wrong(q, budget, first=False, index=0),
            ),
            Mistake("The gaps must be squared.", gives=lambda q, budget: _wrong(q, budget, first=False, power=1)),
            Mistake(
                "You sorted upwards, as the printed theorem says. Index 1 is the best arm: decreasing is meant.",
                gives=lambda q, budget: _wrong(q, budget, first=False, worst=True),
            ),
            Mistake(
                "In H2 the best arm is i = 1, so the runner-up counts with i = 2.",
                gives=lambda q, budget: _wrong(q, budget, first=False, place=0),
            ),
            Mistake(
                "You use 2 |P| H1 alone. With many prompts 8 |C| H2 is smaller: take the minimum.",
                gives=lambda q, budget: _wrong(q, budget),
            ),
            Mistake(
                "You forgot R in the exponent: the budget is shared by R rounds.",
                gives=lambda q, budget: _wrong(q, budget, first=False, rounds=False),
            ),
            Mistake(
                "You forgot the factor 3 |C| R before the exponential.",
                gives=lambda q, budget: _wrong(q, budget, first=False, front=False),
            ),
        ],
    ),
    Exercise(
        "08-d",
        right=lambda: RATE * (1 - RATE) / SEM**2,
        why="A standard error shrinks with the root of the runs: half of it costs four times as many.",
        hint="Set sqrt(p (1 - p) / runs) equal to 0.01 and solve for the runs.",
        mistakes=[
            Mistake("You forgot the factor 1 - p: the variance of one run is p (1 - p).", gives=lambda: RATE / SEM**2),
            Mistake(
                "You did not square 0.01: under the root stands p (1 - p) / runs.",
                gives=lambda: RATE * (1 - RATE) / SEM,
            ),
            Mistake(
                "That is the standard deviation of one run divided by 0.01: square it.",
                gives=lambda: math.sqrt(RATE * (1 - RATE)) / SEM,
            ),
        ],
        kind=Number(tolerance=0.5),
    ),
)
