"""What a notebook keeps of a widget for when it cannot be shown alive: a line that says what to do, and a picture."""

from __future__ import annotations

import base64
import html
import uuid
from collections.abc import Mapping
from typing import Any

import ipywidgets as w
import traitlets as t
from IPython.display import DisplayHandle, display

from .worker import started, unless_ending, worker

#: Class of what stands in for a widget, in a notebook's outputs.
TWIN = "iapo-twin"
#: What a running cell is for, where it is not to play and move something.
RUN_TO = {"Prediction": "predict"}
# Beside a living widget its twin is hidden; where there is none, the front end's complaint about it is. Beside those of
# Jupyter, a front end hides the twin by the widget's own script (js/shared/kernel.js).
_RULES = """
.jp-OutputArea-child:has(.iapo-widget, .iapo-live) + .jp-OutputArea-child:has(.{name}),
.jp-OutputArea-child:not(:has(.iapo-widget, .iapo-live)):has(+ .jp-OutputArea-child .{name}) {{ display: none; }}
.{name} img {{ max-width: 100%; }}
"""


class Twinned(w.DOMWidget):
    """Mixed into a widget's class: where it is displayed, its ``figure()`` comes after it as an output of its own.

    That is drawn in a worker once the widget is on its way, and is of what the widget showed then; a widget without a
    figure, and a host without threads, have the words alone.
    """

    _twin = t.Unicode().tag(sync=True)  # class of the output that stands in for this widget

    def _ipython_display_(self, **more: Any) -> None:
        if not self._twin:
            self._twin = f"{TWIN}-{uuid.uuid4().hex[:12]}"
        if hasattr(self, "_repr_mimebundle_"):
            shown = self._repr_mimebundle_(**more)
            data, about = shown if isinstance(shown, tuple) else (shown, {})
            display(data, metadata=about, raw=True)
        else:  # a stock widget of ipywidgets 7, which Colab has
            super()._ipython_display_(**more)
        handle = display({"text/html": still(type(self).__name__, self._twin)}, raw=True, display_id=self._twin)
        if handle is not None and hasattr(self, "figure"):
            started(worker(self._draw_twin, handle, name="iapo-twin"))

    def _draw_twin(self, handle: DisplayHandle) -> None:
        try:
            data, about = self.figure()._repr_mimebundle_()
        except ValueError:  # nothing to draw yet
            return
        told = {"alt": about["image/png"]["alt"], "width": about["image/png"]["width"]}
        drawn = {"text/html": still(type(self).__name__, self._twin, data["image/png"], told)}
        unless_ending(lambda: handle.update(drawn, raw=True))


def words(kind: str) -> str:
    """What to do for a widget of that kind, in a line."""
    what = RUN_TO.get(kind, "play and move it")
    return f"<strong>{html.escape(kind)}</strong> \u00b7 run this cell (Shift + Enter) to {what}."


def asleep(kind: str) -> str:
    """The line alone, for a notebook that is handed on: no front end need know our widgets to show it."""
    return f'<p class="{TWIN}">{words(kind)}</p>'


def is_twin(output: Mapping[str, Any]) -> bool:
    """Whether an output of a notebook stands in for a widget."""
    return f'class="{TWIN}' in "".join(output.get("data", {}).get("text/html", ""))


def still(kind: str, name: str, png: bytes = b"", about: dict[str, Any] | None = None) -> str:
    """What stands in for a widget of that kind, with a picture where there is one; about: of the picture."""
    rules, told, picture = f"<style>{_RULES.format(name=name)}</style>", words(kind), ""
    if png and about:
        source = base64.b64encode(png).decode("ascii")
        told += " This picture is of when it was run last."
        picture = (
            f'<img src="data:image/png;base64,{source}" width="{about["width"]}" alt="{html.escape(about["alt"])}">'
        )
    return f'<div class="{TWIN} {name}">{rules}<p>{told}</p>{picture}</div>'
