"""What a terminal can take: any encoding, a reader that is gone, errors of one line."""

from __future__ import annotations

import argparse
import codecs
import os
import sys
from importlib.metadata import version
from typing import Any

LONGEST = 1_000  # characters of an error

_PLAIN = {"±": "+/-"}


def plain_output() -> None:
    """Let what stdout and stderr cannot encode be written otherwise, rather than lose a result."""
    codecs.register_error("iapo-plain", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="iapo-plain")


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(c, c.encode("ascii", "backslashreplace").decode()) for c in text), error.end


def say(text: str) -> None:
    """Print a line of progress; what goes on in files goes on where nobody reads."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        unread()


def unread() -> int:
    """Nobody reads stdout any more: write to nowhere from now on.  Returns the exit code that shells give it."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return 128 + 13


def one_line(error: object) -> str:
    """The message, or any text, in one line, without control characters, cut where it is very long."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for this"
    text = " ".join("".join(c if c.isprintable() else " " for c in str(error)).split()) or type(error).__name__
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


class Version(argparse.Action):
    """``--version``: looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print it and end."""
        print(f"iapo-widgets {version('iapo-widgets')}")
        parser.exit()
