"""The bounds of what comes from a file or a caller, in one place: beyond them memory ends, or nothing ever does."""

from __future__ import annotations

ENVIRONMENT_BYTES = 128 * 2**20  # of a saved or published environment
TEXT_BYTES = 8 * 2**20  # of a policy, a table, or one line of a study
STUDY_BYTES = 64 * 2**20  # of all lines of a study
NUMBERS = 2**24  # in all arrays of one environment's file
OPCODES = 100_000  # of a published file; those of the paper have a few hundred
MEMBERS = 100  # of the archive that a saved environment is
CONTEXTS = 1_000
CLASSES = 1_000  # of answers to one query
SCALE = 10_000  # of N: completions for one query
TOKENS = 10**9  # of max_tokens
WHOLE = 2**53  # of any other whole number: the last that is exact as a float
MESSAGE = 400  # characters of what a file is cited with in an error


def cited(said: object) -> str:
    """``said`` as text that is safe to print: one line, of bounded length, without what a terminal would obey."""
    text = str(said)
    if len(text) > MESSAGE:
        text = f"{text[: MESSAGE * 3 // 4]} ... {text[-MESSAGE // 5 :]}"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
