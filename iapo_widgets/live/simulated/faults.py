"""What can go wrong at an endpoint, on request: faults by rate or by schedule, and limits of rate."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from ...core.checks import check_positive, check_seed

#: Every fault that the simulated endpoint knows, and what the client sees.
FAULTS: dict[str, str] = {
    "429": "too many requests, with retry-after",
    "429-bare": "too many requests, without retry-after",
    "quota": "429: quota used up, for good",
    "400": "the request is refused",
    "401": "the key is refused",
    "404": "the model is unknown",
    "500": "internal error",
    "503": "overloaded",
    "timeout": "no answer for hang_seconds, then the connection is closed",
    "reset": "the connection is reset in the middle of the body",
    "slow": "the body drips for hang_seconds, then is complete",
    "malformed": "the body is no JSON",
    "empty": "no choices",
    "few": "fewer choices than asked for",
    "identical": "all choices are alike",
    "no-usage": "usage is missing",
    "absurd-usage": "usage is negative and enormous",
    "length": "every text ends after one token, finish_reason length",
    "filter": "every text is withheld, finish_reason content_filter",
}


def parse_faults(text: str) -> dict[str, float]:
    """``"429:0.1,500:0.05"`` as rates by name.  Raises ``ValueError`` for another form, name or rate."""
    rates: dict[str, float] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, colon, rate = part.partition(":")
        if not colon or not re.fullmatch(r"\d*\.?\d+", rate):
            raise ValueError(f"a fault is written NAME:RATE, for instance 429:0.1, not {part!r}")
        if name in rates:
            raise ValueError(f"fault {name!r} is given twice")
        rates[name] = float(rate)
    return check_rates(rates)


def check_rates(rates: Mapping[str, float]) -> dict[str, float]:
    """``rates`` as a dict, or ``ValueError`` where a name is unknown or they are no probabilities."""
    for name, rate in rates.items():
        if name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}; known: {', '.join(FAULTS)}")
        if not 0 <= rate <= 1:
            raise ValueError(f"the rate of fault {name!r} must lie between 0 and 1, not {rate!r}")
    if sum(rates.values()) > 1 + 1e-9:
        raise ValueError(f"the rates of all faults add up to {sum(rates.values()):.4g}; they must not pass 1")
    return dict(rates)


class Faults:
    """Decides for each request which fault it meets: first by ``schedule``, one entry a request, then by ``rates``."""

    def __init__(self, rates: Mapping[str, float], schedule: Iterable[str | None], seed: int) -> None:
        self._rates = check_rates(rates)
        self._schedule = deque(schedule)
        for name in self._schedule:
            if name is not None and name not in FAULTS:
                raise ValueError(f"unknown fault {name!r} in the schedule; known: {', '.join(FAULTS)}")
        self._rng = check_seed(seed)
        self._lock = threading.Lock()

    def next(self) -> str | None:
        """The fault of the next request, or ``None``."""
        with self._lock:
            if self._schedule:
                return self._schedule.popleft()
            lot = self._rng.random()
        for name, rate in self._rates.items():
            lot -= rate
            if lot < 0:
                return name
        return None


class Bucket:
    """A token bucket: at most ``per_minute`` at once, refilled evenly.  ``clock`` gives seconds."""

    def __init__(self, per_minute: float, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = check_positive(per_minute, name)
        self._clock, self._level, self._at = clock, self.per_minute, clock()
        self._lock = threading.Lock()

    def take(self, amount: float) -> float:
        """Take ``amount`` and return 0, or take nothing and return the seconds until it would be there."""
        with self._lock:
            self._refill()
            if self._level >= amount:
                self._level -= amount
                return 0.0
            return (amount - self._level) * 60 / self.per_minute

    def headers(self, what: str) -> dict[str, str]:
        """The x-ratelimit headers of OpenAI for ``what``: requests or tokens."""
        with self._lock:
            self._refill()
            level = self._level
        return {
            f"x-ratelimit-limit-{what}": f"{self.per_minute:.0f}",
            f"x-ratelimit-remaining-{what}": f"{max(0, int(level))}",
            f"x-ratelimit-reset-{what}": f"{(self.per_minute - level) * 60 / self.per_minute:.3f}s",
        }

    def _refill(self) -> None:
        now = self._clock()
        self._level = min(self.per_minute, self._level + max(0.0, now - self._at) * self.per_minute / 60)
        self._at = now
