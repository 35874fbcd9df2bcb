"""What every explorer shares: traits in, a scene out, controls, errors, Reset and a static twin."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import anywidget
import traitlets as t

from ..plots.picture import Picture
from ..plots.scene import Scene, draw
from .assets import module, styles


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the trait ``name``.

    kind: ``range`` (a slider), ``log`` (a logarithmic one), ``number``, ``choice`` (``options`` of (text, value)),
    ``switch``, or ``button`` (calls ``press(name)``).  index: element of a list trait, -1 for the whole.
    """

    name: str
    label: str
    kind: str = "range"
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    options: Sequence[tuple[str, Any]] = ()
    index: int = -1
    hint: str = ""


class Explorer(anywidget.AnyWidget):
    """Base of the explorers: a subclass names its traits, its ``controls`` and its ``scene``.

    A trait that is set, by the browser or by a cell, gives a new scene.  What the browser sends and a trait refuses
    shows beside its control and changes nothing; what goes wrong while a scene is made shows below the controls.
    """

    _esm = module("canvas", "scene", "controls", "copy", "explorer")
    _css = styles("explorer")
    _kind = t.Unicode().tag(sync=True)
    _scene = t.Dict().tag(sync=True)
    _controls: t.List[Any] = t.List().tag(sync=True)
    _readings = t.Dict().tag(sync=True)
    _errors = t.Dict().tag(sync=True)

    #: Names of the traits that a user sees, in order.
    public: tuple[str, ...] = ()

    def __init__(self, **traits: Any) -> None:
        self.lock = threading.RLock()  # callbacks may come from another thread than cells
        self._ready = False
        super().__init__(_kind=type(self).__name__, **traits)
        self._initial = {name: getattr(self, name) for name in self.public}
        self._ready = True
        self.on_msg(self._message)
        self.observe(self._changed, list(self.public))
        self.redraw()

    def controls(self) -> Sequence[Control]:
        """The controls, from top to bottom."""
        raise NotImplementedError

    def scene(self) -> Scene:
        """The picture of the present traits."""
        raise NotImplementedError

    def readings(self) -> dict[str, str]:
        """What stands beside a control in place of its bare value."""
        return {}

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
                scene, controls = self.scene().plain(), [asdict(c) for c in self.controls()]
                readings = self.readings()
            except Exception as error:
                self._errors = {**self._errors, "": str(error) or type(error).__name__}
                return
            errors = {k: v for k, v in self._errors.items() if k}
            with self.hold_sync():
                self._controls, self._readings, self._scene, self._errors = controls, readings, scene, errors

    @property
    def summary(self) -> str:
        """What the picture says, in words."""
        return str(self._scene.get("summary", ""))

    @property
    def error(self) -> str:
        """What is wrong, as shown; empty where nothing is."""
        return "; ".join(self._errors.values())

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser changed; what a trait refuses is shown, and the trait keeps its value."""
        with self.lock:
            bad = {}
            for name, value in sync_data.items():
                try:
                    super().set_state({name: value})
                except (t.TraitError, ValueError, TypeError) as error:
                    bad[name] = str(error)
            errors = {k: v for k, v in self._errors.items() if k not in sync_data} | bad
            if errors != self._errors:
                self._errors = errors

    def _changed(self, _: Any) -> None:
        if self._ready:
            self.redraw()

    def _message(self, _: Any, content: Any, buffers: Any) -> None:
        name = content.get("press") if isinstance(content, dict) else None
        if name in {c.name for c in self.controls() if c.kind == "button"} | {"reset"}:
            try:
                self.press(str(name))
            except Exception as error:
                self._errors = {**self._errors, "": str(error) or type(error).__name__}

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.public)
        return f"{type(self).__name__}({shown})"
