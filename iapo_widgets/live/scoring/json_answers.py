"""Answers in JSON: the value of a key like ``answer``, or what an object in its place holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .prepared import last_few

Match = re.Match[str]
_KEYS = "answer|choice|option|result|solution|label|prediction|response|letter"
_WHOSE = "final|correct|right|best|my|the|selected|chosen|predicted"
_SORT = "letter|choice|option|text|value|number"
_KEY = rf"[\"'](?P<key>(?:{_WHOSE})?[_ ]?(?:{_KEYS})(?:[_ ]?(?:{_SORT}))?)[\"']\s{{0,5}}:\s{{0,5}}"
_VALUE = r"\"(?:[^\"\\\n]|\\.){1,200}\"|'[^'\n]{1,200}'|\[[^\[\]{}\n]{1,200}\]|[-\w.+]{1,60}"
_ANSWER = re.compile(
    rf"{_KEY}(?:(?P<value>{_VALUE})|\{{(?P<inside>(?:[^{{}}]|\{{[^{{}}]{{0,200}}\}}){{1,400}}+)\}})", re.IGNORECASE
)
_OBJECT = re.compile(rf"{_KEY}[\[\s]{{0,40}}\{{", re.IGNORECASE)
_PART = re.compile(rf"[\"'](?P<name>\w[\w ]{{0,30}})[\"']\s{{0,5}}:\s{{0,5}}(?P<value>{_VALUE})")
#: What holds the value of an object, the first that is there; of one part it is that.
_NAMES = (
    "letter", "choice", "option", "label", "final", "value", "answer", "number", "amount", "result", "content", "text"
)  # fmt: skip
_INNER = re.compile(r"\{[^{}]*\}")
_BRACES = re.compile(r"[{}]")
_CLOSES = re.compile(r"\}(?=\s*(?:\Z|[,\]}`\n<]))|(?<=[^\s,\[{])\n\n")
_ESCAPED = re.compile(r"\\(?=[-+\d\u221a\u03c0])")  # what is left of \\frac where it has become 1/2


def in_json(text: str) -> list[Match]:
    """The last few keys of answers, but none within an object that has an answer of its own around it."""
    found = last_few(_ANSWER.finditer(text))
    around = _around(text, found)
    outer = {
        places[-1] for match, places in zip(found, around, strict=True) if places and "answer" in match["key"].lower()
    }
    return [match for match, places in zip(found, around, strict=True) if outer.isdisjoint(places[:-1])]


def answer_of(match: Match) -> str | None:
    """The answer of a key as it is written; ``None`` where an object in its place has no part that is known as such."""
    value = match["value"]
    if value is None:
        inside = match["inside"]
        value = _value_of(_INNER.sub("", inside)) or _value_of(inside)  # what stands deeper comes last
    return None if value is None else _ESCAPED.sub("", value.strip("\"'"))


def _value_of(inside: str) -> str | None:
    parts = {part["name"].lower(): part["value"] for part in _PART.finditer(inside)}
    names = [*parts] if len(parts) == 1 else _NAMES
    return next((parts[name] for name in names if name in parts), None)


def object_around(text: str, match: Match) -> tuple[int, int]:
    """From an answer in JSON to the end of its object: other texts in it are no statements."""
    end = _CLOSES.search(text, match.end())
    return match.start(), end.start() if end else match.end()


def holds_unread(text: str) -> bool:
    """Whether a text that ends as JSON answers by an object of which nobody knows what in it is the value."""
    return text.rstrip(" \n`")[-1:] in ("}", "]") and _OBJECT.search(text) is not None


def _around(text: str, found: Iterable[Match]) -> list[tuple[int, ...]]:
    """For each match where the objects begin that it stands in, the outermost first."""
    out: list[tuple[int, ...]] = []
    open_: list[int] = []
    braces = [(brace.start(), brace[0]) for brace in _BRACES.finditer(text)]
    at = 0
    for match in found:
        while at < len(braces) and braces[at][0] < match.start():
            start, sign = braces[at]
            if sign == "{":
                open_.append(start)
            elif open_:
                open_.pop()
            at += 1
        out.append(tuple(open_[-20:]))
    return out
