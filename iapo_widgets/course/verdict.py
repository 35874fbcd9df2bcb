"""What a learner gets back: right or not, and a sentence that helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .marked import BLUE, Marked

#: State -> mark and word; the word says it too, so that nothing hangs on a colour or a sign alone.
HEADINGS = {"right": "✔ Right.", "wrong": "✘ Not yet.", "open": "○ Your turn.", "hint": "→ Hint."}
COLOURS = {"right": "#009e73", "wrong": "#d55e00", "open": "#757575", "hint": BLUE}  # Okabe-Ito


@dataclass(frozen=True, slots=True, repr=False)
class Verdict(Marked):
    """The answer to an answer; in a notebook it shows as a marked sentence.

    state: ``right``, ``wrong``, ``open`` (nothing was answered) or ``hint``; message: why, or what to look at.
    """

    state: Literal["right", "wrong", "open", "hint"]
    message: str

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == "right"

    @property
    def heading(self) -> str:
        """Mark and word of the state."""
        return HEADINGS[self.state]

    @property
    def colour(self) -> str:
        """Of the state."""
        return COLOURS[self.state]

    def __repr__(self) -> str:
        return f"Verdict(right={self.right}, message={self.message!r})"
