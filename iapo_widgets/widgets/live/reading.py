"""What was read from the question and prompt fields, at once and at Check; as HTML."""

from __future__ import annotations

from html import escape

from ...core.markup import html_table
from ...live.problem import Question
from ...live.reading import Reading, read_prompts, read_questions

SHOWN = 3_000  # characters of the first question
LINE = 160  # of it, in a line


def reading(questions: Reading, prompts: Reading) -> str:
    """Columns used and not used of both, notes, and the first question as it will be put into the prompts."""
    return _read("Questions", questions) + _read("Prompts", prompts) + _first(questions.questions[0])


def first_read(prompts: str, questions: str) -> dict[str, str]:
    """How many were read of each text, and the first as it will be sent; empty where a text can't be read."""
    told = {"prompts": "", "questions": ""}
    try:
        asked = read_questions(questions)
        read = read_prompts(prompts, temperature=1.0, max_tokens=1)
    except ValueError:  # the field beside it says what is wrong
        return told
    first, template = asked.questions[0], read.prompts[0]
    told["questions"] = _told(
        f"{asked.count}. The first: {_line(first.text)} Right, and never sent: {right(first.gold)}."
    )
    sent = " | ".join(message["content"] for message in template.messages(first.text))
    told["prompts"] = _told(f"{read.count}. The first, as it will be sent with the first question: {_line(sent)}")
    return told


def _told(text: str) -> str:
    return f"<small role='status'>{escape(text)}</small>"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


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
