"""Texts of others, made fit to be stored: valid Unicode, and no longer than anybody can have meant."""

from __future__ import annotations

LONGEST = 10_000_000  # characters of an answer or a thought
SHORT = 200  # of a name: finish reason, id, fingerprint, model
CUT = " [cut]"


def clean(text: str, most: int = LONGEST) -> str:
    """``text`` with "?" for halves of surrogate pairs, which no file can hold, and cut with a mark beyond ``most``."""
    if len(text) > most:
        text = text[: most - len(CUT)] + CUT
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def clean_name(text: str | None) -> str | None:
    """The same of a short name, which may be missing."""
    return None if text is None else clean(text, SHORT)
