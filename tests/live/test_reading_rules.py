"""The page *Question and prompt files* says what the readers do: every row of it is read."""

import re
from pathlib import Path

import pytest

from iapo_widgets.live import Question, prompts_from, questions_from
from iapo_widgets.live.reading import names, prompts

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "files.md").read_text("utf-8")


def rows(title):
    """The rows of the table below that title, each a list of the codes of its cells."""
    part = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[codes(cell) for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def codes(cell):
    """What stands in code in a cell, with its line breaks."""
    return [code.replace("\\|", "|").replace("\\n", "\n") for code in re.findall(r"`([^`]+)`", cell)]


READ, REFUSED, PROMPTS = rows("What becomes a question"), rows("What is refused"), rows("What becomes a prompt")


@pytest.mark.parametrize(("given", "text", "golds"), [row[1:] for row in READ])
def test_each_row_becomes_the_question_beside_it(given, text, golds):
    """The first question of the file, and its right answer, answers, or none."""
    gold = None if not golds else golds[0] if len(golds) == 1 else tuple(golds)
    assert questions_from(given[0])[0] == Question(text[0], gold)


@pytest.mark.parametrize(("given", "message"), [row[1:] for row in REFUSED])
def test_each_refusal_says_what_the_page_says(given, message):
    """With the words of its row."""
    with pytest.raises(ValueError, match=re.escape(message[0])):
        questions_from(given[0])


@pytest.mark.parametrize(("given", "user", "system"), [row[1:] for row in PROMPTS])
def test_each_row_becomes_the_prompt_beside_it(given, user, system):
    """The first prompt of the file, in its two parts."""
    template = prompts_from(given[0], max_tokens=9)[0]
    assert (template.user, template.system) == (user[0], "".join(system))


def test_the_page_has_every_name_in_its_order():
    """The lists are those of the code, and the tables above are whole."""
    listed = [row[1] for row in rows("Names")]
    assert listed == [
        list(known)
        for known in (names.QUESTIONS, names.CONTEXTS, names.CHOICES, names.WRONG, names.GOLDS, names.ALIASES,
                      prompts.TEXTS, prompts.SYSTEMS)
    ]  # fmt: skip
    assert (len(READ), len(REFUSED), len(PROMPTS)) >= (25, 13, 9)
