"""Exercises of lesson 00: read a table, choose an arm for a user, say what a budget pays; no mathematics."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..core.environment import voting_environment
from ..core.problem import Context
from ..tasks.catalogue import load
from .exercises import Exercise, Mistake
from .kinds import AnArm, Choice, Number

RATES = np.array([[0.40, 0.90], [0.62, 0.62]])  # the worked example: prompt, question
ARMS = ((5, 1), (10, 5), (10, 11), (15, 32))  # those in the lesson's table: prompt, N
LOW, MID, HIGH = 0, 1, 2
COMPLETIONS, PROMPTS, N = 2_000, 25, 32  # of the first round of PSST at T = 20,000


@lru_cache(maxsize=1)
def _winners() -> str:
    """Letters of the better prompt at N = 1 and at N = 10."""
    env = voting_environment(
        np.stack([RATES, 1 - RATES], axis=2), [0, 0], [0.0, 0.0], contexts=[Context("accuracy", (1.0,))], n_max=10
    )  # fmt: skip
    q = env.exact_q()[0]
    return ", ".join("AB"[int(q[:, n - 1].argmax())] for n in (1, 10))


@lru_cache(maxsize=1)
def _table() -> NDArray[np.float64]:
    """Q of the arms in the table, (contexts, arms)."""
    q = load("math").exact_q()
    return np.array([q[:, p, n - 1] for p, n in ARMS]).T


def _best(context: int) -> tuple[int, int]:
    return ARMS[int(_table()[context].argmax())]


EXERCISES = (
    Exercise(
        "00-a",
        right=_winners,
        why="The order flips between one answer and ten: the best prompt depends on N.",
        hint="Look for the larger number in the line N = 1, then for the larger number in the line N = 10.",
        mistakes=[
            Mistake("A leads when asked once. Read the line N = 10 too: has A kept its lead?", gives=lambda: "A, A"),
            Mistake("B leads with ten votes. Read the line N = 1 too: who leads there?", gives=lambda: "B, B"),
            Mistake("The other way round: the first letter is the winner at N = 1.", gives=lambda: "B, A"),
        ],
        kind=Choice(("A, A", "A, B", "B, A", "B, B")),
    ),
    Exercise(
        "00-b",
        right=lambda: _best(MID),
        why="It is the largest number in the column mid; each of the three users gets another arm.",
        hint="Each user has a column. Find the largest number in the column mid; its line names prompt and N.",
        mistakes=[
            Mistake(
                "That is the best arm for the user low, to whom 32 answers cost nothing. Read the column mid.",
                gives=lambda: _best(LOW),
            ),
            Mistake(
                "That is the best arm for the user high, whom cost hurts most. Read the column mid.",
                gives=lambda: _best(HIGH),
            ),
            Mistake(
                "That arm is the cheapest, and for nobody in the table the best. Read down the column mid.",
                gives=lambda: ARMS[0],
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
        why="All prompts once take 25 times 32 = 800 answers, which fits twice, and a pull cannot be split.",
        hint="First: what does it cost to pull every prompt once? Then: how often does that fit?",
        mistakes=[
            Mistake(
                "You count a pull as one answer. A pull at N = 32 asks 32 times, and each answer is paid for.",
                gives=lambda: COMPLETIONS // PROMPTS,
            ),
            Mistake(
                "That is for a single prompt. All 25 prompts have to be pulled from the same 2,000 answers.",
                gives=lambda: COMPLETIONS // N,
            ),
            Mistake(
                "You rounded up, but the budget is a limit: three times would take 2,400 answers.",
                gives=lambda: -(-COMPLETIONS // (PROMPTS * N)),
            ),
            Mistake(
                "That is what it costs to pull every prompt once. How often does it fit into 2,000?",
                gives=lambda: PROMPTS * N,
            ),
        ],
        kind=Number(whole=True),
    ),
)
