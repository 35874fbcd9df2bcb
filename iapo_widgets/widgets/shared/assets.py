"""The browser's side of the widgets: plain scripts, joined to one ES module for each widget."""

from __future__ import annotations

import base64
import re
import zlib
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent.parent / "js"


def module(*names: str) -> str:
    """The scripts of these names, ``room/name``, as one ES module; the last one holds its ``export default``.

    Comments that are lines of their own and indentation stay behind: every saved page keeps a copy of the module.
    """
    lines = (line.strip() for name in names for line in (_FOLDER / f"{name}.js").read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


# A browser unpacks it by itself: every one that knows `light-dark()` of our styles knows `DecompressionStream`, too.
_LOADER = """const packed = "{data}";
const bytes = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
const script = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).text();
const address = URL.createObjectURL(new Blob([script], {{ type: "text/javascript" }}));
export default (await import(address)).default;
"""
_PACKED = re.compile(r'const packed = "([A-Za-z0-9+/=]*)";\n')


def packed(*names: str) -> str:
    """The module of these scripts, compressed, as one that unpacks itself: what a kernel sends and a notebook keeps."""
    data = base64.b64encode(zlib.compress(module(*names).encode(), 9)).decode("ascii")
    return _LOADER.format(data=data)


@lru_cache(64)
def unpacked(script: str) -> str:
    """The module within what ``packed`` gave; whatever else is given, such as that of an older notebook, as it is."""
    found = _PACKED.match(script)
    return script if found is None else zlib.decompress(base64.b64decode(found[1])).decode()


def styles(*names: str) -> str:
    """The style sheets of these names, ``room/name``, as one."""
    return "\n".join((_FOLDER / f"{name}.css").read_text("utf-8") for name in names)
