"""Which kind of structured text it is; what cannot be read as such is refused."""

from __future__ import annotations

import re

from .divided import read_divided, read_markdown
from .json_text import looks_like_json, read_json
from .source import lines_of
from .table import Table, Vocabulary
from .yaml_text import looks_like_yaml, read_yaml

#: How a text begins -> what it is.
FOREIGN = (
    (re.compile(r"\s*<\?xml|\s*<(\w[\w-]*)\b[^>]*>.*</\1>\s*$", re.S | re.I), "XML or HTML"),
    (re.compile(r"\s*<(?:!doctype|html|table)\b", re.I), "HTML"),
    (re.compile(r"\s*(?:#[^\n]*\n\s*)*\[\[?[A-Za-z_][\w.]*\]\]?[^\S\n]*\n\s*\w+\s*="), "TOML"),
    (
        re.compile(r"\s*(?:%[^\n]*\n\s*)*\\(?:documentclass|begin\{(?:document|enumerate|itemize)\})"),
        "a document in LaTeX",
    ),
    (re.compile(r"#(?:separator|columns|html|notetype):"), "an export of Anki"),
    (re.compile(r"diff --git |--- a/"), "a patch"),
)


def read_structured(text: str, vocabulary: Vocabulary) -> Table | None:
    """The records of JSON, JSON lines, YAML or a table; ``None`` for anything else.

    Raises ``ValueError`` where it is structured and cannot be read, saying where.
    """
    lines = lines_of(text.strip())
    if len(lines) > 2 and lines[0].startswith("```") and lines[-1].strip() == "```":  # as chat models write it
        text = "\n".join(lines[1:-1])
    if looks_like_json(text):
        return read_json(text, vocabulary)
    for start, what in FOREIGN:
        if start.match(text):
            raise ValueError(f"this is {what}; give JSON lines, CSV with a header, or a {vocabulary.what} a line")
    if looks_like_yaml(lines_of(text), vocabulary):
        return read_yaml(text, vocabulary)
    return read_markdown(text, vocabulary) or read_divided(text, vocabulary)
