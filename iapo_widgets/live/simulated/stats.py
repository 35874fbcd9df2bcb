"""The simulated endpoint's own count of what it made and what it sent, to hold against a client's books."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request that got completions: ``content`` names messages and settings; ``indices`` count its completions.

    ``complete``: the whole answer was handed to the network, unspoiled; else it was made, and charged, but lost.
    ``indices`` go on from request to request of the same content, so that no two completions share both.
    """

    id: str
    content: str
    indices: range
    prompt_tokens: int
    completion_tokens: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Stats:
    """Totals so far.  ``generated`` completions were made (and charged), ``delivered`` of them were sent in full.

    ``prompt_tokens`` and ``completion_tokens`` are those of the generated; a prompt counts once a request.
    ``faults``: requests that met each fault, by name; ``refused``: by a limit, a key, or for bad input, by status.
    """

    requests: int = 0
    generated: int = 0
    delivered: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[int, int] = field(default_factory=dict)


class Counts:
    """Counts under a lock; ``stats`` is a frozen copy."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests = 0
        self._faults: Counter[str] = Counter()
        self._refused: Counter[int] = Counter()
        self._deliveries: dict[str, Delivery] = {}
        self._next: Counter[str] = Counter()

    def request(self, fault: str | None) -> int:
        """Count a request and the fault that it meets; returns its number, from 1."""
        with self._lock:
            self._requests += 1
            if fault:
                self._faults[fault] += 1
            return self._requests

    def refuse(self, status: int) -> None:
        """Count a refusal that was no fault on request."""
        with self._lock:
            self._refused[status] += 1

    def indices(self, content: str, n: int) -> range:
        """The next ``n`` indices of completions of ``content``."""
        with self._lock:
            start = self._next[content]
            self._next[content] += n
            return range(start, start + n)

    def deliver(self, delivery: Delivery) -> None:
        """Count what was made."""
        with self._lock:
            self._deliveries[delivery.id] = delivery

    def lose(self, delivery: Delivery) -> None:
        """Count what was made and could not be sent in full."""
        self.deliver(replace(delivery, complete=False))

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every request that got completions, in order of sending."""
        with self._lock:
            return tuple(self._deliveries.values())

    @property
    def stats(self) -> Stats:
        """The totals."""
        with self._lock:
            made = self._deliveries.values()
            return Stats(
                requests=self._requests,
                generated=sum(len(d.indices) for d in made),
                delivered=sum(len(d.indices) for d in made if d.complete),
                prompt_tokens=sum(d.prompt_tokens for d in made),
                completion_tokens=sum(d.completion_tokens for d in made),
                faults=dict(self._faults),
                refused=dict(self._refused),
            )
