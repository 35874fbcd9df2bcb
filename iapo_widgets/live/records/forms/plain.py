"""Plain JSON lines: a prompt, a question, the texts that came back and, where it is known, the right answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....core import bounds
from ...problem import PLACE, Question
from .imported import Imported, Sheet, Told, counted, ended, fields, get, golds

KNOWN = ("prompt", "system", "question", "texts", "text", "tokens", "prompt_tokens", "finish_reason", "gold", "answer",
         "model", "temperature", "top_p", "max_tokens")  # fmt: skip
SETTINGS = ("temperature", "top_p", "max_tokens")
EXAMPLE = '{"prompt": "... {query}", "question": "...", "texts": ["...", "..."], "gold": "..."}'


def is_plain(first: Mapping[str, Any]) -> bool:
    """Whether the first line looks like one of these."""
    return "question" in first and "prompt" in first and ("texts" in first or "text" in first)


def read(documents: Iterable[tuple[str, Any]], name: str) -> Imported:
    """Lines of one prompt and question each; equal ones add to each other.

    documents: places and values.  Raises ``ValueError`` with the line that cannot be read.
    """
    found = Imported("plain JSON lines")
    sheets: dict[Any, Sheet] = {}
    for where, value in documents:
        row = fields(value, where)
        for other in row.keys() - set(KNOWN):
            found.ignore(f"the field {bounds.cited(other)[:60]!r}", 0)
        texts = {key: get(row, key, str, where) or "" for key in ("prompt", "system", "question", "model")}
        prompt, system, asked, model = (found.sound(text) for text in texts.values())
        if not prompt.strip() or not asked.strip():
            raise ValueError(f"{where} names no {'question' if prompt.strip() else 'prompt'}; a line is {EXAMPLE}")
        settings = {key: value for key in SETTINGS if (value := get(row, key, (int, float), where)) is not None}
        key = (prompt, system, model, *settings.items())
        if key not in sheets:
            template = (system, prompt) if PLACE in prompt or PLACE in system else None
            sheets[key] = Sheet(prompt, model, settings, template)
        if "gold" in row and "answer" in row and row["gold"] != row["answer"]:
            raise ValueError(f"{where} has a gold and an answer that differ; keep the one that is right")
        gold = golds(row["gold"] if "gold" in row else row.get("answer"), where)
        sheets[key].put(Question(asked, gold), _answers(row, where, found))
    found.sheets = list(sheets.values())
    return found


def _answers(row: Mapping[str, Any], where: str, found: Imported) -> list[Told]:
    if ("texts" in row) is ("text" in row):
        raise ValueError(f"{where} must have either texts, a list, or text; a line is {EXAMPLE}")
    texts = row["texts"] if "texts" in row else [row["text"]]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"{where}: texts must be a list of texts, not {bounds.cited(repr(texts)[:200])}")
    columns = {}
    for name in ("tokens", "finish_reason"):
        column = row.get(name)
        columns[name] = column if isinstance(column, list) else [column] * len(texts)
        if isinstance(column, int | float) and len(texts) != 1:
            raise ValueError(f"{where}: one number of tokens for {len(texts)} texts; give a list of as many")
        if len(columns[name]) != len(texts):
            raise ValueError(f"{where} has {len(texts)} texts and {len(columns[name])} of {name}")
    asked = counted(row, "prompt_tokens", where)
    return [
        Told(found.sound(text), counted({"tokens": n}, "tokens", where), ended({"finish_reason": why}, "finish_reason",
             where), asked)
        for text, n, why in zip(texts, columns["tokens"], columns["finish_reason"], strict=True)
    ]  # fmt: skip
