"""Dates and times of day as answers."""

from __future__ import annotations

import re

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?"
_MONTH_FIRST = rf"{_MONTH} (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>\d{{4}}))?"
_DAY_FIRST = re.sub(
    r"\?P<(\w+)>", r"?P<\1_>", rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH}(?:,? (?P<year>\d{{4}}))?"
)
#: A date in words, month or day first.
DATE = rf"{_WEEKDAY}(?:the )?(?:{_MONTH_FIRST}|{_DAY_FIRST})"
_DATE = re.compile(DATE, re.IGNORECASE)
#: A date in figures, the year first.
ISO = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
#: A time of day; with a point only before am or pm, as 12.50 is a decimal.
TIME = (
    r"(?:(?P<hour>\d{1,2})(?:[:h]|\.(?=\d\d ?[ap]\.?m))(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"|(?P<full>\d{1,2})(?= ?[ap]\.?m))"
    r"(?: ?(?P<half>[ap])\.?m\b\.?)?"
)
_TIME = re.compile(TIME, re.IGNORECASE)


def date_or_time(text: str) -> str | None:
    """``2024-01-15``, ``01-15`` where no year is given, ``3:30 pm``; ``None`` for all else."""
    if found := _DATE.fullmatch(text):
        month = _MONTHS.index((found["month"] or found["month_"])[:3].lower()) + 1
        day, year = int(found["day"] or found["day_"]), found["year"] or found["year_"]
        if not 1 <= day <= 31:
            return None
        return f"{year}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"
    if (found := _ISO.fullmatch(text)) and 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31:
        return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
    found = _TIME.fullmatch(text)
    if found and (":" in text or found["half"]):
        second = f":{found['second']}" if found["second"] else ""
        half = f" {found['half'].lower()}m" if found["half"] else ""
        return f"{int(found['hour'] or found['full'])}:{found['minute'] or '00'}{second}{half}"
    return None
