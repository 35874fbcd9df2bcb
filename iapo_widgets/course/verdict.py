"""What a learner gets back: right or not, and a sentence that helps."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Literal

#: State -> mark and word; the word says it too, so that nothing hangs on a colour or a sign alone.
HEADINGS = {"right": "✔ Right.", "wrong": "✘ Not yet.", "open": "○ Your turn.", "hint": "→ Hint."}
COLOURS = {"right": "#009e73", "wrong": "#d55e00", "open": "#757575", "hint": "#0072b2"}  # Okabe-Ito

_CODE = re.compile(r"((?<!`)`[^`\n]+`(?!`))")
_MARKUP = re.compile(r"([\\`*_\[\]<>#$~|])")


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """The answer to an answer; in a notebook it shows as a marked sentence.

    state: ``right``, ``wrong``, ``open`` (nothing was answered) or ``hint``; message: why, or what to look at.
    """

    state: Literal["right", "wrong", "open", "hint"]
    message: str

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.state == "right"

    def __repr__(self) -> str:
        return f"Verdict(right={self.right}, message={self.message!r})"

    def __str__(self) -> str:
        return f"{HEADINGS[self.state]} {self.message}"

    def _repr_html_(self) -> str:
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        return (
            f'<div role="status" style="border-left: 4px solid {COLOURS[self.state]}; padding: 2px 0 2px 10px">'
            f"<strong>{HEADINGS[self.state]}</strong> {words}</div>"
        )

    def _repr_markdown_(self) -> str:
        parts = _CODE.split(self.message)  # what stands between single backticks is code and needs no escapes
        parts[::2] = [_MARKUP.sub(r"\\\1", part).replace("\n", " ") for part in parts[::2]]
        return f"**{HEADINGS[self.state]}** {''.join(parts)}"
