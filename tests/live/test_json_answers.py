"""Answers in JSON, also where they lie deeper."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets.live.scoring.extraction import any_answer, choice

ROWS = [
    ({"answer": {"value": 9, "unit": "pens"}}, "9"), ({"final_answer": {"amount": "9 pens", "steps": 4}}, "9"),
    ({"thought": "4 + 5", "result": {"number": 9}}, "9"), ({"answer": {"total": 9}}, "9"),
    ({"task": {"id": 4, "solution": {"text": "Lima", "sure": 0.8}}}, "lima"),
    ({"answer": {"de": "neun Stifte"}}, "neun stifte"),
    ({"answer": {"value": {"number": 9}}}, "9"), ({"response": {"answer": 9, "text": "4 and 5"}}, "9"),
    ({"answer": {"content": [{"type": "text", "text": "9"}]}}, "9"), ({"answer": {"letter": "B", "text": "red"}}, "B"),
    ({"answer": {"value": 9, "check": {"label": "fine"}}}, "9"), ({"答案": 4, "answer": {"value": 9}}, "9"),
    ({"answer": 9, "steps": [{"answer": 4}, {"answer": 5}]}, "9"), ({"steps": [{"answer": 4}], "answer": 9}, "9"),
    ([{"answer": 4}, {"answer": 9}], "9"), ({"label": "sum", "parts": {"answer": 9}}, "9"),
    ({"answer": r"\frac{3}{4}"}, "0.75"), ({"answer": r"\boxed{9}"}, "9"), ({"answer": {"value": r"2\sqrt{3}"}}, "2√3"),
    ({"answer": {"x": 4, "y": 5}}, None), ({"answer": [{"x": 4}, {"x": 5}]}, None), ({"answer": {}}, None),
]  # fmt: skip


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```", "So:\n{}"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("value", "answer"), ROWS)
def test_the_value_of_an_object_is_the_answer(value, answer, indent, form):
    """What is called a value, or the only part; an answer around others wins; several parts without a name are none."""
    assert any_answer(form.format(json.dumps(value, indent=indent, ensure_ascii=False))) == answer


def test_a_choice_in_an_object():
    """Its letter, whatever else the object says of it."""
    assert choice('{"answer": {"option": "C", "confidence": 0.9, "why": "(A) is too small"}}') == "C"


def test_json_before_an_answer_in_words():
    """An object that cannot be read takes nothing from a statement behind it, nor from a numeral."""
    assert any_answer('{"answer": {"x": 4, "y": 5}}\n\nThe answer is 9.') == "9"
    assert any_answer('With {"label": {"x": 4, "y": 5}} she has 9 pens.') == "9"


NAMES = st.sampled_from(["answer", "value", "text", "steps", "result", "x", "unit"])
VALUES = st.recursive(
    st.integers(-9, 99) | st.text('ab 1{}[]"\\', max_size=6) | st.none(),
    lambda inner: st.dictionaries(NAMES, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(VALUES, st.integers(0, 60))
def test_any_json_is_read_or_not(value, cut):
    """Whatever is in it, whole or cut off, and the answer is one that stays as it is."""
    text = json.dumps({"answer": value})
    for given_text in (text, text[:cut]):
        found = any_answer(given_text)
        assert found is None or found
