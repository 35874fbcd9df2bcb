"""What spreadsheets put around a right answer or in its place: formulas, errors, an apostrophe."""

from __future__ import annotations

import re

NUMBER = r"[-+]?\d[\d.,]*%?"
WRAPPED = re.compile(rf"=\s*(?:\"(?P<text>(?:[^\"]|\"\")*)\"|(?P<number>{NUMBER}))|'(?P<marked>{NUMBER})")
NOTHING = re.compile(r"#(?:N/A|NV|DIV/0!|[A-ZÄÖÜ]{3,12}[!?])|nan|n/a|=\s*[A-Za-zÄÖÜäöü.]{1,20}\(.*", re.I)


def cell(value: str) -> tuple[str | None, str]:
    """The right answer in a cell, ``None`` for an error or a formula without its result, and a note; else as it is."""
    text = value.strip()
    if found := WRAPPED.fullmatch(text):
        inner = found["text"]
        inner = inner.replace('""', '"') if inner is not None else found["number"] or found["marked"]
        return inner, f"{text[:40]} was read as {inner[:40]}, as spreadsheets write it"
    if NOTHING.fullmatch(text):
        return None, f"{text[:40]} is no right answer but what a spreadsheet writes in place of one"
    return value, ""
