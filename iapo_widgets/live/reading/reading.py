"""What was read, and what of the file was used for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..problem import PromptTemplate, Question


@dataclass(frozen=True, slots=True)
class Reading:
    """Questions or prompts, and where they came from.

    kind: what the text is (``JSON lines``, ``table, fields divided by semicolons``, ``plain lines``, ...).
    encoding: of the file, ``text`` where it was text already.  used: column or field -> what it was taken for.
    ignored: those that were not taken.  notes: what else was found or left out.
    """

    questions: tuple[Question, ...] = ()
    prompts: tuple[PromptTemplate, ...] = ()
    kind: str = "plain lines"
    encoding: str = "text"
    used: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> str:
        """How many there are, of what, and from what."""
        count, what = (len(self.questions), "question") if self.questions else (len(self.prompts), "prompt")
        coded = "" if self.encoding in ("text", "utf-8") else f" in {self.encoding}"
        return f"{count:,} {what}{'s' if count != 1 else ''} from {self.kind}{coded}"

    def __str__(self) -> str:
        """All of it but the questions and prompts, in one line."""
        parts = [self.count]
        if self.used:
            parts.append("used: " + ", ".join(f"{name} ({role})" for name, role in self.used.items()))
        if self.ignored:
            parts.append("not used: " + ", ".join(self.ignored))
        return "; ".join((*parts, *self.notes))
