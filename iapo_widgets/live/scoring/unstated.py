"""What a text answers that never says so: yes or no, a choice, a label, a few words, or its last numeral."""

from __future__ import annotations

import re
from collections.abc import Callable

from .calendar_forms import DATE, ISO, TIME
from .choices import loosely_chosen
from .heads import value_after_equals
from .json_answers import holds_unread
from .numerals import IN_TEXT, value_of
from .payload import is_composite, last_said, payload
from .phrases import YES_NO, is_heading, is_phrase, is_unfinished, is_weak, named_last, refuses
from .prepared import Prepared, last_few

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_LEAD = re.compile(r"[^\w(]+")
_LABEL = re.compile(
    r"^[ \t*_>#-]{0,6}([^\W\d]{1,21}(?: [^\W\d]{1,20}){0,3})[*_]{0,3}:[*_]{0,3}(?=[ \t]*\n?[ \t]*\S)", re.MULTILINE
)
_EXPLAINS = re.compile(
    r"(?:reason|reasoning|explanation|because|note|confidence|rationale|justification|context|step|question|why|example"
    r"|hint|check)",
    re.IGNORECASE,
)
_REASONED = re.compile(r"[*_]{0,2}(-?[$]?\d[\d.,]*\d|-?\d|[A-Z][^\W\d]{1,20})[*_]{0,2},? (?:because|since|as) ")
_FORMULA = re.compile(r"(?!.*(?<!\\)[A-Za-z]{2}(?<!or))(?=.*[-+*/^=<>\u00d7\u2264\u2265\u221a\u03c0])[^\n]{1,60}")
_CONCLUDES = re.compile(
    r"\b(?:so|thus|therefore|hence|total|overall|finally|leaving|gives|equals|option|choice)\b|=", re.IGNORECASE
)
_IS = re.compile(r"\b(?:is|are|was|were)\b")
_ASIDE = re.compile(r" \([^()\n]{1,60}\)\W*\Z")
# a date, a time, a ratio or a range, of which the last numeral would be a piece
_COMPOSED = re.compile(
    rf"(?<![\w.:/-])(?:{DATE}|{ISO}|{TIME}|\d{{1,9}}(?::\d{{1,9}}){{1,3}}|(?P<low>\d{{1,9}})-(?P<high>\d{{1,9}}))"
    r"(?![\w:/-]|\.\d)",
    re.IGNORECASE,
)


def unstated(prepared: Prepared) -> str | None:
    """The answer of a text that states none, as it is written; ``None`` where it only talks."""
    if not _lines(prepared) or refuses(prepared.text.strip()) or holds_unread(prepared.text):
        return None
    ways: tuple[Callable[[Prepared], str | None], ...] = (
        _first_line, _yes_or_no, loosely_chosen, _labelled, _alone, _named, _last_numeral
    )  # fmt: skip
    return next((found for way in ways if (found := way(prepared)) is not None), None)


def last_numeral(prepared: Prepared) -> str | None:
    """The last numeral of a text and its boxes."""
    found = last_few(IN_TEXT.finditer(prepared.unboxed()))
    return found[-1][0] if found else None


def _yes_or_no(prepared: Prepared) -> str | None:
    """At the head of the last line, of the last sentence, or of the text."""
    lines, last = _lines(prepared), _last_sentence(prepared)
    for line in (lines[-1], last, lines[0]):
        answer = YES_NO.match(_LEAD.sub("", line, count=1) if _LEAD.match(line) else line)
        if answer and (len(lines) == 1 or not is_weak(answer[1])):
            return answer[1]
    return None


def _first_line(prepared: Prepared) -> str | None:
    """An answer alone on the first line over a text that only explains it."""
    head, blank, below = prepared.text.strip().partition("\n\n")
    head, below = head.strip(" *_`>."), below.strip()
    if not blank or not below or "\n" in head or _CONCLUDES.search(_last_sentence(prepared)):
        return None
    if value_of(head) is not None:
        alone = any(value_of(line.strip(" *_`>.")) is not None for line in below.splitlines())
        return None if alone else head
    few = len(head.split()) <= 2 and is_phrase(head) and not is_weak(head) and not is_heading(head)
    few = few and not _IS.search(_last_sentence(prepared))
    return head if few and len(below) <= 400 and below[-1:] in ".!" and not IN_TEXT.search(below) else None


def _alone(prepared: Prepared) -> str | None:
    """A text of one line that is nothing but an answer, or one with its reason."""
    lines = _lines(prepared)
    if reasoned := _REASONED.match(lines[0]):
        return reasoned[1]
    if len(lines) > 1 or len(lines[0]) > 200:
        return None
    text = lines[0]
    if is_composite(text) or (_FORMULA.fullmatch(text) and not is_unfinished(text)):
        return text
    text = _ASIDE.sub("", text)
    if IN_TEXT.search(text):
        return None
    one = len(text.split()) == 1 and len(text) <= 40 and re.search(r"[^\W_]|[^\x00-\x7f]", text)
    return text if one or is_phrase(text) else None


def _labelled(prepared: Prepared) -> str | None:
    """The value of a last line ``Sentiment: positive``; one that explains may follow it."""
    for match in reversed(last_few(_LABEL.finditer(prepared.text))):
        if _EXPLAINS.match(match[1]):
            continue
        behind = prepared.text[match.end() :].lstrip().partition("\n")[2].strip(" *_\n")
        return payload(prepared, match.end()) if not behind or _EXPLAINS.match(behind) else None
    return None


def _named(prepared: Prepared) -> str | None:
    """What the last sentence says that something is, or a last line of few words; a numeral before it goes first."""
    lines, last = _lines(prepared), _last_sentence(prepared)
    if IN_TEXT.search(last):
        return None
    found = named_last(last)
    if found is None and len(lines) > 1 and lines[-1] == last and is_phrase(last) and len(last.split()) <= 3:
        found = last
    if found is None or is_weak(found):
        return None
    return found if found[:1].isupper() or not IN_TEXT.search(prepared.text) else None


def _last_numeral(prepared: Prepared) -> str | None:
    """The last numeral, or the date, time, ratio or range that it belongs to; none of a text that was cut off."""
    if is_unfinished(prepared.text.strip()):
        return None
    last = _last_sentence(prepared)
    for match in reversed(last_few(_COMPOSED.finditer(last))):
        if match["low"] is None or int(match["low"]) < int(match["high"]):
            if not re.search(r"\d", last[match.end() :]):
                return match[0]
            break
    if (at := value_after_equals(last)) is not None and (value := IN_TEXT.match(last, at)):
        return value[0]
    return last_said(last) if IN_TEXT.search(last) else last_numeral(prepared)


def _lines(prepared: Prepared) -> list[str]:
    return [bare for line in prepared.text.splitlines() if (bare := line.strip().lstrip("> "))]


def _last_sentence(prepared: Prepared) -> str:
    return _SENTENCES.split(prepared.text.strip())[-1]
