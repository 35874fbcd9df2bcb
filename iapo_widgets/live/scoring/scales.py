"""Words and signs that follow a numeral and multiply it: ``million``, ``crores``, ``Milliarden``."""

from __future__ import annotations

import re

_OF_TEN = {
    2: "hundreds?",
    3: "thousands?|tausend|mille|mil|mila",
    5: "lakhs?",
    6: (
        r"million(?:s|en)?|mio\.?|millón|millones|milion[ei]|milhão|milhões"
        "|\u043c\u0438\u043b\u043b\u0438\u043e\u043d(?:\u0430|\u043e\u0432)?"
    ),
    7: "crores?",
    9: r"billions?|milliarden?|mrd\.?|milliards?|miliard[oi]|bilhão|bilhões",
    12: "trillions?|billionen",
}
_SHORT = {"k": 3, "bn": 9}
_SIGNS = {"\u767e": 2, "\u5343": 3, "\u4e07": 4, "\u842c": 4, "\ub9cc": 4, "\u4ebf": 8, "\u5104": 8, "\uc5b5": 8}
#: Signs that multiply: no numeral ends before one.
SIGNS = "".join(_SIGNS)
#: A word or a sign that multiplies; a thousand grams, metres or watts are a unit.
SCALE = (
    rf"(?:(?i:{'|'.join(_OF_TEN.values())})|{'|'.join(_SHORT)})(?![A-Za-z\u00c0-\u024f\u0400-\u04ff])"
    rf"|[{SIGNS}](?![\u514b\u7c73\u74e6\d{SIGNS}])"
)
_WORDS = {power: re.compile(words, re.IGNORECASE) for power, words in _OF_TEN.items()}


def power_of(word: str) -> int:
    """The power of ten of a word that ``SCALE`` finds, 0 of any other."""
    known = _SHORT.get(word, _SIGNS.get(word, 0))
    return known or next((power for power, words in _WORDS.items() if words.fullmatch(word)), 0)
