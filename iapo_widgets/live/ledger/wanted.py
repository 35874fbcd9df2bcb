"""Samples that this process asks for at the moment, so that none is asked twice; on the background loop only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..background import on_loop

Key = tuple[bytes, int]  # a request's digest and a sample index


class Wanted:
    """Tasks of the calls that are under way, by the samples that they bring, and samples that wait for their turn."""

    def __init__(self) -> None:
        self._flying: dict[Key, asyncio.Task[Any]] = {}
        self._asked: dict[Key, asyncio.Future[None]] = {}

    @contextmanager
    def asking(self, keys: Sequence[Key]) -> Iterator[None]:
        """Inside, these samples are asked for, in flight or waiting to be."""
        done = asyncio.get_running_loop().create_future()
        self._asked.update(dict.fromkeys(keys, done))
        try:
            yield
        finally:
            for key in keys:
                self._asked.pop(key, None)
            done.set_result(None)

    def fly(self, keys: Sequence[Key], task: asyncio.Task[Any]) -> None:
        """These samples are in flight until ``task`` is done."""
        self._flying.update(dict.fromkeys(keys, task))

        def landed(done: asyncio.Task[Any]) -> None:
            for key in keys:
                if self._flying.get(key) is done:
                    del self._flying[key]
            if not done.cancelled():
                done.exception()  # seen, also where nobody waits

        task.add_done_callback(landed)

    def awaited(self, keys: Sequence[Key]) -> set[Any]:
        """What to wait for before asking for these samples."""
        return {known[key] for known in (self._asked, self._flying) for key in keys if key in known}

    def drain(self, timeout: float) -> bool:
        """From any thread: wait until nothing is in flight any more; ``False`` where that takes longer."""

        async def landing() -> bool:
            waiting = set(self._flying.values())
            return not waiting or not (await asyncio.wait(waiting, timeout=timeout))[1]

        return not self._flying or on_loop(landing()).result()
