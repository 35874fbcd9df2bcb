"""What is refused, in one form: a name that is not known, and by a trait what the core refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import traitlets as t


def checked(check: Callable[[Any], Any], value: Any) -> Any:
    """The checked value; ``ValueError`` and ``TypeError`` become a ``TraitError``, which leaves the trait as it was."""
    try:
        return check(value)
    except (ValueError, TypeError) as error:
        raise t.TraitError(str(error)) from None


def one_of(what: str, value: str, known: Iterable[str]) -> str:
    """``value`` where it is known; raises ``ValueError`` with the known ones otherwise."""
    names = list(known)
    if value not in names:
        raise ValueError(f"unknown {what} {value!r}; known: {', '.join(names)}")
    return value


def chosen(what: str, proposal: Any, known: Iterable[str]) -> str:
    """The value that a trait is to take, where it is known; raises ``TraitError`` with the known ones otherwise."""
    return str(checked(lambda value: one_of(what, value, known), proposal["value"]))
