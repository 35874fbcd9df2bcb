"""What every explorer shares: traits in, a scene out, controls, errors, Reset and a static twin."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import anywidget
import traitlets as t

from ...plots.picture import Picture
from ...plots.scene import Scene, draw
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

    def settings(self) -> list[Any]:
        """The values that the control can take, in order; none for a number or a button."""
        if self.kind in ("range", "log"):
            low, high = (math.log10(v) if self.kind == "log" else v for v in (self.low, self.high))
            steps = [low + i * self.step for i in range(math.floor((high - low) / self.step + 1e-9) + 1)]
            return [float(f"{10**x:.1e}" if self.kind == "log" else f"{x:.10g}") for x in steps]
        return [False, True] if self.kind == "switch" else [value for _, value in self.options]


class Explorer(anywidget.AnyWidget):
    """Base of the explorers: a subclass names its traits, its ``controls`` and its ``scene``.

    A trait that is set, by the browser or by a cell, gives a new scene.  What the browser sends and a trait refuses
    shows beside its control and changes nothing; what goes wrong while a scene is made shows below the controls.
    """

    _esm = module(*(f"shared/{name}" for name in ("canvas", "kernel", "scene", "controls", "copy", "explorer")))
    _css = styles("shared/theme", "shared/explorer")
    _kind = t.Unicode().tag(sync=True)
    _scene = t.Dict().tag(sync=True)
    _controls: t.List[Any] = t.List().tag(sync=True)
    _readings = t.Dict().tag(sync=True)
    _errors = t.Dict().tag(sync=True)

    #: Names of the traits that a user sees, in order.
    public: tuple[str, ...] = ()
    #: Name of the control that a saved page keeps alive without a kernel.
    alone = ""

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

    def drawn(self) -> dict[str, Any]:
        """What the browser shows for the present traits, by the names of the traits that tell it."""
        return {"_readings": self.readings(), "_scene": self.scene().plain()}

    def stills(self) -> list[tuple[Any, dict[str, Any]]]:
        """(value, ``drawn()``) at each setting of the control ``alone``; nobody is told, nothing changes."""
        control = next((c for c in self.controls() if c.name == self.alone), None)
        if control is None:
            return []
        with self.lock:
            values, kept = self._trait_values, getattr(self, self.alone)
            try:
                out = []
                for value in control.settings():
                    values[self.alone] = type(kept)(value)  # past the observers: a look, not a change
                    out.append((value, self.drawn()))
                return out
            finally:
                values[self.alone] = kept

    def carried(self) -> dict[str, Any]:
        """What a saved page gets beside the traits, by name."""
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
                drawn, controls = self.drawn(), [asdict(c) for c in self.controls()]
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
