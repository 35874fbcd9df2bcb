"""A key that shows itself to nobody but the client that sends it."""

from __future__ import annotations

import os
from typing import NoReturn


class Secret:
    """Holds a key; ``reveal()`` is the only way to it.  It prints as hidden and refuses to be pickled."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        bad = not isinstance(value, str) or not value.strip() or any(ord(c) < 33 or ord(c) > 126 for c in value.strip())
        self.__value = "" if bad else value.strip()
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

        A key of fewer than 8 characters is a placeholder, which may well be a word of the text.
        """
        known = len(self.__value) >= 8 and self.__value in text
        return text.replace(self.__value, "[key]") if known else text

    def __repr__(self) -> str:
        return "Secret(hidden)"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a key is never pickled; give it again where it is needed")
