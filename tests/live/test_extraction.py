"""Answers are found in text, and two ways to write one answer are one."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo_widgets.live.scoring.extraction import any_answer, boxed, choice, find_extractor, hashes, number
from iapo_widgets.live.scoring.writing import canonical
from iapo_widgets.live.simulated.model import SimulatedModel
from iapo_widgets.live.simulated.prompts import example_prompts
from iapo_widgets.live.simulated.questions import make_questions

nested = st.recursive(
    st.text("abcxyz0123 +", min_size=1, max_size=6),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: "{" + "}{".join(parts) + "}"),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"so \boxed{\frac{1}{2}}.", "0.5"),
        (r"\boxed{\{1,\{2\}\}}", "{1, {2}}"),
        (r"first \boxed{4}, no, \boxed{5}", "5"),
        (r"\boxed{4} and then \boxed{5", "4"),
        (r"\boxed 7", "7"),
        (r"\fbox{8}", "8"),
        ("nothing", None),
        (r"\boxed{}", None),
    ],
)
def test_boxed(text, answer):
    """The last complete box counts, with the braces inside it."""
    assert boxed(text) == answer


@given(inside=nested, before=st.text("ab{} ", max_size=6), after=st.text("ab} ", max_size=6))
def test_boxed_gives_back_what_was_boxed(inside, before, after):
    """Whatever balanced content is boxed comes back, in canonical form, whatever stands around it."""
    assert boxed(f"{before} \\boxed{{{inside}}}{after}") == canonical(inside)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("12 and then 1,234.50!", "1234.5"), ("x=-2", "-2"), ("12-5", "5"), ("$-3.50", "-3.5"), ("-5e3", "-5000"),
        ("The answer is 2/3.", "2/3"), ("2,5", "2.5"), ("page 3a", None), ("", None), ("007", "7"), ("-0.0", "0"),
        ("\u22127", "-7"), ("in 2024, 1,000,000", "1000000"), ("9" * 60, "9" * 60), ("at 3:30", None), ("1,2,3", None),
        ("2x and x_1", None), (r"$2\sqrt{3}$", None), ("F-16", None), ("on 2024-01-15", None),
    ],
)  # fmt: skip
def test_number(text, answer):
    """The last number counts; separators, signs and exponents are understood; minus in a difference is no sign."""
    assert number(text) == answer


@given(st.integers(-(10**12), 10**12), st.sampled_from(["{}", "{:,}", "{}.", "{}.0", "It is {}.", "**{}**", "${}$"]))
def test_a_number_survives_every_way_to_write_it(value, form):
    """Number, general extraction and canonical form all give back the plain number."""
    text = form.format(value)
    assert number(text) == any_answer(text) == str(value)
    assert canonical(form.format(value).removeprefix("It is ")) == str(value)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is (B).", "B"), ("Answer: C", "C"), ("**Answer:** D", "D"), ("B", "B"), ("(c) or (A)?", "A"),
        ("A shop has B pens", None), ("The correct answer is option C.", "C"), ("The answer is A because", "A"),
        (r"\boxed{D}", "D"), ("Some text\nB.", "B"), ("The answer is a riddle", None), ("I take choice B here", "B"),
        ("(A) is wrong. (B) is right", "B"), ("", None),
    ],
)  # fmt: skip
def test_choice(text, answer):
    """A letter counts where it is boxed, stated, alone on a line or in brackets; the article A is no choice."""
    assert choice(text) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"#### 5 but \boxed{6}", "6"), ("The answer is 4.\n#### 1,005", "1005"),
        ("The answer is 12. I used 3 steps.", "12"),
        ("17 * 24 + 9 = 417", "417"), ("The answer is (C), as 5 > 3", "C"), ("...", None), ("Hard to say", None),
    ],
)  # fmt: skip
def test_any_answer(text, answer):
    """Box before hashes before a statement before a lone letter before the last number."""
    assert any_answer(text) == answer


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1,200.0", "1200"), (r"\frac{1}{2}", "1/2"), (r"\dfrac12", "2 / 4"), ("(B).", "B"), (r"\text{(B)}", "B"),
        ("x = 5", "5"), ("$5", "5"), (r"\$5", "5"), ("50%", "50"), (r"90^\circ", "90"),
        (r"\left( 1, 2 \right)", "( 1, 2 )"),
        (" two   words ", "two words"), (r"\(7\)", "7"), ("+", "+"),
    ],
)  # fmt: skip
def test_two_ways_to_write_one_answer(one, other):
    """Both have the same canonical form."""
    assert canonical(one) == canonical(other) is not None


PIECES = [*"aB01.,{}()$%\\ =-^*/\n", "\\frac", "\\text{", "\\boxed{", "####", "1,000", "answer is", "\\left"]


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_canonical_stays_as_it_is_and_nothing_breaks(text):
    """Canonical of canonical is canonical, and every extractor takes every text."""
    once = canonical(text)
    assert once is None or (once and canonical(once) == once)
    for extract in (boxed, hashes, number, choice, any_answer):
        found = extract(text)
        assert found is None or canonical(found) == found


@pytest.mark.parametrize("prompt", range(6))
def test_answers_of_the_simulated_model_are_found_as_its_distribution_says(prompt):
    """What is extracted from its texts has positive probability, and none is found only where it named none."""
    model, seen = SimulatedModel(2), set()
    for i, question in enumerate(make_questions(60, 3)):
        messages = example_prompts()[prompt].messages(question.text)
        answer = any_answer(model.complete(messages, key=(i,)).text)
        assert model.distribution(messages)[answer or ""] > 0
        seen.add(answer == question.gold)
    assert seen == {True, False}


def test_extractors_of_one_s_own():
    """A compiled pattern gives its last match's first group; a function is itself; other things are refused."""
    assert find_extractor(re.compile(r"<(\w+)>"))("<red> <Blue>") == "blue"
    assert find_extractor(re.compile(r"is (\d+)|= (\d+)"))("a is 4, b = 5") == "5"
    assert find_extractor(re.compile("[0-9]+"))("1 22 333") == "333" and find_extractor(re.compile("z"))("a") is None
    assert find_extractor(str.upper) is str.upper
    with pytest.raises(ValueError, match="known: any, boxed, hashes, number, choice"):
        find_extractor("last")
    with pytest.raises(TypeError, match="not int"):
        find_extractor(3)
