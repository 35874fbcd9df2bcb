"""Work that goes on by messages of the browser, for hosts without threads, where a cell that waits would freeze all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets as t

from .worker import started, worker


class Ticked(anywidget.AnyWidget):
    """A widget whose browser side sends a tick when it is due (``js/shared/kernel.js``), for which ``tick`` is called.

    ``_awaits`` is empty or [number of the tick, seconds until it is due]; a tick of another number is none: of two
    views of one widget both send theirs.
    """

    _awaits: t.List[Any] = t.List().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        self._ticks = 0
        super().__init__(**traits)
        self.on_msg(self._take_tick)

    def tick(self) -> None:
        """Do one step of the work."""
        raise NotImplementedError

    def in_background(
        self, work: Callable[..., Any], *args: Any, name: str, halt: Callable[[], object] | None = None
    ) -> threading.Thread | None:
        """A thread that does the work, started; ``None`` where the host has none, and the first tick is awaited.

        ``halt`` is that of ``worker``.
        """
        thread = worker(work, *args, name=name, halt=halt)
        if started(thread):
            return thread
        self.await_tick(0.0)
        return None

    def await_tick(self, seconds: float | None) -> None:
        """Ask the browser for a tick after so many seconds, for none by ``None``; what was asked for already stays."""
        self._awaits = [] if seconds is None else [self._ticks, seconds]

    def _take_tick(self, _: Any, content: Any, buffers: Any) -> None:
        number = content.get("tick") if isinstance(content, dict) else None
        if number is not None and number == next(iter(self._awaits), None):
            self._ticks += 1
            self.tick()
