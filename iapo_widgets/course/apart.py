"""Run somebody's code in a process of its own, and be back in time with its verdict, whatever it does.

The process is a copy of this one (``fork``), so that it knows every name of the notebook, and nothing has to be sent to
it.  It has a limit of time and of memory, and its copies end at once; it ends with all that it started.
"""

from __future__ import annotations

import builtins
import codecs
import faulthandler
import json
import mmap
import os
import selectors
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn

from .limit import TooLong, run_within
from .verdict import HEADINGS, Verdict

#: Not on Windows, which cannot, and not on macOS, whose own libraries do not survive it.
FORKS = hasattr(os, "fork") and sys.platform not in ("darwin", "emscripten", "wasi")
MEMORY = 512 * 2**20  # bytes beyond what the notebook holds
PRINTED = 20_000  # bytes of its prints that are shown
ANSWER = 200_000  # bytes of a verdict that are read

Step = Callable[[int], None]
Work = Callable[[Step], Verdict]


class Died(Exception):
    """The process ended without a verdict."""


class Clock:
    """The step that the work was at when it was last heard of; both processes see it."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)
        self.set(0)

    def set(self, step: int) -> None:
        """Say that ``step`` begins."""
        self._shared[:] = struct.pack("q", step)

    @property
    def step(self) -> int:
        """The last step that was begun."""
        return int(struct.unpack("q", self._shared[:])[0])


def judged_apart(seconds: float, work: Work, clock: Clock) -> Verdict:
    """What ``work(clock.set)`` returns.

    Raises ``TooLong`` after ``seconds`` and ``Died`` where the process ended on its own.  What the work prints shows in
    the caller's cell, up to a length; nothing else that it does reaches the caller.  Where no process can be made
    (Windows, macOS), the work runs in a thread of this one: then memory and prints have no limit, and code that stays
    inside a C function can be left behind but not ended.
    """
    with suppress(_NoProcess):
        return _forked(seconds, work, clock)
    verdict: Verdict = run_within(seconds, lambda: work(clock.set))
    return verdict


class _NoProcess(Exception):
    """The system gives no process."""


def _forked(seconds: float, work: Work, clock: Clock) -> Verdict:
    if not FORKS:
        raise _NoProcess
    answers, answer = os.pipe()
    prints, printed = os.pipe()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()  # or the copy would print it again
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # other threads: the copy uses none of their locks
        try:
            child = os.fork()
        except OSError:
            for end in (answers, answer, prints, printed):
                os.close(end)
            raise _NoProcess from None
    if not child:
        _be_the_copy(seconds, work, clock, answer, printed)
    os.close(answer)
    os.close(printed)
    try:
        line = _listen(time.monotonic() + seconds, answers, prints)
    finally:  # also where the user interrupts the cell
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it may not have had a group of its own yet
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
        os.close(answers)
        os.close(prints)
    return _read(line)


def _read(line: bytes) -> Verdict:
    try:
        state, message = json.loads(line)
    except (ValueError, TypeError, RecursionError):
        raise Died from None
    if state not in HEADINGS or not isinstance(message, str):
        raise Died
    return Verdict(state, message)


def _listen(end: float, answers: int, prints: int) -> bytes:
    """The verdict as one line; prints are shown as they come.  ``TooLong`` at ``end``."""
    line, shown = b"", _Shown()
    with selectors.DefaultSelector() as ready:
        for source in (answers, prints):
            os.set_blocking(source, False)
            ready.register(source, selectors.EVENT_READ)
        while answers in {key.fd for key in ready.get_map().values()}:
            left = end - time.monotonic()
            if left <= 0:
                raise TooLong(ended=True)
            for key, _ in ready.select(left):
                piece = _piece(key.fd)
                if not piece:
                    ready.unregister(key.fd)
                elif key.fd == prints:
                    shown.add(piece)
                else:
                    line += piece
                    if line.endswith(b"\n") or len(line) > ANSWER:
                        ready.unregister(answers)
    while piece := _piece(prints):  # what was printed last
        if time.monotonic() > end:
            break
        shown.add(piece)
    return line


def _piece(source: int) -> bytes:
    try:
        return os.read(source, 65_536)
    except BlockingIOError:
        return b""


class _Shown:
    """Shows the first of what comes."""

    def __init__(self) -> None:
        self._left, self._text = PRINTED, codecs.getincrementaldecoder("utf-8")("replace")

    def add(self, piece: bytes) -> None:
        if self._left <= 0:
            return
        print(self._text.decode(piece[: self._left]), end="", flush=True)
        self._left -= len(piece)
        if self._left <= 0:
            print("\n... (more was printed; it is not shown)")


def _be_the_copy(seconds: float, work: Work, clock: Clock, answer: int, printed: int) -> NoReturn:
    try:
        _settle(seconds, printed)
        verdict = work(clock.set)
        with suppress(Exception):
            sys.stdout.flush()
        line = json.dumps([verdict.state, verdict.message]).encode() + b"\n"
        while line:
            line = line[os.write(answer, line) :]
    finally:
        os._exit(0)  # nothing of the notebook's own end may happen here


def _settle(seconds: float, printed: int) -> None:
    """Bounds on all that the copy can do, and streams of its own."""
    import resource  # not on Windows

    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds + 5)  # where nobody is left to end it
    faulthandler.disable()
    os.register_at_fork(after_in_child=lambda: os._exit(0))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory ends, this goes, and not the notebook
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_CPU, int(seconds) + 5)
    with suppress(OSError), open("/proc/self/statm") as file:
        _limit(resource.RLIMIT_AS, int(file.read().split()[0]) * resource.getpagesize() + MEMORY)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, stream in ((nothing, 0), (printed, 1), (printed, 2)):
        os.dup2(source, stream)
    sys.stdin = open(os.devnull)  # noqa: SIM115
    sys.stdout = open(1, "w", 1, "utf-8", "backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stdout
    builtins.input = _no_input


def _limit(what: int, most: int) -> None:
    import resource

    _, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))


def _no_input(*_: Any) -> NoReturn:
    raise EOFError("nobody can type an answer while the function is checked")
