"""What structured text is read into: records with the place where each stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class Number(str):
    """A number as it was written, so that nothing is rounded and ``5.0`` stays ``5.0``."""

    __slots__ = ()


@dataclass(slots=True)
class Record:
    """Fields of one question or prompt by name; ``where`` it stands: line 3, item 2."""

    where: str
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Table:
    """The records of a text, what kind of text it is, and what else stood there."""

    kind: str
    records: list[Record]
    ignored: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What makes a record: a name of ``main``; ``known`` are all names with a meaning, ``what`` is in messages.

    loose: whether the text itself may have lines like ``text: ...``, so that only lists of records are YAML.
    """

    what: str
    main: tuple[str, ...]
    known: frozenset[str]
    loose: bool = False
