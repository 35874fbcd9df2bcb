"""What a person set, step by step, to be taken back and done again, where a kernel's own traits are what is set."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import traitlets as t

MOST = 100  # steps


class Steps:
    """Remembers what the traits ``names`` of ``owner`` were: each change is a step, and all that ``one`` sets is one.

    moved: is called when it may have changed which ``ways`` are open.
    """

    def __init__(self, owner: t.HasTraits, names: Sequence[str], moved: Callable[[], None]) -> None:
        self._owner, self._moved = owner, moved
        self._steps: dict[str, deque[dict[str, Any]]] = {way: deque(maxlen=MOST) for way in ("back", "forth")}
        self._open: dict[str, Any] | None = None
        owner.observe(self._note, list(names))

    @property
    def ways(self) -> list[str]:
        """``back`` and ``forth``, where there is a step to take."""
        return [way for way, steps in self._steps.items() if steps]

    def take(self, way: str) -> None:
        """One step ``back`` or ``forth``; does nothing where there is none."""
        if way in self.ways:
            with self._within(self._steps["forth" if way == "back" else "back"]):
                self._set(self._steps[way].pop())

    def one(self, values: Mapping[str, Any]) -> None:
        """Set all of ``values`` as one step."""
        with self._within(self._steps["back"]):
            self._set(values)
            if self._open:
                self._steps["forth"].clear()

    def _set(self, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            setattr(self._owner, name, value)

    @contextmanager
    def _within(self, steps: deque[dict[str, Any]]) -> Iterator[None]:
        """All that changes within it is one step, which joins ``steps``."""
        self._open = {}
        try:
            yield
        finally:
            if self._open:
                steps.append(self._open)
            self._open = None
            self._moved()

    def _note(self, change: Any) -> None:
        if self._open is not None:
            self._open.setdefault(change["name"], change["old"])
            return
        self._steps["back"].append({change["name"]: change["old"]})
        self._steps["forth"].clear()
        self._moved()
