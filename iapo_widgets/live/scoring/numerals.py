"""Numerals in the writings of the world: where one stands in a text, and which value it has.

A numeral is read whole or not at all: no piece of ``1,2,3``, ``3:30``, ``2x`` or ``x_1`` is one.  Texts are those that
``characters.plain`` and ``latex.unlatex`` give.
"""

from __future__ import annotations

import re
from fractions import Fraction

from .scales import SCALE, SIGNS, power_of
from .spelled import spelled

# units that may follow without a space
_UNITS = (
    "mm|cm|dm|km|m|mi|ft|in|yd|kg|mg|g|lbs?|oz|ml|mL|cl|dl|l|L|s|secs?|ms|ns|mins?|h|hrs?|d|days?|yrs?|Hz|[kMG]Hz|k?W|kWh"
    "|V|kV|A|mA|k?J|N|k?Pa|C|F|K|[kMGT]?B|px|mph|km/h|kmh|kph|m/s|rpm|st|nd|rd|th|USD|EUR|GBP"
)
_AFTER_MONEY = {"K": 3, "M": 6, "m": 6, "B": 9}
_AFTER_DIGITS = {"M": 6, "B": 9}  # 5K may be of kelvins, 5m of metres
_MONEY = (
    r"(?:(?:US|CA|AU|HK|NZ|[CARS])?\$|[\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd\u20ba\u20aa\u20ab\u20a6\u0e3f]"
    r"|(?:USD|EUR|GBP|CHF|INR|JPY)(?= )|Rs\.?)"
)
_PLAIN = (
    r"(?:(?!0,)\d{1,3}(?:,\d{3}){1,12}(?:\.\d+)?"  # 1,234.5, but 0,125 has no thousands
    r"|\d{1,2}(?:,\d{2}){1,8},\d{3}(?:\.\d+)?"  # 12,34,567
    r"|(?!0\.)\d{1,3}(?:\.\d{3}){1,12},\d+"  # 1.234,56
    r"|(?!0\.)\d{1,3}(?:\.\d{3}){2,12}"  # 1.234.567
    r"|(?!0)\d{1,3}(?:[ '_]\d{3}){1,12}(?:[.,]\d+)?"  # 1 234,5 and 1'234.5 and 1_234
    r"|\d+[.,]\d+|\d+\.(?=[eE][-+]?\d)|\d+|\.\d+)(?!\d|[.,'/_]\d|:\d)"
)
_TEN = r" ?[\u00d7x*\u00b7\u22c5] ?10(?:\^|\*\*)\(?(?P<ten>[-+]?\d{1,3})\)?"
_UNSIGNED = (
    rf"(?P<money>{_MONEY} ?)?(?P<minus>-)?"
    r"(?:(?:(?P<mixed>\d{1,15}) {1,2}(?:and )?)?(?P<over>\d{1,15}) ?/ ?(?P<under>\d{1,15})(?![\d/]|[.,]\d)"
    r"|(?P<base>\d{1,15})(?:\^|\*\*)\(?(?P<power>-?\d{1,3})\)?(?![\d^]|[.,]\d)"
    rf"|(?P<plain>{_PLAIN})(?:[eE](?P<e>[-+]?\d{{1,3}})|{_TEN})?(?![\d^]))"
    rf"(?: ?(?P<scale>{SCALE}|(?<=\d)[KMmB](?![A-Za-z])))?"
    rf"(?: ?[%\u00b0\u20ac\u00a3\u00a5\u20b9\u20bd][CF]?|(?:{_UNITS})(?![A-Za-z\d^]))?"
)
_BEFORE = (
    r"(?=[-+.]{0,2} ?[\dA-Z$\u20ac\u00a3\u00a5\u20b9\u20a9\u20bd\u20ba\u20aa\u20ab\u20a6\u0e3f])"  # soon told
    rf"(?<![A-Za-z\d\u00c0-\u024f\u221a^\u00b1{SIGNS}])(?<![A-Za-z\d][._^])(?<!\d[,':/])(?<![A-Za-z]-)(?<!\u00b1 )"
    r"(?<!\^[-{(])(?<!\u221a[{(])(?<!\d\*\*)(?<!\d{4}-\d\d-)(?!\d{4}-\d\d-\d)(?!(?<=\d{4}-)\d\d-\d)"
)
_BEHIND = (
    r"(?![A-Za-z\d\u00c0-\u024f]|_[A-Za-z\d]|[:/']\d|[.,]\d| ?(?:[\u221a\u03c0\u221e^]|\\(?!end\b|text|quad)[a-z])"
    rf"|!(?:!| ?[=+*/\u00d7)}}\]$])|(?<![{SIGNS}])[{SIGNS}](?![\u514b\u7c73\u74e6])|(?<=[{SIGNS}])[\d{SIGNS}])"
)
IN_TEXT = re.compile(rf"{_BEFORE}(?P<sign>(?<![A-Za-z\d)\]}}])[-+]|(?<=[=:] )- )?{_UNSIGNED}{_BEHIND}")
_NEAR = r"(?:[\u2248~]|(?:approximately|approx\.?|about|around|roughly|exactly|nearly|almost|only|just|ca\.) ) ?"
_ALONE = re.compile(rf"(?:{_NEAR})?(?P<sign>[-+] ?)?{_UNSIGNED}(?P<rest>.{{0,60}})", re.DOTALL)
# what is counted or measured does not count; what would make another value of it does
_LATIN = r"A-Za-z\u00c0-\u024f"
_NOUN = (
    rf"(?:[{_LATIN}\u00b0\u00b5][a-z\u00b5\u00c0-\u024f'-]+"
    r"|[A-Za-z]{1,6}/[a-z]{1,6}(?:\^-?\d)?|[mcgslhLCFVWANJK]|[a-z]{1,12}\^[23]|[A-Z]{3})"
)
_COUNTED = re.compile(rf"(?: {_NOUN}\.?){{1,4}}")
_CHANGES = re.compile(
    r"\b(?:squared|cubed|factorial|pi|sqrt|roots?|more|less|fewer|times|plus|minus|or|and|to|over|by|choose|mod|x"
    r"|below|above|ago|under|dozen|half|north|south|east|west|square roots?|cube roots?|modulo|divided"
    r"|degrees? of|am|pm|a\.m|p\.m|o'clock|bc|ad|percent of|is|are|was|not|than)\b",
    re.IGNORECASE,
)
_ODD = re.compile(r"[ '_]|\.\d{3}[.,]|,\d\d,")
_PLACE = re.compile(r"\u00b0 ?[NSEWnsew]\b")  # on the globe, where north and south differ


