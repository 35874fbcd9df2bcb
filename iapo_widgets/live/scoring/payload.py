"""What a statement says: the value at the head of the words that follow ``the answer is``."""

from __future__ import annotations

import re

from .calendar_forms import DATE, ISO, TIME
from .heads import bound, comes_to, compound, factorials, goes_on, is_denied, is_of_all, relation
from .numerals import IN_TEXT, value_of
from .phrases import YES_NO, is_phrase, is_weak
from .prepared import BOX, REACH, Prepared, last_few
from .writing import LETTERS, canonical

_SMALL = LETTERS.lower()
_FILLERS = "therefore|thus|then|hence|clearly|simply|now|also|indeed|actually|definitely|just|equal to|that|:"
_LEAD = re.compile(
    rf"(?:[\s*_`>|~\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]|(?<=\n)[-\u2022](?= )|(?:{_FILLERS}),? )*(?!\Z)",
    re.IGNORECASE,
)
_MATHS = re.compile(r"\$\$?(?=\S)([^$\n]{1,200}?)(?<=\S)\$\$?(?!\d)")
_QUOTED = re.compile(r"\"([^\"\n]{1,80})\"|(?<=\*\*)([^*\n]{1,80})\*\*|(?<=`)([^`\n]{1,80})`")
_END = re.compile(
    r"(?<![ (][A-Z])(?<!\bSt)(?<!\bDr)(?<!\bMr)(?<!\bMrs)(?:[.?]|!(?! ?[-=+*/\u00d7] ?\d))(?=[\s*_\"')\]]|\Z)|\n|</"
)
_NOT = re.compile(r"(?:not|neither|isn't|no longer) ", re.IGNORECASE)
_BUT = re.compile(
    r"(?:\bbut(?: rather| instead)?|[,;] (?:it is|it's|rather|instead)|\binstead(?: it is)?) ", re.IGNORECASE
)
# what comes after the value: a reason, a remark
_SOFT = re.compile(
    r", (?!\d)|; | \(|(?<=\d)\((?=[^()\n]*[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af])"
    r"| -(?! [$\d][\d.,]*[a-z]?[ .)]*(?:\Z|[-+=*/\u00d7])) |\u2014"
    r"| (?:because|since|as|which|where|when|so|but|and not|not|for|per the|if|with)\b",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(?<![<>!=])=(?!=)|\u2248|\u2192|->|\u21d2")
_BEHIND_A_LETTER = (
    r"[).:,;!?\u2014\n\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]|\s*\Z|\s*[-\u2014(]"
    r"|\s+(?:because|since|as|and not|not|but|which|for|is|with|-)"
)
#: What a choice is called.
CHOICE_WORDS = (
    "option|choice|letter|answer|antwort|lettre|r\u00e9ponse|opci\u00f3n|respuesta|letra|op\u00e7\u00e3o|resposta"
    "|lettera|opzione|risposta|alternativa|\u0111\u00e1p \u00e1n"
)
_LETTER = re.compile(
    rf"(?:(?i:(?:(?:donc|also|the|la|le|el|die|der|il|a) ){{0,2}}(?:{CHOICE_WORDS}) |(?:la|le|el|die) ))?"
    r"[(\[<*_\"'`$]{0,4}"
    rf"(?:([{LETTERS}])(?![A-Za-z\d'(^=+])|([{_SMALL}])(?=[)\]>*_\"'`.]*\s*\Z|\)))"
    rf"[)\]>*_\"'`$]{{0,4}}(?={_BEHIND_A_LETTER})"
)
_FIRST_OF_SEVERAL = re.compile(rf"[(*_]{{0,3}}[{LETTERS}](?=[)*_]{{0,3}}(?:,| and| or|,? &))")
_MORE = re.compile(rf"[)*_]{{0,3}}(?:,| and| or|,? &)\s?(?:and |or )?[(*_]{{0,3}}[{LETTERS}](?![\w'])")
_WHEN = re.compile(rf"(?:on |the )?(?P<found>{DATE}|{ISO}|{TIME}(?! ?\d))(?![\w:])", re.IGNORECASE)
_ONE = rf"(?:-?[\d./]+|[{LETTERS}])"
_COMPOSITE = re.compile(
    rf"{_ONE}(?:, {_ONE})+|-?[\d./]+-[\d./]+|[\d.]+(?::[\d.]+)+(?: [ap]m)?|[(\[{{].*[)\]}}]|-?-?[\d-]+-\d\d"
)
_KEYED = re.compile(r"[\"']\s?:")  # JSON is no set
_ITEM = r"[-$]{0,2}(?:\d[\d./]*|\u221e)"
# a tuple, an interval, or a list at the end
_SEVERAL = re.compile(
    rf"[(\[{{]{_ITEM}(?:(?:, |;|,(?!\d{{3}}\b)) ?{_ITEM}){{1,9}}[)\]}}](?=[\s*_.!$]*\Z)"
    rf"|(?<![\w.,/-])(?:[a-z] = )?{_ITEM}(?:, {_ITEM}){{0,9}},? (?:and|or) (?:[a-z] = )?{_ITEM}(?=[\s*_.!$]*\Z)"
)
# "it is", at the end of a sentence
_POLITE = re.compile(r"(?:\u3067\u3059|\u3067\u3057\u305f|\uc785\ub2c8\ub2e4|\uc774\ub2e4| \u0939\u0948)[\s.]*\Z")
_WORDS = re.compile(r"[^\W\d]{1,20}(?:, [^\W\d]{1,20}){1,9},? (?:and|or) [^\W\d]{1,20}")  # red, green and blue


def payload(prepared: Prepared, at: int, *, firm: bool = False) -> str | None:
    """The value of what is stated from there on, as it is written; ``None`` where the sentence holds none.

    firm: words count only where they are a name, and a numeral only at their head: others are a remark.
    """
    rest = prepared.text[at : at + REACH]
    lead = _LEAD.match(rest)
    begin = at + (lead.end() if lead else 0)
    rest = prepared.text[begin : at + REACH]
    if box := BOX.match(rest):
        return prepared.boxes[int(box[1])]
    if maths := _MATHS.match(rest):
        return factorials(_EQUALS.split(maths[1])[-1])
    if _NOT.match(rest):
        turn = _BUT.search(_sentence(rest))
        if turn is None:
            return None
        rest = rest[turn.end() :]
    line = rest.split("\n", 1)[0]
    if letters := _several_letters(line):
        return letters
    if letter := _LETTER.match(line):
        return with_label(letter[1] or letter[2], line[letter.end() :])
    told = prepared.text[max(0, at - 5) : at].rstrip(" *_`").endswith(":")  # Answer: unknown
    if told and is_weak(said := _sentence(rest).strip(" *_`")):
        return said
    if answer := YES_NO.match(rest):
        return answer[1] if told or not is_weak(answer[1]) else None
    if quoted := _QUOTED.match(prepared.text, begin, at + REACH):
        rest = next(group for group in quoted.groups() if group)
    if when := _WHEN.match(rest):
        return when["found"]
    return of_clause(_sentence(rest), firm=firm)


def with_label(letter: str, behind: str) -> str:
    """A choice as it is written: its letter, and in short what it stands for."""
    words = _sentence(behind).strip(" ).:*_\"'`")
    means = behind.lstrip("*_`\"'")[:1] in tuple(").:") and (is_phrase(words) or value_of(words) is not None)
    return f"{letter.upper()}) {words}" if means else letter


def is_composite(text: str) -> bool:
    """Whether it is a list of numerals or letters, a range, a ratio, a tuple or a date, and nothing else."""
    return 0 < len(text) <= 100 and not _KEYED.search(text) and _COMPOSITE.fullmatch(canonical(text) or "") is not None


def of_clause(clause: str, *, firm: bool = False) -> str | None:
    """The value at the head of a clause, or behind its ``=``; else its last numeral."""
    clause = _POLITE.sub("", clause)
    if is_composite(clause) or _WORDS.fullmatch(clause.strip(" *_")):
        return clause
    short = _EQUALS.split(_SOFT.split(clause, maxsplit=1)[0])[-1].strip(" *_")
    if value_of(short) is not None:
        return short
    first = IN_TEXT.match(short)
    if first and goes_on(short, first.end()):  # 5 plus 3
        at = comes_to(clause)
        value = IN_TEXT.match(clause, at) if at is not None else None
        return value[0] if value else short if len(short) <= 40 else None
    if first and re.match(r"[ *_]+(?:[^\W\d_]|[\"'*(])", short[first.end() :]):
        return first[0]  # 12 of the pens
    if firm and first is None and not short[:1].isupper():
        return None
    if first is None and is_phrase(short) and not is_weak(short):
        return short
    if first is None and re.match(r"[-+(\d]", short) and len(short) <= 40 and not re.search(r"[A-Za-z]{3}", short):
        return short  # an expression
    return None if firm else last_said(clause)


def last_said(clause: str) -> str | None:
    """The last numeral of a clause that is not taken back, with the list, the relation or the bound that it is in."""
    if several := _SEVERAL.search(clause):
        return several[0].strip(" *_.$")
    if measure := compound(clause):
        return measure
    for numeral in reversed(last_few(IN_TEXT.finditer(clause))):
        before = clause[max(0, numeral.start() - 40) : numeral.start()]
        related, of = relation(before)
        if words := bound(before) or of:
            return words + numeral[0]
        if not related and not is_denied(before) and not is_of_all(before):
            return numeral[0]
    return None


def _several_letters(line: str) -> str | None:
    first = _FIRST_OF_SEVERAL.match(line)
    if first is None or not _MORE.match(line, first.end()):
        return None
    end = first.end()
    while more := _MORE.match(line, end):
        end = more.end()
    return line[:end]


def _sentence(rest: str) -> str:
    end = _END.search(rest)
    return rest[: end.start()] if end else rest
