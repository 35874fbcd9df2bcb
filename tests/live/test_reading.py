"""Questions and prompts as people paste them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets.live.problem import Question
from iapo_widgets.live.reading import prompts_from, questions_from


def test_plain_lines_are_questions_without_right_answers():
    """Blank lines do not count, and commas or a word like question in a line make no CSV of it."""
    found = questions_from("What is 2 + 3?\n\n  A question, with commas, to answer  \n")
    assert found == [Question("What is 2 + 3?"), Question("A question, with commas, to answer")]


def test_csv_and_jsonl_bring_right_answers():
    """Columns and names are found whatever their order and case; numbers become text, nothing stays nothing."""
    expected = [Question("What is 2 + 3?", "5"), Question("Why, then?", None)]
    assert questions_from('Answer,Question\n5,What is 2 + 3?\n,"Why, then?"\n') == expected
    mixed = '{"query": "What is 2 + 3?", "gold": 5}\n{"question": "Why, then?", "answer": 6}'
    assert questions_from(mixed) == [Question("What is 2 + 3?", "5"), Question("Why, then?", "6")]
    assert questions_from('{"query": "What is 2 + 3?", "gold": 5}\n{"query": "Why, then?"}') == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  \n", "no questions"),
        ('{"question": "a"}\n{"question": ', "line 2 is not JSON"),
        ('{"question": "a"}\n[1]', "line 2 is not an object"),
        ('{"title": "a"}', "line 1 names no question; call it one of question"),
        ('{"question": "a", "answer": [[[[[["b"]]]]]]}', "line 1: the right answer must be text, a number or a list"),
        ("question,answer\nWhy, then?,because", "line 2 has more fields than the header"),
        ("question,answer\n,because", "line 2 names no question"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text, message):
    """The error names the line and what would be right."""
    with pytest.raises(ValueError, match=message):
        questions_from(text)


words = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1).map(str.strip).filter(bool)
golds = words.filter(lambda word: word.casefold() not in ("true", "false"))  # which mean more where they are all


@given(st.lists(st.tuples(words, golds | st.none()), min_size=1, max_size=5))
def test_jsonl_comes_back_as_it_was_written(pairs):
    """Any text survives, with or without a right answer."""
    lines = "\n".join(json.dumps({"question": q, "answer": a}) for q, a in pairs)
    assert questions_from(lines) == [Question(q, a) for q, a in pairs]


def test_prompts_are_divided_by_rules_and_may_have_a_system_part():
    """Lines and braces inside a prompt stay; empty blocks do not count."""
    first, second = prompts_from(
        "Think step by step.\n{query}\n---\nsystem: Be brief.\n{query} {as JSON}\n---\n", max_tokens=50
    )
    assert first.user == "Think step by step.\n{query}" and first.system == ""
    assert second.messages("Why?") == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Why? {as JSON}"},
    ]
    assert (first.max_tokens, first.temperature) == (50, 1.0)


def test_a_prompt_without_a_place_for_the_question_is_named():
    """The error gives its number and its first words."""
    with pytest.raises(ValueError, match=r"prompt 1 \('Think hard'\) does not hold \{query\}"):
        prompts_from("{query}\n---\nThink hard", max_tokens=50)
    with pytest.raises(ValueError, match="no prompts"):
        prompts_from("---\n", max_tokens=50)
