"""Threads that may set synced traits, whichever ipykernel runs them, and that end before their process does."""

from __future__ import annotations

import contextvars
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

#: Seconds that workers have to end in once their process ends; Jupyter kills a kernel that takes more than five.
PATIENCE = 2.0
_lock = threading.Lock()
_at_work: dict[threading.Thread, Callable[[], object] | None] = {}
_watched = False
_ending = threading.Event()


def worker(
    target: Callable[..., Any], *args: Any, name: str, halt: Callable[[], object] | None = None
) -> threading.Thread:
    """A daemon thread that calls ``target(*args)`` in a copy of the caller's context; not started yet.

    ipykernel 7.0 looks up in the context which request a message to the browser belongs to; in a bare thread it finds
    none and raises ``LookupError``, and nothing that the thread sets is ever seen.

    ``halt()`` is called, from another thread, when the process ends while this one is at work; it has to make it end
    soon.  What has no ``halt`` asks ``ending()`` before it tells the browser something.
    """
    context = contextvars.copy_context()

    def work() -> None:
        with _lock:
            if _ending.is_set():
                return
            _at_work[threading.current_thread()] = halt
        try:
            context.run(target, *args)
        finally:
            with _lock:
                del _at_work[threading.current_thread()]

    return threading.Thread(target=work, name=name, daemon=True)


def started(thread: threading.Thread) -> bool:
    """Start it; ``False`` where the host has no threads, as Python in a browser (Pyodide, JupyterLite)."""
    global _watched
    try:
        thread.start()
        with _lock:
            watch, _watched = not _watched, True
        if watch:
            threading.Thread(target=_end_with_the_process, name="iapo-end").start()
    except RuntimeError:  # "can't start new thread"
        return False
    return True


def ending() -> bool:
    """Whether the process is about to end: nothing more may be sent to the browser."""
    return _ending.is_set()


def _end_with_the_process() -> None:
    """Have all workers end while the kernel still can send what they say.

    A kernel that ends closes its sockets step by step, and the thread that sends for all others before the others end.
    What workers say from then on is torn, is glued to the next message, and fills the server's log with tracebacks.
    """
    threading.main_thread().join()  # returns when Python begins to end, before whatever is done at exit
    with _lock:
        _ending.set()
        left = dict(_at_work)
    for halt in filter(None, left.values()):
        halt()
    end = time.monotonic() + PATIENCE
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    if sys.stdout is not None:
        sys.stdout.flush()  # in a kernel: waits until all is sent
