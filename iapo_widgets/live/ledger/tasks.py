"""Tasks that a ledger keeps: which prompts and questions belong together, in words that this room only stores."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from ..errors import LedgerError

LAST = """SELECT q.digest, task.text FROM task JOIN question_list AS q ON q.id = task.questions
          ORDER BY task.id DESC LIMIT 1"""
ALL = """SELECT q.text, task.text, task.pairs FROM task JOIN question_list AS q ON q.id = task.questions
         ORDER BY task.id"""


@dataclass(frozen=True, slots=True)
class KeptTask:
    """questions: their list; text: all else; pairs: of prompt and question, how many there are."""

    questions: str
    text: str
    pairs: int

    @property
    def digest(self) -> bytes:
        """32 bytes that differ wherever the tasks differ."""
        return hashlib.sha256(self._listed + self.text.encode()).digest()

    @property
    def _listed(self) -> bytes:
        return hashlib.sha256(self.questions.encode()).digest()

    def keep(self, connection: sqlite3.Connection) -> None:
        """Add it, unless the last one says so already; a list of questions that is there is not written again."""
        at, last = time.time(), connection.execute(LAST).fetchone()
        if last == (self._listed, self.text):
            return
        values = self._listed, self.questions, at
        connection.execute("INSERT OR IGNORE INTO question_list (digest, text, at) VALUES (?, ?, ?)", values)
        number = "(SELECT id FROM question_list WHERE digest = ?)"
        connection.execute(
            f"INSERT INTO task (questions, pairs, text, at) VALUES ({number}, ?, ?, ?)",
            (self._listed, self.pairs, self.text, at),
        )


def tasks(connection: sqlite3.Connection) -> list[KeptTask]:
    """All of them, oldest first."""
    return [KeptTask(*row) for row in connection.execute(ALL)]


@singledispatch
def packed(ledger: Any, path: Any, **options: Any) -> Any:
    """Pack what a ledger holds of a task; registered by who knows what a record is, which this room does not."""
    raise LedgerError(f"{type(ledger).__name__} is no ledger, or iapo_widgets.live was not imported")
