"""From a completion's text to its answer: the string that votes and is compared with the right answer.

An extractor is a function ``text -> str | None``; ``None`` where the text names no answer, which then casts no vote.
What it returns is canonical: two ways to write one answer give one string.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

Extractor = Callable[[str], "str | None"]

LETTERS = "ABCDEFGHIJ"
_NUMBER = r"[-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?"
_LAST_NUMBER = re.compile(rf"(?:(?<![\w.])|(?<=[a-zA-Z=$])){_NUMBER}(?:\s?/\s?\d+)?(?!\w)")
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*")
_HASHES = re.compile(r"####[ \t]*(\S[^\n]*)")
_STATED = re.compile(
    r"\b(?:answer|result)\b(?:[ \t]+(?:is|to [^.\n]{1,80} is)\b)?[ \t]*[:=]?[ \t\n]*\**[ \t]*([^\n]+)", re.IGNORECASE
)
_LETTER_FIRST = re.compile(
    rf"\**(?:(?:option|choice)\s+)?\(?([{LETTERS}])(?:[).:*]|$|(?=\s*$)|(?=\s+(?:because|since|as)\b))"
)
_LETTER_INSIDE = re.compile(rf"(?:\(|\b(?:option|choice) )([{LETTERS}])\b")
_ALONE = re.compile(rf"\W*\(?([{LETTERS}])\)?\W*")
_FRACTION = re.compile(r"\\[dt]?frac\s*(?:\{(-?\d+)\}\s*\{(\d+)\}|(\d)\s*(\d))")
_WORDS = re.compile(r"\\(?:text|mathrm|mathbf|textbf|mbox)\s*\{([^{}]*)\}")
_NOISE = re.compile(r"\\(?:left|right)(?![a-zA-Z])|\\[,;!: ]|\\(?:quad|displaystyle)(?![a-zA-Z])")


def boxed(text: str) -> str | None:
    r"""The content of the last complete ``\boxed{...}``, braces inside included; ``\boxed 5`` counts too."""
    for match in reversed(list(_BOXED.finditer(text))):
        inside = _braced(text, match.end()) if text[match.end() : match.end() + 1] == "{" else None
        if inside is None and (bare := re.match(r"[-\w.]+", text[match.end() :])):
            inside = bare[0]
        if inside is not None:
            return canonical(inside)
    return None


def hashes(text: str) -> str | None:
    """What follows the last ``####``, up to the end of its line."""
    found = _HASHES.findall(text)
    return canonical(found[-1]) if found else None


def number(text: str) -> str | None:
    """The last number; signs, thousands separators, decimals and exponents are understood."""
    found = _LAST_NUMBER.findall(text)
    return canonical(found[-1]) if found else None


def choice(text: str) -> str | None:
    """The letter of a choice: boxed, after ``answer``, alone on a line, or the last one in brackets."""
    for explicit in (_boxed_letter(text), _stated_letter(text)):
        if explicit:
            return explicit
    for line in reversed(text.strip().splitlines()):
        if alone := _ALONE.fullmatch(line.strip()):
            return alone[1]
    inside = _LETTER_INSIDE.findall(text)
    return inside[-1] if inside else None


def any_answer(text: str) -> str | None:
    r"""``\boxed``, ``####``, what is said to be the answer, a letter standing alone, else the last number."""
    for explicit in (boxed, hashes, _stated, choice):
        if (answer := explicit(text)) is not None:
            return answer
    return number(text)


#: Extractors by name.
EXTRACTORS: dict[str, Extractor] = {
    "any": any_answer,
    "boxed": boxed,
    "hashes": hashes,
    "number": number,
    "choice": choice,
}


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


class PatternExtractor:
    """The first group of a pattern's last match, or all of the match where it has no group."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern

    def __call__(self, text: str) -> str | None:
        """The canonical answer, ``None`` where nothing matches."""
        found = list(self.pattern.finditer(text))
        given = found[-1][1 if self.pattern.groups else 0] if found else None
        return None if given is None else canonical(given)


def canonical(answer: str) -> str | None:
    r"""One way to write an answer: ``1,200.50`` is ``1200.5``, ``\frac{1}{2}`` is ``1/2``, ``(B).`` is ``B``.

    ``None`` where nothing is left.
    """
    before, out = None, answer.replace("\u2212", "-")
    while out != before:  # until nothing changes, so that a canonical answer stays as it is
        before, out = out, _simplified(out)
    return out or None


def _simplified(answer: str) -> str:
    out = _WORDS.sub(r"\1", _NOISE.sub("", answer)).strip().strip("*$`").strip()
    out = re.sub(r"(?<=\S)[.,;:!?]+$", "", out) if out not in (".", ",") else ""
    out = re.sub(r"^\\[\[(](.*)\\[\])]$", r"\1", out).strip()
    out = _FRACTION.sub(lambda m: f"{m[1] or m[3]}/{m[2] or m[4]}", out)
    out = re.sub(r"(?<=\d)\s?/\s?(?=\d)", "/", out)
    out = re.sub(r"^[a-zA-Z]\s*=\s*(?==*[^=])", "", out)
    out = re.sub(r"^\(\s*([A-Za-z])\s*\)$", r"\1", out)
    out = re.sub(r"^\\?[$\u20ac\u00a3](?=[-\d])|\\?%$|(?<=\d)\s*(?:\^\s*\{?)?\\(?:circ|degree)\}?$", "", out).strip()
    if re.fullmatch(_NUMBER, out):
        return _plain(out.replace(",", ""))
    return re.sub(r"\s+", " ", out)


def _plain(number_text: str) -> str:
    try:
        value = Decimal(number_text)
    except InvalidOperation:  # pragma: no cover - the pattern admits only numbers
        return number_text
    if value == 0:
        return "0"
    return f"{value.normalize():f}" if abs(value.adjusted()) < 40 else str(value.normalize())


def _braced(text: str, start: int) -> str | None:
    """What stands between the brace at ``start`` and its partner, ``None`` where it has none."""
    depth, i = 0, start
    while i < len(text):
        if text[i] == "\\":
            i += 1  # the next character is escaped
        elif text[i] == "{":
            depth += 1
        elif text[i] == "}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : i]
        i += 1
    return None


def _boxed_letter(text: str) -> str | None:
    found = boxed(text)
    return found if found is not None and found in LETTERS and len(found) == 1 else None


def _stated_letter(text: str) -> str | None:
    for stated in reversed(_STATED.findall(text)):
        if letter := _LETTER_FIRST.match(stated):
            return letter[1]
    return None


def _stated(text: str) -> str | None:
    """The letter or number that follows the last ``answer is``."""
    for stated in reversed(_STATED.findall(text)):
        if letter := _LETTER_FIRST.match(stated):
            return letter[1]
        if first := _LAST_NUMBER.search(stated):
            return canonical(first[0])
    return None
