"""YAML with texts as they were written: ``yes``, ``010`` and dates stay texts, and nothing in it is run."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any

from .names import LISTS, plain
from .nested import table_of
from .table import Number, Record, Table, Vocabulary

DEEPEST = 50
NAME = re.compile(r"(?:-\s+)?[\"']?([^\W\d][\w.-]{0,40}(?: [\w.-]{1,40})?)[\"']?\s?:(?:\s+(\S)|\s*$)")
BLOCK = re.compile(r":\s*[|>][-+]?\s*$")
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*")


def looks_like_yaml(lines: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Whether every line at the margin gives a value to a name or begins an item, and a name is known."""
    known = {*vocabulary.main, *LISTS, "vars", "inputs", "messages"}
    lines = [line for line in lines if line.strip() and not line.startswith("#") and line.rstrip() != "---"]
    margin = [line for line in lines if not line.startswith(" ")]
    if not lines or lines[0] not in margin or not all(NAME.match(line) or re.match(r"-\s|-$", line) for line in margin):
        return False
    found = [(match[1], line) for line in lines if (match := NAME.match(line.lstrip(" ")))]
    if vocabulary.loose:
        found = [
            (name, line) for name, line in found if plain(name) in LISTS or line.startswith("-") or BLOCK.search(line)
        ]
        return bool(found) and found[0][1] == lines[0] and any(plain(name) in known for name, _ in found)
    if lines[0].startswith("-"):
        return lines[0].startswith("- {") or any(plain(name) in known for name, _ in found)
    named = [match[1] for line in margin if (match := NAME.match(line))]
    holds = any(plain(match[1]) in LISTS and not match[2] for line in margin if (match := NAME.match(line)))
    first = plain(named[0]) in known or _opens(lines[0])
    return any(plain(name) in known for name, _ in found) and (first or holds or all(map(IDENTIFIER.fullmatch, named)))


def _opens(line: str) -> bool:
    """Whether the value of the line's name stands below it."""
    return line.rstrip().endswith(":")


def read_yaml(text: str, vocabulary: Vocabulary) -> Table:
    """The records.  Raises ``ValueError`` with the line that is not YAML, and ``ImportError`` without PyYAML."""
    try:
        import yaml
    except ImportError:
        raise ValueError("this looks like YAML, which PyYAML reads: pip install 'iapo-widgets[live]'") from None
    try:
        _check(yaml, text)
        documents = [value for value in yaml.load_all(text, _loader(yaml)) if value is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "a sign in it"
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise ValueError(f"this looks like YAML, but {where} is not: {why}; quote a text that holds a colon") from None
    except (RecursionError, TypeError) as error:
        raise ValueError(f"the YAML cannot be read: {type(error).__name__}") from None
    if len(documents) == 1:
        return table_of(documents[0], "YAML", vocabulary)
    if not documents or not all(isinstance(document, dict) for document in documents):
        raise ValueError(f"the YAML holds no list of {vocabulary.what}s")
    return Table("YAML", [Record(f"document {i}", document) for i, document in enumerate(documents, 1)])


def _check(yaml: Any, text: str) -> None:
    """Depth is bounded, and there are no aliases, which can make much of little."""
    depth = 0
    for event in yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise ValueError(f"line {event.start_mark.line + 1} holds an alias, *{event.anchor}; write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"line {event.start_mark.line + 1} is nested too deeply")


def _loader(yaml: Any) -> Any:
    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Texts, numbers as written, true, false and null."""

        yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the library has it

    def mapping(loader: Any, node: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = loader.construct_object(key, deep=True)
            if not isinstance(name, Hashable) or name in found:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the name {str(name)[:60]!r} twice", key.start_mark
                )
            found[str(name)] = loader.construct_object(value, deep=True)
        return found

    def sequence(loader: Any, node: Any) -> list[Any]:
        return [loader.construct_object(value, deep=True) for value in node.value]

    core = "tag:yaml.org,2002:"
    for tag, pattern, first in (
        ("null", r"~|null|Null|NULL|", "~nN"),
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("number", r"[-+]?\d+(?:\.\d+)?", "-+0123456789"),
    ):
        Loader.add_implicit_resolver(
            core + tag, re.compile(rf"^(?:{pattern})$"), [*first, *([""] if tag == "null" else [])]
        )
    Loader.add_constructor(core + "bool", lambda _, node: node.value.casefold() == "true")
    Loader.add_constructor(core + "number", lambda _, node: Number(node.value))
    Loader.add_constructor(core + "map", mapping)
    Loader.add_constructor(core + "seq", sequence)
    return Loader
