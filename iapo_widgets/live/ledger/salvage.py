"""What can still be read of a damaged ledger, copied into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import LedgerCorrupted
from .file import connect
from .record import COLUMNS
from .spending import MOST_SPENT, Spending, amounts
from .trusted import MOST_ROWS, bounded, harden, whole

ALL = 0  # no call has this number
#: What is copied; a name that an older version does not have is left out.
COPIED = {
    "request": "id, digest, endpoint, model, settings, messages",
    "charge": "id, call, what, completions, tokens, picos, at",
    "completion": f"id, request, sample, call, {COLUMNS}, at",
    "ability": "id, endpoint, model, name, value, at",
    "address": "id, address, same_as, at",
    "reply_model": "id, endpoint, model, named, at",
    "question_list": "id, digest, text, at",
    "task": "id, questions, pairs, text, at",
}


def salvage(damaged: Path, into: Path) -> Path:
    """Copy every row that can be read and makes sense into a new file.

    Raises ``FileExistsError`` where there is one already, ``LedgerCorrupted`` where nothing can be read.
    """
    if not damaged.is_file():
        raise FileNotFoundError(f"there is no ledger {damaged}")
    if into.exists():
        raise FileExistsError(f"{into} is there already; name a file that is not")
    source = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    target = connect(into, 30.0, True)
    copied = 0
    try:
        with suppress(sqlite3.Error):
            harden(source)
        with bounded(source, damaged):
            target.execute("BEGIN")
            held: dict[int, Spending] = {}
            for table, wanted in COPIED.items():
                for columns, row in _known_rows(source, table, wanted.split(", ")):
                    if table == "charge" and not _makes_sense(held, row):
                        continue
                    places = ", ".join("?" * len(row))
                    try:
                        insertion = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({places})"
                        copied += target.execute(insertion, row).rowcount
                    except (sqlite3.Error, OverflowError, UnicodeError):  # values are no longer what they should be
                        continue
            target.execute("COMMIT")
    finally:
        source.close()
        target.close()
        if not copied:
            into.unlink()
    if not copied:
        raise LedgerCorrupted(f"nothing can be read of {damaged}")
    return into


def _makes_sense(held: dict[int, Spending], row: Sequence[Any]) -> bool:
    """Whether a row of the journal leaves its call with what can have been charged; what it gives back is only so."""
    number, call, what, *amount, at = row
    if not whole((number, call, *amount)) or not isinstance(what, str) or not isinstance(at, float):
        return False
    if not 0 < number < MOST_ROWS or (call != 0 and (call not in held or number <= call)):
        return False
    after = (held[call] if call else Spending()) + Spending(*amount)
    whole_sum = held.get(ALL, Spending()) + Spending(*amount)
    if min(amounts(after)) < 0 or max(amounts(whole_sum)) > MOST_SPENT:
        return False
    held[call or number], held[ALL] = after, whole_sum
    return True


def _known_rows(
    source: sqlite3.Connection, table: str, wanted: list[str]
) -> Iterator[tuple[list[str], tuple[Any, ...]]]:
    """Names of columns and rows of a table, and of nothing that only looks like one."""
    try:
        kinds = source.execute("SELECT type, sql FROM sqlite_schema WHERE name = ?", (table,)).fetchall()
        there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return
    if [kind for kind, _ in kinds] != ["table"] or not str(kinds[0][1]).upper().startswith("CREATE TABLE"):
        return
    columns = [name for name in wanted if name in there]
    if "id" in there:
        for row in _rows(source, table, ", ".join(columns)):
            yield columns, row


def _rows(source: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """Rows from the front, and after the first damage from the back; then row by row in between."""
    reached: list[int] = []
    for order in ("ASC", "DESC"):
        last = None
        try:
            for row in source.execute(f"SELECT {columns} FROM {table} ORDER BY id {order}"):
                if reached and row[0] <= reached[0]:
                    return
                last = row[0]
                yield row
            if order == "ASC":
                return
        except sqlite3.DatabaseError:
            pass
        reached.append(last if last is not None else (0 if order == "ASC" else 2**62))
    low, high = reached
    for number in range(low + 1, min(high, low + 1_000_000)):
        try:
            row = source.execute(f"SELECT {columns} FROM {table} WHERE id = ?", (number,)).fetchone()
        except sqlite3.DatabaseError:
            continue
        if row is not None:
            yield row
