"""Exercises of lesson 07: PSST written by the learner, piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..core.psst import allocate as core_allocate
from ..core.psst import keep_best_half, spending
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Numbers
from .lesson_06 import all_arms, allocate
from .pulling import Pulling, small_task

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
Pull = Callable[[Index], Array]

BUDGET, ROUNDS, ALIKE = 100, 5, (8, 8, 8, 8)  # a share of 20 for prompts that cost 32 together
LEFT, UNEQUAL = 11, (8, 4, 2)  # all that is left, for prompts that cost 14 together


def keep(q: Array, active: Mask) -> Mask:
    """The better half, rounded up, of the active arms of each context; q, active (C, P, N_max)."""
    return keep_best_half(q, active, np.arange(active[0].size))


def race(pull: Pull, shape: tuple[int, int, int], budget: int) -> Mask:
    """Algorithm 1 without screening: the arms (C, P, N_max) that are left, one in each context."""
    return _race(pull, shape, budget)


def _race(
    pull: Pull, shape: tuple[int, int, int], budget: int, *,
    rounds: Callable[[tuple[int, int, int]], float] | None = None,
    shared: bool = True, share_out: Callable[[Mask, int], Index] = allocate,
    trim: Callable[[Array, Mask], Mask] = keep,
) -> Mask:  # fmt: skip
    active = np.ones(shape, dtype=bool)
    n_rounds = math.ceil(math.log2(shape[1] * shape[2]) if rounds is None else rounds(shape))
    for _ in range(n_rounds):
        q = pull(share_out(active, budget // (n_rounds if shared else 1)))
        active = trim(q, active)
    return active


def _small(scales: tuple[int, ...], share: int, left: int) -> Index:
    """Pulls (P, N_max) of prompts with these largest scales, where a share does not pay for all."""
    active = np.arange(1, max(scales) + 1) <= np.array(scales)[:, None]
    return core_allocate(active[None], share, left, False, np.random.default_rng(0))


def _on_credit() -> tuple[int, int]:
    """What round 1 spends, and the share of round 2."""
    spent = spending(_small(ALIKE, BUDGET // ROUNDS, BUDGET))
    return spent, (BUDGET - spent) // (ROUNDS - 1)


def _shrunk() -> list[int]:
    """The scale at which each prompt is pulled once with all that is left."""
    return [int(row.nonzero()[0][0]) + 1 for row in _small(UNEQUAL, LEFT, LEFT)]


def _estimates(rng: np.random.Generator) -> Iterator[tuple[Array, Mask]]:
    """Equally many arms left in each context, as after a round; estimates that all differ."""
    for a, shape in [(4, (1, 2, 2)), (3, (1, 2, 2)), (3, (2, 2, 2)), *[(0, (2, 2, 3)), (0, (3, 3, 4))] * 8]:
        size = shape[1] * shape[2]
        left = a or int(rng.integers(2, size + 1))
        active = np.zeros((shape[0], size), dtype=bool)
        for row in active:
            row[rng.permutation(size)[:left]] = True
        q = rng.permutation(np.arange(shape[0] * size)).reshape(shape) / (shape[0] * size)
        yield np.round(q, 3), active.reshape(shape)


def _races(rng: np.random.Generator) -> Iterator[tuple[Pull, tuple[int, int, int], int]]:
    """One context and four arms, then up to three contexts and forty arms; every share pays for every prompt."""
    shapes = [(1, 2, 2), (2, 2, 2), (2, 2, 3), (2, 3, 3), (3, 3, 5), (2, 5, 5), (3, 5, 8)]
    for i, shape in enumerate(shape for shape in shapes for _ in range(3)):
        n_rounds = math.ceil(math.log2(shape[1] * shape[2]))
        budget = n_rounds * shape[1] * shape[2] * int(rng.integers(1, 4)) + int(rng.integers(n_rounds))
        yield Pulling(f"task {i + 1}", small_task(rng, shape), i), shape, budget


def _trim(size: Callable[[int], int], worst: bool, inactive: bool, q: Array, active: Mask) -> Mask:
    """``keep`` with its usual mistakes."""
    out = np.zeros_like(active)
    for c in range(len(q)):
        arms = np.flatnonzero(np.ones_like(active[c]) if inactive else active[c])
        order = arms[np.argsort(q[c].ravel()[arms] * (1 if worst else -1))]
        out[c].ravel()[order[: size(int(np.count_nonzero(active[c])))]] = True
    return out


def _half_up(count: int) -> int:
    return math.ceil(count / 2)


def _half_down(count: int) -> int:
    """What is left after removing ceil(count / 2), as printed."""
    return count // 2


def _first_context(q: Array, active: Mask) -> Mask:
    """The halves of the mean estimate, the same for all contexts."""
    mean = np.broadcast_to(q.mean(axis=0), q.shape)
    return _trim(_half_up, False, False, mean, active)


EXERCISES = (
    FunctionExercise(
        "07-a",
        right=keep,
        parameters=("q", "active"),
        cases=_estimates,
        kind=Numbers((None, None, None)),
        why="Each context halves its own arms, rounded up, so that the last arm is never dropped.",
        hint="For each context: rank its active arms by q, best first, and keep ceil(their number / 2) of them.",
        mistakes=[
            Mistake(
                "You drop ceil(half), as the paper prints. Keep ceil(half) instead: of three arms two, of one arm one.",
                gives=partial(_trim, _half_down, False, False),
            ),
            Mistake(
                "You keep the worse half. Sort by -q, so that the best come first.",
                gives=partial(_trim, _half_up, True, False),
            ),
            Mistake(
                "You rank arms that are out already. Only arms that are active in this context may stay.",
                gives=partial(_trim, _half_up, False, True),
            ),
            Mistake(
                "You rank all contexts by one mean of q. Each context ranks by its own estimates.",
                gives=_first_context,
            ),
        ],
    ),
    FunctionExercise(
        "07-b",
        right=race,
        parameters=("pull", "shape", "budget"),
        cases=_races,
        kind=Numbers((None, None, None)),
        why="Share out, pull, trim: PSST is sequential halving with a bill, and a memory for all that was seen.",
        hint="ceil(log2(P * N_max)) rounds; each: `q = pull(our_allocate(active, ...))`, `active = our_keep(...)`.",
        mistakes=[
            Mistake(
                "You spend the whole budget in every round: a round gets `budget // rounds`.",
                gives=partial(_race, shared=False),
            ),
            Mistake(
                "You count the rounds by the prompts alone. Arms are pairs: log2 of prompts times scales.",
                gives=partial(_race, rounds=lambda shape: math.log2(shape[1])),
            ),
            Mistake(
                "You count contexts among the arms. Contexts are trimmed side by side: log2 of prompts times scales.",
                gives=partial(_race, rounds=lambda shape: math.log2(math.prod(shape))),
            ),
            Mistake(
                "You pull every arm that is left for itself. Only each prompt's largest scale needs to be paid for.",
                gives=partial(_race, share_out=all_arms),
            ),
            Mistake(
                "You round the number of rounds down, so that several arms are left: use ceil.",
                gives=partial(_race, rounds=lambda shape: math.floor(math.log2(shape[1] * shape[2]))),
            ),
        ],
    ),
    Exercise(
        "07-c",
        right=_on_credit,
        why="The first decision is not skipped: it is paid for by the later rounds, whose shares become smaller.",
        hint="First: what does it cost to pull every prompt once? Then share what is left among the rounds to come.",
        mistakes=[
            Mistake(
                "That is equation 6 to the letter: no pull. `psst` pulls every prompt once, on credit of later rounds.",
                gives=lambda: (0, BUDGET // ROUNDS),
            ),
            Mistake(
                "Round 1 is right. But its pulls were on credit: share what is *left* among the rounds to come.",
                gives=lambda: (sum(ALIKE), BUDGET // ROUNDS),
            ),
            Mistake(
                "Round 1 is right. One round is over: share what is left among the *four* to come.",
                gives=lambda: (sum(ALIKE), (BUDGET - sum(ALIKE)) // ROUNDS),
            ),
            Mistake(
                "You made the scales smaller. It is done only if *all that is left* can't pay for one pull of each.",
                gives=lambda: (BUDGET // ROUNDS, BUDGET // ROUNDS),
            ),
        ],
        kind=Numbers((2,)),
    ),
    Exercise(
        "07-d",
        right=_shrunk,
        why="All scales shrink to the same limit, and a prompt that is below it already keeps its own.",
        hint="Which is the largest limit s so that min(8, s) + min(4, s) + min(2, s) is at most 11?",
        mistakes=[
            Mistake("That costs 14, and 11 are left.", gives=lambda: list(UNEQUAL)),
            Mistake(
                "You gave each prompt a third. The prompt of scale 2 cannot use 3: nobody wants its larger N any more.",
                gives=lambda: [LEFT // 3] * 3,
            ),
            Mistake("That costs 10: one more fits. Try the limit 5.", gives=lambda: [4, 4, 2]),
            Mistake(
                "You shrank all in proportion. The limit is the same for all, and scales that are below it stay.",
                gives=lambda: [n * LEFT // sum(UNEQUAL) for n in UNEQUAL],
            ),
            Mistake("You left a prompt out. Each is pulled, at a smaller scale.", gives=lambda: [8, 0, 2]),
        ],
        kind=Numbers((3,)),
    ),
)
