"""JSON: a list of objects, an object that holds one, columns, one object a line, or several in a row."""

from __future__ import annotations

import json
import re
from typing import Any

from .nested import spread, table_of
from .table import Number, Record, Table, Vocabulary

START = re.compile(r"\s*(?:\{\s*(?:[\"'}]|\w+\s*:|$)|\[\s*[\[{\"\]])")
GAP = re.compile(r"[\s\ufeff]*")  # two files put together have a mark between them


def looks_like_json(text: str) -> bool:
    """Whether it begins as an object or as a list of objects, lists or texts; ``[[1, 2]] is what?`` does not."""
    if not START.match(text):
        return False
    if re.match(r"\s*\[\s*\[", text):
        try:
            at = _DECODER.raw_decode(text, _after_gap(text, 0))[1]
        except RecursionError:
            return True
        except ValueError:
            return False
        return _after_gap(text, at) == len(text)
    return True


def read_json(text: str, vocabulary: Vocabulary) -> Table:
    """The records.  Raises ``ValueError`` with the line that is not JSON."""
    values = _values(text)
    if len(values) == 1:
        return table_of(values[0][1], "JSON", vocabulary)
    if all(isinstance(value, list) for _, value in values):
        return table_of([value for _, value in values], "JSON lines", vocabulary)
    records = []
    for line, value in values:
        if not isinstance(value, dict):
            raise ValueError(f'line {line} is not an object like {{"{vocabulary.main[0]}": "...", ...}}')
        records.append(Record(f"line {line}", value))
    return Table("JSON lines", spread(records, vocabulary))


def _values(text: str) -> list[tuple[int, Any]]:
    """Every value with the line where it begins."""
    found, at, line, seen = [], 0, 1, 0
    while (at := _after_gap(text, at)) < len(text):
        line, seen = line + text.count("\n", seen, at), at
        try:
            value, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError as error:
            bad = line + text.count("\n", seen, error.pos)
            column = error.pos - text.rfind("\n", 0, error.pos)
            hint = "; JSON wants double quotes" if text[at : at + 2] in ("{'", "['") else ""
            raise ValueError(
                f"line {bad} is not JSON: {error.msg.removesuffix(' at')} at column {column}{hint}"
            ) from None
        except RecursionError:
            raise ValueError(f"line {line} is nested too deeply") from None
        except ValueError as error:  # of a field's name
            raise ValueError(f"line {line} is not sound JSON: {error}") from None
        found.append((line, value))
    return found


def _after_gap(text: str, at: int) -> int:
    gap = GAP.match(text, at)
    return gap.end() if gap else at


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found and found[name] != value:
            raise ValueError(f"an object names {name[:60]!r} twice")
        found[name] = value
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=lambda _: None
)