def last_numeral(text: str) -> str | None:
    """The value of the last numeral in a text."""
    last = None
    for match in IN_TEXT.finditer(text):
        last = match
    return None if last is None else _value(last)


def written_out(text: str) -> str:
    """``text`` with the numerals in plain digits that not every program reads: ``1.234,56``, ``12'000``, ``1.2e5``."""
    return IN_TEXT.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    odd = match["plain"] and (match["e"] or match["ten"] or match["scale"] or _ODD.search(match["plain"]))
    return _value(match) or match[0] if odd and match[0][-1] != "%" else match[0]


def value_of(text: str) -> str | None:
    """The value of a text that is a numeral, with or without money, unit or what is counted; ``None`` for others."""
    if text[:9].lower().startswith(("minus ", "negative ")):
        value = value_of(text.split(" ", 1)[1])
        return f"-{value}" if (value and value[0] not in "-0") or (value and value.startswith("0.")) else value
    match = _ALONE.fullmatch(text)
    counts = (
        match is not None
        and not _PLACE.search(text)
        and (not (rest := match["rest"]).strip() or (_COUNTED.fullmatch(rest) and not _CHANGES.search(rest)))
    )
    if match is None or not counts:
        words = spelled(text)
        return None if words is None else written(words)
    return _value(match)


def _value(match: re.Match[str]) -> str | None:
    negative = "-" in (match["sign"] or "") or match["minus"] is not None
    if match["over"]:
        if not int(match["under"]):
            return None
        found: Fraction | None = int(match["mixed"] or 0) + Fraction(int(match["over"]), int(match["under"]))
    elif match["base"]:
        found = _power(int(match["base"]), int(match["power"]))
    else:
        return _decimal(match, negative)
    if found is None:
        return None
    scale = power_of(match["scale"] or "")
    return written(-found * 10**scale if negative else found * 10**scale)


def _power(base: int, power: int) -> Fraction | None:
    if abs(power) * len(str(base)) > 300 or (base == 0 and power <= 0):
        return None
    return Fraction(base) ** power


def _decimal(match: re.Match[str], negative: bool) -> str:
    """The digits of a decimal moved as its exponent says: however many there are, none is lost."""
    text = match["plain"]
    point = _point(text)
    whole, part = (text, "") if point is None else (text[:point], text[point + 1 :])
    whole = re.sub(r"\D", "", whole)
    scale = match["scale"] or ""
    exponent = int(match["e"] or match["ten"] or 0) + power_of(scale)
    exponent += (_AFTER_MONEY if match["money"] else _AFTER_DIGITS).get(scale, 0)
    digits, at = whole + part, len(whole) + exponent
    if at <= 0:
        digits, at = "0" * (1 - at) + digits, 1
    elif at > len(digits):
        digits += "0" * (at - len(digits))
    whole, part = digits[:at].lstrip("0") or "0", digits[at:].rstrip("0")
    out = f"{whole}.{part}" if part else whole
    return f"-{out}" if negative and out != "0" else out


def _point(text: str) -> int | None:
    """Where the decimal point or comma of a plain numeral stands."""
    if "." in text and "," in text:
        return max(text.rfind("."), text.rfind(","))
    for mark in ".,":
        if text.count(mark) == 1:
            at = text.index(mark)
            thousands = mark == "," and len(text) - at == 4 and 1 <= at <= 3 and text[0] != "0"
            return None if thousands and text[:at].isdigit() else at
    return None


def written(value: Fraction) -> str:
    """One way to write a value: as a decimal where one ends, else as a fraction in lowest terms."""
    rest, fives = value.denominator, 0
    places = 0
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    twos = rest.bit_length() - 1
    if rest != 1 << twos:
        return f"{value.numerator}/{value.denominator}"
    places += max(fives, twos)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:].rstrip("0")) if places else (digits, "")
    out = f"{whole}.{part}" if part else whole
    return f"-{out}" if value < 0 else out
