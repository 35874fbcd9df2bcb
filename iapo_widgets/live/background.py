"""One event loop on a thread of its own, so that live calls work inside notebooks, where a loop already runs."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")
_lock = threading.Lock()
_running: tuple[int, asyncio.AbstractEventLoop] | None = None


def loop() -> asyncio.AbstractEventLoop:
    """The background loop of this process, started when first needed; a forked child gets its own."""
    global _running
    with _lock:
        if _running is None or _running[0] != os.getpid():
            new = asyncio.new_event_loop()
            threading.Thread(target=new.run_forever, name="iapo-live", daemon=True).start()
            _running = os.getpid(), new
        return _running[1]


def on_loop(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Start ``work`` on the background loop."""
    return asyncio.run_coroutine_threadsafe(work, loop())
