"""Docstrings as they are written here: ``|P|`` is a size, not a substitution; array types read as in the code."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

SIZE = re.compile(r"\|([A-Za-z]+)\|")
ARRAY = re.compile(r"ndarray\[tuple\[Any, \.\.\.\], dtype\[(\w+)\]\]")


def sizes(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Keep the bars of ``|P|``."""
    lines[:] = [SIZE.sub(r"\\|\1\\|", line) for line in lines]


def arrays(
    app: Sphinx, what: str, name: str, obj: object, options: object, signature: str | None, returns: str | None
) -> tuple[str | None, str | None]:
    """Write ``NDArray[float64]`` for what numpy makes of it."""
    return tuple(text and ARRAY.sub(r"NDArray[\1]", text) for text in (signature, returns))  # type: ignore[return-value]


def setup(app: Sphinx) -> dict[str, Any]:
    """Listen to autodoc."""
    app.connect("autodoc-process-docstring", sizes)
    app.connect("autodoc-process-signature", arrays)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
