"""A sentence with a mark before it, as a notebook, a terminal and a text show it."""

from __future__ import annotations

import html
import re

#: Colour of a mark that judges nothing (Okabe-Ito).
BLUE = "#0072b2"

_CODE = re.compile(r"((?<!`)`[^`\n]+`(?!`))")
_MARKUP = re.compile(r"([\\`*_\[\]<>#$~|])")


class Marked:
    """Mixed into what has a ``heading``, a ``colour`` and a ``message``; nothing hangs on the colour alone."""

    __slots__ = ()
    message: str

    @property
    def heading(self) -> str:
        """Mark and word."""
        raise NotImplementedError

    @property
    def colour(self) -> str:
        """Of the bar beside it."""
        return BLUE

    def __str__(self) -> str:
        return f"{self.heading} {self.message}"

    def _repr_html_(self) -> str:
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message))
        return (
            f'<div role="status" style="border-left: 4px solid {self.colour}; padding: 2px 0 2px 10px">'
            f"<strong>{self.heading}</strong> {words}</div>"
        )

    def _repr_markdown_(self) -> str:
        parts = _CODE.split(self.message)  # what stands between single backticks is code and needs no escapes
        parts[::2] = [_MARKUP.sub(r"\\\1", part).replace("\n", " ") for part in parts[::2]]
        return f"**{self.heading}** {''.join(parts)}"
