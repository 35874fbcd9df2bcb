"""What lesson 01 says of votes and of the recorded answers, held against them."""

from collections import Counter

import numpy as np
import pytest

from course.answers import prose
from course.recorded import PLAIN, TERSE, over_questions, standard_error, won_without_end, words
from iapo_widgets.course.lesson_01 import credit
from iapo_widgets.plots.curves import success_curves
from iapo_widgets.widgets import AnswerExplorer


@pytest.mark.claim("01-even-n")
@pytest.mark.parametrize("share", [15 / 24, 10 / 24])
def test_a_second_voter_adds_nothing_between_two_answers(share):
    """Two voters are right as often as one, at both rates of the text."""
    one, two = success_curves("majority-vote", np.array([share]), 2)[0]
    assert one == pytest.approx(two)


@pytest.mark.claim("01-likelier")
@pytest.mark.claim("01-figure-three")
def test_a_vote_raises_rates_above_one_half_and_lowers_those_below():
    """Three voters between two answers, at every rate but 0, one half and 1; best-of-N raises all of these."""
    theta = np.linspace(0.01, 0.99, 99)
    gained = success_curves("best-of-n", theta, 32)[:, 1:] - theta[:, None]
    assert (gained > 0).all() and (gained[10, -1] > gained[-10, -1])
    moved = success_curves("majority-vote", theta, 3)[:, 2] - theta
    assert (np.sign(np.round(moved, 12)) == np.sign(np.round(theta - 0.5, 12))).all()


def test_two_real_questions_have_two_answers_each():
    """Their success rates are those of the text, above and below one half."""
    for prompt, question, share in ((0, 108, "15/24 = 0.625"), (5, 102, "10/24 = 0.417")):
        labels = [answer.label for answer in words().completions(prompt, question)]
        count, whole = labels.count(0), len(labels)
        assert len(set(labels)) == 2 and f"{count}/{whole} = {count / whole:.3f}" == share and share in prose("01")


@pytest.mark.claim("01-neighbours")
@pytest.mark.claim("01-questions-differ")
def test_neighbours_are_no_more_alike_than_any_two_answers_to_a_question():
    """Under every prompt within three standard errors, as shuffling gives them; over questions they are not alike."""
    rng = np.random.default_rng(0)
    for labels in words().answers:
        right = labels == 0
        shuffled = [_pairs(rng.permuted(right, axis=1)) for _ in range(300)]
        assert abs(_pairs(right) - np.mean(shuffled)) < 3 * np.std(shuffled)
        assert _pairs(right) > right.mean() ** 2 + 3 * np.std(shuffled)


def test_under_every_prompt_neighbours_are_within_1_7_errors_of_any_two():
    """Question by question: pairs of neighbours minus pairs of any two of the 24, and the error of the mean."""
    for labels in words().answers:
        right = labels == 0
        k = right.sum(axis=1)
        apart = (right[:, 0::2] & right[:, 1::2]).mean(axis=1) - k * (k - 1) / (24 * 23)
        assert abs(apart.mean()) < 1.7 * standard_error(apart)
    assert "less than 1.7 standard errors" in prose("01") and "each within 1.7 standard errors" in prose("01")


def _pairs(right):
    return (right[:, 0::2] & right[:, 1::2]).mean()


@pytest.mark.claim("01-three-credits")
def test_the_eight_answers_earn_what_the_text_says():
    """The first vote is won with two of eight, the second ties, the third is lost; all eight were read."""
    votes = [words().answers[0, question, :8].tolist() for question in (10, 5, 30)]
    assert [credit(each, 0) for each in votes] == [1.0, 0.5, 0.0]
    assert [max(Counter(each).values()) for each in votes] == [2, 4, 4]
    assert votes[0].count(0) == 2 and min(map(min, votes)) == 0


