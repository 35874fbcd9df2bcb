"""So many of a thing, in words."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """``1 answer``, ``2,000 answers``; what: one of them, whose plural ends in s."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
