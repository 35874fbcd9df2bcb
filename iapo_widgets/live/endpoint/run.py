"""One caller's wish to go on, which a stop ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ..errors import Stopped


@dataclass(slots=True)
class Run:
    """``stop()`` lets what is in flight arrive and keeps anything further from being sent."""

    stopped: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """To be called on the loop."""
        self.stopped = True
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        """Wait, or raise ``Stopped`` as soon as a stop is asked for."""
        try:
            await asyncio.wait_for(self._woken.wait(), max(seconds, 0.0))
        except TimeoutError:
            return
        raise Stopped("stopped")
