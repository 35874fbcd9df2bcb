"""The browser's side of the widgets: plain scripts, joined to one ES module for each widget."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "js"


def module(*names: str) -> str:
    """The scripts of these names, ``room/name``, as one ES module; the last one holds its ``export default``.

    Comments that are lines of their own and indentation stay behind: every notebook keeps a copy of the module.
    """
    lines = (line.strip() for name in names for line in (_FOLDER / f"{name}.js").read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def styles(*names: str) -> str:
    """The style sheets of these names, ``room/name``, as one."""
    return "\n".join((_FOLDER / f"{name}.css").read_text("utf-8") for name in names)
