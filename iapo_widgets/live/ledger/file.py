"""The ledger's file: its tables, how it is opened, and what SQLite's errors mean to a user."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ..errors import LedgerCorrupted, LedgerError, LedgerFull, LedgerLocked

APPLICATION = 0x4941504F  # "IAPO" in SQLite's field for the kind of file
VERSION = 1

# charge is a journal.  A row with call 0 reserves before a request leaves; a row that names its id settles it, with the
# difference.  What was spent is the sum of all rows, so that a reservation that nobody settled stays charged.
# total holds the sum up to a row now and then, so that opening a large ledger need not add up all of it.
# A completion without a sample index is spare: delivered and paid for, but not asked for, or a copy of another.
SCHEMA = """
CREATE TABLE request (
    id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE,
    endpoint TEXT NOT NULL, model TEXT NOT NULL, settings TEXT NOT NULL, messages TEXT NOT NULL
) STRICT;
CREATE TABLE charge (
    id INTEGER PRIMARY KEY AUTOINCREMENT, call INTEGER NOT NULL, what TEXT NOT NULL,
    completions INTEGER NOT NULL, tokens INTEGER NOT NULL, picos INTEGER NOT NULL, at REAL NOT NULL
) STRICT;
CREATE TABLE total (
    charge INTEGER PRIMARY KEY, completions INTEGER NOT NULL, tokens INTEGER NOT NULL, picos INTEGER NOT NULL
) STRICT;
CREATE TABLE completion (
    id INTEGER PRIMARY KEY, request INTEGER NOT NULL REFERENCES request, sample INTEGER, call INTEGER NOT NULL,
    text TEXT NOT NULL, finish_reason TEXT, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
    picos INTEGER NOT NULL, cost_reported INTEGER NOT NULL, request_id TEXT, fingerprint TEXT, at REAL NOT NULL,
    UNIQUE (request, sample)
) STRICT;
"""
APPEND_ONLY = "".join(
    f"CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table}"
    " BEGIN SELECT RAISE(ABORT, 'a ledger is append only'); END;\n"
    for table in ("request", "charge", "total", "completion")
    for verb in ("UPDATE", "DELETE")
)


def connect(path: Path, wait: float, durable: bool) -> sqlite3.Connection:
    """A connection to the ledger at ``path``, made where there is none.

    wait: seconds to wait for a lock.  durable: a commit survives a power cut, not only a kill.
    Raises ``FileNotFoundError`` where the folder is not there, and ``LedgerError``.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to keep the ledger {path.name} in")
    try:
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise explained(error, path) from None
    try:
        mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
        if mode != "wal":
            raise LedgerError(f"{path} cannot be shared safely (SQLite's journal is {mode!r}); put it on a local disk")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            _create(connection, path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise LedgerError(f"{path} is a ledger of version {version}; this release reads version {VERSION}")
        connection.execute("SELECT 1 FROM completion, charge, request LIMIT 1")
    except sqlite3.Error as error:
        connection.close()
        raise explained(error, path) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _create(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")  # of two processes that come at once, one makes the tables
    try:
        if connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION:
            connection.execute("COMMIT")
            return
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
            raise LedgerCorrupted(f"{path} is an SQLite file of another kind, no ledger; it was left as it is")
        for statement in [s for s in SCHEMA.split(";\n") if s.strip()] + APPEND_ONLY.splitlines():
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def explained(error: sqlite3.Error, path: str | os.PathLike[str]) -> LedgerError:
    """What an error of SQLite means, and what to do about it."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerLocked(f"another process holds the ledger {path} for too long; end it, then run again")
    if primary == sqlite3.SQLITE_FULL:
        return LedgerFull(
            f"there is no space left for the ledger {path}. No further request is sent; free some space and run again"
        )
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return LedgerCorrupted(
            f"the ledger {path} is damaged or is no ledger ({error}). It was left as it is; Ledger.salvage copies what"
            " can still be read into a new one"
        )
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return LedgerError(f"the ledger {path} cannot be opened for writing ({error}); check its permissions")
    return LedgerError(f"the ledger {path} cannot be read or written: {error}")
