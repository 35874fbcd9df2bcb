"""Thought is kept apart from the answer, for every scorer and the judge."""

import pytest

from iapo_widgets.live.problem import Question
from iapo_widgets.live.scoring.judge import Judge
from iapo_widgets.live.scoring.scorer import Score
from iapo_widgets.live.scoring.scorers import Brevity, ExactMatch, FunctionScorer, RegexMatch
from iapo_widgets.live.scoring.thought import without_thought

Q = Question("q", "7")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>5</think>7", "7"), ("<think>\n5\n</think>\n\n7", "\n\n7"), ("5\n</think>7", "7"), ("<think>5", ""),
        ("<THINK>5</THINK>7", "7"), ("<thinking>5</thinking>7", "7"), ("[THINK]5[/THINK]7", "7"),
        ("<think>a</think>6<think>b</think>7", "67"), ("<think>a<think>b</think>c</think>7", "7"), ("6<think>b", "6"),
        ("<reasoning depth='2'>5</reasoning>7", "7"), ("\u25c1think\u25b75\u25c1/think\u25b77", "7"),
        ("<|channel|>analysis<|message|>5<|end|><|start|>assistant<|channel|>final<|message|>7", "7"),
        ("<|channel|>analysis<|message|>5", ""), ("Write `<think>` first: 7", "Write `<think>` first: 7"),
        ("I think 7", "I think 7"), ("a < b, think> 7", "a < b, think> 7"), ("", ""),
    ],
)  # fmt: skip
def test_what_is_said(text, said):
    """Thought ends at its closing tag, begins with the text where no tag opens it, and may be cut off."""
    assert without_thought(text) == said == without_thought(said)


@pytest.mark.parametrize(
    "scorer",
    [
        ExactMatch(), ExactMatch("number"), ExactMatch(lambda text: text), RegexMatch(r"^\s*7$"), Brevity(10),
        FunctionScorer(lambda question, text: text.strip() == "7"),
    ],
)  # fmt: skip
def test_scorers_never_see_thought(scorer):
    """With thought before it an answer is scored as without; thought alone is unreadable for each of them."""
    thought = "<think>" + "5 is it, or 6? " * 9
    assert scorer.score(Q, thought + "</think>7") == scorer.score(Q, "7") and scorer.score(Q, "7").value > 0
    assert scorer.score(Q, thought) == Score(None)


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("**Score:** 7/10", 0.7), ("Score - 7.5", 0.75), ("I give it a score of 7.", 0.7), ("7/10", 0.7), ("7", 0.7),
        ("Score: 7 out of 10", 0.7), ('{"score": "7", "why": "2 slips"}', 0.7), ("### Score\n\n**7**", 0.7),
        ("Rating: 7", 0.7), ("Score (0 to 10): 7", 0.7), ("Score: 7,5", 0.75), ("Score: seven", 0.7),
        ("\u5206\u6570\uff1a7", 0.7),
        (r"Score: \boxed{7}", 0.7), ("| Score | 7 |", 0.7), ("Score: 3. No, score: 7", 0.7), ("<score>7</score>", 0.7),
        ("Score: 7\n(a score of 10 would need a proof)", 0.7), ("<think>Score: 2?</think>Score: 7", 0.7),
        ("<think>Score: 2", None), ("Score: 11", None), ("Score: -1", None), ("Score: 3/5", None), ("Score: 70%", None),
        ("Score: 6-7", None), ("It has 3 slips in 7 lines.", None), ("", None),
    ],
)  # fmt: skip
def test_the_judge_s_score_whatever_surrounds_it(reply, value):
    """The last grade is read; what is out of range, on another scale, a range or thought is not."""
    read = Judge(None).read(reply)
    assert read == (value if value is None else pytest.approx(value))
