"""What a lesson asks and tells: predictions that are not spoiled, lists with answers, numbers that are carried."""

import re
from pathlib import Path

import pytest

from course.answers import CONVERTED, LESSONS, notebook
from course.prose import constants, holds, uncarried
from iapo_widgets.course.lessons import ASKS, PREDICT, predicted_cells, source

HERE = Path(__file__).parent
PREDICTED = re.compile(r'^predict\("([^"]*)"', re.M)
CAME = re.compile(r'^came\("([^"]*)"', re.M)
#: An item that asks to do or to look at something.
TRY = re.compile(
    r"^\s*(?:[-*]|\d+\.) [*_\"]*(?:Try|Count|Which|Move|Press|Drag|Choose|Click|Point|Find|Set|Switch|Turn)\b.*|"
    r"^\*\*(?:Try|Count|Which|Press|Move|Drag|Choose)\b.*",
    re.M | re.I,
)
ANSWER = re.compile(r"<details>\s*<summary>Answer</summary>\n\n.+?\n\n</details>", re.S)
NO_MODEL = re.compile(r"\bno (?:language )?models? (?:is|are|was|were) (?:called|asked|run)\b", re.I)


def codes(book):
    """(index, code) of the cells that run."""
    return [(i, source(c)) for i, c in enumerate(book["cells"]) if c["cell_type"] == "code"]


def unpredicted(book, lesson="07"):
    """What is wrong with the predictions of that lesson, in words."""
    cells = codes(book)
    asked = [(i, each) for i, code in cells for each in PREDICTED.findall(code)]
    came = [(i, each) for i, code in cells for each in CAME.findall(code)]
    wrong = []
    if [each for _, each in asked] != [f"{lesson}-p{k + 1}" for k in range(len(asked))]:
        wrong.append(f"predict has ids out of order: {asked}")
    if sorted(each for _, each in came) != sorted(each for _, each in asked):
        wrong.append(f"predict and came are of different ids: {asked}, {came}")
    where = {each: i for i, each in asked}
    wrong += [f"came of {each} stands before its predict" for i, each in came if i < where.get(each, 0)]
    for i, cell in enumerate(book["cells"]):
        if cell["cell_type"] == "markdown" and PREDICT.search(source(cell)):
            below = source(book["cells"][i + 1]) if i + 1 < len(book["cells"]) else ""
            if not ASKS.search(below):
                wrong.append(f"cell {i} asks to predict, and no predict stands below it")
    return wrong


def spoiled(book):
    """First lines of folded outputs that tell something: they hold a digit, or are no words of a heading."""
    found = []
    for i in predicted_cells(book):
        output = (book["cells"][i]["outputs"] or [{}])[0]
        first = "".join(output.get("text", "")).lstrip("\n").partition("\n")[0]
        if not first.strip() or re.search(r"\d", first):
            found.append((i, first))
    return found


def unanswered(book):
    """First lines of lists that ask to try something, in cells that hold no folded answer."""
    asking = [(i, source(c)) for i, c in enumerate(book["cells"]) if c["cell_type"] == "markdown"]
    return [(i, TRY.search(text)[0]) for i, text in asking if TRY.search(text) and not ANSWER.search(text)]


@pytest.mark.parametrize("lesson", CONVERTED)
def test_what_is_predicted_is_compared_with_what_came(lesson):
    """Each text that asks has its ``predict`` below it, ids in order, and each a ``came`` further down."""
    book = notebook(LESSONS[lesson])
    assert unpredicted(book, lesson) == [] and 2 <= len([c for _, c in codes(book) if ASKS.search(c)]) <= 6


@pytest.mark.parametrize("lesson", CONVERTED)
def test_a_folded_output_begins_with_a_heading(lesson):
    """What shows of a folded output is its first line, which is words."""
    assert spoiled(notebook(LESSONS[lesson])) == []


@pytest.mark.parametrize("lesson", CONVERTED)
def test_every_list_of_things_to_try_has_its_answer(lesson):
    """It is folded, in the same cell."""
    assert unanswered(notebook(LESSONS[lesson])) == []


