"""A process with all its children: held to one core, watched by its memory, ended as a whole."""

from __future__ import annotations

import shutil
import threading
from types import TracebackType

import psutil

MB = 1024 * 1024


def confined(command: list[str], core: int = 0) -> list[str]:
    """The command on one core, its children too.  Raises ``SystemExit`` where ``taskset`` is not at hand."""
    taskset = shutil.which("taskset")
    if not taskset:
        raise SystemExit("one core needs taskset, of util-linux; run this on Linux")
    return [taskset, "-c", str(core), *command]


def family(pid: int) -> list[psutil.Process]:
    """The process and its children, theirs too; none where it has ended."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def memory_mb(pid: int) -> float:
    """Memory of the family in MB: proportional set sizes, so that what is shared counts once."""
    total = 0
    for process in family(pid):
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / MB


def end(pid: int, seconds: float = 10) -> None:
    """End the family: asked first, killed where it does not listen."""
    members = family(pid)
    for member in members:
        try:
            member.terminate()
        except psutil.NoSuchProcess:
            continue
    left = psutil.wait_procs(members, timeout=seconds)[1]
    for member in left:
        member.kill()
    psutil.wait_procs(left, timeout=seconds)


class Watch:
    """While entered, samples the family's memory, keeps the peak, and ends the family above ``limit_mb``."""

    def __init__(self, pid: int, limit_mb: float, every: float = 0.1) -> None:
        self.pid, self.limit_mb, self.every = pid, limit_mb, every
        self.peak_mb, self.exceeded = 0.0, False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        while not self._stop.wait(self.every):
            self.peak_mb = max(self.peak_mb, memory_mb(self.pid))
            if self.peak_mb > self.limit_mb:
                self.exceeded = True
                end(self.pid)
                return

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