@pytest.mark.claim("01-orders")
def test_the_orders_at_the_start_and_at_the_end_are_as_predicted():
    """60 and 72 per cent alone; without end the warm prompt loses about 16 per cent, and fewer than the cold one."""
    alone = words().exact_q()[0, :, 0]
    assert f"{alone[PLAIN]:.0%} {alone[TERSE]:.0%}" == "60% 72%"
    assert "is right in 60 % of its attempts" in prose("01") and "which starts at 72 %" in prose("01")
    assert len(won_without_end(PLAIN)) > len(won_without_end(TERSE)) + 5


@pytest.mark.claim("01-without-end")
def test_endless_voting_wins_ties_and_loses_as_many_questions_as_told():
    """Prompt 0: its credit without end is 1, part of 1 or 0."""
    votes = [[v for v in row if v >= 0] for row in words().answers[PLAIN].tolist()]
    end = np.array([credit(v, 0) if v else 0.0 for v in votes])
    tied = end[(end > 0) & (end < 1)]
    said = (
        f"wins {(end == 1).sum()} questions of {len(end)}, ties on {len(tied)} (together worth {tied.sum() / 120:.3f})"
    )
    assert f"{said} and loses the other {(end == 0).sum()}" in prose("01")
    assert f"{tied.sum() / 120:.3f}" == "0.011"


@pytest.mark.claim("01-cold-gains-less")
@pytest.mark.claim("01-two-parts")
def test_the_same_words_gain_less_by_votes_when_asked_cold():
    """Prompt 1 against prompt 0, by more than two errors; of the gap of terse and plain neither part stands alone."""
    cold, warm = (over_questions((p, 16), (p, 1)) for p in (1, PLAIN))
    assert (warm - cold).mean() > 2 * standard_error(warm - cold)
    parts = over_questions((PLAIN, 16), (1, 16)), over_questions((1, 16), (TERSE, 16))
    assert all(abs(part.mean()) < 2 * standard_error(part) for part in parts)
    said = ["0.052 ± 0.014", "0.188 ± 0.018", "0.015 ± 0.021", "0.028 ± 0.033"]
    assert said == [f"{x.mean():.3f} ± {standard_error(x):.3f}" for x in (cold, warm, *parts)]
    assert all(each in prose("01") for each in said)


def test_warm_mistakes_scatter_and_cold_ones_repeat():
    """Where eight votes save the warm prompt no wrong answer has many; where they ruin the cold one, one has most."""
    for prompt, kind in ((PLAIN, "saves"), (TERSE, "ruins")):
        explorer, shares = AnswerExplorer(words(), prompt=prompt, question=1, n=8), []
        for _ in range(3):
            explorer.question = explorer.search(kind)[0]
            wrong = [v for v in words().answers[prompt, explorer.question].tolist() if v > 0]
            shares.append(Counter(wrong).most_common(1)[0][1] / 24 if wrong else 0.0)
        assert max(shares) < 0.4 if kind == "saves" else min(shares) > 0.5, shares


@pytest.mark.parametrize("cost", [0.001, 0.01, 0.03])
def test_a_vote_between_two_never_stops_at_an_even_n(cost):
    """At no success rate once an answer costs anything; the best of N does at some."""
    theta, scales = np.linspace(0.05, 0.95, 19), np.arange(1, 33)
    vote, best = (success_curves(name, theta, 32) - cost * scales for name in ("majority-vote", "best-of-n"))
    assert (vote.argmax(axis=1) % 2 == 0).all() and (best.argmax(axis=1) % 2 == 1).any()


@pytest.mark.claim("01-one-is-enough")
def test_a_user_of_cost_weight_two_is_better_off_with_one_answer():
    """Q of prompt 0 with one answer is above that with sixteen."""
    call, each = words().call_cost[PLAIN], words().cost[PLAIN].mean()
    right = words().exact_q()[0, PLAIN]
    assert right[0] - 2 * (call + each) > right[15] - 2 * (call + 16 * each)
