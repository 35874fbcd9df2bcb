"""What one query cost: a ledger that adds up what is charged through it, whoever else charges the same file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from ..request import Request
from .ledger import Ledger, Record
from .spending import Spending, SpendingLimit


class MeteredLedger:
    """All of ``ledger``, and ``spent_here``: what was charged through this object, open reservations included."""

    def __init__(self, ledger: Ledger) -> None:
        vars(self).update(_ledger=ledger, _lock=threading.Lock(), callers={}, spent_here=Spending())

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_ledger"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._ledger, name, value)

    def reserve(self, limit: SpendingLimit, most: Spending) -> Future[int]:
        """As the ledger's; counted as soon as it is granted."""
        future: Future[int] = self._ledger.reserve(limit, most)
        future.add_done_callback(
            lambda done: self._add(most) if not done.cancelled() and not done.exception() else None
        )
        return future

    def settle(
        self, call: int, request: Request, what: str, difference: Spending, records: Sequence[Record] = ()
    ) -> Future[Any]:
        """As the ledger's; the difference is counted at once."""
        self._add(difference)
        return self._ledger.settle(call, request, what, difference, records)  # type: ignore[no-any-return]

    def _add(self, spending: Spending) -> None:
        with self._lock:
            vars(self)["spent_here"] = vars(self)["spent_here"] + spending
