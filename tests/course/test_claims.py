"""Sentences of order in the lessons: each has a claim, each claim a test, each test a sentence."""

import re
from pathlib import Path

import pytest

from course.answers import CONVERTED, LESSONS, notebook, printed
from course.prose import claims, marked, orders, unclaimed

HERE = Path(__file__).parent
ID = re.compile(r"\d\d(?:-[a-z0-9]+)+")


def lesson_of(*texts):
    """A notebook of a plan and one markdown cell a text."""
    return {"cells": [{"cell_type": "markdown", "source": text} for text in ("# 07 · Plan", *texts)]}


@pytest.mark.parametrize("lesson", LESSONS)
def test_claims_and_their_tests_are_the_same(lesson):
    """What stands behind the sentences of a lesson, once each, is what tests of its own file are marked with."""
    said, path = claims(notebook(LESSONS[lesson])), HERE / f"test_claims_{lesson}.py"
    assert len(set(said)) == len(said)
    assert all(ID.fullmatch(each) and each.startswith(f"{lesson}-") for each in said)
    assert set(marked(path) if path.exists() else []) == set(said)


def test_every_file_of_claims_has_its_lesson():
    """No claim is tested of a lesson that is not there."""
    assert set(CONVERTED) <= set(LESSONS)


@pytest.mark.parametrize("lesson", CONVERTED)
def test_every_sentence_of_order_has_a_claim(lesson):
    """A sentence that puts measured things in order stands in a paragraph with a claim, or with why it needs none."""
    assert unclaimed(notebook(LESSONS[lesson])) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "PSST is ahead of both in the mean.", "*psst* ends well above it.", "It is far behind.", "They are level.",
        "K = 8 beats K = 1.", "Plain overtakes terse at N = 7.", "The vote wins.", "A leads at N = 1.",
        "Its regret is lower than that of halving.", "It was beaten once.", "With more calls it loses.",
    ],
)  # fmt: skip
def test_an_order_is_found(sentence):
    """Words of order are seen in a sentence among others, and a claim in its paragraph covers it."""
    text = f"Look at the table. {sentence} So it is."
    assert orders(text) == [sentence] and unclaimed(lesson_of(text)) == [(1, sentence)]
    assert unclaimed(lesson_of(f"{text} <!-- claim: 07-x -->")) == []
    assert unclaimed(lesson_of(f"{text} <!-- no claim: a definition -->")) == []
    assert unclaimed(lesson_of(f"<!-- claim: 07-x -->\n\n{text}")) == unclaimed(lesson_of(f"- a\n- {text}")) != []


@pytest.mark.parametrize(
    "sentence",
    [
        "The table above shows it.", "Read the words below the widget.", "Below, their texts.", "Who is ahead?",
        "If the vote wins, stop.", "Regret is what a policy loses.", "The number behind ± is its error.",
        "The shading says who leads.", "That leads to lesson 08.", "Write it ahead of time.", "## The vote wins",
        "### Exercise 07-a\n\nPSST is ahead.", "<details><summary>Solution</summary>\nIt wins.\n</details>",
        "```\nit wins\n```", "## Go further\n\nA paper in which it wins.",
    ],
)  # fmt: skip
def test_what_is_no_order_of_measured_things_needs_no_claim(sentence):
    """Places on the page, questions, suppositions, headings, exercises, solutions, code and sources."""
    assert unclaimed(lesson_of(sentence)) == []


def test_an_answer_below_a_list_is_held_to_the_same():
    """What is folded away as an answer is told as a fact."""
    text = "- Try it.\n\n<details><summary>Answer</summary>\n\nThe vote wins.\n\n</details>"
    assert unclaimed(lesson_of(text)) == [(1, "The vote wins.")]


def test_marks_of_tests_are_read_without_running_them(tmp_path):
    """The ids of marked tests come in order; a mark without one id, or on no test, is an error."""
    path = tmp_path / "test_claims_07.py"
    path.write_text('import pytest\n\n@pytest.mark.claim("07-a")\ndef test_a(): pass\n\ndef test_b(): pass\n')
    assert marked(path) == ["07-a"]
    for bad in ("@pytest.mark.claim\ndef test_a(): pass", '@pytest.mark.claim("07-a")\ndef helper(): pass',
                '@pytest.mark.claim("07-a", "07-b")\ndef test_a(): pass'):  # fmt: skip
        path.write_text(bad)
        with pytest.raises(ValueError, match="not as a test of one claim"):
            marked(path)


def test_what_a_cell_printed_is_found_by_its_code():
    """One cell of that code, or an error that says how many there are."""
    assert "one answer   vote of three" in printed("01", "product([True, False], repeat=3)")
    with pytest.raises(ValueError, match="0 cells of lesson 01 hold 'nowhere'"):
        printed("01", "nowhere")
