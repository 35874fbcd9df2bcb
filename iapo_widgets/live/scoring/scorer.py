"""What a scorer is: it turns the text of a completion into an objective and, where there is one, a vote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ..problem import Question


@dataclass(frozen=True, slots=True)
class Score:
    """``value``: the objective, ``None`` where the text could not be read; ``answer``: what to vote on, if anything."""

    value: float | None
    answer: str | None = None


@runtime_checkable
class Scorer(Protocol):
    """Scores one objective.

    A scorer whose score needs calls of its own also has ``async score_async(question, text, ledger, limit) -> Score``,
    which charges them; it is then used instead of ``score``.  A scorer may have ``floor``, the lowest value it gives (0
    where it does not): what counts for a completion that could not be read, since nobody is served by it.
    """

    @property
    def name(self) -> str:
        """Name of the objective."""
        ...

    @property
    def needs_gold(self) -> bool:
        """Whether it compares with ``question.gold``."""
        ...

    def score(self, question: Question, text: str) -> Score:
        """The score of ``text`` as an answer to ``question``."""
        ...
