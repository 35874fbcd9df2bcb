"""The ledger: every completion that was paid for, and what was charged, in one append-only SQLite file."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from ...core.checks import check_positive
from ..answer import Answer
from ..errors import LedgerCorrupted, LedgerError
from ..request import Request
from . import known
from .file import connect, explained
from .opened import Flights, calls_open, check_age, release, settle, sum_of
from .record import COLUMNS, Record, answer_of, insert, number_of
from .spending import Spending, SpendingLimit
from .tasks import KeptTask, packed, tasks
from .wanted import Wanted
from .writer import Transaction, Writer, charged


class Ledger:
    """Completions by (endpoint, model, settings, messages, sample index): cache, resume, audit and replay in one.

    path: the file, made where it is absent.  wait: seconds to wait while another process writes.  durable: a commit
    survives a power cut, and not only a kill; slower.

    Any number of processes may use it at once.  It holds requests and answers in full, and of every environment that
    was made of it prompts, questions and right answers; no key.  Raises ``FileNotFoundError`` where the folder is not
    there, and a ``LedgerError`` that says what to do where the file is damaged, locked, or no ledger.
    """

    def __init__(self, path: str | os.PathLike[str], *, wait: float = 30.0, durable: bool = True) -> None:
        self.path = Path(path)
        self._writer = Writer(self.path, check_positive(wait, "wait"), durable)
        try:
            self._reader = connect(self.path, wait, durable)
        except BaseException:
            self._writer.close()
            raise
        self._lock = threading.Lock()
        self._flights = Flights(self.path)
        self._total = 0, Spending()
        with self._reading() as reader:
            self._addresses = known.addresses(reader)
        # What follows is used on the background loop only.
        self.wanted = Wanted()
        #: Reservations of this process that are not settled, and how many were settled.
        self.under_way, self.settled = 0, 0
        #: Callers that ``calls.ask`` made for this ledger.
        self.callers: dict[Any, Any] = {}
        #: By a task's digest, what an environment of this process knows of it and the file cannot hold.
        self.made: dict[bytes, Any] = {}

    def __repr__(self) -> str:
        return f"Ledger({str(self.path)!r})"

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise LedgerError(f"a ledger is a file; open {self.path} anew instead of pickling it")

    def __len__(self) -> int:
        """Completions recorded."""
        return int(self._rows("SELECT count(*) FROM completion")[0][0])

    def landed(self) -> None:
        """A reservation of this process was settled; on the background loop only."""
        self.under_way, self.settled = self.under_way - 1, self.settled + 1

    def drain(self, timeout: float = 60.0) -> bool:
        """Wait until nothing of this process is in flight any more; ``False`` where that takes longer.

        After a stop it lets the last answers arrive.
        """
        return self.wanted.drain(timeout)

    def close(self) -> None:
        """Let the last answers arrive, write what waits, and close the file.

        Raises ``LedgerError`` where something could not be written.
        """
        self.drain()
        try:
            self._writer.close()
        finally:
            with self._reading() as reader:
                reader.close()

    @property
    def unsaved(self) -> int:
        """Requests whose answers arrived and could not be written yet; they are tried again at every write."""
        return self._writer.unsaved

    def spent(self) -> Spending:
        """Everything charged so far, by all processes; open reservations are in it."""
        with self._reading() as reader:
            self._total = charged(reader, *self._total)
        return self._total[1]

    def open_calls(self) -> int:
        """Reservations that were never settled: requests in flight now, or at a kill."""
        with self._reading() as reader:
            return len(calls_open(reader))

    def reserve(self, limit: SpendingLimit, most: Spending) -> Future[int]:
        """Charge the most that a request can cost and return its call; raises ``LimitReached`` where it does not fit.

        Once this is committed the request may leave.
        """
        at = time.time()

        def operation(transaction: Transaction) -> int:
            self._writer.vet()
            limit.check(transaction.spent, most)
            made.append(self._flights.left(transaction.charge(None, "reserved", most, at)))
            return made[-1]

        made: list[int] = []
        return self._flights.leaving(made, self._writer.submit(operation))

    def settle(
        self, call: int, request: Request, what: str, difference: Spending, records: Sequence[Record] = ()
    ) -> Future[dict[int, Answer]]:
        """Charge the difference to what was reserved, and keep what was delivered, both or neither.

        Where another process was faster with a sample index, the completion takes the next free one, and what the
        ledger holds under its own is returned.
        What was delivered is never dropped: where it cannot be written, it is tried again at every later write.
        """
        at = time.time()

        def operation(transaction: Transaction) -> dict[int, Answer]:
            settle(transaction, call, what, difference, at)
            number = number_of(transaction.connection, request) if records else 0
            earlier = {}
            for record in records:
                known.keep_model(transaction.connection, request, record.model, at)
                answer = insert(transaction.connection, number, call, record, at)
                if answer is not None and record.sample is not None:
                    earlier[record.sample] = answer
            return earlier

        return self._flights.settling(call, self._writer.submit(operation, keep=True))

    def left_open(self, older_than: float = 600.0) -> Spending:
        """What ``release`` would give back now: the most that calls left open can have cost."""
        before = time.time() - check_age(older_than)
        with self._reading() as reader:
            return sum_of(calls_open(reader, before, self._flights.calls()))

    def release(self, older_than: float = 600.0) -> Spending:
        """Give back what is reserved for calls that nobody settled for so many seconds, and say how much it was.

        A kill leaves the calls that were in flight open, and they stay charged at the most that they can have cost,
        since their answers may have been made and billed.  To release them is to say that you pay for them outside of
        the caps: by as much as is returned, what the endpoint really charged can be above what the ledger counts.
        Calls in flight in this process are never released.  One of another process that still runs can be, where it
        takes longer than ``older_than``: what it brings is recorded and charged all the same, then also above a cap.

        Raises ``ValueError`` where ``older_than`` is no number of seconds.
        """
        before = time.time() - check_age(older_than)

        def operation(transaction: Transaction) -> Spending:
            self._writer.vet()
            return release(transaction, before, self._flights.calls())

        return self._writer.submit(operation).result()

    def read(self, wanted: Mapping[bytes, Iterable[int]]) -> dict[tuple[bytes, int], Answer]:
        """What is recorded of the wanted sample indices of each request's digest."""
        found: dict[tuple[bytes, int], Answer] = {}
        query = f"""SELECT sample, {COLUMNS} FROM completion
                    WHERE request = (SELECT id FROM request WHERE digest = ?) AND sample BETWEEN ? AND ?"""
        for digest, samples in wanted.items():
            inside = set(samples)
            if inside:
                for row in self._rows(query, (digest, min(inside), max(inside))):
                    if row[0] in inside:
                        found[digest, row[0]] = answer_of(row[1:])
        return found

    def answers(self, request: Request) -> list[Answer]:
        """Every completion of a request, by sample index; spare ones are left out."""
        query = f"""SELECT {COLUMNS} FROM completion WHERE request = (SELECT id FROM request WHERE digest = ?)
                    AND sample IS NOT NULL ORDER BY sample"""
        return [answer_of(row) for row in self._rows(query, (request.digest,))]

    def calls(self) -> list[tuple[int, str, Spending, float]]:
        """The journal, in order: call, what happened, what was charged, and when (Unix time)."""
        rows = self._rows("SELECT id, call, what, completions, tokens, picos, at FROM charge ORDER BY id")
        return [(call or number, what, Spending(*amount), at) for number, call, what, *amount, at in rows]

    def abilities(self, endpoint: str, model: str) -> dict[str, str]:
        """What was found about an endpoint's model, by name."""
        with self._reading() as reader:
            return known.abilities(reader, self.resolve(endpoint), model)

    def keep_ability(self, endpoint: str, model: str, name: str, value: str) -> Future[None]:
        """Keep what was found about an endpoint's model; what is kept last counts."""
        address = self.resolve(endpoint)
        return self._writer.submit(
            lambda transaction: known.keep_ability(transaction.connection, address, model, name, value)
        )

    def models(self, endpoint: str, model: str) -> list[str]:
        """What the replies of an endpoint called the model that was asked, each name once, oldest first."""
        with self._reading() as reader:
            return known.models(reader, self.resolve(endpoint), model)

    def resolve(self, address: str) -> str:
        """The address that completions of ``address`` are kept under: its own, but for ``same_address``."""
        return known.resolved(self._addresses, address)

    def same_address(self, old: str, new: str) -> None:
        """From now on what is asked of the address ``new`` is kept under ``old``, and found there.

        For a server that moved to another port or host; that it is the same model is yours to know.  What was recorded
        under ``new`` before stays in the file and is not found until ``same_address(new, new)`` parts them again.
        Environments that were made before take part; another process does once it opens the ledger anew.

        Raises ``ValueError`` for what is no address, or where ``old`` is kept under ``new``.
        """
        old, new = known.check_address(old), known.check_address(new)
        if old != new and known.resolved({**self._addresses, new: old}, new) == new:
            raise ValueError(f"{old} is kept under {new} already; same_address({old!r}, {old!r}) parts them")
        values = new, old, time.time()
        insertion = "INSERT INTO address (address, same_as, at) VALUES (?, ?, ?)"
        self._writer.submit(lambda transaction: transaction.connection.execute(insertion, values) and None).result()
        with self._reading() as reader:
            self._addresses = known.addresses(reader)

    def keep_task(self, task: KeptTask, made: Any) -> None:
        """An environment of this ledger has that task; made: what of it only this process knows."""
        self.made[task.digest] = made
        self._writer.submit(lambda transaction: task.keep(transaction.connection), keep=True)

    def tasks(self) -> list[KeptTask]:
        """The tasks of all environments that were made of this ledger, oldest first."""
        found: list[KeptTask] = self._writer.submit(lambda transaction: tasks(transaction.connection)).result()
        return found

    def pack(
        self,
        path: str | os.PathLike[str],
        *,
        scorers: Sequence[Any] = (),
        task: int | None = None,
        texts: bool = True,
        **about: Any,
    ) -> str:
        """Write what was recorded of a task as one small file, which ``load`` reads, and say what it carries.

        Nothing is asked: the ledger keeps the task of every environment that was made of it, in whichever process.
        task: its number, from 0; ``None`` for the widest, of equally wide ones the last.  scorers: those that no file
        can hold, as code of one's own or a judge, where no environment of this process has them; by their names.

        The file holds prompts, questions, right answers and every text, and no key; ``texts=False`` leaves the answers'
        words out.  about: as ``LiveEnvironment.record`` takes it.  Raises ``LedgerError`` where no environment was ever
        made of this ledger, ``ValueError`` that names the scorers that are to be given, and as ``record`` and
        ``Record.pack``.
        """
        return str(packed(self, path, scorers=scorers, task=task, texts=texts, **about))

    @classmethod
    def salvage(cls, damaged: str | os.PathLike[str], into: str | os.PathLike[str]) -> Ledger:
        """A new ledger with what can still be read of a damaged one, which is left as it is."""
        from .salvage import salvage

        return cls(salvage(Path(damaged), Path(into)))

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._reading() as reader:
            return reader.execute(query, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._reader
            except sqlite3.ProgrammingError:
                raise LedgerError(f"the ledger {self.path} is closed") from None
            except sqlite3.Error as error:
                raise explained(error, self.path) from None
            except (TypeError, ValueError, OverflowError) as error:  # values that nobody of us wrote
                raise LedgerCorrupted(f"the ledger {self.path} holds what is no such value: {error}") from None
