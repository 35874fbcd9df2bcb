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

from ..errors import LedgerError, LiveError
from .file import connect, explained, of_content
from .spending import MOST_SPENT, Spending, amounts
from .texts import clean
from .trusted import bounded, check_journal, is_large

T = TypeVar("T")
Job = tuple[Callable[["Transaction"], Any], Future[Any] | None, bool]
LONGEST_WHAT = 1000  # characters that say what happened
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
        """Add a row to the journal and return its call; ``None`` opens a new call.

        Raises ``LedgerError`` where the sum would be a number that nobody can spend.
        """
        spent = self.spent + amount
        if max(map(abs, (*amounts(amount), *amounts(spent)))) > MOST_SPENT:
            raise LedgerError(f"a charge of {amount} is more than can be counted; nothing was charged")
        values = (clean(what, LONGEST_WHAT), *amounts(amount), at)
        self.seen = (
            self.connection.execute(
                "INSERT INTO charge (call, what, completions, tokens, picos, at) VALUES (?, ?, ?, ?, ?, ?)",
                (call or 0, *values),
            ).lastrowid
            or 0
        )
        self.spent = spent
        return call or self.seen

    def run(self, operation: Operation) -> Any:
        """What ``operation`` returns, or why it could not be written, which undoes it and no other.

        Raises where no other could be written either: no space, a lock, a damaged file.
        """
        before = self.seen, self.spent
        self.connection.execute("SAVEPOINT operation")
        try:
            result = operation(self)
        except Exception as error:
            if isinstance(error, MemoryError) or (isinstance(error, sqlite3.Error) and not of_content(error)):
                raise
            self.connection.execute("ROLLBACK TO operation")
            self.seen, self.spent = before
            result = error
        self.connection.execute("RELEASE operation")
        return result


Operation = Callable[[Transaction], Any]


class Writer:
    """Runs operations in order, each batch of them in one transaction; a failed batch changes nothing.

    An operation that must not be lost (``keep``) is tried again with each later batch until it is written.  One that
    cannot be written for a reason of its own does not hold up the others: it is set apart, and named at closing.
    """

    def __init__(self, path: Path, wait: float, durable: bool) -> None:
        self.path = path
        self._connection = connect(path, wait, durable, journal=True)
        self._vetted = False
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._unsaved: list[Operation] = []
        self._apart: list[str] = []
        self._seen, self._spent = 0, Spending()
        self._closed, self._closing = False, threading.Lock()
        self._thread = threading.Thread(target=self._run, name="iapo-ledger", daemon=True)
        self._thread.start()

    @property
    def unsaved(self) -> int:
        """Operations that must not be lost and could not be written yet, or cannot be written at all."""
        return len(self._unsaved) + len(self._apart)

    def submit(self, operation: Callable[[Transaction], T], keep: bool = False) -> Future[T]:
        """The result of ``operation`` once it is committed; raises ``LedgerError`` where the ledger is closed."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise LedgerError(f"the ledger {self.path} is closed")
            self._queue.put((operation, future, keep))
        return future

    def close(self) -> None:
        """Write what waits, then close; raises ``LedgerError`` that names what could not be written."""
        if self._closed:
            return
        last = self.submit(lambda transaction: None) if self._unsaved else None
        with self._closing:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        try:
            self._connection.close()
        except sqlite3.Error as error:
            raise explained(error, self.path) from None
        if last is not None:
            last.result()
        if self._apart:
            raise LedgerError(
                f"{len(self._apart)} of what was to be written to the ledger {self.path} could not be, and stays"
                f" charged as it was reserved: {'; '.join(dict.fromkeys(self._apart[:5]))}. All else is in it"
            )

    def vet(self) -> None:
        """Check a long journal, once; to be called in an operation, before anything is spent on what it says.

        Raises ``LedgerCorrupted`` where it is not as this package writes it.
        """
        if not self._vetted and is_large(self._connection):
            with bounded(self._connection, self.path):
                check_journal(self._connection, self.path)
        self._vetted = True

    def _run(self) -> None:
        going = True
        while going:
            batch = [self._queue.get()]
            if batch[0] is not None:
                time.sleep(GATHER)
            while len(batch) < MOST and not self._queue.empty():
                batch.append(self._queue.get())
            going = None not in batch
            work = [item for item in batch if item is not None and (item[2] or not _left(item[1]))]
            if work:
                self._commit(work)

    def _commit(self, work: list[Job]) -> None:
        waited: list[Job] = [(operation, None, True) for operation in self._unsaved]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                transaction = Transaction(self._connection, self._seen, self._spent)
                results = [transaction.run(operation) for operation, _, _ in (*waited, *work)]
                transaction.keep_total()
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        except Exception as error:
            told = self._told(error)
            self._unsaved += [operation for operation, _, keep in work if keep]
            for _, future, _ in work:
                _settle(future, told)
            return
        self._unsaved.clear()
        self._seen, self._spent = transaction.seen, transaction.spent
        for (_, future, keep), result in zip((*waited, *work), results, strict=True):
            if isinstance(result, Exception):
                result = self._told(result)
                if keep:
                    self._apart.append(str(result))
            _settle(future, result)

    def _told(self, error: Exception) -> Exception:
        if isinstance(error, LiveError):
            return error
        if isinstance(error, sqlite3.Error):
            return explained(error, self.path)
        return LedgerError(f"it cannot be written to the ledger {self.path} ({type(error).__name__}: {error})")


def _left(future: Future[Any] | None) -> bool:
    return future is not None and future.cancelled()


def _settle(future: Future[Any] | None, result: Any) -> None:
    if future is None or not future.set_running_or_notify_cancel():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
