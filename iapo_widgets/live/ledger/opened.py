"""Calls that are open: reserved and not settled yet, in flight in this process, or left behind by a kill."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Collection
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from ...core.checks import check_positive
from .spending import Spending
from .writer import Transaction

F = TypeVar("F", bound=Future[Any])
RELEASED = "released"
OPEN = """SELECT id, completions, tokens, picos FROM charge WHERE call = 0 AND at <= ?
          AND id NOT IN (SELECT call FROM charge WHERE call > 0) ORDER BY id"""

_lock = threading.Lock()
_in_flight: defaultdict[str, set[int]] = defaultdict(set)


class Flights:
    """Calls of one ledger's file that are in flight in this process, through whichever ``Ledger``."""

    def __init__(self, path: Path) -> None:
        self._key = os.path.realpath(path)

    def calls(self) -> frozenset[int]:
        """Their numbers."""
        with _lock:
            return frozenset(_in_flight[self._key])

    def left(self, call: int) -> int:
        """A call is about to leave; returns it."""
        with _lock:
            _in_flight[self._key].add(call)
        return call

    def leaving(self, calls: list[int], future: F) -> F:
        """They do not leave where the reservation fails after all; returns ``future``."""
        future.add_done_callback(lambda done: self._landed(*calls) if _failed(done) else None)
        return future

    def settling(self, call: int, future: F) -> F:
        """It has landed once that is written; returns ``future``."""
        future.add_done_callback(lambda done: None if _failed(done) else self._landed(call))
        return future

    def _landed(self, *calls: int) -> None:
        with _lock:
            _in_flight[self._key].difference_update(calls)


def _failed(done: Future[Any]) -> bool:
    return done.cancelled() or done.exception() is not None


def calls_open(
    connection: sqlite3.Connection, before: float = float("inf"), besides: Collection[int] = ()
) -> dict[int, Spending]:
    """Calls reserved before that time and never settled, but for those in ``besides``: what each holds."""
    return {row[0]: Spending(*row[1:]) for row in connection.execute(OPEN, (before,)) if row[0] not in besides}


def sum_of(calls: dict[int, Spending]) -> Spending:
    """What they hold together."""
    return sum(calls.values(), Spending())


def release(transaction: Transaction, before: float, besides: Collection[int]) -> Spending:
    """Give back what is reserved for open calls, and return it."""
    found, at = calls_open(transaction.connection, before, besides), time.time()
    for call, held in found.items():
        transaction.charge(call, RELEASED, Spending() - held, at)
    return sum_of(found)


def settle(transaction: Transaction, call: int, what: str, difference: Spending, at: float) -> None:
    """Charge the difference to what was reserved, also where that was released meanwhile."""
    asked = "SELECT completions, tokens, picos FROM charge WHERE call = ? AND what = 'released'"
    for row in transaction.connection.execute(asked, (call,)).fetchall():
        difference -= Spending(*row)
    transaction.charge(call, f"{what}." if what == RELEASED else what, difference, at)


def check_age(seconds: Any) -> float:
    """Seconds, 0 allowed; raises ``ValueError`` for anything else."""
    return 0.0 if seconds == 0 and not isinstance(seconds, bool) else check_positive(seconds, "older_than")
