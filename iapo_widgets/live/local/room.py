"""What this machine has for a model: cores that the process may use, and memory."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
CELL = 64 << 10  # bytes that one token of context takes at most in a model of a few hundred million weights
ENGINE = 150 << 20  # bytes of the engine itself and of its buffers


def threads_at_hand() -> int:
    """Cores that this process may use: affinity and a container's quota counted in."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = (CGROUP / "cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores


def memory_at_hand() -> int | None:
    """Bytes that are free for this process, a container's limit counted in; ``None`` where nobody tells."""
    known = []
    with suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        known += [int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")]
    with suppress(OSError, ValueError):
        known.append(int((CGROUP / "memory.max").read_text()) - int((CGROUP / "memory.current").read_text()))
    with suppress(ImportError, OSError):
        import resource

        most = resource.getrlimit(resource.RLIMIT_AS)[0]
        if most != resource.RLIM_INFINITY:
            known.append(most)
    return min(known, default=None)


def check_memory(weights: Path, tokens: int) -> None:
    """``MemoryError`` where weights and the context of so many tokens are more than what is free."""
    free, needed = memory_at_hand(), weights.stat().st_size + tokens * CELL // 2 + ENGINE
    if free is not None and needed > free:
        raise MemoryError(
            f"{weights.name} with {tokens:,} tokens of context needs about {needed >> 20:,} MB, and {free >> 20:,} MB"
            " are free; take smaller weights, or fewer slots"
        )
