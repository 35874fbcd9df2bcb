"""Lists and objects that a table holds as text, as Python, numpy and JSON write them."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

LONGEST = 100_000
TOKEN = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
ARRAY = re.compile(rf"({TOKEN})|\barray\(\s*(?=\[)|\]\s*,\s*dtype=\w+\s*\)|\](\s*\))")
SIDE_BY_SIDE = re.compile(rf"({TOKEN})(\s+(?=['\"]))?")
START = re.compile(r"\s*(?:\[\s*[\"'{]|\{\s*[\"'])")


def unwritten(value: Any) -> Any:
    """The list or object that a text writes out; any other value as it is."""
    if not isinstance(value, str) or not START.match(value) or len(value) > LONGEST:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        pass
    plain = ARRAY.sub(lambda found: found[1] or ("]" if found[0].startswith("]") else ""), value)
    plain = SIDE_BY_SIDE.sub(lambda found: found[1] + (", " if found[2] else ""), plain)  # numpy puts no commas
    try:
        return ast.literal_eval(plain.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return value
