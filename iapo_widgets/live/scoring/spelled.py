"""The values of English number words, whole ones to the millions and simple fractions."""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_BELOW_20 = {word: value for value, word in enumerate(_UNITS.split())}
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * i for i, word in enumerate(_TENS_WORDS.split(), 2)}
_LARGE = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_PLURALS = {"halves": 2} | {f"{word}s": value for word, value in _PARTS.items() if word != "half"}
_LONGEST = 100  # characters
_MOST_WORDS = 8  # of a number
# behind a number they make another one of it
_NUMBERS = {*_BELOW_20, *_TENS, *_LARGE, *_PARTS, *_PLURALS, "hundred", "and", "or", "point", "past", "score"}


def spelled(text: str) -> Fraction | None:
    """``seven``, ``one hundred and five``, ``two thirds``, ``5 and a half``; ``None`` for other words."""
    words = re.split("[ -]", text.lower()) if len(text) <= _LONGEST else []
    if len(words) >= 3 and words[-1] in _PARTS and words[-2] in ("a", "one") and words[-3] == "and":
        whole = int(words[0]) if len(words) == 4 and re.fullmatch("[0-9]+", words[0]) else _whole(words[:-3])
        return None if whole is None else whole + Fraction(1, _PARTS[words[-1]])
    if words == ["half"] or (len(words) == 2 and words[0] in ("a", "one") and words[1] in _PARTS):
        return Fraction(1, _PARTS[words[-1]])
    if len(words) == 2 and words[1] in _PLURALS and (count := _whole(words[:1])) is not None and count > 1:
        return Fraction(count, _PLURALS[words[1]])
    found = _whole(words)
    return None if found is None else Fraction(found)


def in_figures(text: str) -> str | None:
    """``seven apples`` as ``7 apples``; ``None`` for other texts, names as ``Seven Oaks``, and ``one of them``."""
    words = text.split(" ") if len(text) <= _LONGEST else []
    signed = words[:1] in (["minus"], ["negative"])
    words = words[signed:]
    for count in range(min(len(words) - 1, _MOST_WORDS), 0, -1):
        value = spelled(" ".join(words[:count]))
        if value is not None:
            named = any(word != word.lower() or word in _NUMBERS for word in words[count:])
            if named or value == 1 or words[0].lower() == "half":
                return None
            return " ".join([f"{'-' if signed else ''}{value}", *words[count:]])
    return None


def _whole(words: list[str]) -> int | None:
    """A whole number; each word must be able to follow the one before."""
    if words == ["zero"]:
        return 0
    total, group, largest, before = 0, 0, 10**12, ""
    for i, word in enumerate(words):
        value = _BELOW_20.get(word, _TENS.get(word, 0))
        if word == "a" and i == 0 and words[1:2] and (words[1] == "hundred" or words[1] in _LARGE):
            group = 1
        elif value and (group % 100 == 0 or (value < 10 and group % 100 >= 20 and group % 10 == 0)):
            group += value
        elif word == "hundred" and 1 <= group <= 19:
            group *= 100
        elif word in _LARGE and group and _LARGE[word] < largest:
            largest = _LARGE[word]
            total, group = total + group * largest, 0
        elif word != "and" or not (before == "hundred" or before in _LARGE):
            return None
        before = word
    return None if before in ("a", "and", "") else total + group
