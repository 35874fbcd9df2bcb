"""What a scorer is: it turns the text of a completion into an objective and, where there is one, a vote."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ..problem import Question
from .thought import without_thought


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
    where it does not): what counts for a completion that could not be read, since nobody is served by it.  It may have
    ``check_gold(question) -> str | None``: what is wrong with a right answer that it could never find in a text.

    A scorer sees a completion without its thought; where there is nothing else, it is not asked.
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


UNREADABLE = Score(None)


def spoken(text: str) -> str | None:
    """What scorers see of a completion: all but its thought; ``None`` where it is nothing but thought."""
    said = without_thought(text)
    return said if said.strip() or not text.strip() else None


def of_what_is_said(score: Callable[[Any, Question, str], Score]) -> Callable[[Any, Question, str], Score]:
    """A scorer's ``score`` that never sees thought, and has not to say what nothing but thought is: unreadable."""

    @functools.wraps(score)
    def scored(self: Any, question: Question, text: str) -> Score:
        said = spoken(text)
        return UNREADABLE if said is None else score(self, question, said)

    return scored
