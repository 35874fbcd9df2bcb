"""How the simulated endpoint treats a request before it answers: whose key, how long it takes, when it hangs up."""

from __future__ import annotations

import hmac
import threading

import numpy as np

from ...core.checks import check_positive


class Conduct:
    """key: the only one accepted, ``None`` any; latency: mean seconds of a request, drawn anew for each from ``seed``.

    hang_seconds: of the faults that keep a client waiting.  ``stopped`` ends every wait.
    Raises ``ValueError`` where a time is out of range.
    """

    def __init__(self, seed: int, key: str | None, latency: float, hang_seconds: float) -> None:
        self.latency = check_positive(latency, "latency") if latency else 0.0
        self.hang_seconds = check_positive(hang_seconds, "hang_seconds")
        self.stopped = threading.Event()
        self._key = key
        self._pace, self._lock = np.random.default_rng((seed, 1)), threading.Lock()

    def accepts(self, authorization: str) -> bool:
        """Whether that Authorization header carries the key."""
        return self._key is None or hmac.compare_digest(authorization.encode(), f"Bearer {self._key}".encode())

    def pause(self) -> bool:
        """Take the time of a request; ``False`` where the endpoint is stopping."""
        if not self.latency:
            return not self.stopped.is_set()
        with self._lock:
            seconds = self.latency * self._pace.gamma(4.0, 0.25)
        return not self.stopped.wait(seconds)

    def hang(self, share: float = 1.0) -> bool:
        """Wait ``share`` of ``hang_seconds``; ``False`` where the endpoint is stopping."""
        return not self.stopped.wait(share * self.hang_seconds)
