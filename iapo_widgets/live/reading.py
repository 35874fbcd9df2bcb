"""Questions and prompt templates from pasted text, CSV or JSONL."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from .problem import PLACE, PromptTemplate, Question

TEXT_NAMES = ("question", "query", "text", "input", "problem", "prompt")
GOLD_NAMES = ("gold", "answer", "target", "label", "output", "solution")
RULE = "---"  # a line of its own between two prompts, and after a system part marked by SYSTEM
SYSTEM = "system:"


def questions_from(text: str) -> list[Question]:
    """Questions from JSONL (an object a line), from CSV with a header, or from plain lines without right answers.

    Objects and columns name the question ``question``, ``query``, ``text``, ``input``, ``problem`` or ``prompt``, and
    the right answer, where there is one, ``gold``, ``answer``, ``target``, ``label``, ``output`` or ``solution``.

    Raises ``ValueError`` with the number of the line that cannot be read.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise ValueError("no questions: paste one a line, or CSV with a header, or JSONL")
    if lines[0][1].lstrip().startswith("{"):
        return [_question(_object(line, number), number) for number, line in lines]
    header = [name.strip().lower() for name in next(csv.reader([lines[0][1]]))]
    if len(lines) > 1 and _first(header, TEXT_NAMES) and (len(header) > 1 or header[0] in TEXT_NAMES):
        return _from_csv(text)
    return [Question(line.strip()) for _, line in lines]


def prompts_from(text: str, *, temperature: float | None = 1.0, max_tokens: int) -> list[PromptTemplate]:
    """Prompt templates, divided by lines of ``---``; each holds ``{query}``.

    A template whose first line starts with ``system:`` has that line as its system part.

    Raises ``ValueError`` that names the prompt which is not one.
    """
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == RULE:
            blocks.append([])
        else:
            blocks[-1].append(line)
    bodies = ["\n".join(block).strip() for block in blocks]
    bodies = [body for body in bodies if body]
    if not bodies:
        raise ValueError(f"no prompts: write at least one with {PLACE} in it, divided by lines of {RULE}")
    return [_template(number, body, temperature, max_tokens) for number, body in enumerate(bodies)]


def _template(number: int, body: str, temperature: float | None, max_tokens: int) -> PromptTemplate:
    system = ""
    if body.lower().startswith(SYSTEM):
        first, _, body = body.partition("\n")
        system, body = first[len(SYSTEM) :].strip(), body.strip()
    if PLACE not in body and PLACE not in system:
        start = body.splitlines()[0][:40] if body else system[:40]
        raise ValueError(f"prompt {number} ({start!r}) does not hold {PLACE}, the place where the question goes")
    return PromptTemplate(body or PLACE, system, temperature, max_tokens=max_tokens)


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {number} is not JSON: {error.msg} at column {error.colno}") from None
    if not isinstance(found, dict):
        raise ValueError(f'line {number} is not an object like {{"question": "...", "answer": "..."}}')
    return {str(name).strip().lower(): value for name, value in found.items()}


def _from_csv(text: str) -> list[Question]:
    reader = csv.DictReader(io.StringIO(text.strip()), strict=True)
    found = []
    try:
        for row in reader:
            if None in row:
                raise ValueError(
                    f"line {reader.line_num} has more fields than the header; quote text that holds commas"
                )
            found.append(_question({name.strip().lower(): value for name, value in row.items()}, reader.line_num))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num} is not CSV: {error}") from None
    return found


def _question(record: Mapping[str, Any], number: int) -> Question:
    name, gold_name = _first(record, TEXT_NAMES), _first(record, GOLD_NAMES)
    if name is None or not isinstance(record[name], str) or not record[name].strip():
        known = ", ".join(TEXT_NAMES)
        raise ValueError(f"line {number} names no question; call it one of {known}")
    gold = record[gold_name] if gold_name is not None else None
    if gold is not None and not isinstance(gold, (str, int, float)):
        raise ValueError(f"line {number}: the right answer must be text or a number, not {gold!r}")
    return Question(record[name].strip(), str(gold).strip() if gold not in (None, "") else None)


def _first(names: Sequence[str] | Mapping[str, Any], known: Sequence[str]) -> str | None:
    return next((name for name in known if name in names), None)
