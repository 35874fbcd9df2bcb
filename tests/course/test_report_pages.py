"""Pages that nobody should trust, before a report's check: hostile words, scripts, broken files and data."""

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.report_cases import OWN, changed, checked, drawn, with_data
from iapo_widgets.course.capstone import check_report, checking
from iapo_widgets.course.capstone.facts import read, seen, written
from iapo_widgets.course.capstone.page import page
from iapo_widgets.course.lesson_14 import report as worked

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(1)">"\'&amp;<!--]]>\u202e\x00$x$'


def test_hostile_words_stay_words(facts, tmp_path):
    """Markup in titles, prompts, questions and answers is shown as it was typed, runs nothing, and passes."""
    failure = {**facts["failure"], "question": seen(HOSTILE), "right": seen(HOSTILE), "words": seen(f"{HOSTILE} {OWN}")}
    failure["answers"] = [{"text": seen(HOSTILE), "count": 3}]
    bad = changed(
        drawn(facts), title=seen(HOSTILE), prompts=[f"{i}: {seen(HOSTILE)}" for i in range(10)], failure=failure,
        users=[{**u, "name": f"{seen(HOSTILE)} {i}"} for i, u in enumerate(copy.deepcopy(facts["users"]))],
    )  # fmt: skip
    text = page(bad)
    assert text.count("<script") == 1 and "<img" not in text
    assert checked(text, tmp_path).right


@pytest.mark.parametrize(
    "more", ["<script>x()</script>", '<img src="https://x.y/z.png">', "<iframe></iframe>", '<p onclick="x()">a</p>',
             '<link rel="stylesheet" href="a.css">', '<a href="https://x.y">a</a>'],
)  # fmt: skip
def test_a_page_that_loads_or_runs_something_is_refused(whole, tmp_path, more):
    """A report works offline, and nothing in it can change what a reader sees."""
    verdict = checked(whole.replace("<main", f"{more}<main", 1), tmp_path)
    assert verdict.state == "wrong" and "The page: it carries <" in verdict.message


def test_words_outside_of_all_parts_are_found(whole, tmp_path):
    """A sentence that somebody put between the parts is no part of a report."""
    verdict = checked(whole.replace("<section", "<p>Best of all.</p><section", 1), tmp_path)
    assert verdict.state == "wrong" and "The page: it says" in verdict.message


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.97])
def test_a_file_that_was_cut_off_is_no_report(whole, tmp_path, share):
    """Wherever it ends, a verdict says so."""
    text = whole
    verdict = checked(text[: int(share * len(text))], tmp_path)
    assert verdict.state == "wrong" and "no report that can be checked" in verdict.message


def test_a_file_without_its_last_line_is_told_to_end_too_early(whole, tmp_path):
    """Also where all parts are there."""
    verdict = checked(whole.replace("</html>", ""), tmp_path)
    assert verdict.state == "wrong" and "it ends too early" in verdict.message


BAD_DATA = {
    "list": "[]", "number": "1e999", "NaN": "NaN", "deep": "[" * 100_000, "empty object": "{}", "text": '"a"',
    "cut": '{"form": "iapo', "null": "null", "long number": "1" * 10_000,
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_DATA)
def test_data_that_are_none_get_a_verdict(whole, tmp_path, case):
    """Wrong JSON, of whatever kind, is named as such."""
    verdict = checked(with_data(whole, BAD_DATA[case]), tmp_path)
    assert verdict.state == "wrong" and "no report that can be checked" in verdict.message


@pytest.mark.parametrize("name", ["budget", "users", "held_out", "failure", "date", "exact", "prompts"])
@pytest.mark.parametrize("value", [None, -(2**80), "x", [], {}, [None], [[1]], 0.5])
def test_a_field_of_the_wrong_kind_gets_a_verdict(facts, whole, tmp_path, name, value):
    """None of it raises, and none of it passes."""
    verdict = checked(with_data(whole, json.dumps({**facts, name: value})), tmp_path)
    assert not verdict.right and len(verdict.message) > 20


@pytest.mark.parametrize("field", ["arms", "values", "trained", "weights", "cost_weight", "name"])
@pytest.mark.parametrize(
    "value", [None, -1, 1e300, [], {}, {"policy": [99, 0], "plain": [0.5, 1], "first": []}, [None, None]]
)
def test_a_user_of_the_wrong_kind_gets_a_verdict(facts, whole, tmp_path, field, value):
    """Arms outside the prompts, values without questions and weights of no kind are refused, not drawn."""
    users = copy.deepcopy(facts["users"])
    users[1][field] = value
    verdict = checked(with_data(whole, json.dumps({**facts, "users": users})), tmp_path)
    assert not verdict.right and len(verdict.message) > 20


def test_other_files_get_a_verdict(tmp_path, monkeypatch):
    """Another page, bytes, a folder, a huge file, no file: each is told what it is."""
    assert "no data of a capstone report" in checked("<html><p>Hello</p></html>", tmp_path).message
    assert "no text" in checked(b"\xff\xfe\x00\x81", tmp_path).message
    assert "no ordinary file" in check_report(tmp_path).message
    assert "There is no file 'none.html'" in check_report(tmp_path / "none.html").message
    assert "cannot be read" in check_report("a\x00b").message
    monkeypatch.setattr(checking, "MOST", 1_000)
    assert "longer than 1,000 bytes" in checked("x" * 2_000, tmp_path).message


@given(st.binary(max_size=400))
def test_any_bytes_get_a_verdict(tmp_path_factory, content):
    """Whatever a file holds, no exception comes of it."""
    path = tmp_path_factory.mktemp("any") / "page.html"
    path.write_bytes(content)
    assert not check_report(path).right


@given(st.text(max_size=80))
def test_any_words_survive_page_and_check(text):
    """What was typed comes out of the data as it went in, and reads the same in the page."""
    facts = changed(worked().facts, limits=seen(f"{text} {OWN}"), title=seen(f"A title {text}"))
    assert read(written(facts)) == facts
    found = checking._parsed(page(facts, drawn=False))
    assert " ".join(found.said("limits")).endswith(OWN) and read("".join(found.data)) == facts


def test_a_figure_without_its_drawing_or_with_other_words_is_named(whole, tmp_path):
    """The drawing must be there, and its text alternative must say what the data give."""
    bare = re.sub(r"<svg.*?</svg>", "", whole, flags=re.S)
    assert checked(bare, tmp_path).message == "Figure: there is no drawing."
    other = whole.replace('aria-label="The policy', 'aria-label="Our policy')
    assert "text alternative" in checked(other, tmp_path).message
