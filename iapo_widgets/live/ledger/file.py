"""The ledger's file: how it is opened, made and brought up to date, and what SQLite's errors mean to a user."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from ..errors import LedgerCorrupted, LedgerError, LedgerFull, LedgerLocked
from .schema import APPLICATION, VERSION, additions, append_only, statements
from .trusted import bounded, check_journal, check_schema, harden, is_large, refused

MAGIC = b"SQLite format 3\0"
# in old ledgers a completion's prompt tokens are its share of the request's; the shares of a call add up to the whole
WHOLE_PROMPTS = (
    "CREATE TEMP TABLE whole (call INTEGER PRIMARY KEY, prompt INTEGER)",
    "INSERT INTO temp.whole SELECT call, sum(prompt_tokens) FROM completion GROUP BY call",
    "UPDATE completion SET whole_prompt = (SELECT prompt FROM temp.whole WHERE call = completion.call)",
    "DROP TABLE temp.whole",
)


def connect(path: Path, wait: float, durable: bool, journal: bool = False) -> sqlite3.Connection:
    """A connection to the ledger at ``path``, made where there is none; one of an older version is converted.

    wait: seconds to wait for a lock.  durable: a commit survives a power cut, not only a kill.  journal: its journal is
    checked too, where that is soon done, and not only what tables it has.
    Raises ``FileNotFoundError`` where the folder is not there, and ``LedgerError``.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to keep the ledger {path.name} in")
    if path.is_file() and not _is_database(path):  # SQLite would write over a file of a few bytes
        raise LedgerCorrupted(f"{path} is damaged or is no ledger; it was left as it is")
    try:
        connection = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise explained(error, path) from None
    try:
        harden(connection)
        with bounded(connection, path):
            _open(connection, path, durable, journal)
    except sqlite3.Error as error:
        connection.close()
        raise explained(error, path) from None
    except (
        ValueError,
        TypeError,
        OverflowError,
        MemoryError,
    ) as error:  # bytes that are no text, numbers that are none
        connection.close()
        raise refused(path, f"a value cannot be read ({type(error).__name__})") from None
    except BaseException:
        connection.close()
        raise
    return connection


def _open(connection: sqlite3.Connection, path: Path, durable: bool, journal: bool) -> None:
    there = _checked(connection, path, journal)  # before anything of the file is used or changed
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise LedgerError(f"{path} cannot be shared safely (SQLite's journal is {mode!r}); put it on a local disk")
    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    if not there:
        _create(connection, path)
    while (version := _number(connection, "user_version")) < VERSION:
        _convert(connection, path, version)


def _checked(connection: sqlite3.Connection, path: Path, journal: bool) -> bool:
    """Whether there is a ledger already, which is one that this release reads and that nobody prepared."""
    connection.execute("BEGIN")  # another process may make or convert it meanwhile: all is read as of one moment
    try:
        if _number(connection, "application_id") != APPLICATION:
            if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                raise LedgerCorrupted(f"{path} is an SQLite file of another kind, no ledger; it was left as it is")
            return False
        version = _number(connection, "user_version")
        if not 1 <= version <= VERSION:
            raise LedgerError(
                f"{path} is a ledger of version {version}; this release reads versions 1 to {VERSION}. It was left as"
                " it is; open it with a newer release"
            )
        check_schema(connection, path, version)
        if version < VERSION or (journal and not is_large(connection)):
            check_journal(connection, path)
        return True
    finally:
        _undo(connection)


def _is_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(MAGIC)) in (MAGIC, b"")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _create(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")  # of two processes that come at once, one makes the tables
    try:
        if _number(connection, "application_id") != APPLICATION:
            if connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone():
                raise LedgerCorrupted(f"{path} is an SQLite file of another kind, no ledger; it was left as it is")
            for statement in statements():
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        _undo(connection)
        raise


def _convert(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """The next version of this one, in one transaction: a kill leaves one or the other."""
    try:
        connection.execute("BEGIN IMMEDIATE")  # of two processes that come at once, one converts
        if _number(connection, "user_version") == version:
            for statement in (*_steps(version), f"PRAGMA user_version={version + 1}"):
                connection.execute(statement)
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        _undo(connection)
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise
        told = explained(error, path)
        raise type(told)(
            f"{path} is a ledger of version {version} and could not be converted to version {version + 1}: {told}"
        ) from None
    except BaseException:
        _undo(connection)
        raise


def _steps(version: int) -> Iterator[str]:
    """What makes the next version, values of old rows included."""
    if version > 1:
        yield from additions(version)
        return
    yield "DROP TRIGGER completion_update"
    yield from (*additions(version), *WHOLE_PROMPTS, append_only("completion")[0])


def _undo(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def of_content(error: sqlite3.Error) -> bool:
    """Whether an error lies in what was to be written, so that something else could have been written."""
    code = getattr(error, "sqlite_errorcode", None)
    # the module's own errors have no code: values of a wrong type, wrong numbers of them
    return code is None or code & 0xFF in (
        sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE,
        sqlite3.SQLITE_ERROR,
    )  # fmt: skip


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
