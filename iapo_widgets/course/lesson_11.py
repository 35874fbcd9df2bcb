"""Exercises of lesson 11: votes that stop when they are decided or lead by enough, and what requests cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..core.replay import leaders
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number

VOTES = "AABACADBA"  # nine answers in the order in which they come
RIGHT, CAP, LEAD = 0.7, 5, 2  # chance of the right one of two answers; the arm of exercise 11-c
ANSWER, FIXED, ASKED = 0.01, 8, 5  # cost of an answer; a fixed N, and answers asked one by one

AGREE = RIGHT**2 + (1 - RIGHT) ** 2


def _ahead(votes: Sequence[str], cap: int) -> list[int]:
    """Votes of the first above the second, after each of ``cap`` answers."""
    labels, index = np.unique(list(votes[:cap]), return_inverse=True)
    counts = np.cumsum(np.arange(len(labels))[:, None] == index, axis=1)
    first, second = leaders(counts)
    return [int(lead) for lead in first - second]


def stop_at(votes: Sequence[str], lead: int, cap: int) -> int:
    """Answers asked for one by one: until the first leads by ``lead`` or by more than are left, or to the cap."""
    return _first(votes, cap, lambda ahead, left: ahead >= lead or ahead > left)


def _first(votes: Sequence[str], cap: int, stops: Callable[[int, int], bool]) -> int:
    """The first number of answers at which ``stops(ahead, left)``; ``cap`` where there is none."""
    found = (t for t, ahead in enumerate(_ahead(votes, cap), 1) if stops(ahead, cap - t))
    return next(found, cap)


def _most(votes: Sequence[str]) -> int:
    """Answers after which one has more than half of them all."""
    half = len(votes) / 2
    return next(t for t in range(1, len(votes) + 1) if max(votes[:t].count(v) for v in votes) > half)


def _cases(rng: np.random.Generator) -> Iterator[tuple[list[str], int, int]]:
    """Small votes first; then random ones, between two to five answers."""
    yield list("AABA"), 3, 4
    yield list("ABAAB"), 5, 5
    yield list("ABBA"), 2, 3
    for cap in (3, 4, 5, 8, 8, 12, 16):
        for lead in (1, 2, 3, cap):
            yield [str(v) for v in rng.choice(list("ABCDE"[: rng.integers(2, 6)]), cap + 2)], lead, cap


def _beside_rest(votes: list[str], lead: int, cap: int) -> int:
    """The slip of taking the leader's votes less those of all others together."""
    for t in range(1, cap + 1):
        most = max(votes[:t].count(v) for v in votes[:t])
        if 2 * most - t >= lead or 2 * most - t > cap - t:
            return t
    return cap


EXERCISES = (
    Exercise(
        "11-a",
        right=lambda: stop_at(VOTES, len(VOTES), len(VOTES)),
        why="The lead of 3 is more than the two answers that are left, so that nothing can change the winner.",
        hint="After each answer: votes of the first less votes of the second, beside how many answers are left.",
        mistakes=[
            Mistake(
                "There the lead is just as large as what is left: the rest could make a tie. It must be larger.",
                gives=lambda: _first(VOTES, len(VOTES), lambda ahead, left: ahead >= left),
            ),
            Mistake(
                "You wait for more than half of all nine. With several rivals less is enough: only the second counts.",
                gives=lambda: _most(VOTES),
            ),
            Mistake(
                "There A is two ahead, but seven answers are left: B could still win.",
                gives=lambda: _first(VOTES, len(VOTES), lambda ahead, _: ahead >= 2),
            ),
        ],
        kind=Number(whole=True),
    ),
    FunctionExercise(
        "11-b",
        right=stop_at,
        parameters=("votes", "lead", "cap"),
        cases=_cases,
        why="Easy questions stop at the lead, close ones go on to the cap, and decided ones stop in between.",
        hint="For each number of answers so far: the lead, and what is left up to the cap; return at the first stop.",
        mistakes=[
            Mistake(
                "Yours goes on where the vote is decided: stop, too, when the lead is more than what is left.",
                gives=lambda votes, lead, cap: _first(votes, cap, lambda ahead, _: ahead >= lead),
            ),
            Mistake(
                "You stop where the lead is as large as what is left; the rest could still make a tie.",
                gives=lambda votes, lead, cap: _first(votes, cap, lambda ahead, left: ahead >= min(lead, left)),
            ),
            Mistake(
                "You stop only when it is decided: the lead has no effect in yours.",
                gives=lambda votes, lead, cap: _first(votes, cap, lambda ahead, left: ahead > left),
            ),
            Mistake(
                "You wait until the first leads by more than `lead`; it stops when it leads by `lead`.",
                gives=lambda votes, lead, cap: _first(votes, cap, lambda ahead, left: ahead > min(lead, left)),
            ),
            Mistake(
                "You take off the votes of all others together. Only the second best answer is a rival.",
                gives=_beside_rest,
            ),
            Mistake(
                "You count what is left up to the end of the list. The cap is the end: look at `cap` votes only.",
                gives=lambda votes, lead, cap: stop_at(votes, lead, len(votes)),
            ),
        ],
        kind=Number(whole=True),
    ),
    Exercise(
        "11-c",
        right=lambda: 2 * AGREE + (1 - AGREE) * (4 * AGREE + 5 * (1 - AGREE)),
        why="Most of the time two answers do; the cap keeps the few long ones short.",
        hint="It can stop after 2, after 4 or after 5 answers: how likely is each, and what is the mean?",
        mistakes=[
            Mistake(
                "You stop after two or at the cap. After a tie at two the vote can also stop at four.",
                gives=lambda: 2 * AGREE + CAP * (1 - AGREE),
            ),
            Mistake(
                "Two wrong answers agree as well, and stop the vote: the chance of agreeing is 0.7² + 0.3².",
                gives=lambda: 2 * RIGHT**2 + (1 - RIGHT**2) * (4 * RIGHT**2 + 5 * (1 - RIGHT**2)),
            ),
            Mistake(
                "You let it go on without end. The cap of 5 stops what is still even.",
                gives=lambda: 2 / AGREE,
            ),
            Mistake(
                "You stop after three answers at a lead of 1. With two left that is not decided.",
                gives=lambda: 2 * AGREE + 3 * (1 - AGREE),
            ),
            Mistake("That is the cap. Most votes stop before it.", gives=lambda: float(CAP)),
        ],
        kind=Number(tolerance=1e-3),
    ),
    Exercise(
        "11-d",
        right=lambda: (FIXED - ASKED) * ANSWER / (ASKED - 1),
        why="Three answers saved pay for four more requests as long as a request costs less than 0.0075.",
        hint="Write both bills with a cost r for a request, and find the r where they are equal.",
        mistakes=[
            Mistake(
                "All at once is one request, too: one by one takes four more, not five.",
                gives=lambda: (FIXED - ASKED) * ANSWER / ASKED,
            ),
            Mistake(
                "That is what the answers save together. It pays for four more requests: divide.",
                gives=lambda: (FIXED - ASKED) * ANSWER,
            ),
            Mistake(
                "The other way round: the savings are divided by the number of requests that are added.",
                gives=lambda: (ASKED - 1) * ANSWER / (FIXED - ASKED),
            ),
            Mistake("That is the cost of an answer; three are saved for four requests.", gives=lambda: ANSWER),
        ],
        kind=Number(tolerance=1e-5),
    ),
)
