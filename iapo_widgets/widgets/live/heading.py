"""What stands above a live lab: what it is for, and, on a saved page, how its run ended."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets as t

from ..shared.assets import packed, styles
from ..shared.stateful import DISPLAYS

NOT_RUN = (
    "LiveLab asks a language model, which may cost money: it runs only when somebody presses Run in a notebook, and "
    "nobody did before this page was made."
)


class LiveHeading(anywidget.AnyWidget):
    """A heading, a sentence, ``how`` to go on, and ``said``: what the lab is at, for a page without its status line.

    ``display``: the size of the whole lab, which its button changes.  ``ways``: of the buttons ``back`` and ``forth``
    those that there is a step for.
    """

    _esm = packed("shared/canvas", "shared/kernel", "shared/state", "live/live_heading")
    _css = styles("shared/theme", "live/live_lab")
    title = t.Unicode("From prompts to a policy").tag(sync=True)
    sentence = t.Unicode(
        "Give prompts and questions. Every prompt is asked the same questions, weak ones drop out, and what is left is"
        " which prompt to use, and how many answers to ask for."
    ).tag(sync=True)
    how = t.Unicode("Check sends nothing; Run asks, within the cap.").tag(sync=True)
    said = t.Unicode().tag(sync=True)
    display = t.Enum(DISPLAYS, DISPLAYS[0]).tag(sync=True)
    ways: t.List[str] = t.List(t.Unicode()).tag(sync=True)

    #: Whether anything was run: a page has no form to fill in and no Check to press, so it does not ask for that.
    ran = False

    def carried(self, texts: bool = True) -> dict[str, Any]:
        """What a saved page gets in place of the traits, by name."""
        return {} if self.ran else {"said": NOT_RUN}

    def __repr__(self) -> str:
        return f"LiveHeading({self.title!r})"
