"""Scorers as kind and options: what is written of one makes one that scores the same."""

import json
import re

import pytest

from iapo_widgets.live import (
    Brevity,
    Coverage,
    Endpoint,
    ExactMatch,
    FunctionScorer,
    Judge,
    MathVerify,
    Question,
    RegexMatch,
)
from iapo_widgets.live.scoring.extraction import EXTRACTORS
from iapo_widgets.live.scoring.kinds import described, scorer_of

TEXTS = ("The answer is Lima.", "lima", "I say: 12", "(B) red\nno, blue", "", "#### 7", "\\boxed{x}", "old RIVER dogs")
QUESTION = Question("old, river, dog", ("Lima", "12"))
KNOWN = (
    *(ExactMatch(name, name=f"by {name}") for name in EXTRACTORS),
    ExactMatch(options=["red", "blue", "Lima"]),
    ExactMatch(re.compile(r"answer is (\w+)")),
    ExactMatch(re.compile(r"(?i)LIMA|(\d+)")),
    ExactMatch(re.compile(r"^i say: (\d+)$", re.I | re.M), name="said"),
    RegexMatch(r"\d"),
    RegexMatch(re.compile("RED", re.I), name="red"),
    Brevity(7),
    Brevity(30, "characters", name="short"),
    Coverage(name="words"),
)


@pytest.mark.parametrize("scorer", KNOWN, ids=repr)
def test_what_is_written_scores_the_same(scorer):
    """Through JSON and back: the same name and repr, and the same score of every text."""
    again = scorer_of(json.loads(json.dumps(described(scorer))))
    assert (type(again), again.name, repr(again)) == (type(scorer), scorer.name, repr(scorer))
    assert [again.score(QUESTION, text) for text in TEXTS] == [scorer.score(QUESTION, text) for text in TEXTS]


def test_math_verify_is_written_with_its_patience():
    """Name and seconds; nothing of its process."""
    row = described(MathVerify(name="maths", seconds=2.0))
    assert row == {"kind": "math-verify", "name": "maths", "seconds": 2.0} and described(scorer_of(row)) == row


class Mine(ExactMatch):
    """Like ours, but not ours."""


@pytest.mark.parametrize(
    "scorer",
    [FunctionScorer(lambda q, text: 1.0), ExactMatch(str.strip), Mine(), Judge(Endpoint("http://localhost/v1", "m"))],
    ids=lambda scorer: type(scorer).__name__,
)  # fmt: skip
def test_what_is_code_of_one_s_own_is_not_written(scorer):
    """Functions, extractors that are functions, subclasses and judges, whose endpoint may need a key."""
    assert described(scorer) is None


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        ({"kind": "judge"}, ValueError, "one of exact match, brevity, coverage, pattern, math-verify, not 'judge'"),
        ({}, ValueError, "not None"),
        ({"kind": "brevity", "wide": 3}, TypeError, "wide"),
        ({"kind": "pattern", "pattern": "("}, ValueError, "no regular expression"),
    ],
)  # fmt: skip
def test_other_rows_are_refused(row, error, message):
    """With what is known in place of it."""
    with pytest.raises(error, match=message):
        scorer_of(row)
