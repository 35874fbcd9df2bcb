"""Whether a ledger's file is what this package writes: it may come from anywhere, and caps rest on what it says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import LedgerCorrupted
from .schema import statements
from .spending import MOST_SPENT, Spending, amounts

LARGE = 100_000  # rows of a journal that is checked before its first reservation, and not at opening
MOST_ROWS = 2**53  # an id beyond it is none that was counted up
STEPS = 20  # of SQLite's machine for each byte of the file: several times what reading all of it takes
LEAST = 10_000_000
GLANCE = 100_000  # steps between two looks at how many were made
# every reservation is of something; the sum of a part of the journal, between one total and the next
PART = """SELECT max(id), sum(completions), sum(tokens), sum(picos),
          max(call = 0 AND (completions < 0 OR tokens < 0 OR picos < 0)) FROM charge WHERE id > ? AND id <= ?"""
# every settlement names a reservation before it, and leaves nothing negative of it
SETTLED = "SELECT count(*), count(DISTINCT call) FROM charge WHERE call != 0"
PAIRS = """SELECT count(*), coalesce(max(r.call != 0 OR r.id >= s.id OR r.completions + s.completions < 0
           OR r.tokens + s.tokens < 0 OR r.picos + s.picos < 0), 0)
           FROM charge AS s CROSS JOIN charge AS r WHERE s.call != 0 AND r.id = s.call"""
# the few that were settled more than once: given back, and settled after all
AGAIN = """SELECT 1 FROM (SELECT call, sum(completions) AS c, sum(tokens) AS t, sum(picos) AS p FROM charge
           WHERE call != 0 GROUP BY call HAVING count(*) > 1) AS s CROSS JOIN charge AS r ON r.id = s.call
           WHERE r.completions + c < 0 OR r.tokens + t < 0 OR r.picos + p < 0 LIMIT 1"""


def harden(connection: sqlite3.Connection) -> None:
    """Trust nothing that stands in the file more than has to be."""
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    if hasattr(connection, "setconfig"):  # from Python 3.12 on
        connection.setconfig(getattr(sqlite3, "SQLITE_DBCONFIG_DEFENSIVE"), True)  # noqa: B009
        with suppress(sqlite3.Error):
            connection.setconfig(getattr(sqlite3, "SQLITE_DBCONFIG_ENABLE_VIEW"), False)  # noqa: B009


@contextmanager
def bounded(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Whatever runs inside ends: raises ``LedgerCorrupted`` where it takes far longer than reading the file does."""
    size = sum(p.stat().st_size for p in (path, path.with_name(path.name + "-wal")) if p.exists())
    left = (LEAST + STEPS * size) // GLANCE

    def step() -> int:
        nonlocal left
        left -= 1
        return left < 0

    connection.set_progress_handler(step, GLANCE)
    try:
        yield
    except sqlite3.OperationalError:
        if left < 0:
            raise refused(path, "it holds far more rows than fit into it") from None
        raise
    finally:
        connection.set_progress_handler(None, 0)


def refused(path: Path, why: str) -> LedgerCorrupted:
    """The error for a file that somebody else has written, or changed."""
    return LedgerCorrupted(
        f"the ledger {path} is not as this package writes it: {why}. It was left as it is; Ledger.salvage copies what"
        " can be read and makes sense into a new one"
    )


def check_schema(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Raise ``LedgerCorrupted`` where the file holds other tables, triggers, views or indices than a new one.

    Only ``sqlite_schema`` is read, so that nothing of theirs runs.
    """
    own = {_words(statement) for statement in statements(version)} | {"CREATE TABLE sqlite_sequence(name,seq)"}
    found = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT 1000").fetchall()
    written = [_words(sql) for _, _, _, sql in found if sql is not None]
    for kind, name, table, sql in found:
        if sql is None and name != f"sqlite_autoindex_{table}_1":
            raise refused(path, f"it holds {kind} {str(name)[:40]!r}")
        if sql is not None and _words(sql) not in own:
            raise refused(path, f"it holds another {kind} {str(name)[:40]!r}")
    if missing := own - set(written):
        raise refused(path, f"it lacks {min(missing)[:40]!r}")
    if len(written) != len(own):
        raise refused(path, "it holds something twice")


def _words(sql: Any) -> str:
    return " ".join(str(sql).split())


def is_large(connection: sqlite3.Connection) -> bool:
    """Whether the journal is so long that checking it would be felt at opening; an absurd number does not tell."""
    last = connection.execute("SELECT max(id) FROM charge").fetchone()[0]
    return whole([last]) and LARGE < last < MOST_ROWS


def check_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``LedgerCorrupted`` where the journal cannot be one, or a total is not the sum of what stands before it."""
    for table in ("request", "charge", "completion"):
        last = connection.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
        if last is not None and not (whole([last]) and 0 < last < MOST_ROWS):
            raise refused(path, f"the last row of {table} has an absurd number")
    for name, following in connection.execute("SELECT name, seq FROM sqlite_sequence"):
        if name != "charge" or not whole([following]) or not 0 <= following < MOST_ROWS:
            raise refused(path, "the next row of the journal has an absurd number")
    try:
        seen, spent = 0, Spending()
        for at, *sums in connection.execute("SELECT charge, completions, tokens, picos FROM total ORDER BY charge"):
            last, part = _part(connection, path, seen, at)
            seen, spent = at, spent + part
            if last != at or sums != [*amounts(spent)]:
                raise refused(path, "a total is not the sum of what was charged before it")
        spent += _part(connection, path, seen, MOST_ROWS)[1]
        pairs, odd = connection.execute(PAIRS).fetchone()
        settled, calls = connection.execute(SETTLED).fetchone()
        again = settled != calls and connection.execute(AGAIN).fetchone()
    except sqlite3.OperationalError as error:
        if "integer overflow" not in str(error):
            raise
        raise refused(path, "what was charged cannot be added up") from None
    if not all(0 <= amount <= MOST_SPENT for amount in amounts(spent)):
        raise refused(path, f"what was charged adds up to {spent}")
    if odd or again or pairs != settled:
        raise refused(path, "a call gives back more than was reserved for it")


def _part(connection: sqlite3.Connection, path: Path, after: int, upto: int) -> tuple[int, Spending]:
    """The last row of a part of the journal, and its sum."""
    last, *sums, negative = connection.execute(PART, (after, upto)).fetchone()
    if last is None:
        return after, Spending()
    if negative or not whole(sums):
        raise refused(path, "what was reserved is no amount")
    return last, Spending(*sums)


def whole(values: Iterable[Any]) -> bool:
    """Whether all are whole numbers."""
    return all(type(value) is int for value in values)
