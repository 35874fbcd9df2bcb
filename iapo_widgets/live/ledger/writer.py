"""The one thread that writes to a ledger: what waits is committed together, so that many calls share one sync."""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from ..errors import LedgerError, LimitReached
from .file import connect, explained
from .spending import Spending

T = TypeVar("T")
MOST = 512  # operations in one commit
GATHER = 0.004  # seconds that the first of them waits for others: a commit costs more than most of what is in it
TOTAL_EVERY = 10_000  # rows of the journal between two totals


def charged(connection: sqlite3.Connection, seen: int, spent: Spending) -> tuple[int, Spending]:
    """The journal's last row and the sum up to it, given the sum up to the row ``seen``."""
    known = connection.execute("SELECT * FROM total ORDER BY charge DESC LIMIT 1").fetchone()
    if known is not None and known[0] > seen:
        seen, spent = known[0], Spending(*known[1:])
    asked = "SELECT max(id), sum(completions), sum(tokens), sum(picos) FROM charge WHERE id > ?"
    row = connection.execute(asked, (seen,)).fetchone()
    return (row[0], spent + Spending(*row[1:])) if row[0] else (seen, spent)


class Transaction:
    """What an operation may use: the connection inside a transaction, and ``spent``, everything charged so far."""

    def __init__(self, connection: sqlite3.Connection, seen: int, spent: Spending) -> None:
        self.connection = connection
        self.seen, self.spent = charged(connection, seen, spent)

    def keep_total(self) -> None:
        """Write the sum down where the last one is far back."""
        last = self.connection.execute("SELECT max(charge) FROM total").fetchone()[0] or 0
        if self.seen - last >= TOTAL_EVERY:
            spent = self.spent
            values = self.seen, spent.completions, spent.tokens, spent.picos
            self.connection.execute("INSERT INTO total VALUES (?, ?, ?, ?)", values)

    def charge(self, call: int | None, what: str, amount: Spending, at: float) -> int:
        """Add a row to the journal and return its call; ``None`` opens a new call."""
        values = (what, amount.completions, amount.tokens, amount.picos, at)
        self.seen = (
            self.connection.execute(
                "INSERT INTO charge (call, what, completions, tokens, picos, at) VALUES (?, ?, ?, ?, ?, ?)",
                (call or 0, *values),
            ).lastrowid
            or 0
        )
        self.spent += amount
        return call or self.seen


Operation = Callable[[Transaction], Any]


class Writer:
    """Runs operations in order, each batch of them in one transaction; a failed batch changes nothing.

    An operation that must not be lost (``keep``) is tried again with each later batch until it is written.
    """

    def __init__(self, path: Path, wait: float, durable: bool) -> None:
        self.path = path
        self._connection = connect(path, wait, durable)
        self._queue: queue.SimpleQueue[tuple[Operation, Future[Any], bool] | None] = queue.SimpleQueue()
        self._unsaved: list[Operation] = []
        self._seen, self._spent = 0, Spending()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="iapo-ledger", daemon=True)
        self._thread.start()

    @property
    def unsaved(self) -> int:
        """Operations that must not be lost and could not be written yet."""
        return len(self._unsaved)

    def submit(self, operation: Callable[[Transaction], T], keep: bool = False) -> Future[T]:
        """The result of ``operation`` once it is committed; raises ``LedgerError`` where the ledger is closed."""
        if self._closed:
            raise LedgerError(f"the ledger {self.path} is closed")
        future: Future[T] = Future()
        self._queue.put((operation, future, keep))
        return future

    def close(self) -> None:
        """Write what waits, then close; raises ``LedgerError`` where something could not be written."""
        if self._closed:
            return
        last = self.submit(lambda transaction: None) if self._unsaved else None
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._connection.close()
        if last is not None:
            last.result()

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            if batch[0] is not None:
                time.sleep(GATHER)
            while len(batch) < MOST and not self._queue.empty():
                batch.append(self._queue.get())
            going = None not in batch
            work = [item for item in batch if item is not None and (item[2] or not item[1].cancelled())]
            if work:
                self._commit(work)

    def _commit(self, work: list[tuple[Operation, Future[Any], bool]]) -> None:
        results: list[Any] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                transaction = Transaction(self._connection, self._seen, self._spent)
                for kept in self._unsaved:
                    kept(transaction)
                for operation, _, _ in work:
                    try:
                        results.append(operation(transaction))
                    except LimitReached as refused:  # raised before anything is written
                        results.append(refused)
                transaction.keep_total()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except Exception as error:
            told = explained(error, self.path) if isinstance(error, sqlite3.Error) else error
            self._unsaved += [operation for operation, _, keep in work if keep]
            for _, future, _ in work:
                _settle(future, told)
            return
        self._unsaved.clear()
        self._seen, self._spent = transaction.seen, transaction.spent
        for (_, future, _), result in zip(work, results, strict=True):
            _settle(future, result)


def _settle(future: Future[Any], result: Any) -> None:
    if not future.set_running_or_notify_cancel():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
