"""Exercises of lesson 10: reading a table of experiments without being fooled."""

from __future__ import annotations

from functools import lru_cache

from ..study.statistics import Cell
from ..study.table import Table
from .exercises import Exercise, Mistake
from .kinds import Choice

PSST, DECOUPLED = 0.8827, 0.8122  # ACR on synth-bernoulli at T = 20,000, as the lesson gives it
TRIPLE_N1 = 0.7692  # its ACR on math at T = 20,000, as the lesson gives it


@lru_cache(maxsize=1)
def _table() -> Table:
    return Table.read()


def _cell(algorithm: str, budget: int) -> Cell:
    return _table().cell("math", algorithm, budget)


def _oracle() -> float:
    """ACR of the oracle on math, the same for every algorithm."""
    cell = _cell("psst", 20_000)
    return cell.acr + cell.regret


EXERCISES = (
    Exercise(
        "10-a",
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
        "10-b",
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
    Exercise(
        "10-c",
        right=lambda: PSST / DECOUPLED - 1,
        why="It is the difference over what the rival has; the paper's 25 % is the largest of several such numbers.",
        hint="How much more is the first, over the second, which is the whole?",
        mistakes=[
            Mistake(
                "That is the difference in return. A gain in per cent is a share: of what?",
                gives=lambda: PSST - DECOUPLED,
            ),
            Mistake(
                "You divided by PSST's return. The whole is what `psst+k1` has.",
                gives=lambda: (PSST - DECOUPLED) / PSST,
            ),
            Mistake("That is the ratio. The gain is what it has above 1.", gives=lambda: PSST / DECOUPLED),
            Mistake("The sign: PSST has more, so the gain is above zero.", gives=lambda: DECOUPLED / PSST - 1),
        ],
    ),
)
