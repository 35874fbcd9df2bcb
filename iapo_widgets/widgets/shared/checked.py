"""What the core refuses, refused by a trait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets as t


def checked(check: Callable[[Any], Any], value: Any) -> Any:
    """The checked value; ``ValueError`` and ``TypeError`` become a ``TraitError``, which leaves the trait as it was."""
    try:
        return check(value)
    except (ValueError, TypeError) as error:
        raise t.TraitError(str(error)) from None
