"""A completion on its way into the ledger's file and out of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..answer import Answer
from ..errors import LedgerCorrupted
from ..request import Request
from .spending import MOST_SPENT, PICOS
from .texts import clean, clean_name

COLUMNS = (
    "text, finish_reason, prompt_tokens, completion_tokens, picos, cost_reported, request_id, fingerprint, thought,"
    " whole_prompt, model"
)
STORED = 900_000_000  # characters that SQLite is sure to take
NAMES = COLUMNS.split(", ")
SOME = str | None
KINDS: tuple[Any, ...] = (str, SOME, int, int, int, int, SOME, SOME, SOME, int | None, SOME)
INSERT = f"""INSERT OR IGNORE INTO completion (request, sample, call, {COLUMNS}, at)
             VALUES ({", ".join("?" * (4 + len(NAMES)))})"""


@dataclass(frozen=True, slots=True)
class Record:
    """One delivered completion to be written: its sample index (``None``: spare), and what came.

    thought, whole_prompt, model: as in ``Answer``.
    """

    sample: int | None
    text: str
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    picos: int
    cost_reported: bool
    request_id: str | None
    fingerprint: str | None
    thought: str | None = None
    whole_prompt: int | None = None
    model: str | None = None

    def values(self) -> tuple[Any, ...]:
        """What goes into ``COLUMNS``; texts are cleaned, and cut where they are absurdly long."""
        found = {name: getattr(self, name) for name in NAMES}
        for name in ("finish_reason", "request_id", "fingerprint", "model"):
            found[name] = clean_name(found[name])
        found["text"], found["cost_reported"] = clean(self.text), int(self.cost_reported)
        found["thought"] = None if self.thought is None else clean(self.thought)
        return tuple(found.values())

    def answer(self) -> Answer:
        """What the ledger gives back for it."""
        return answer_of(self.values())


def answer_of(row: Sequence[Any]) -> Answer:
    """An answer from ``COLUMNS``; raises ``LedgerCorrupted`` for values that no ledger was given."""
    if not all(isinstance(value, kind) for value, kind in zip(row, KINDS, strict=True)) or not (
        min(row[2:5]) >= 0 and max(row[2:5]) <= MOST_SPENT
    ):
        raise LedgerCorrupted("a completion in the ledger holds values that are none; Ledger.salvage copies the others")
    text, finish_reason, prompt_tokens, completion_tokens, picos, reported, *rest = row
    return Answer(text, finish_reason, prompt_tokens, completion_tokens, picos / PICOS, bool(reported), *rest)


def number_of(connection: sqlite3.Connection, request: Request) -> int:
    """The request's row, made where there is none."""
    row = connection.execute("SELECT id FROM request WHERE digest = ?", (request.digest,)).fetchone()
    if row is not None:
        return int(row[0])
    texts = request.endpoint, request.model, request.settings_json, request.messages_json
    values = request.digest, *(clean(text, STORED) for text in texts)
    done = connection.execute(
        "INSERT INTO request (digest, endpoint, model, settings, messages) VALUES (?, ?, ?, ?, ?)", values
    )
    return int(done.lastrowid or 0)


def insert(connection: sqlite3.Connection, number: int, call: int, record: Record, at: float) -> Answer | None:
    """Insert at its index, or at the next free one; returns what stands at its index already."""
    values = call, *record.values(), at
    if connection.execute(INSERT, (number, record.sample, *values)).rowcount:
        return None
    free = connection.execute("SELECT max(sample) + 1 FROM completion WHERE request = ?", (number,)).fetchone()[0]
    connection.execute(INSERT, (number, free, *values))
    there = f"SELECT {COLUMNS} FROM completion WHERE request = ? AND sample = ?"
    return answer_of(connection.execute(there, (number, record.sample)).fetchone())
