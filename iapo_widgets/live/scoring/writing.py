"""One way to write an answer: the string that votes and is compared with the right answer."""

from __future__ import annotations

import re
import unicodedata

from .calendar_forms import date_or_time
from .characters import plain
from .latex import unlatex, unmarked
from .numerals import value_of
from .spelled import in_figures

LETTERS = "ABCDEFGHIJ"
LONG = 1_000  # characters; what is longer is compared by its words alone
_PICTURE = re.compile("[\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
_LOOSE = ' *`$"~'
_QUOTES = "*`$\"'_~"
_ENDS = ".,;:!? "
_LABEL = re.compile(
    r"(?:(?:so|thus|therefore|hence),? )?(?:(?:the|my|our|final|correct|right|best) )*(?:answer|result|solution|ans)"
    r"(?: is)?(?: ?[:=] ?| (?=\S)(?<=is ))(?:is )?(?=\S)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[A-Za-z](?:_\{?\w{1,5}\}?)?(?:\([A-Za-z]\))? ?(?:=(?!=)|\u2208) ?(?=\S)")
_CHOICE = re.compile(rf"(?i:(?:option|choice|answer|letter) )?[(\[]?([{LETTERS}{LETTERS.lower()}])[)\]]?[.):]?")
_LABELLED = re.compile(
    rf"(?i:(?:option|choice) )?(?:\(([{LETTERS}{LETTERS.lower()}])\)|([{LETTERS}])[).:])[ :]+(\S.*)", re.DOTALL
)
_LETTERED = re.compile(r"([-+]?\d[\d.,]*)[KMB](?: [a-z].*)?")
_ARTICLE = re.compile(r"(?:the|an?) (?=\w\w)", re.IGNORECASE)
_RANGE = re.compile(r"(-?\d[\d.,]*) ?(?:-+| to ) ?(-?\d[\d.,]*)(?: ?%| [a-z]{1,12})?")
_RATIO = re.compile(r"(\d{1,15}(?:\.\d{1,15})?)((?: ?: ?\d{1,15}(?:\.\d{1,15})?)+)")
_MATHS = re.compile(r"[\\^_=+/|{}<>\u2264\u2265\u2260\u221a\u03c0\u00d7*]|(?<![A-Za-z])\d+[A-Za-z]\b|\b[A-Za-z]\(")
_OPERATOR = re.compile(r" ?([-+*/^=|<>\u2264\u2265\u2260\u221a\u03c0\u00d7]) ?")
_WORD = re.compile(r"(?<![\\A-Za-z])[^\W\d_]{3}")
_MARK = re.compile(r"[,;] ?(?:and |or )?| (?:and|or) |[(){}\[\]]")
_DEEP, _SHORT = 3, 60  # brackets within brackets, and characters of one thing in a list


def canonical(answer: str) -> str | None:
    r"""One way to write an answer: ``1,200.50`` is ``1200.5``, ``3\frac{1}{2}`` is ``3.5``, ``**(b)**.`` is ``B``.

    ``None`` where nothing is left.  The rules stand in a table in ``docs/answers.md``.
    """
    out = plain(answer[: 50 * LONG])
    if len(out) > LONG:
        return " ".join(out.split()).casefold() or None
    out = unicodedata.normalize("NFC", out)
    before: set[str] = set()
    while out not in before:  # until nothing changes, so that a canonical answer stays as it is
        before.add(out)
        out = _simplified(out)
    return out or None


def readings(answer: str) -> set[str]:
    """All that an answer may mean: ``0,1`` a decimal or a list of two, ``B) red`` the letter or what it stands for."""
    bare = _undecorated(" ".join(unlatex(unmarked(plain(answer[:LONG]))).split()))
    found = {canonical(answer)}
    if "," in bare and value_of(bare) is not None:
        found.add(_joined(bare.split(",")))
    if labelled := _LABELLED.fullmatch(bare):
        found.add(canonical(labelled[3]))
    return {reading for reading in found if reading}


def counted(answer: str) -> str | None:
    """The value of a number in words before what it counts, ``None`` for other answers.

    No part of ``canonical``, which knows no case: ``seven oaks`` may be a name.
    """
    bare = _undecorated(" ".join(unlatex(unmarked(plain(answer[:LONG]))).split()))
    digits = in_figures(bare)
    return None if digits is None else value_of(digits)


def same(answer: str, gold: str) -> bool:
    """Whether a written answer is the right one in one of its meanings.

    A right time without am or pm is either, and a right list without brackets may have any.  A letter behind digits may
    multiply or be a unit (``5K``), and ``seven apples`` are 7, unless both are so written.
    """
    meant, right = readings(answer), readings(gold)
    for more in (_scaled, _of_words):
        one, other = more(answer), more(gold)
        if not (one and other):
            meant, right = meant | one, right | other
    looser = {re.sub(" [ap]m$", "", reading) for reading in meant}
    looser |= {reading[1:-1] for reading in meant if reading[0] in "([{" and ", " in reading}
    return not right.isdisjoint(meant | looser)


def _scaled(answer: str) -> set[str]:
    """What ``5K``, ``5M`` and ``5B`` may mean: 5 of a unit, or a multiple; nothing for other answers."""
    bare = _undecorated(" ".join(plain(answer[:LONG]).split()))
    found = _LETTERED.fullmatch(bare)
    return {value for text in (found[1], f"${bare}") if (value := value_of(text))} if found else set()


def _of_words(answer: str) -> set[str]:
    value = counted(answer)
    return set() if value is None else {value}


def _simplified(answer: str) -> str:
    out = " ".join(unlatex(unmarked(answer)).split())
    if len(out) == 1 and not out.isalnum():  # a mark may be the answer itself
        return out
    out = out.strip(" *`")
    if out[:1] == "$" and (value := value_of(out)) is not None:  # money, of which M is a million
        return value
    out = _undecorated(out)
    if when := date_or_time(out):
        return when
    if (value := value_of(out)) is not None:
        return value
    if out == "+\u221e":
        return out[1:]
    if choice := _CHOICE.fullmatch(out):
        return choice[1].upper()
    if labelled := _LABELLED.fullmatch(out):
        return (labelled[1] or labelled[2]).upper()
    if "\\begin{" in out:
        return re.sub(r"\s+", "", out)
    if shorter := _shorter(out):
        return shorter
    if (enclosed := _enclosed(out)) is not None:
        return enclosed
    if several := _listed(out):
        return several
    if ends := _RANGE.fullmatch(out):
        low, high = value_of(ends[1]), value_of(ends[2])
        return f"{low}-{high}" if low and high else out
    if _RATIO.fullmatch(out):
        return out.replace(" ", "")
    return _OPERATOR.sub(r"\1", out) if _MATHS.search(out) and not _WORD.search(out) else _folded(out)


def _shorter(out: str) -> str | None:
    """What is left without a label before it, or of an equation its value."""
    if boxed := re.fullmatch(r"\\(?:boxed|fbox)\s?\{(.*)\}", out):
        return boxed[1]
    for label in (_LABEL, _NAMED):
        if found := label.match(out):
            return out[found.end() :]
    head, sign, value = out.rpartition("=")
    if (
        sign
        and not re.search(",| (?:and|or) ", head)
        and not head.endswith(("<", ">", "!", "="))
        and value_of(value.strip()) is not None
    ):
        return value.strip()
    return None


def _folded(out: str) -> str:
    """Words: case does not count, nor an article before them."""
    return _ARTICLE.sub("", out, count=1).casefold() if _ARTICLE.match(out) else out.casefold()


def _undecorated(text: str) -> str:
    """``text`` without marks and quotes around it, brackets around one thing, and what ends a sentence."""
    start, end = 0, len(text)
    worded = re.search(r"[^\W_]", text) is not None  # else a picture is all there is
    while start < end:
        first, last = text[start], text[end - 1]
        if first in _LOOSE or (worded and _PICTURE.match(first)):
            start += 1
        elif (
            last in _LOOSE
            or (worded and _PICTURE.match(last))
            or (last in _ENDS and end - start > 1 and text[start:end].strip("."))
        ):
            end -= 1
        elif (first == last and first in _QUOTES and end - start > 1) or (
            _PAIRS.get(first) == last and _closes(text, start, end)
        ):
            start, end = start + 1, end - 1
        else:
            break
    return text[start:end]


def _closes(text: str, start: int, end: int) -> bool:
    """Whether the brackets at both ends belong together and hold one thing, no list."""
    inside = text[start + 1 : end - 1]
    while inside and _PAIRS.get(inside[0]) == inside[-1]:
        inside = inside[1:-1]
    return inside.strip() != "" and not re.search(r"[,;(){}\[\]<>]", inside)


def _enclosed(out: str) -> str | None:
    """A tuple, an interval or a set: its brackets, and each thing in its one way of writing."""
    if len(out) < 3 or out[0] not in "([{" or out[-1] not in ")]}":
        return None
    parts = _parts(out[1:-1])
    return f"{out[0]}{_joined(parts)}{out[-1]}" if len(parts) > 1 else None


def _listed(out: str) -> str | None:
    """Several short things, each in its one way of writing; ``None`` where it is no list."""
    parts = _parts(out)
    if len(parts) < 2 or not all(0 < len(part.strip()) <= _SHORT for part in parts):
        return None
    if not re.search("[,;]", out) and any(
        value_of(part.rpartition("=")[2].strip()) is None and len(part.strip()) > 1 for part in parts
    ):
        return None  # salt and pepper
    return _joined(parts)


def _parts(out: str) -> list[str]:
    """``out`` divided at the commas and the ``and`` in no brackets; whole where brackets are not in order."""
    parts, start, depth = [], 0, 0
    for mark in _MARK.finditer(out):
        if mark[0] in "([{":
            depth += 1
        elif mark[0] in ")]}":
            depth -= 1
        elif depth == 0:
            parts.append(out[start : mark.start()])
            start = mark.end()
        if not 0 <= depth <= _DEEP:
            return [out]
    return [out] if depth else [*parts, out[start:]]


def _joined(parts: list[str]) -> str:
    return ", ".join(map(_element, map(str.strip, parts)))


def _element(part: str) -> str:
    """A thing in a list; a set or a list of one is another thing than the one."""
    kept = part[:1] in ("{", "[") and part[-1:] == _PAIRS[part[0]] and _closes(part, 0, len(part))
    written = canonical(part) or part
    return f"{part[0]}{written}{part[-1]}" if kept else written
