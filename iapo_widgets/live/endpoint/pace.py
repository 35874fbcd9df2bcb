"""How many requests are in flight: one until an answer came, then more while all goes well, fewer when asked to."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable


class Pace:
    """Additive increase, multiplicative decrease (AIMD) of the number in flight, from 1 to ``most``.

    known: whether the endpoint ever answered.  Before that a single request is in flight, a scout: it shows what
    requests cost there, and where it fails the next one is it.

    To be used on one event loop: ``acquire`` before a request, ``release`` after it.
    """

    def __init__(self, most: int, known: Callable[[], bool] = lambda: True) -> None:
        self.most, self._known = most, known
        self.limit = float(most)
        self.in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._epoch = 0
        self._paused_until = 0.0

    async def acquire(self) -> int:
        """Wait for a place, and for a pause to end; returns what ``slow_down`` needs to know."""
        while True:
            pause = self._paused_until - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            elif self.in_flight < self._places:
                self.in_flight += 1
                return self._epoch
            else:
                turn = asyncio.get_running_loop().create_future()
                self._waiting.append(turn)
                try:
                    await turn
                except asyncio.CancelledError:
                    if turn.done() and not turn.cancelled():
                        self._wake()  # the place was given to one who left
                    raise

    def release(self) -> None:
        """Give the place back."""
        self.in_flight -= 1
        self._wake()

    def speed_up(self) -> None:
        """A request went well: one more in flight for each full set of them."""
        self.limit = min(float(self.most), self.limit + 1 / max(self.limit, 1.0))
        self._wake()

    def slow_down(self, epoch: int, pause: float) -> None:
        """The endpoint asked for less: half as many, once for all requests that left under the same limit."""
        if epoch == self._epoch:
            self._epoch += 1
            self.limit = max(1.0, self.limit / 2)
        self._paused_until = max(self._paused_until, time.monotonic() + pause)

    @property
    def _places(self) -> int:
        return max(1, int(self.limit)) if self._known() else 1

    def _wake(self) -> None:
        free = self._places - self.in_flight
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1
