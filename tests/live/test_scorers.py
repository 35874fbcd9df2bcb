"""Scorers: right is 1, wrong 0, unreadable None and without a vote."""

import importlib.util
import pickle
import re
import threading

import numpy as np
import pytest

from iapo_widgets.live.problem import Question
from iapo_widgets.live.scoring.lengths import words_in
from iapo_widgets.live.scoring.mathematics import MathVerify
from iapo_widgets.live.scoring.scorer import Score, Scorer
from iapo_widgets.live.scoring.scorers import Brevity, ExactMatch, FunctionScorer, RegexMatch, as_scorer

Q = Question("How much is 6 * 7?", "42")


@pytest.mark.parametrize(
    ("extract", "gold", "text", "score"),
    [
        ("any", "42", "The answer is 42.", Score(1.0, "42")),
        ("any", "42", "The answer is 41.", Score(0.0, "41")),
        ("any", "42", "I do not know", Score(None, None)),
        ("any", None, "The answer is 41.", Score(None, "41")),
        ("number", "6 * 7 = 42\n#### 42", "so 42.0", Score(1.0, "42")),
        ("boxed", r"We get \boxed{\frac{1}{2}}", r"\boxed{\dfrac12}", Score(1.0, "0.5")),
        ("boxed", "42", "42", Score(None, None)),
        ("choice", "(B)", "The answer is B.", Score(1.0, "B")),
        (re.compile("<(.*?)>"), "red", "<red>", Score(1.0, "red")),
        (lambda text: text[:2] or None, "42", "42 it is", Score(1.0, "42")),
    ],
)
def test_exact_match(extract, gold, text, score):
    """Value by the right answer in whatever writing, the answer as the vote; no answer, no vote and no value."""
    assert ExactMatch(extract).score(Question("q", gold), text) == score


def test_scores_that_need_no_right_answer():
    """Pattern and brevity score any question, between 0 and 1, and cast no vote."""
    ask = Question("q")
    assert [RegexMatch(r"\bplease\b").score(ask, t).value for t in ("please do", "pleased")] == [1.0, 0.0]
    assert [Brevity(4).score(ask, t) for t in ("", "a b", "a b c d e")] == [Score(1.0), Score(0.5), Score(0.0)]
    assert Brevity(10, "characters").score(ask, "abcde").value == 0.5
    assert not RegexMatch("a").needs_gold and not Brevity().needs_gold and ExactMatch().needs_gold


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0), ("one, two - three", 4), ("deux mots", 2), ("два слова", 2), ("두 단어", 2), ("शब्द दो", 2),
        ("我今天很高兴。", 6), ("答案是42。", 4), ("ABC公司, 两年", 5), ("「はい」、そうです!", 6), ("カメラを買う", 6),
        ("。、本", 1), ("𠮷野家", 3), ("สวัสดีครับ", 2), ("ดี", 1), ("ผม อายุ 20 ปี", 4), ("ຂອບໃຈ", 1), ("ကျေးဇူး", 1),
        ("សួស្តី។", 1),
    ],
)  # fmt: skip
def test_words_are_counted_with_and_without_spaces(text, words):
    """Between spaces, by signs in Chinese and Japanese, by four letters in Thai and its neighbours."""
    assert words_in(text) == words


@pytest.mark.parametrize("text", ["我喜欢看书。", "本を読むのが好き。", "ฉันชอบอ่านหนังสือ", "I like to read books."])
def test_a_long_text_is_not_brief_in_any_script(text):
    """Hundreds of sentences are worth nothing, one is worth most of it."""
    scorer = Brevity(40)
    assert scorer.score(Q, text * 300).value == 0.0 and scorer.score(Q, text).value > 0.7


