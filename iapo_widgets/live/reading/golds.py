"""Right answers as public data sets hold them: texts, lists, objects with aliases, checks of test tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .names import plain
from .table import Number
from .written import unwritten

#: Parts of an object that are right answers, all of them.
PARTS = ("value", "text", "answer", "aliases", "spans", "number", "inputtext", "answers", "shortanswers", "ideal")
BOOLEAN = {"true": ("yes", "true"), "false": ("no", "false")}


def gold_texts(value: Any, depth: int = 4) -> list[str]:
    """Every right answer that the value holds, each once.  Raises ``ValueError`` for what is no answer."""
    value = unwritten(value)
    if value is None:
        return []
    if isinstance(value, bool):
        return list(BOOLEAN[str(value).lower()])
    if isinstance(value, Number):
        return [value]
    if isinstance(value, (str, int, float)):
        return [text] if (text := str(value).strip()) else []
    if isinstance(value, (list, tuple)) and depth:
        found = [text for part in value for text in gold_texts(part, depth - 1)]
    elif isinstance(value, Mapping) and depth:
        names = {plain(str(name)): part for name, part in value.items()}
        parts = [names[name] for name in PARTS if name in names]
        if not parts and value:
            raise ValueError(f"the right answer is an object with {', '.join(map(str, list(value)[:8]))}; "
                             "give its text, or a list of texts")  # fmt: skip
        found = [text for part in parts for text in gold_texts(part, depth - 1)]
        if not found and isinstance(date := names.get("date"), Mapping):  # DROP: only one of them is filled
            day = [str(date[part]).strip() for part in ("day", "month", "year") if date.get(part)]
            found = [" ".join(day)] if any(day) else []
    else:
        raise ValueError(f"the right answer must be text, a number or a list of these, not {str(value)[:60]!r}")
    return list(dict.fromkeys(found))


def expected(name: str, value: Any) -> tuple[Any, str]:
    """What a test tool's check says is right, and what it checks where that is no right answer.

    Checks are ``{"type": "equals", "value": ...}`` and texts as ``equals: ...`` in a column ``__expected``.
    """
    if plain(name) == "assert":
        checks = value if isinstance(value, list) else [value]
        sound = all(isinstance(check, Mapping) for check in checks)
        equal = [check.get("value") for check in checks if sound and check.get("type") in ("equals", "iequals")]
        others = [
            str(check.get("type"))[:40] for check in checks if sound and check.get("type") not in ("equals", "iequals")
        ]
        return (equal or None), ", ".join(others) if sound else "a text"
    if name.strip().startswith("__expected") and isinstance(value, str) and ":" in value:
        kind, _, rest = value.partition(":")
        if kind.strip() in ("equals", "iequals"):
            return rest.strip(), ""
        if kind.strip().replace("-", "").replace("_", "").isalpha():
            return None, kind.strip()
    return value, ""
