"""A judge's grade, whatever its reply wraps around it."""

from __future__ import annotations

import re

from .numerals import value_of
from .prepared import prepare
from .thought import without_thought

_CUE = (
    r"(?:\b|(?<=[a-z]_)(?<!max_)(?<!min_)(?<!imum_))(?:scores?|rating|rated|grade|mark"
    r"|punktzahl|punkte|bewertung|note|puntuaci\u00f3n|pontua\u00e7\u00e3o|punteggio)\b"
    r"|\u5206\u6570|\u8bc4\u5206|\u5f97\u5206|\u70b9\u6570|\u8a55\u4fa1"
)
_MARKS = r"[\s*_`\"'|>\[({$]{0,8}"
_SPELLED = "zero|one|two|three|four|five|six|seven|eight|nine|ten"
_NUMERAL = rf"(?P<grade>[-+]?\d{{1,6}}(?:[.,]\d{{1,6}})?|(?i:{_SPELLED}))"
_NUMERAL += r"(?![\w%]|[.,]\d|\s?%| ?-\s?\d|[*_]{0,2} (?:to|or|bis|and) [*_]{0,2}\d)"
_OUT_OF = r"(?: ?(?:points?|stars?|punkte?n?))?[\s*_`\"'|\])}$]{0,6}"
_OUT_OF += r"(?:(?:/|out of|von|sur|of|\u6ee1\u5206)\s{0,2}[*_]{0,2}(?P<most>\d{1,6})\b)?"
# with a sign or a verb between them it is a grade; a bare "score 8" or "score of 8" may speak of the scale
_SIGN = r"[^\n.:=|]{0,40}?[*_`\"')\]]{0,4}\s?(?:[:=|]|\u2192|->)"
_VERB = rf"{_MARKS}(?: (?:is|was|would be|should be|- )| - |- )|[*_]{{0,3}}[ \t]*\n"
_STATED = re.compile(rf"(?:{_CUE})(?:{_SIGN}|{_VERB}){_MARKS}{_NUMERAL}{_OUT_OF}", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"(?:{_CUE})(?: (?:of|is|it|this|as|a|an|at|with|only|about)){{0,3}}{_MARKS}{_NUMERAL}{_OUT_OF}", re.IGNORECASE
)
_TAGGED = re.compile(rf"[\[<](?:{_CUE})[\]>]{_MARKS}{_NUMERAL}{_OUT_OF}", re.IGNORECASE)
_GIVEN = re.compile(
    r"\b(?:give|rate|grade|score|assign|award|deserves)"
    r"(?: (?:it|this|that|the (?:response|answer)|an?|as|at|with|of)){1,4}"
    rf" {_MARKS}{_NUMERAL}{_OUT_OF}",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w.,/-]){_NUMERAL}[*_`]{{0,3}}\s?(?:/|out of)\s{{0,2}}[*_]{{0,2}}(?P<most>\d{{1,6}})\b(?![/.]\d)"
)


def read_grade(reply: str, low: float, high: float) -> float | None:
    """The last grade that a reply gives; ``None`` where it is missing, out of range or on another scale.

    ``Score: 8``, ``**Score:** 8/10``, ``{"score": 8}``, ``score of 8``, ``8 out of 10``, or nothing but the number.
    """
    text = prepare(without_thought(reply)).unboxed().strip()
    alone = re.fullmatch(rf"{_MARKS}{_NUMERAL}{_OUT_OF}(?: ?(?:points?|stars?))?[\s*_`.|]{{0,8}}", text)
    for found in (alone, *(_last(pattern, text) for pattern in (_TAGGED, _STATED, _SPOKEN, _GIVEN, _SHARE))):
        if found is not None:
            return _grade(found, low, high)
    return None


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for match in pattern.finditer(text):
        if value_of(match["grade"].lower()) is not None:
            last = match
    return last


def _grade(found: re.Match[str], low: float, high: float) -> float | None:
    value = value_of(found["grade"].lower())
    if value is None or "/" in value or (found["most"] and float(found["most"]) != high):
        return None
    return float(value) if low <= float(value) <= high else None
