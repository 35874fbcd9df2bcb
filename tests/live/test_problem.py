"""Questions and prompts that could not be asked or answered are refused when they are made."""

import pytest

from iapo_widgets.core.problem import Context, Prompt
from iapo_widgets.live.problem import PromptTemplate, Question
from iapo_widgets.live.scoring.judging import check_scorers, is_right
from iapo_widgets.live.scoring.scorer import Score
from iapo_widgets.live.scoring.scorers import ExactMatch, FunctionScorer

HALF = "caf\ud83d"


def test_one_right_answer_or_several():
    """A text, several texts, or none; equal questions are equal and can be keys."""
    assert Question("q").golds == () and Question("q", "a").golds == ("a",)
    assert Question("q", gold=("a", "b")).golds == ("a", "b") == Question("q", ["a", "b"]).gold
    assert len({Question("q", ("a", "b")), Question("q", ("a", "b")), Question("q", "a")}) == 2


@pytest.mark.parametrize("gold", ["", " ", (), [], 5, ("a", 5), ("a", ""), {"a"}, (("a",),), HALF, ("a", HALF)])
def test_what_is_no_right_answer(gold):
    """Empty, other types and half characters are refused."""
    with pytest.raises(ValueError, match="right answer"):
        Question("q", gold)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Question(HALF), lambda: PromptTemplate("{query}" + HALF, max_tokens=5), lambda: Prompt(HALF),
        lambda: PromptTemplate("{query}", HALF, max_tokens=5), lambda: Prompt("a", system=HALF),
        lambda: Context(HALF, (1.0,)),
    ],
)  # fmt: skip
def test_half_a_character_is_refused(make):
    """What cannot be sent or written is told at once, with its place."""
    with pytest.raises(ValueError, match=r"half a character .* at position"):
        make()


def test_a_right_answer_that_is_never_found_stops_before_anything_is_sent():
    """The question, what is read of its right answer, and what would do are named."""
    questions = [Question("How many?", "7"), Question("Where?", "Rome")]
    with pytest.raises(ValueError, match=r"'Where\?'.*never give the right answer 'Rome'.*no answer.*extract='any'"):
        check_scorers([ExactMatch("number")], questions)
    assert check_scorers([ExactMatch()], questions) and check_scorers([ExactMatch("number")], questions[:1])


def test_a_scorer_without_the_right_answer_is_right_by_its_text():
    """Where the scorer does not compare, any of several right texts is the right answer's class."""
    scorer = FunctionScorer(lambda question, text: Score(0.5, text), name="own")
    question = Question("q", ("a", "b"))
    assert [is_right(question, scorer, scorer.score(question, text)) for text in "abc"] == [True, True, False]
