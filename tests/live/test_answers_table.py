"""The tables of docs/answers.md hold."""

import re
from pathlib import Path

import pytest

from iapo_widgets.live.scoring.extraction import any_answer
from iapo_widgets.live.scoring.writing import canonical

PAGE = Path(__file__).resolve().parents[2] / "docs" / "answers.md"


def rows(head):
    """The first two cells of each row of the table with that head, without their backticks."""
    table = PAGE.read_text("utf-8").split(f"| {head} | |\n|---|---|---|\n")[1].split("\n\n")[0]
    return [tuple(cell.strip().strip("`") for cell in line.split("|")[1:3]) for line in table.splitlines()]


@pytest.mark.parametrize(("text", "answer"), rows("text | answer"))
def test_where_an_answer_stands(text, answer):
    """Each text gives the answer beside it, or none."""
    assert any_answer(text) == (answer or None)


@pytest.mark.parametrize(("written", "read"), rows("written | read as"))
def test_how_an_answer_is_written(written, read):
    """Each writing has the canonical form beside it, which stays as it is."""
    assert canonical(written) == read == canonical(read)


def test_unlike_values_of_the_table_are_told_apart():
    """Writings share a form only where the table says so, and the table is not empty."""
    found = rows("written | read as")
    assert len(found) > 40 and len(rows("text | answer")) > 15
    assert all(re.fullmatch(r"[^`|]+", written) for written, _ in found)
