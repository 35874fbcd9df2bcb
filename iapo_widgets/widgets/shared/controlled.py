"""What widgets with native controls share: controls, their readings, and the errors that stand beside them."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import traitlets as t

from .stateful import Stateful


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the trait ``name``.

    kind: ``range`` (a slider), ``log`` (a logarithmic one), ``number``, ``choice`` (``options`` of (text, value)),
    ``switch``, ``progress`` (to be read: how much of ``high`` is done), or ``button`` (calls ``press(name)``).  index:
    element of a list trait, -1 for the whole.  place: where it stands, for a widget that has several places.
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
    place: str = ""

    def settings(self) -> list[Any]:
        """The values that the control can take, in order; none for a number or a button."""
        if self.kind in ("range", "log"):
            low, high = (math.log10(v) if self.kind == "log" else v for v in (self.low, self.high))
            steps = [low + i * self.step for i in range(math.floor((high - low) / self.step + 1e-9) + 1)]
            return [float(f"{10**x:.1e}" if self.kind == "log" else f"{x:.10g}") for x in steps]
        return [False, True] if self.kind == "switch" else [value for _, value in self.options]


class Controlled(Stateful):
    """Base of widgets whose browser side builds its controls from ``_controls``.

    What the browser sends and a trait refuses shows beside its control and changes nothing.
    """

    #: What the browser may press though no button of its controls says so.
    presses: frozenset[str] = frozenset({"reset"})

    _controls: t.List[Any] = t.List().tag(sync=True)
    _readings = t.Dict().tag(sync=True)
    _errors = t.Dict().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        if not hasattr(self, "lock"):
            self.lock = threading.RLock()  # callbacks may come from another thread than cells
        super().__init__(**traits)
        self.on_msg(self._message)

    def controls(self) -> Sequence[Control]:
        """The controls, from top to bottom."""
        raise NotImplementedError

    def press(self, name: str) -> None:
        """What a button does."""
        raise NotImplementedError

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

    def _message(self, _: Any, content: Any, buffers: Any) -> None:
        name = content.get("press") if isinstance(content, dict) else None
        if name in {c.name for c in self.controls() if c.kind == "button"} | self.presses:
            try:
                self.press(str(name))
            except Exception as error:
                self._errors = {**self._errors, "": str(error) or type(error).__name__}
