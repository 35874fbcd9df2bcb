"""Kinds of answers that are the learner's own: right by what holds of them, for there is no one answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .capstone import CapstoneReport, check_report
from .capstone.checking import judged
from .capstone.facts import digest
from .capstone.page import page
from .capstone.soundness import FEWEST
from .kinds import Unreadable, shown
from .verdict import Verdict


@dataclass(frozen=True, slots=True)
class Split:
    """What two parts hold: marks of their questions."""

    training: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def both(self) -> int:
        """Questions that stand in both parts."""
        return len(set(self.training) & set(self.held_out))


@dataclass(frozen=True, slots=True)
class TwoParts:
    """A pair (training, held out) of environments with questions: apart, the first no smaller, the second no trifle."""

    def read(self, answer: Any) -> Split:
        """See ``Kind``."""
        if isinstance(answer, (str, bytes)) or not isinstance(answer, Sequence) or len(answer) != 2:
            raise Unreadable(f"Two parts are asked for, as `task.split(...)` returns them; this is {shown(answer)}.")
        marks = []
        for part in answer:
            questions = getattr(part, "questions", None)
            if not isinstance(questions, Sequence) or not all(
                isinstance(getattr(q, "text", 0), str) for q in questions
            ):
                raise Unreadable(f"Each part must be a task with questions in words; this is {shown(part)}.")
            marks.append(tuple(digest(question.text) for question in questions))
        return Split(*marks)

    def same(self, given: Split, right: Any) -> bool:
        """See ``Kind``."""
        return not given.both and len(given.training) >= len(given.held_out) >= FEWEST

    def show(self, value: Split) -> str:
        """See ``Kind``."""
        return f"{len(value.training)} questions to train on, {len(value.held_out)} held out"

    def compare(self, given: Split, right: Any) -> str:
        """See ``Kind``."""
        return f"These are {self.show(given)}, {given.both} of them in both parts."


@dataclass(frozen=True, slots=True)
class AReport:
    """A capstone report, or the path of its page, that ``check_report`` finds whole."""

    def read(self, answer: Any) -> Verdict:
        """See ``Kind``."""
        if isinstance(answer, CapstoneReport):
            return judged(page(answer.facts, drawn=False), drawn=False)
        if not isinstance(answer, (str, os.PathLike)):
            raise Unreadable(
                f"Hand over the path of a saved report, as `report.save(...)` returns it, not {shown(answer)}."
            )
        return check_report(answer)

    def same(self, given: Verdict, right: Any) -> bool:
        """See ``Kind``."""
        return given.right

    def show(self, value: Verdict) -> str:
        """See ``Kind``."""
        return value.message

    def compare(self, given: Verdict, right: Any) -> str:
        """See ``Kind``."""
        return given.message
