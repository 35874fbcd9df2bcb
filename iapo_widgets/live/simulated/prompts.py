"""How the simulated model reads an instruction: cues in the prompt's words become habits of answering.

Each cue is something that people do write into prompts.  What it does here is an invention with a purpose: the
habits differ in how an answer goes wrong, and that decides whether asking more often helps.  A *slip* is made anew
in every completion and lands here and there, so that a vote outnumbers it.  A *trap* belongs to the question: who
falls into it gives the same wrong answer nearly every time, and no vote helps.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..problem import PromptTemplate


@dataclass(frozen=True, slots=True)
class Cue:
    """Words in a prompt, and what they change: log-odds of a slip and of a trap, spread of the slips, length."""

    name: str
    pattern: str
    slip: float = 0.0
    trap: float = 0.0
    spread: float = 0.0
    mumble: float = 0.0


CUES = (
    Cue("steps", r"step[ -]by[ -]step|show (your|the|all) (work|steps)|think (carefully|aloud)|reason\w* (first|aloud)",
        slip=-0.3, trap=-1.6, spread=0.3),
    Cue("check", r"double[- ]?check|check (your|the|each)|verify", slip=-0.7, trap=-0.8),
    Cue("only", r"\b(only|just|nothing but)\b[^.\n]{0,30}\b(number|answer|letter|result)\b", slip=0.6, trap=0.3),
    Cue("hurry", r"\bquick|\bfast\b|\bguess|\bhurry|first thing|don'?t think", slip=1.3, spread=0.2, mumble=0.1),
    Cue("shortcut", r"shortcut|\btrick\b|left to right|rule of thumb|instinct|intuition", slip=-3.2, trap=0.9),
    Cue("own way", r"own way|unusual|creativ|differently|different (way|route)|from scratch",
        slip=0.75, trap=-4.0, spread=1.0),
    Cue("detail", r"in (full )?detail|explain|thorough|elaborate", slip=-0.1),
    Cue("brief", r"\bbrief|concise|in one (line|sentence)|\bshort(ly)?\b", slip=0.2),
    Cue("boxed", r"\\boxed|\bbox(ed)?\b"),
    Cue("hashes", r"####"),
)  # fmt: skip
_COMPILED = tuple((cue, re.compile(cue.pattern, re.IGNORECASE)) for cue in CUES)


@dataclass(frozen=True, slots=True)
class Habit:
    """How the model answers under a prompt: names of the cues found, slip and trap in log-odds, and the rest."""

    cues: frozenset[str]
    slip: float
    trap: float
    spread: float
    mumble: float

    def slips(self, difficulty: float) -> float:
        """Probability of a slip in one completion of a question of that difficulty (0 .. 1)."""
        return _share(self.slip + 2.0 * (difficulty - 0.5))

    def trapped(self, difficulty: float) -> float:
        """Share of the questions of that difficulty that are traps."""
        return _share(self.trap + 0.8 * (difficulty - 0.5))


def _share(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))


def habit(instruction: str) -> Habit:
    """The habit that the words of ``instruction`` bring about."""
    found = [cue for cue, pattern in _COMPILED if pattern.search(instruction)]
    return Habit(
        frozenset(cue.name for cue in found),
        slip=-0.6 + sum(cue.slip for cue in found),
        trap=-2.0 + sum(cue.trap for cue in found),
        spread=1.0 + sum(cue.spread for cue in found),
        mumble=min(0.5, 0.01 + sum(cue.mumble for cue in found)),
    )


def example_prompts(max_tokens: int = 400) -> Sequence[PromptTemplate]:
    """Six prompts that scale differently: plain, only the number, step by step, hasty, shortcut, own way.

    The shortcut is the deceptive one: best at N = 1, and voting does not help it.  Own way is its opposite.
    """
    users = (
        "{query}",
        "{query}\nAnswer only with the number or the letter.",
        "Think step by step, then give the answer.\n\n{query}",
        "Quick, just guess: {query}",
        "Use the usual shortcut and give the answer.\n\n{query}",
        "Find your own way to solve this, then give the answer.\n\n{query}",
    )
    return [PromptTemplate(user=user, max_tokens=max_tokens) for user in users]
