"""Widgets inside one: a host shows them all by its own model, so that it runs whole where only single widgets do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import anywidget
import traitlets as t

#: Beginnings of the traits that are Jupyter's own affair, and no part of what a widget shows.
JUPYTER_S = (
    "_esm",
    "_css",
    "_twin",
    "_dom_classes",
    "_model_",
    "_view_",
    "_anywidget",
    "layout",
    "tabbable",
    "tooltip",
)


class Part:
    """Mixed in before a widget's class: it opens no channel of its own, and what it would send its ``host`` sends."""

    host: Host | None = None
    name = ""

    def open(self) -> None:
        """No channel."""

    def notify_change(self, change: Any) -> None:
        """Tell observers, by whom the host sends it: once, even where a front end gave the part a channel (marimo)."""
        t.HasTraits.notify_change(self, change)  # type: ignore[arg-type]

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Let the host send these traits, all for ``None``."""
        if self.host is not None:
            names = [key] if isinstance(key, str) else list(self.host.shared(self) if key is None else key)
            slots = [slot for name in names if self.host.has_trait(slot := self.host.slot(self, name))]
            if slots:
                self.host.send_state(slots)

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        """One message for what changes within, as for any widget."""
        with self.host.hold_sync() if self.host is not None else nullcontext():
            yield


class Host(anywidget.AnyWidget):
    """A widget whose ``parts`` are shown by it: the trait ``x`` of part ``p`` is its synced trait ``_p_x``.

    The browser hands each part's code a model of those traits alone (``js/shared/parts.js``); a message for a part is
    ``{"part": name, "content": ...}``.
    """

    _parts = t.List(t.Unicode()).tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self.parts: dict[str, Any] = {}
        self._followers: dict[str, Any] = {}
        super().__init__(**traits)
        self.on_msg(self._hand_on)

    def slot(self, part: Any, name: str) -> str:
        """The host's trait for that trait of a part."""
        return f"_{part.name}_{name}"

    def shared(self, part: Any) -> list[str]:
        """Traits of a part that the browser sees."""
        return [name for name in part.keys if not name.startswith(JUPYTER_S)]

    def adopt(self, name: str, part: Any) -> None:
        """Show ``part``, a ``Part``, under that name."""
        part.host, part.name = self, name
        slots = {self.slot(part, each): t.Any(getattr(part, each)).tag(sync=True) for each in self.shared(part)}
        self.add_traits(**{slot: trait for slot, trait in slots.items() if not self.has_trait(slot)})
        for each in self.shared(part):
            setattr(self, self.slot(part, each), getattr(part, each))
        self.parts[name] = part
        self._followers[name] = partial(self._follow, part)
        part.observe(self._followers[name])
        self._parts = list(self.parts)

    def dismiss(self, name: str) -> None:
        """Show the part of that name no longer."""
        part = self.parts.pop(name)
        part.unobserve(self._followers.pop(name))
        part.host = None
        self._parts = list(self.parts)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser changed; what is a part's goes on to it, and comes back where it refuses."""
        super().set_state(sync_data)
        for part in list(self.parts.values()):
            mine = {each: sync_data[slot] for each in self.shared(part) if (slot := self.slot(part, each)) in sync_data}
            if not mine:
                continue
            try:
                part.set_state(mine)
            finally:
                for each in mine:
                    setattr(self, self.slot(part, each), getattr(part, each))

    def _follow(self, part: Any, change: Any) -> None:
        name = change["name"]
        if name not in part.keys or name.startswith(JUPYTER_S):
            return
        slot = self.slot(part, name)
        if not self.has_trait(slot):
            self.add_traits(**{slot: t.Any(None).tag(sync=True)})
        setattr(self, slot, change["new"])

    def _hand_on(self, _: Any, content: Any, buffers: Any) -> None:
        part = self.parts.get(str(content.get("part"))) if isinstance(content, dict) else None
        if part is not None:
            part._handle_custom_msg(content.get("content"), buffers)
