"""Exercises of lesson 00: read a table, choose an arm for a user, say what a budget pays; no mathematics."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..tasks.catalogue import load
from .exercises import Exercise, Mistake
from .kinds import AnArm, Choice, Number

NAMES = {"terse": 2, "plain": 0}  # of two prompts of the recorded task
ARMS = ((1, 1), (2, 4), (1, 6), (0, 16))  # those in the lesson's table: prompt, N
LOW, MID, HIGH = 0, 1, 2
COMPLETIONS, PROMPTS, N = 625, 10, 16  # of the first round of PSST at T = 5,000


@lru_cache(maxsize=1)
def _q() -> NDArray[np.float64]:
    """Exact Q of the recorded task, (contexts, prompts, N)."""
    return load("real-words").exact_q()


def _winners() -> str:
    """Names of the better prompt at N = 1 and at N = 16."""
    right = _q()[LOW]
    return ", ".join(max(NAMES, key=lambda name: float(right[NAMES[name], n - 1])) for n in (1, 16))


def _best(context: int) -> tuple[int, int]:
    q = _q()[context]
    return max(ARMS, key=lambda arm: float(q[arm[0], arm[1] - 1]))


EXERCISES = (
    Exercise(
        "00-a",
        right=_winners,
        why="The order flips between one answer and sixteen: the best prompt depends on N.",
        hint="Look for the larger number in the line N = 1, then for the larger number in the line N = 16.",
        mistakes=[
            Mistake(
                "Terse leads when asked once. Read the line N = 16 too: has it kept its lead?",
                gives=lambda: "terse, terse",
            ),
            Mistake(
                "Plain leads with sixteen votes. Read the line N = 1 too: who leads there?",
                gives=lambda: "plain, plain",
            ),
            Mistake("The other way round: the first name is the winner at N = 1.", gives=lambda: "plain, terse"),
        ],
        kind=Choice(("terse, terse", "terse, plain", "plain, plain", "plain, terse")),
    ),
    Exercise(
        "00-b",
        right=lambda: _best(MID),
        why="It is the largest number in the column mid; each of the three users gets another arm.",
        hint="Each user has a column. Find the largest number in the column mid; its line names prompt and N.",
        mistakes=[
            Mistake(
                "That is the best arm for the user low, to whom 16 answers cost nothing. Read the column mid.",
                gives=lambda: _best(LOW),
            ),
            Mistake(
                "That is the best arm for the user high, whom cost hurts most. Read the column mid.",
                gives=lambda: _best(HIGH),
            ),
            Mistake(
                "That arm is for nobody in the table the best. Read down the column mid, to its largest number.",
                gives=lambda: ARMS[1],
            ),
            Mistake(
                "The right line, the wrong way round: the prompt comes first, then N.", gives=lambda: _best(MID)[::-1]
            ),
        ],
        kind=AnArm(),
    ),
    Exercise(
        "00-c",
        right=lambda: COMPLETIONS // (PROMPTS * N),
        why="All prompts once take 10 times 16 = 160 answers, which fits three times, and a pull cannot be split.",
        hint="First: what does it cost to pull every prompt once? Then: how often does that fit?",
        mistakes=[
            Mistake(
                "You count a pull as one answer. A pull at N = 16 asks 16 times, and each answer is paid for.",
                gives=lambda: COMPLETIONS // PROMPTS,
            ),
            Mistake(
                "That is for a single prompt. All 10 prompts have to be pulled from the same 625 answers.",
                gives=lambda: COMPLETIONS // N,
            ),
            Mistake(
                "You rounded up, but the budget is a limit: four times would take 640 answers.",
                gives=lambda: -(-COMPLETIONS // (PROMPTS * N)),
            ),
            Mistake(
                "That is what it costs to pull every prompt once. How often does it fit into 625?",
                gives=lambda: PROMPTS * N,
            ),
        ],
        kind=Number(whole=True),
    ),
)
