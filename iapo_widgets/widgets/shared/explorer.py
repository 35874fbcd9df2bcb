"""What every explorer shares: traits in, a scene out, Reset and a static twin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import traitlets as t

from ...plots.picture import Picture
from ...plots.scene import Scene
from ...plots.twin import draw
from .assets import packed, styles
from .controlled import Control as Control
from .controlled import Controlled
from .holdings import Holdings

SCRIPTS = ("canvas", "kernel", "state", "scene", "grips", "legend", "panel", "controls", "explorer")


class Explorer(Controlled):
    """Base of the explorers: a subclass names its traits, its ``controls`` and its ``scene``.

    A trait that is set, by the browser or by a cell, gives a new scene; what goes wrong while a scene is made shows
    below the controls.
    """

    _esm = packed(*(f"shared/{name}" for name in SCRIPTS))
    _css = styles("shared/theme", "shared/explorer")
    _scene = t.Dict().tag(sync=True)
    _holds = t.Dict().tag(sync=True)

    _texts = True  # whether pictures show the words of answers
    #: Name of the control that a saved page keeps alive without a kernel.
    alone = ""

    def __init__(self, **traits: Any) -> None:
        self._ready = False
        super().__init__(**traits)
        self._initial = {name: getattr(self, name) for name in self.public}
        self._ready = True
        self.observe(self._changed, list(self.public))
        self.redraw()

    def scene(self) -> Scene:
        """The picture of the present traits."""
        raise NotImplementedError

    def readings(self) -> dict[str, str]:
        """What stands beside a control in place of its bare value."""
        return {}

    def drawn(self) -> dict[str, Any]:
        """What the browser shows for the present traits, by the names of the traits that tell it."""
        return {"_readings": self.readings(), "_scene": self.scene().plain()}

    def stills(self, texts: bool = True) -> list[tuple[Any, dict[str, Any]]]:
        """(value, ``drawn()``) at each setting of the control ``alone``; nobody is told, nothing changes.

        texts: with the words of answers, for those that show any.
        """
        control = next((c for c in self.controls() if c.name == self.alone), None)
        if control is None:
            return []
        with self._with_texts(texts):
            values, kept = self._trait_values, getattr(self, self.alone)
            try:
                out = []
                for value in control.settings():
                    values[self.alone] = type(kept)(value)  # past the observers: a look, not a change
                    out.append((value, self.drawn()))
                return out
            finally:
                values[self.alone] = kept

    @contextmanager
    def _with_texts(self, texts: bool) -> Iterator[None]:
        """Within it pictures show the words of answers, or leave them out."""
        with self.lock:
            self._texts = texts
            try:
                yield
            finally:
                self._texts = True

    def holdings(self) -> Holdings:
        """What the state holds of prompts, questions and answers."""
        return {}

    def carried(self, texts: bool = True) -> dict[str, Any]:
        """What a saved page gets beside the traits, or in place of them, by name; texts: with the answers' words."""
        return {}

    def _moved_in_page(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in filter(None, (self.alone, *self.free))}

    def press(self, name: str) -> None:
        """What a button does."""
        if name == "reset":
            self.reset()

    def reset(self) -> None:
        """Set every trait back to what it was at first."""
        with self.lock, self.hold_sync():  # one message, however many traits go back
            with self.hold_trait_notifications():
                for name, value in self._initial.items():
                    setattr(self, name, value)
            self._errors = {}
            self.redraw()

    def figure(self) -> Picture:
        """The static twin: the same picture by matplotlib; save it as PNG, SVG or PDF by ``savefig``."""
        with self.lock:
            return draw(self.scene())

    def redraw(self) -> None:
        """Make the scene anew; an error is shown and the last scene stays."""
        with self.lock:
            try:
                drawn, controls = self.drawn(), [asdict(c) for c in self.controls()]
                drawn["_holds"] = self.holdings()
            except Exception as error:
                self._errors = {**self._errors, "": str(error) or type(error).__name__}
                return
            errors = {k: v for k, v in self._errors.items() if k}
            with self.hold_sync():
                self._controls = controls
                for name, value in drawn.items():
                    setattr(self, name, value)
                self._errors = errors

    @property
    def summary(self) -> str:
        """What the picture says, and what would change it, in words."""
        return " ".join(filter(None, (str(self._scene.get(name) or "") for name in ("summary", "change"))))

    def _changed(self, _: Any) -> None:
        if self._ready:
            self.redraw()

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.public)
        return f"{type(self).__name__}({shown})"
