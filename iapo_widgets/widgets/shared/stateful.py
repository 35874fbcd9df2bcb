"""What a person sets in a widget, and how it is given to others: as a line of Python, or as an address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

import anywidget
import traitlets as t

from .headings import HEADINGS
from .twin import Twinned

DISPLAYS = ("normal", "projector")


class Stateful(Twinned, anywidget.AnyWidget):
    """Base of the widgets: names its state, so that the browser can take a step back and a link can bring it again.

    Trait: ``display`` (``normal``, or ``projector``: everything large enough to be read from the last row).
    """

    display = t.Enum(DISPLAYS, DISPLAYS[0]).tag(sync=True)
    _kind = t.Unicode().tag(sync=True)
    _heading = t.Tuple().tag(sync=True)
    _public = t.Tuple().tag(sync=True)
    _free = t.Tuple().tag(sync=True)

    #: Names of the traits that a person sets, in order.
    public: tuple[str, ...] = ()
    #: Those of them that need no kernel to be moved.
    free: tuple[str, ...] = ()

    def __init__(self, **traits: Any) -> None:
        kind = type(self).__name__
        told = {"_kind": kind, "_heading": HEADINGS.get(kind, (kind, "")), "_public": self.public, "_free": self.free}
        super().__init__(**{**told, **traits})
        self.on_msg(self._asked_for_link)

    def link(self, page: str | None = None) -> str:
        """One line of Python that makes this widget again as it stands; ``env`` is its task where no name loads it.

        page: the address or path of a page that ``save_html`` or nbconvert wrote: then that address, with all of the
        state in it that can be moved there.
        """
        if page is None:
            return f"{type(self).__name__}({', '.join(self._arguments())})"
        state = self._moved_in_page()
        told = "&".join(f"{self._kind}.{name}={quote(json.dumps(value), safe='')}" for name, value in state.items())
        return f"{page.partition('#')[0]}#{told}"

    def _arguments(self) -> list[str]:
        """What the class is called with, as Python."""
        env = [loaded_as(self.env)] if hasattr(self, "env") else []
        return [*env, *named({name: getattr(self, name) for name in self.public})]

    def _moved_in_page(self) -> Mapping[str, Any]:
        """Values by the names that a saved page knows."""
        return {name: getattr(self, name) for name in self.free}

    def _asked_for_link(self, _: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and content.get("link") is True:
            self.send({"link": self.link()})


def named(values: Mapping[str, Any]) -> Iterable[str]:
    """Arguments by name, as Python."""
    return [f"{name}={spelled(value)}" for name, value in values.items()]


def spelled(value: Any) -> str:
    """A plain value as Python, on one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(spelled, value))}]"
    return f"{value:_}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)


def loaded_as(env: Any) -> str:
    """The call of ``load`` that gave ``env``, or ``env``."""
    call = getattr(env, "loaded_as", None)
    return "env" if call is None else f"load({', '.join([spelled(call[0]), *named(call[1])])})"
