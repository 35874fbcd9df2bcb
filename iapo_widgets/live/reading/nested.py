"""Where the records stand in lists and objects: wrappers, columns, rows of a frame, questions under their passage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .names import CONTEXTS, LISTS, NESTS, flat, plain
from .table import Record, Table, Vocabulary

DEEPEST = 6  # objects in objects before the list of records


def table_of(value: Any, kind: str, vocabulary: Vocabulary, depth: int = DEEPEST) -> Table:
    """The records in a value of JSON or YAML.  Raises ``ValueError`` where there are none, naming what is there."""
    if isinstance(value, list):
        return _from_list(value, kind, vocabulary)
    if not isinstance(value, dict):
        raise ValueError(f"the {kind} holds no list of {vocabulary.what}s but {str(value)[:40]!r}")
    columns = _columns(value, vocabulary)
    if columns is not None:
        return Table(f"{kind}, by columns", [Record(f"item {i}", row) for i, row in enumerate(columns, 1)])
    if is_record(value, vocabulary):
        return Table(kind, [Record("line 1", value)])
    if set(value) >= {"columns", "data"} and isinstance(value["data"], list) and isinstance(value["columns"], list):
        return _from_list([value["columns"], *value["data"]], kind, vocabulary)
    nested = spread([Record("line 1", value)], vocabulary)
    if len(nested) > 1 or nested[0].fields is not value:
        return Table(kind, nested)
    name = None if any(plain(str(n)) in CONTEXTS for n in value) else _holder(value, vocabulary)  # it would be lost
    if name is not None and depth:
        table = table_of(value[name], kind, vocabulary, depth - 1)
        table.ignored += [other for other in value if other != name]
        return table
    if value and all(isinstance(row, dict) for row in value.values()):
        rows = [row for row in value.values() if is_record(row, vocabulary)]
        if len(rows) == len(value):
            return Table(
                kind, [Record(f"item {i} ({str(name)[:40]})", row) for i, (name, row) in enumerate(value.items(), 1)]
            )
    return Table(kind, [Record("line 1", value)])


def is_record(fields: Mapping[str, Any], vocabulary: Vocabulary) -> bool:
    """Whether it names what makes a record."""
    return any(plain(name) in vocabulary.main and value is not None for name, value in flat(fields).items())


def is_messages(value: Any) -> bool:
    """Whether it is a list of chat messages."""
    return isinstance(value, list) and bool(value) and all(isinstance(m, dict) and "role" in m for m in value)


def _from_list(value: list[Any], kind: str, vocabulary: Vocabulary) -> Table:
    if not value:
        raise ValueError(f"no {vocabulary.what}s: the list in the {kind} is empty")
    main = vocabulary.main[0]
    if is_messages(value):
        return Table(kind, [Record("item 1", {"messages": value})])
    if all(is_messages(row) for row in value):
        return Table(kind, [Record(f"item {i}", {"messages": row}) for i, row in enumerate(value, 1)])
    if all(isinstance(row, list) for row in value):
        head = value[0]
        if not all(isinstance(name, str) for name in head) or not any(plain(name) in vocabulary.main for name in head):
            raise ValueError(f"the first row of the {kind} names no {main}: {_short(head)}; make it a list of objects")
        for i, row in enumerate(value[1:], 2):
            if len(row) != len(head):
                raise ValueError(f"row {i} has {len(row)} fields, the first row names {len(head)}")
        rows = [Record(f"row {i}", dict(zip(head, row, strict=True))) for i, row in enumerate(value[1:], 2)]
        return Table(f"{kind}, rows", rows)
    records = []
    for i, row in enumerate(value, 1):
        if isinstance(row, str) and type(row) is str:
            row = {main: row}
        if not isinstance(row, dict):
            raise ValueError(f'item {i} is not an object like {{"{main}": "...", ...}} but {str(row)[:40]!r}')
        records.append(Record(f"item {i}", row))
    return Table(kind, spread(records, vocabulary))


def spread(records: Sequence[Record], vocabulary: Vocabulary, depth: int = DEEPEST) -> list[Record]:
    """Questions that stand in lists under their passage, each with the passage's fields; other records as they are."""
    found: list[Record] = []
    for record in records:
        names = {plain(name): name for name in record.fields}
        inside = any(name in CONTEXTS for name in names) or "paragraphs" in names
        nest = next((names[n] for n in NESTS if inside and n in names and _objects(record.fields[names[n]])), None)
        if nest is None or not depth or is_record(record.fields, vocabulary):
            found.append(record)
            continue
        above = {name: value for name, value in record.fields.items() if isinstance(value, str)}
        below = [
            Record(f"{record.where}, {nest} {i}", {**above, **row}) for i, row in enumerate(record.fields[nest], 1)
        ]
        found += spread(below, vocabulary, depth - 1)
    return found


def _holder(value: Mapping[str, Any], vocabulary: Vocabulary) -> str | None:
    """The name of the one part that holds the records.  Raises ``ValueError`` where it may be several."""
    lists = [name for name, part in value.items() if _objects(part)]
    named = {plain(str(name)): name for name in value if isinstance(value[name], (list, dict)) and value[name]}
    known = next((named[name] for name in LISTS if name in named), None)
    if len(lists) == 1 and (known is None or known not in value or not _objects(value[known])):
        return lists[0]
    if known is not None and (len(lists) < 2 or known in lists):
        others = [name for name in lists if name != known and _any_record(value[name], vocabulary)]
        if known in lists and others and _any_record(value[known], vocabulary):
            raise ValueError(f"several lists of {vocabulary.what}s: {_short([known, *others])}; give one of them")
        return known
    if len(lists) > 1:
        raise ValueError(f"several lists: {_short(lists)}; give the one with the {vocabulary.what}s")
    return None


def _columns(value: Mapping[str, Any], vocabulary: Vocabulary) -> list[dict[str, Any]] | None:
    """Rows of ``{"question": [...], "answer": [...]}`` or of pandas' ``{"question": {"0": ...}, ...}``."""
    main = next((part for name, part in value.items() if plain(str(name)) in vocabulary.main), None)
    parts = value.values()
    if isinstance(main, list) and len(value) > 1 and not is_messages(main):
        if not all(isinstance(part, list) and len(part) == len(main) for part in parts):
            return None
        return [{name: part[i] for name, part in value.items()} for i in range(len(main))]
    if isinstance(main, dict) and main and all(str(key).isdigit() for key in main):
        if not all(isinstance(part, dict) and part.keys() == main.keys() for part in parts):
            return None
        return [{name: part[key] for name, part in value.items()} for key in main]
    return None


def _objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _any_record(rows: Sequence[Mapping[str, Any]], vocabulary: Vocabulary) -> bool:
    return any(is_record(row, vocabulary) for row in rows[:20])


def _short(names: Sequence[Any]) -> str:
    return ", ".join(str(name)[:40] for name in names[:12])
