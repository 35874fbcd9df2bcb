"""One caller's wish to go on, which a stop ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ..errors import Stopped

GRACE = 0.05  # seconds


@dataclass(slots=True)
class Run:
    """``stop()`` lets what is in flight arrive and keeps anything further from being sent.

    ending: a fault was met that every further request would meet, and is on its way to who stops the run.
    """

    stopped: bool = False
    ending: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """To be called on the loop."""
        self.stopped = True
        self._woken.set()

    async def gate(self) -> None:
        """Go on, or raise ``Stopped``; a run that is about to end is given the time for it."""
        if self.ending:
            await self.sleep(GRACE)
            self.ending = False
        if self.stopped:
            raise Stopped("stopped")

    async def sleep(self, seconds: float) -> None:
        """Wait, or raise ``Stopped`` as soon as a stop is asked for."""
        try:
            await asyncio.wait_for(self._woken.wait(), max(seconds, 0.0))
        except TimeoutError:
            return
        raise Stopped("stopped")
