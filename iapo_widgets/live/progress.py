"""How far a training run is, as a bar in a notebook or a terminal: completions, rate and time left."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

DELAY = 0.5  # seconds before a bar shows: what comes from the ledger is there at once


class Progress:
    """A bar of completions while ``over(budget)`` lasts.

    shown: ``True`` always, ``False`` never, ``None`` where somebody watches: standard error is a terminal, or this is a
    Jupyter kernel.  Raises ``ValueError`` for anything else.
    """

    def __init__(self, shown: bool | None = None) -> None:
        if shown is not None and not isinstance(shown, bool):
            raise ValueError(f"progress must be True, False, or None for where somebody watches, not {shown!r}")
        self.shown = shown
        self._bar: Any = None

    @contextmanager
    def over(self, budget: int) -> Iterator[None]:
        """Count the completions that ``add`` tells of; the bar is closed however this ends."""
        wanted = watched() if self.shown is None else self.shown
        if not wanted or self._bar is not None:  # one bar at a time
            yield
            return
        from tqdm.auto import tqdm  # slow to load, and rarely needed

        delay = 0.0 if self.shown else DELAY
        self._bar = tqdm(total=budget, desc="completions", unit=" completions", delay=delay, dynamic_ncols=True)
        try:
            yield
            self._bar.total = self._bar.n  # done, though the budget's last few buy no further pull
            self._bar.refresh()
        finally:
            bar, self._bar = self._bar, None
            bar.close()

    def add(self, count: int) -> None:
        """So many completions more; to be called by the thread that trains."""
        if self._bar is not None and count > 0:
            self._bar.update(count)


def watched() -> bool:
    """Whether standard error is a terminal, or this a Jupyter kernel."""
    ipython = sys.modules.get("IPython")  # never loaded for this
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None and "IPKernelApp" in getattr(shell, "config", {}):
        return True
    try:
        return bool(sys.stderr.isatty())
    except (AttributeError, ValueError):  # none, or closed
        return False
