"""Values that take a moment, worked out beside the picture; and answers that arrive in time."""

from __future__ import annotations

import threading
from typing import Any

from ...plots.picture import Picture
from ..shared.explorer import Explorer
from ..shared.ticked import Ticked
from ..shared.worker import unless_ending
from .stop_values import StopValues, stop_values

PACE = 0.5  # seconds an answer, in play


class Counting(Ticked, Explorer):
    """An explorer that shows at once what it knows, and the values of its ``key()`` when they are there."""

    step: Any
    cap: Any

    def __init__(self, **traits: Any) -> None:
        self._known: dict[tuple[Any, ...], StopValues] = {}
        self._thread: threading.Thread | None = None
        self._playing, self._busy = False, True  # nothing is worked out before it stands
        super().__init__(**traits)

    def begin(self) -> None:
        """Work out the first values."""
        self._busy = False
        self.redraw()

    def key(self) -> tuple[Any, ...]:
        """What the values depend on."""
        raise NotImplementedError

    def counted(self) -> tuple[Any, int]:
        """The environment whose arms have the values, and the place of the prompt in it."""
        raise NotImplementedError

    def values(self) -> StopValues | None:
        """The values for the present traits, ``None`` until they are worked out."""
        return self._known.get(self.key())

    def redraw(self) -> None:
        """Draw what is known, and see to it that the values come."""
        super().redraw()
        with self.lock:
            if self._busy or self.values() is not None or "" in self._errors:
                return
            self._busy = True
            self._thread = self.in_background(self._count, name="iapo-stop")

    def _count(self) -> None:
        """Work out the values of the present traits, and of those that they become meanwhile."""
        try:
            while self.values() is None:
                with self.lock:
                    key, (env, prompt) = self.key(), self.counted()
                self._known[key] = stop_values(env, prompt)
        except Exception as error:
            failure = {**self._errors, "": str(error) or type(error).__name__}
            unless_ending(lambda: setattr(self, "_errors", failure))
            return
        finally:
            self._busy = False
        unless_ending(self.redraw)

    def join(self) -> None:
        """Wait until the values are there; for scripts, tests and saved pages."""
        thread = self._thread
        if thread is not None:
            thread.join()
        if self.values() is None and not self.error:
            self._count()

    show_finished = join

    def figure(self) -> Picture:
        """The static twin, with its values."""
        self.join()
        return super().figure()

    def play(self) -> None:
        """Begin with one answer, and let the others arrive."""
        with self.lock:
            self.step, self._playing = 1, True
            self.await_tick(PACE)

    def tick(self) -> None:
        """Where there are no threads: the values; in play: the next answer."""
        if self._busy and self._thread is None:
            self._count()
        if self._playing and self.step < self.cap:
            self.step += 1
        self._playing = self._playing and self.step < self.cap
        self.await_tick(PACE if self._playing else None)
