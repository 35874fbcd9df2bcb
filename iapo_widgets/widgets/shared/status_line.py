"""A line that says what a lab is at, to the eye and to a screen reader."""

from __future__ import annotations

import html
from typing import Any

import ipywidgets as w


class StatusLine(w.HTML):
    """Shows the text last said; an alarm is red, and is read out at once."""

    value: Any  # the trait of w.HTML

    def __init__(self) -> None:
        super().__init__()
        self.add_class("iapo-status")

    def say(self, text: str, alarm: bool = False) -> None:
        """Show ``text``; nothing is sent where it is what stands there already."""
        colour = "var(--jp-error-color1,#b71c1c)" if alarm else "inherit"
        role = "alert" if alarm else "status"
        style = f"color:{colour};white-space:pre-line"
        line = f"<div role='{role}' aria-live='polite' style='{style}'>{html.escape(text)}</div>"
        if self.value != line:
            self.value = line
