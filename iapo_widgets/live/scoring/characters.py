"""The characters of the world's scripts as the plain ones that numerals and choices are read in."""

from __future__ import annotations

import re
import unicodedata

_ALIKE = {
    "-": "\u2010\u2011\u2012\u2013\u2212\u207b\u208b\ufe58\ufe63\uff0d",
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4",
    '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u300c\u300d\u300e\u300f",
    ". ": "\u3002\u0964",
    ".": "\u066b",
    ",": "\u066c\u060c\u3001",
    "?": "\u061f",
    ";": "\u061b",
    "%": "\u066a",
    "/": "\u2044\u2215",
    "*": "\u2217\u22c6\u2731",
    ":": "\u2236",
    "[": "\u3010\u3014",
    "]": "\u3011\u3015",
}
_STYLES = "\ufe0e\ufe0f\u20e3"  # of emoji
_SUPERSCRIPTS = str.maketrans("\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b", "0123456789-")
_LOWERED = re.compile("(?<=\\d)[\u2080-\u2089]{1,9}")  # of another base; in H\u2082O they say no more than the digit
_MIXED = re.compile("(?<=\\d)(?=[\u00bc-\u00be\u2150-\u215e])")  # 3 and a half
_RAISED = re.compile("[\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207b]{1,9}")


class _Plain(dict[int, str]):
    """``str.translate``'s table, which works a character out when it first comes."""

    def __missing__(self, code: int) -> str:
        self[code] = out = _plain(chr(code))
        return out


def _plain(char: str) -> str:
    if char in "\n\t\r":
        return char
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category == "Zs":
        return " "
    if category in ("Zl", "Zp"):
        return "\n"
    if category in ("Cf", "Cc", "Cs") or char in _STYLES:
        return ""
    out = unicodedata.normalize("NFKC", char)
    if category == "No" and "\u2044" in out:  # a half in one character
        return out.replace("\u2044", "/")
    return out if category != "Lm" and out.strip() else char


_TABLE = _Plain({ord(odd): usual for usual, odds in _ALIKE.items() for odd in odds})


def plain(text: str) -> str:
    """``text`` with plain digits, signs, spaces and quotes, raised digits as powers, and nothing that is not seen."""
    if text.isascii():
        return text.translate(_TABLE)
    text = _LOWERED.sub(r"_\g<0>", text)
    raised = _RAISED.sub(lambda match: "^" + match[0].translate(_SUPERSCRIPTS), _MIXED.sub(" ", text))
    return raised.translate(_TABLE)
