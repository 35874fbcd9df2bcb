"""Run somebody's function and be back in time, whatever it does."""

from __future__ import annotations

import contextvars
import ctypes
import threading
import time
from collections.abc import Callable
from typing import Any

GRACE = 0.5  # seconds that a function has to end once it was told to


class TooLong(Exception):
    """The work did not end in time; ``ended`` says whether it runs no more."""

    def __init__(self, ended: bool) -> None:
        super().__init__("it was stopped" if ended else "it still runs")
        self.ended = ended


class Ended(SystemExit):
    """Raised inside the work to end it; no ``Exception``, and no thread prints a traceback of a ``SystemExit``."""


def run_within(seconds: float, work: Callable[[], Any]) -> Any:
    """What ``work()`` returns; what it raises, ``SystemExit`` included, is raised here.

    Raises ``TooLong`` after ``seconds``: the work runs in a thread of its own, where an exception is raised until it
    ends.  Code that catches even that, or waits inside a C function, is left behind; the caller is free all the same.
    What the work prints shows in the caller's cell.
    """
    result: list[Any] = []
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            result.append(work())
        except Ended:
            pass
        except BaseException as error:
            errors.append(error)

    context = contextvars.copy_context()  # by which ipykernel knows the cell of what is printed
    thread = threading.Thread(target=context.run, args=(guarded,), name="exercise", daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    except BaseException:  # the user interrupts the cell: the work must not go on behind it
        _end(thread)
        raise
    if thread.is_alive():
        raise TooLong(_end(thread))
    if errors:
        raise errors[0]
    return result[0] if result else None


def _end(thread: threading.Thread) -> bool:
    """Raise ``Ended`` in the thread again and again until it is dead; whether it is."""
    end = time.monotonic() + GRACE
    while thread.is_alive() and time.monotonic() < end:
        assert thread.ident is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Ended))
        thread.join(0.005)
    return not thread.is_alive()
