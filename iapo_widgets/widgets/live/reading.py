"""What was read from the question and prompt fields, and the first question beside its right answer; as HTML."""

from __future__ import annotations

import html

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
    parts = [f"<b>{title}.</b> {_safe(found.count)}."]
    if found.used:
        parts.append(
            "Used: " + ", ".join(f"<b>{_safe(name)}</b> as {_safe(role)}" for name, role in found.used.items()) + "."
        )
    if found.ignored:
        parts.append(f"Not used: {_safe(', '.join(found.ignored))}.")
    if found.notes:
        parts.append(_safe("; ".join(found.notes)) + ".")
    return f"<p>{' '.join(parts)}</p>"


def _first(question: Question) -> str:
    text = question.text if len(question.text) <= SHOWN else question.text[:SHOWN] + "\N{HORIZONTAL ELLIPSIS}"
    style = "white-space:pre-wrap;text-align:left"
    return (
        "<table class='iapo-table'><thead><tr><th scope='col'>first question, as it will be sent</th>"
        "<th scope='col'>right answer, never sent</th></tr></thead>"
        f"<tbody><tr><td style='{style}'>{_safe(text)}</td><td style='{style}'>{_safe(right(question.gold))}</td></tr>"
        "</tbody></table>"
    )


def _safe(text: str) -> str:
    return html.escape(text)
