"""What was read from the question and prompt fields, and the first question beside its right answer; as HTML."""

from __future__ import annotations

from html import escape

from ...core.markup import html_table
from ...live.problem import Question
from ...live.reading import Reading

SHOWN = 3_000  # characters of the first question


def reading(questions: Reading, prompts: Reading) -> str:
    """Columns used and not used of both, notes, and the first question as it will be put into the prompts."""
    return _read("Questions", questions) + _read("Prompts", prompts) + _first(questions.questions[0])


def right(gold: str | tuple[str, ...] | None) -> str:
    """A right answer in words; several are joined."""
    return "none is known" if gold is None else gold if isinstance(gold, str) else " or ".join(gold)


def _read(title: str, found: Reading) -> str:
    parts = [f"<b>{title}.</b> {escape(found.count)}."]
    if found.used:
        parts.append(
            "Used: " + ", ".join(f"<b>{escape(name)}</b> as {escape(role)}" for name, role in found.used.items()) + "."
        )
    if found.ignored:
        parts.append(f"Not used: {escape(', '.join(found.ignored))}.")
    if found.notes:
        parts.append(escape("; ".join(found.notes)) + ".")
    return f"<p>{' '.join(parts)}</p>"


def _first(question: Question) -> str:
    text = question.text if len(question.text) <= SHOWN else question.text[:SHOWN] + "\N{HORIZONTAL ELLIPSIS}"
    head = ("first question, as it will be sent", "right answer, never sent")
    row = (text, right(question.gold))
    return html_table(head, [row], kind="iapo-table", style=lambda _: "white-space:pre-wrap;text-align:left")
