"""What stands around a numeral in a sentence and makes another value of it, or takes it back."""

from __future__ import annotations

import re
from math import factorial

_MEASURE = (
    r"(?:f(?:ee|oo)?t|inch(?:es)?|yards?|miles?|[ck]?m|met(?:re|er)s?|hours?|hrs?|h|min(?:ute)?s?|sec(?:ond)?s?|s|days?"
    r"|weeks?|months?|years?|dollars?|cents?|euros?|pounds?|lbs?|ounces?|oz|k?g|grams?|stones?|quarts?|pints?|cups?"
    r"|degrees?)"
)
_COMPOUND = re.compile(rf"(?<![\w.,/])\d[\d.,]* ?{_MEASURE},?(?: and)? \d[\d.]* ?{_MEASURE}\b", re.IGNORECASE)
# an operator, or a word that does as one
_GOES_ON = re.compile(
    r" ?(?:[+\u00d7\u00f7\u00b1^]|\*(?!\*)) ?[\w($\u221a\u03c0]| ?/ ?[\d(]| ?- ?[$(]?\d| - [a-z]\b"
    r"|[ -](?:plus|minus|divided|modulo|mod|choose|squared|cubed|factorial|pi|sqrt|(?:square |cube )?root(?:s? of)?"
    r"|to the|or(?! so\b|\Z)|dozen|over (?=[\d(])|by (?=\d)|x|times (?=\d|[b-z]\b|as\b|the\b|pi\b|sqrt)"
    r"|and (?:an? |one |two |three )?(?:hal(?:f|ves)|thirds?|quarters?|fourths?|fifths?|\d+ ?/))\b"
    rf"| {_MEASURE},?(?: and)? \d[\d.]* ?{_MEASURE}\b"
    r"|(?<=\u00b0) ?[NSEW]\b| (?:\w{1,20} ){1,2}(?:ago|below|above zero|squared|cubed|or (?:more|less|fewer))\b",
    re.IGNORECASE,
)
_COMES_TO = re.compile(r"\b(?:is|are|equals|makes|gives|comes to|totals|so) (?=[-$\d])", re.IGNORECASE)
_FACTORIAL = re.compile(r"(?<![\w.,)}])(\d{1,2})!(?![!\d])")
_ENDING = re.compile(r"(?<![\w.,)}])(\d{1,2})!(?=\s?(?:\$|\\[)\]]))")
_EQUALS_SOME = re.compile(
    r"= ?(?P<value>[-$]{0,2}\d[\d.,]*(?: [^\W\d]{1,20}){0,2}) (?:in|for|from|per|of|with|by|on|at|over)"
    r"(?: [^\W\d]{1,20}){0,2}"
    r" \d[\d.,]*(?: [^\W\d]{1,20}){0,3}[\s*_.!$]*\Z"
)
_DENIED = re.compile(
    r"(?:\b(?:not|never|neither|nor|nicht|pas|kein\w{0,2})|n't)(?: (?:be|equal to|equal|the|exactly))? ?[$*_(]{0,3}\Z",
    re.IGNORECASE,
)
# of how many the numeral before it is
_OF_ALL = re.compile(
    r"\d[*_$]{0,3} ?[%\u20ac]?[*_$]{0,3} (?:[^\W\d]{1,15} )?(?:out of|von|sur)"
    r"(?: (?:the|all|a|total|of|insgesamt)){0,3} [$*_]{0,3}\Z"
)
_BOUND = re.compile(
    r"(?P<bound>(?:\bnot |\bno )?\b(?:at (?:least|most)|(?:more|less|greater|fewer|larger|smaller) than"
    r"|over|under|above|below|up to)(?: or equal to)?) ?[$*_]{0,3}\Z",
    re.IGNORECASE,
)
_RELATION = re.compile(r"(?:(?P<of>(?<![\w.])[A-Za-z](?:_\w)?) ?)?(?:[<>]=?|[\u2260\u2264\u2265\u00b1]|!=) ?\$?\Z")


def goes_on(text: str, at: int) -> bool:
    """Whether an operator or a changing word follows a numeral: ``5 plus 3``, ``5 cubed``, ``5 feet 3 inches``."""
    return _GOES_ON.match(text, at) is not None


def value_after_equals(sentence: str) -> int | None:
    """Where the value stands behind the last ``=`` of a sentence that only tells what it is of: ``= 12 pens in 3``."""
    found = _EQUALS_SOME.search(sentence)
    return found.start("value") if found else None


def factorials(maths: str) -> str:
    """``maths`` with the factorials of numbers worked out: a sentence may end in ``!``, a formula does not."""
    return _FACTORIAL.sub(_worked_out, maths)


def ending_factorials(text: str) -> str:
    """``text`` with the factorials worked out that end a formula between its marks."""
    return _ENDING.sub(_worked_out, text) if "!" in text else text


def _worked_out(found: re.Match[str]) -> str:
    return str(factorial(int(found[1])))


def comes_to(clause: str) -> int | None:
    """Where the value stands that a clause comes to at last: ``5 plus 3, which is 8``."""
    found = list(_COMES_TO.finditer(clause))
    return found[-1].end() if found else None


def is_denied(before: str) -> bool:
    """Whether what precedes a numeral takes it back: ``it is not``."""
    return _DENIED.search(before[-40:]) is not None


def is_of_all(before: str) -> bool:
    """Whether what precedes a numeral makes it that of which another one is a part: ``18 out of``."""
    return _OF_ALL.search(before[-40:]) is not None


def bound(before: str) -> str:
    """What makes a bound of the numeral that it precedes: ``at least``; nothing where there is none."""
    found = _BOUND.search(before[-40:])
    return f"{found['bound']} " if found else ""


def compound(clause: str) -> str | None:
    """The last measure of a clause where it is of two units, as ``5 feet 3 inches``."""
    found = list(_COMPOUND.finditer(clause))
    return found[-1][0] if found and not re.search(r"\d", clause[found[-1].end() :]) else None


def relation(before: str) -> tuple[bool, str]:
    """Whether a sign as ``<`` precedes a numeral, and the sign with its variable where there is one."""
    found = _RELATION.search(before[-12:])
    return found is not None, found[0] if found and found["of"] else ""
