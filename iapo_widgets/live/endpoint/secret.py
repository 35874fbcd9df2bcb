"""A key that shows itself to nobody but the client that sends it."""

from __future__ import annotations

import html.entities
import os
import re
from typing import NoReturn

from . import pieces

BLOT = "[key]"


class Secret:
    """Holds a key; ``reveal()`` is the only way to it.  It prints as hidden and refuses to be pickled."""

    __slots__ = ("__apart", "__escaped", "__value", "__weakref__")

    def __init__(self, value: str) -> None:
        bad = not isinstance(value, str) or not value.strip() or any(ord(c) < 33 or ord(c) > 126 for c in value.strip())
        self.__value = "" if bad else value.strip()
        self.__escaped: re.Pattern[str] | None = None
        self.__apart: tuple[re.Pattern[str], ...] | None = None
        if bad:
            value = ""  # a traceback that shows variables must not show it
            raise ValueError("a key must be text of printable ASCII characters without spaces")

    @classmethod
    def from_environment(cls, *names: str) -> Secret | None:
        """The key in the first of these environment variables that is set, or ``None``."""
        return next((cls(os.environ[name]) for name in names if os.environ.get(name, "").strip()), None)

    def reveal(self) -> str:
        """The key itself."""
        return self.__value

    def scrub(self, text: str) -> str:
        """``text`` with the key blotted out: some endpoints repeat it in their error messages.

        Also where it is written with the escapes of JSON, addresses or HTML, one inside the other a few times; and a
        drawn key (12 letters and digits at least) in base64, or in pieces of any size with blanks, line breaks, unseen
        characters, quotes or other signs between them.  Pieces with words between them, or in separate texts, such as
        two answers, cannot be known for a key.  A key of fewer than 8 characters is a placeholder, which may well be a
        word of the text.
        """
        if len(self.__value) < 8:
            return text
        if self.__value in text:
            text = text.replace(self.__value, BLOT)
        if "\\" in text or "%" in text or "&" in text:
            if self.__escaped is None:
                self.__escaped = re.compile("".join(map(_writings, self.__value)))
            text = self.__escaped.sub(BLOT, text)
        if self.__apart is None:
            self.__apart = pieces.needles(self.__value)
        return pieces.blotted(text, self.__apart, BLOT)

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is never pickled; give it again where it is needed")


def _writings(character: str) -> str:
    """A pattern of the ways to write one character: itself, \\/, \\u002f, \\x2f, %2f, &#47;, &#x2f;, &sol;.

    Repeats are bounded, so that a text of nothing but backslashes is read in linear time.
    """
    number = f"{ord(character):02x}"
    code = "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in number)
    names = [name for name, value in html.entities.html5.items() if value == character and name.endswith(";")]
    entity = "|".join([rf"#0{{0,6}}{ord(character)};?", rf"#[xX]0{{0,6}}{code};?", *names])
    slashed = "" if character.isalnum() else rf"{re.escape(character)}|"
    slashes = r"\\(?<!\\\\)\\{0,7}"  # from the first of them on: a million of them are passed over, not tried
    return (
        rf"(?:{re.escape(character)}|{slashes}(?:{slashed}u00{code}|u\{{0{{0,4}}{code}\}}|x{code})|%(?:25){{0,3}}{code}"
        rf"|&(?:amp;){{0,3}}(?:{entity}))"
    )
