"""Threads that may set synced traits, whichever ipykernel runs them."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any


def worker(target: Callable[..., Any], *args: Any, name: str) -> threading.Thread:
    """A daemon thread that calls ``target(*args)`` in a copy of the caller's context; not started yet.

    ipykernel 7.0 looks up in the context which request a message to the browser belongs to; in a bare thread it finds
    none and raises ``LookupError``, and nothing that the thread sets is ever seen.
    """
    context = contextvars.copy_context()
    return threading.Thread(target=context.run, args=(target, *args), name=name, daemon=True)


def started(thread: threading.Thread) -> bool:
    """Start it; ``False`` where the host has no threads, as Python in a browser (Pyodide, JupyterLite)."""
    try:
        thread.start()
    except RuntimeError:  # "can't start new thread"
        return False
    return True
