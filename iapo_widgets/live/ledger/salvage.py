"""What can still be read of a damaged ledger, copied into a new one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import LedgerCorrupted
from .file import connect
from .schema import COLUMNS_2, NEW_IN_2

TABLES = ("request", "charge", "completion", *NEW_IN_2)
OLD = 13  # columns of a completion in version 1


def salvage(damaged: Path, into: Path) -> Path:
    """Copy every row that can be read into a new file; raises ``FileExistsError`` where there is one already."""
    if not damaged.is_file():
        raise FileNotFoundError(f"there is no ledger {damaged}")
    if into.exists():
        raise FileExistsError(f"{into} is there already; name a file that is not")
    source = sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)
    source.text_factory = lambda data: data.decode("utf-8", "replace")
    target = connect(into, 30.0, True)
    try:
        target.execute("BEGIN")
        copied = 0
        for table in TABLES:
            for row in _rows(source, table):
                if table == "completion" and len(row) == OLD:
                    row = *row, *[None] * len(COLUMNS_2)
                places = ", ".join("?" * len(row))
                try:
                    copied += target.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row).rowcount
                except sqlite3.Error:  # a row whose values are no longer what they should be
                    continue
        target.execute("COMMIT")
    finally:
        source.close()
        target.close()
    if not copied:
        into.unlink()
        raise LedgerCorrupted(f"nothing can be read of {damaged}")
    return into


def _rows(source: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Rows from the front, and after the first damage from the back; then row by row in between."""
    reached: list[int] = []
    for order in ("ASC", "DESC"):
        last = None
        try:
            for row in source.execute(f"SELECT * FROM {table} ORDER BY id {order}"):
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
            row = source.execute(f"SELECT * FROM {table} WHERE id = ?", (number,)).fetchone()
        except sqlite3.DatabaseError:
            continue
        if row is not None:
            yield row
