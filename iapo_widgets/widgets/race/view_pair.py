"""Two eliminations side by side: the same context and arm, one scale of colours, rounds matched by what they spent."""

from __future__ import annotations

from typing import Any

import numpy as np

from .elimination_view import EliminationView

WATCHED = ["context", "arm", "round", "n_frames", "_rescored"]


class ViewPair:
    """Keeps two views together until ``part``.

    Rounds of different algorithms do not match by number: the other view follows to its last round by which no
    more was spent.
    """

    def __init__(self, first: EliminationView, second: EliminationView) -> None:
        self._views = (first, second)
        self._busy = False
        for view in self._views:
            view.observe(self._moved, WATCHED)
        second.context, second.arm = first.context, first.arm
        self._share_scale()

    def part(self) -> None:
        """Let each go its own way."""
        for view in self._views:
            view.unobserve(self._moved, WATCHED)
            view.scale = []

    def _moved(self, change: Any) -> None:
        mine = change["owner"]
        other = self._views[mine is self._views[0]]
        with mine.lock:
            if self._busy:
                return
            self._busy = True
            try:
                if change["name"] in ("context", "arm"):
                    setattr(other, change["name"], change["new"])
                elif change["name"] == "round":
                    other.round = _matching(mine, other)
                else:
                    self._share_scale()
            finally:
                self._busy = False

    def _share_scale(self) -> None:
        """The same colour for the same value, and the same axis of Q."""
        known = [view.limits() for view in self._views if view.rounds]
        if known and all(limits.shape == known[0].shape for limits in known):
            low, high = np.min([k[:, 0] for k in known], axis=0), np.max([k[:, 1] for k in known], axis=0)
            for view in self._views:
                view.scale = np.stack([low, high], axis=1).tolist()


def _matching(mine: EliminationView, other: EliminationView) -> int:
    """The round of ``other`` to show beside that of ``mine``; 0 follows the newest, -1 is before the first."""
    if mine.round < 0:
        return mine.round
    if not 0 < mine.round <= len(mine.rounds) or not other.rounds:
        return 0
    spent = mine.rounds[mine.round - 1].spent
    return max(1, sum(done.spent <= spent for done in other.rounds))
