"""A control with its label, its reading and its own error beside it."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as w
import traitlets as t


class Field(w.VBox):
    """One stock control; ``take`` gets its new value, and what it raises shows beside the control.

    The control keeps what the user typed, so that it can be mended; the state behind it keeps the last good value.
    ``secret``: of a refused text, whether it may hold a key: then the control is emptied at once.
    ``show`` sets the control without calling ``take``.
    """

    def __init__(
        self,
        control: Any,
        take: Callable[[Any], None],
        reading: bool = False,
        secret: Callable[[Any], bool] = lambda value: False,
    ) -> None:
        self.control, self._take, self._secret, self._quiet = control, take, secret, False
        self._error = w.HTML(layout=w.Layout(display="none"))
        self._reading = w.HTML()
        control.observe(self._changed, "value")
        row = [control, self._reading] if reading else [control]
        super().__init__([w.HBox(row), self._error], layout=w.Layout(overflow="hidden", flex="0 0 auto"))

    @property
    def error(self) -> str:
        """What was wrong with the last value, empty where nothing was."""
        return str(self._error.tooltip or "")

    def read(self, text: str) -> None:
        """Set the reading beside the control."""
        self._reading.value = f"<span style='white-space:nowrap'>{html.escape(text)}</span>"

    def show(self, value: Any) -> None:
        """Set the control to a value that is already in force."""
        self._set(value)
        self.complain("")

    def _set(self, value: Any) -> None:
        self._quiet = True
        try:
            self.control.value = value
        finally:
            self._quiet = False

    def enter(self, value: Any) -> None:
        """Set the control as the user does, also to what it holds already."""
        if self.control.value == value:
            self._changed({"new": value})
        else:
            self.control.value = value

    def _changed(self, change: Any) -> None:
        if self._quiet:
            return
        try:
            self._take(change["new"])
        except (ValueError, TypeError, t.TraitError) as error:
            said = str(error)
            if self._secret(change["new"]):
                self._set("")
                said = f"{said}. The field was emptied, since it may hold a key, which has a field of its own"
            self.complain(said)
        else:
            self.complain("")

    def complain(self, message: str) -> None:
        """Show an error beside the control; an empty one takes it back."""
        self._error.tooltip = message
        self._error.value = (
            f"<span role='alert' style='color:var(--jp-error-color1,#b71c1c)'>{html.escape(message)}</span>"
            if message
            else ""
        )
        self._error.layout.display = None if message else "none"
