"""From a completion's text to its answer: the string that votes and is compared with the right answer.

An extractor is a function ``text -> str | None``; ``None`` where the text names no answer, which then casts no vote.
What it returns is canonical: two ways to write one answer give one string.  Thought is no part of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .canonical_extractor import CanonicalExtractor
from .choices import chosen
from .prepared import Prepared, last_few, prepare
from .statements import hashed, of_first_task, statements
from .thought import without_thought
from .unstated import last_numeral, unstated
from .words import first_word
from .writing import canonical, counted

Extractor = Callable[[str], "str | None"]


class Reader(CanonicalExtractor):
    """An extractor that also tells the answer as it is written, before it is canonical."""

    def __init__(self, name: str, find: Callable[[Prepared], str | None], doc: str) -> None:
        self.__name__, self._find, self.__doc__ = name, find, doc

    def __repr__(self) -> str:
        return f"<extractor {self.__name__}>"

    def written(self, text: str) -> str | None:
        """The answer as it is written."""
        return self._find(prepare(without_thought(text)))

    def form(self, raw: str) -> str | None:
        """As ``canonical``, and what is counted by a number in words does not count either."""
        return counted(raw) or canonical(raw)


def _boxed(prepared: Prepared) -> str | None:
    return prepared.boxes[-1] if prepared.boxes else None


def _any(prepared: Prepared) -> str | None:
    for part in of_first_task(prepared):
        for raw in statements(part):
            return raw
    return unstated(prepared)


boxed = Reader("boxed", _boxed, r"The content of the last complete ``\boxed{...}``; ``\boxed 5`` counts too.")
hashes = Reader("hashes", hashed, "What follows the last ``####`` that is no heading, up to the end of its line.")
number = Reader("number", last_numeral, "The last numeral, in any of the world's writings; read whole or not at all.")
choice = Reader("choice", chosen, "The letter of a choice, in any decoration.")
any_answer = Reader("any", _any, "The last statement; else yes or no, a choice, a few words alone, the last number.")

word = Reader("word", first_word, "The word or name that a text states first; the line, where it is nothing else.")

#: Extractors by name.
EXTRACTORS: dict[str, Reader] = {
    reader.__name__: reader for reader in (any_answer, boxed, hashes, number, choice, word)
}  # fmt: skip


def find_extractor(extract: str | re.Pattern[str] | Extractor) -> Extractor:
    """An extractor by name, by a compiled pattern (its last match's first group), or the function itself.

    Raises ``ValueError`` for an unknown name, ``TypeError`` for anything else.
    """
    if isinstance(extract, str):
        if extract not in EXTRACTORS:
            known = ", ".join(EXTRACTORS)
            raise ValueError(f"unknown extractor {extract!r}; known: {known}, re.compile(...), or a function")
        return EXTRACTORS[extract]
    if isinstance(extract, re.Pattern):
        return PatternExtractor(extract)
    if not callable(extract):
        raise TypeError(f"an extractor is a name, a compiled pattern or a function, not {type(extract).__name__}")
    return extract


class PatternExtractor(CanonicalExtractor):
    """The first group that took part in a pattern's last match, or all of the match where it has no group."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def __repr__(self) -> str:
        flags = repr(re.compile("", self.pattern.flags))  # its own repr would cut a long pattern
        return flags.replace("''", repr(self.pattern.pattern), 1)

    def written(self, text: str) -> str | None:
        """The answer as it is written."""
        found = last_few(self.pattern.finditer(without_thought(text)))
        if not found:
            return None
        last = found[-1]
        return next((group for group in last.groups() if group is not None), None) if self.pattern.groups else last[0]