def test_any_function_is_a_scorer():
    """Numbers of Python and numpy, None and a whole Score pass; its name is the function's."""

    def politeness(question, text):
        return {"a": 0.5, "b": np.float32(0.25), "c": None, "d": Score(1.0, "x"), "e": True}[text]

    scorer = as_scorer(politeness)
    assert isinstance(scorer, Scorer) and scorer.name == "politeness" and not scorer.needs_gold
    assert [scorer.score(Q, t) for t in "abcde"] == [
        Score(0.5), Score(0.25), Score(None), Score(1.0, "x"), Score(1.0)
    ]  # fmt: skip
    assert as_scorer(scorer) is scorer


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda q, t: 1 / 0, "scorer 'mine' failed on 'text': ZeroDivisionError"),
        (lambda q, t: float("nan"), "return None for what cannot be scored"),
        (lambda q, t: "good", "a number, None or a Score"),
        (lambda q, t: [1, 2], "a number, None or a Score"),
    ],
)
def test_a_function_that_fails_is_named(function, message):
    """The error tells which scorer, on which text, and what was wanted."""
    with pytest.raises(ValueError, match=message):
        FunctionScorer(function, name="mine").score(Q, "text")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: RegexMatch("("), ValueError), (lambda: Brevity(0), ValueError),
        (lambda: Brevity(5, "lines"), ValueError),
        (lambda: ExactMatch("last"), ValueError), (lambda: ExactMatch(name=" "), ValueError),
        (lambda: FunctionScorer(3), TypeError), (lambda: as_scorer("correct"), TypeError),
    ],
)  # fmt: skip
def test_bad_scorers_are_refused(make, error):
    """A pattern, a length, a unit, a name or a function that is none is refused when the scorer is made."""
    with pytest.raises(error):
        make()


@pytest.fixture(scope="module")
def verifier():
    """One math-verify process for all tests."""
    if importlib.util.find_spec("math_verify") is None:
        pytest.skip("math-verify is not installed: pip install 'iapo-widgets[math]'")
    scorer = MathVerify()
    yield scorer
    scorer.close()


@pytest.mark.parametrize(
    ("gold", "text", "value"),
    [
        ("1/2", r"so $\boxed{0.5}$", 1.0), (r"\frac{\sqrt{2}}{2}", r"$\boxed{\frac{1}{\sqrt2}}$", 1.0),
        ("3", "$x=3$", 1.0),
        ("x(x+1)", r"\boxed{x^2+x}", 1.0), ("42", "The answer is 41.", 0.0), ("42", "no idea", None),
        (None, "is 42.", None),
    ],
)  # fmt: skip
def test_math_verify_finds_equal_what_is_equal(verifier, gold, text, value):
    """Numbers, roots, assignments and polynomials are equal in any form; unreadable is None."""
    assert verifier.score(Question("q", gold), text).value == value


@pytest.mark.parametrize(
    ("gold", "text", "value"),
    [
        ("2345.6", "Das macht 2.345,6 im Jahr.", 1.0), ("2345678", "That is 2 345 678.", 1.0),
        ("23000", "Es sind 23'000.", 1.0), ("2345678", "It is 23,45,678.", 1.0), ("2.5e4", r"\boxed{25000}", 1.0),
        ("250", "So about 2.5e2.", 1.0), ("230000", "It is 2.3 \u00d7 10^5.", 1.0),
        ("3000000", "It is 3 million.", 1.0),
        ("23000", r"so \boxed{23 000} in all", 1.0), ("2345", "Das macht 2.345,6.", 0.0), ("(1,2)", "$(1,2)$", 1.0),
        ("20%", "It is 20%.", 1.0),
    ],
)  # fmt: skip
def test_math_verify_reads_numerals_of_other_writings_whole(verifier, gold, text, value):
    """Groups, decimal commas, exponents and scales, of which it would take a piece alone."""
    assert verifier.score(Question("q", gold), text).value == value


def test_equal_answers_vote_together(verifier):
    """Three ways to write a half cast one vote, and x = 3 votes with 3; without an answer there is no vote."""
    votes = [verifier.score(Question("q"), t).answer for t in (r"\boxed{\frac12}", r"\boxed{0.5}", "it is 1/2")]
    assert len(set(votes)) == 1 and votes[0] is not None
    assert verifier.score(Question("q"), "$x=3$").answer == verifier.score(Question("q"), "it is 3").answer == "3"
    assert verifier.score(Question("q"), "no idea").answer is None


def test_math_verify_works_in_threads_and_survives_what_takes_for_ever(verifier):
    """From another thread too, a tower of powers ends as unreadable, and the next answer is scored as ever."""
    got = []

    def work():
        with_deadline = MathVerify(seconds=3)
        got.extend(with_deadline.score(Q, t) for t in (r"\boxed{9^{9^{9^{9}}}}", "The answer is 42."))
        with_deadline.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert got == [Score(None), Score(1.0, "42")]
    copy = pickle.loads(pickle.dumps(verifier))
    assert copy.score(Q, "42").value == 1.0
    copy.close()


def test_without_math_verify_the_error_says_what_to_install(monkeypatch):
    """MathVerify tells the extra's name where the package is absent."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"iapo-widgets\[math\]"):
        MathVerify()
