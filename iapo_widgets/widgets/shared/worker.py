"""Threads that may set synced traits, whichever ipykernel runs them, and that end before their kernel does."""

from __future__ import annotations

import contextlib
import contextvars
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from IPython import get_ipython

#: Seconds that workers have to end in once their kernel ends: Jupyter sends SIGTERM after 2.5 in all.
PATIENCE = 1.0
_at_work: dict[threading.Thread, Callable[[], object]] = {}
_watch: threading.Thread | None = None
_ending = False
_telling = threading.Lock()


def worker(
    target: Callable[..., Any], *args: Any, name: str, halt: Callable[[], object] | None = None
) -> threading.Thread:
    """A daemon thread that calls ``target(*args)`` in a copy of the caller's context; not started yet.

    ipykernel 7.0 looks up in the context which request a message to the browser belongs to; in a bare thread it finds
    none and raises ``LookupError``, and nothing that the thread sets is ever seen.

    ``halt()`` is called, from another thread, when the kernel ends while this one is at work; it has to make it end
    soon.  What has no ``halt`` says what it has to say by ``unless_ending``.
    """
    context = contextvars.copy_context()

    def work() -> None:
        if halt is not None:
            _at_work[threading.current_thread()] = halt
        try:
            if not _ending:
                context.run(target, *args)
        finally:
            _at_work.pop(threading.current_thread(), None)

    return threading.Thread(target=work, name=name, daemon=True)


def started(thread: threading.Thread) -> bool:
    """Start it; ``False`` where the host has no threads, as Python in a browser (Pyodide, JupyterLite)."""
    global _watch
    try:
        thread.start()
    except RuntimeError:  # "can't start new thread"
        return False
    if _watch is None and getattr(get_ipython(), "kernel", None) is not None:
        # No daemon, wherever it is started: Python waits for it.
        watch = threading.Thread(target=_end_with_the_kernel, name="iapo-end", daemon=False)
        with contextlib.suppress(RuntimeError):  # as above; the next one tries again
            watch.start()
            _watch = watch
    return True


def unless_ending(say: Callable[[], object]) -> None:
    """Call ``say()``, which tells the browser something, unless the kernel is about to end."""
    with _telling:
        if not _ending:
            say()


def _end_with_the_kernel() -> None:
    """Have all workers end, and be silent, while the kernel still can send what they said.

    A kernel that ends closes its sockets step by step, and the thread that sends for all others before the others end.
    What is said from then on is torn, is glued to the next message, and fills the server's log with tracebacks.
    """
    global _ending
    threading.main_thread().join()  # returns before what is registered with atexit is called
    with _telling:
        _ending = True
    left = dict(_at_work)
    for halt in left.values():
        with contextlib.suppress(Exception):  # the others are to end all the same
            halt()
    end = time.monotonic() + PATIENCE
    for thread in left:
        thread.join(max(0.0, end - time.monotonic()))
    with contextlib.suppress(Exception):  # a stream may be closed
        sys.stdout.flush()  # waits until all is sent
