"""A batch of requests on the background loop, while its caller waits for them or for Stop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ..answer import Answer
from ..background import loop, on_loop
from ..errors import Stopped
from ..request import Request
from .calls import Caller
from .run import Run

Found = dict[tuple[bytes, int], Answer]
T = TypeVar("T")
GLANCE = 0.05  # seconds between looks at Stop


def collect(
    caller: Caller,
    jobs: deque[tuple[Request, list[int]]],
    stop: threading.Event,
    arrived: Callable[[int], None] = lambda count: None,
) -> Found:
    """Completions of all jobs, those that failed for good left out; raises as ``Caller.fetch``.

    arrived: is called, in the caller's thread, with how many more have come.
    """
    run, found, told = Run(), Found(), 0

    def look() -> None:
        nonlocal told
        now = len(found)
        if now > told:
            arrived(now - told)
            told = now

    try:
        return wait_for(_all(caller, jobs, run, found), run, stop, look)
    finally:
        look()


def wait_for(
    work: Coroutine[Any, Any, T], run: Run, stop: threading.Event, look: Callable[[], None] = lambda: None
) -> T:
    """The result of ``work``; raises ``Stopped`` once ``stop`` is set, without waiting for what is in flight.

    look: is called now and then meanwhile.
    """
    if stop.is_set():
        work.close()
        raise Stopped("Stop was asked for; nothing further was sent")
    future = on_loop(work)
    try:
        while not future.done():
            concurrent.futures.wait([future], GLANCE)
            look()
            if stop.is_set() and not future.done():
                raise Stopped(
                    "Stop was asked for. What is in flight still lands in the ledger; run again to go on from there"
                )
    except BaseException:  # also an interrupt from the keyboard
        loop().call_soon_threadsafe(run.stop)
        future.cancel()
        raise
    return future.result()


async def _all(caller: Caller, jobs: deque[tuple[Request, list[int]]], run: Run, found: Found) -> Found:
    """``found`` with what came, filled as it comes."""

    async def work() -> None:
        while jobs and not run.stopped:
            request, samples = jobs.popleft()
            for sample, answer in (await caller.fetch(request, samples, run)).items():
                found[request.digest, sample] = answer

    workers = [asyncio.create_task(work()) for _ in range(min(caller.pace.most, len(jobs)))]
    try:
        await asyncio.gather(*workers)
    except BaseException:
        run.stop()  # what is in flight arrives and is recorded; nothing further is sent
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        raise
    return found