@pytest.mark.parametrize("lesson", CONVERTED)
def test_that_no_model_is_called_is_said_once_at_most(lesson):
    """A reader needs to hear it once."""
    texts = [source(c) for c in notebook(LESSONS[lesson])["cells"] if c["cell_type"] == "markdown"]
    assert len(NO_MODEL.findall("\n".join(texts))) <= 1


@pytest.mark.parametrize("lesson", CONVERTED)
def test_every_number_of_the_text_is_carried(lesson):
    """A decimal number stands in the lesson's code or outputs, is worked in sight, or is checked with a claim."""
    assert uncarried(notebook(LESSONS[lesson]), constants(HERE / f"test_claims_{lesson}.py")) == []


def made(*cells):
    """A notebook of (kind, source, outputs ...)."""
    return {"cells": [{"cell_type": k, "source": s, "outputs": list(o), "metadata": {}} for k, s, *o in cells]}


def said(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


ASK = ("markdown", "**Before you run: predict.** How much?")
ONE = ("code", 'predict("07-p1", "Regret", between=(0, 1))')


def test_predictions_that_do_not_match_are_told():
    """A lesson with its pair is right; one without a predict, without a came, twice, or before it, is not."""
    after = ("code", 'print("Regret")\ncame("07-p1", 0.2)', said("Regret\n"))
    assert unpredicted(made(ASK, ONE, after)) == []
    assert "no predict stands below" in unpredicted(made(ASK, after))[0] or unpredicted(made(ASK, after))[1]
    assert "different ids" in unpredicted(made(ASK, ONE))[0]
    assert "out of order" in unpredicted(made(ASK, ONE, after, ASK, ONE, after))[0]
    assert "before its predict" in unpredicted(made(after, ASK, ONE))[0]


def test_a_first_line_that_tells_is_found():
    """A number or a bare result in the first line of what is folded; a heading in words is none."""
    code = 'came("07-p1", 0.2)'
    assert spoiled(made(ASK, ONE, ("code", code, said("Regret of each\n0.2\n")))) == []
    assert spoiled(made(ASK, ONE, ("code", code, said("0.2\nRegret\n")))) == [(2, "0.2")]
    assert spoiled(made(ASK, ONE, ("code", code, {"data": {"text/plain": "it is 0.2"}}))) == [(2, "")]


def test_a_list_without_its_answer_is_found():
    """An item that asks to try something needs the fold, with its blank lines; a plain list needs none."""
    fold = "\n\n<details><summary>Answer</summary>\n\nIt falls.\n\n</details>"
    assert unanswered(made(("markdown", "- Move it.\n- So?"))) == [(0, "- Move it.")]
    assert unanswered(made(("markdown", "- press *Play*"))) and unanswered(made(("markdown", "**Try it.** Now.")))
    assert unanswered(made(("markdown", f"- Move it.{fold}"), ("markdown", "- The best arm."))) == []


def test_a_number_is_carried_by_code_output_or_a_sum():
    """It is found by its value, as a percentage too; what is worked in sight must come out."""
    run = ("code", "x = 0.25", said("0.6250 ± 0.10\n"))
    right = ["It is 0.625.", "62.5 % of them", "0.1, 0.25", "2 and 5,000",
             "0.5 \u00d7 0.6 = 0.30, so 0.3", "`0.77` and $0.78$",
             "[arXiv 2508.10030](https://arxiv.org/abs/2508.10030)", "### Exercise 07-a\n\n0.9"]  # fmt: skip
    for text in right:
        assert uncarried(made(run, ("markdown", text))) == [], text
    assert uncarried(made(run, ("markdown", "It is 0.62."))) == [(1, "0.62")]
    assert uncarried(made(run, ("markdown", "0.5 \u00d7 0.6 = 0.31"))) != []
    assert uncarried(made(run, ("markdown", "It is 0.62.")), literals="0.62") == []


def test_sums_are_worked_out():
    """Signs as a text writes them, with brackets and thousands; what is no sum does not hold."""
    assert holds("(0.4 + 0.9) / 2 ", "0.65") and holds("1,000 \u00d7 0.5", "500") and holds("0.84 \u2212 0.82", "0.02")
    assert not holds("0.4 + 0.9", "1.31") and not holds("(0.4 + ", "0.4") and not holds("1 / 3", "0.334")
