"""Headers that go to the client only: their values are secrets like keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from .secret import Secret

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
#: Headers that the client writes itself.
OWN = ("content-length", "content-type", "transfer-encoding", "accept-encoding", "connection")


class Headers:
    """Names and hidden values, those of an account among them; ``reveal()`` is the only way to these.

    It prints names only and is never pickled.

    Raises ``ValueError`` for a name that is none or is the client's own, and for a value that is no printable ASCII;
    the value is not shown.
    """

    __slots__ = ("__parts", "__values")

    def __init__(
        self, values: Mapping[str, str] | None = None, organization: str | None = None, project: str | None = None
    ) -> None:
        self.__parts: tuple[Secret, ...] = ()
        self.__values: dict[str, str] = {}  # so that a traceback can print one that was refused
        wrong = _wrong(values) or _wrong(_account(organization, project))
        if wrong:
            values = organization = project = None  # a traceback that shows variables must not show them
            raise ValueError(wrong)
        found = {name: value.strip() for name, value in (values or {}).items()}
        self.__values = {**found, **_account(organization, project)}
        self.__parts = tuple(Secret(part) for value in self.__values.values() for part in value.split())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in (known.lower() for known in self.__values)

    def __bool__(self) -> bool:
        return bool(self.__values)

    def reveal(self) -> dict[str, str]:
        """The headers themselves."""
        return dict(self.__values)

    def scrub(self, text: str) -> str:
        """``text`` with the values blotted out, whole and each of their parts that is as long as a key."""
        for value in self.__values.values():
            if len(value) >= 8:
                text = text.replace(value, "[header]")
        for part in self.__parts:
            text = part.scrub(text)
        return text

    def __repr__(self) -> str:
        return f"Headers({', '.join(sorted(self.__values)) or 'none'}; values hidden)"

    def __copy__(self) -> Headers:
        return self

    def __deepcopy__(self, memo: object) -> Headers:
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError("headers are never pickled, they may hold keys; give them again where they are needed")


def _account(organization: str | None, project: str | None) -> dict[str, str]:
    """The headers by which OpenAI's API is told whose account is meant."""
    named = {"OpenAI-Organization": organization, "OpenAI-Project": project}
    return {name: value for name, value in named.items() if value is not None}


def _wrong(values: Any) -> str:
    """What is wrong with headers, without repeating what may be a key; empty where nothing is."""
    if values is None:
        return ""
    if not isinstance(values, Mapping):
        return f"headers must be a mapping of names to texts, not {type(values).__name__}"
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in values):
        return "a header's name must be a word such as X-Team, without spaces or colons"
    if len({name.lower() for name in values}) < len(values):
        return "a header is given twice; names do not differ by case"
    for name, value in values.items():
        if name.lower() in OWN:
            return f"the header {name} is written by the client; leave it out"
        if not isinstance(value, str) or not value.strip() or not all(32 <= ord(c) < 127 for c in value.strip()):
            return f"the value of the header {name} must be text of printable ASCII characters"
    return ""
