"""What lesson 13 says of its runs, held against what its cells print, which nbval keeps true."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import LESSONS, notebook
from iapo_widgets.core.completions import Completions
from iapo_widgets.core.reuse import block_samples
from iapo_widgets.core.strategies import MajorityVote
from iapo_widgets.course.lessons import source

SHORTCUT, STEPS = 4, 2


@cache
def printed(words):
    """What the one cell prints that prints these words."""
    found = []
    for cell in notebook(LESSONS["13"])["cells"]:
        text = "".join("".join(o.get("text", "")) for o in cell.get("outputs", []))
        found += [text] * (words in text)
    (text,) = found
    return text


@cache
def prose():
    """The lesson's markdown, on one line."""
    cells = [source(c) for c in notebook(LESSONS["13"])["cells"] if c["cell_type"] == "markdown"]
    return " ".join(" ".join(cells).split())


def numbers(words, row):
    """Numbers of the line with ``row`` in the output with ``words``."""
    (line,) = [line for line in printed(words).splitlines() if row in line]
    return [float(number.replace(",", "")) for number in re.findall(r"[+-]?\d[\d,]*(?:\.\d+)?", line)]


@cache
def exact():
    """Exact accuracies (P, [N = 1 training, held out, N = 8 training, held out])."""
    rows = re.findall(r"N = 1 ([\d.]+) ([\d.]+)   N = 8 ([\d.]+) ([\d.]+)", printed("exact accuracy"))
    return np.array(rows, dtype=float)


@pytest.mark.claim("13-below-likely")
def test_the_bill_is_below_the_likely_number():
    """In tokens."""
    likely = int(re.search(r"likely ([\d,]+) tokens", printed("at most 802,800"))[1].replace(",", ""))
    spent = int(re.search(r"completions, ([\d,]+) tokens", printed("policy and what was paid"))[1].replace(",", ""))
    assert 0 < spent < likely


@pytest.mark.claim("13-charged-more")
def test_the_ledger_charges_more_than_came_and_more_than_was_made():
    """Completions of what broke off are charged, and at the most tokens that they can have had."""
    came, asked, _ = numbers("failed for good", "failed for good")
    charged, made = (numbers("failed for good", row) for row in ("charged in the ledger", "made by the endpoint"))
    assert came < charged[0] <= charged[0] + asked and charged[0] >= made[0] and charged[1] > made[1]


@pytest.mark.claim("13-shortcut-once")
def test_the_shortcut_is_best_if_asked_once():
    """On the training questions and on those held out."""
    assert exact().shape == (6, 4)
    assert exact()[:, 0].argmax() == exact()[:, 1].argmax() == SHORTCUT


@pytest.mark.claim("13-steps-by-vote")
def test_step_by_step_is_best_by_a_vote_of_eight():
    """On the training questions and on those held out."""
    assert exact()[:, 2].argmax() == exact()[:, 3].argmax() == STEPS


@pytest.mark.claim("13-shortcut-flat")
def test_the_shortcut_gains_least_from_votes():
    """Hardly two hundredths, where every other prompt gains more than a tenth."""
    gains = exact()[:, 2:] - exact()[:, :2]
    assert np.all(gains[SHORTCUT] <= 0.02) and np.all(np.delete(gains, SHORTCUT, axis=0) > 0.1)


@pytest.mark.claim("13-ten-mislead")
def test_ten_questions_favour_the_shortcut_by_votes_too():
    """Recorded, it is ahead of step by step at N = 8, which on all questions is the other way round."""
    rows = np.array(re.findall(r"N = 1 ([\d.]+)   N = 8 ([\d.]+)", printed("ten recorded questions")), dtype=float)
    assert rows[SHORTCUT, 1] > rows[STEPS, 1] and np.all(exact()[STEPS, 2:] > exact()[SHORTCUT, 2:])
    assert f", {SHORTCUT}: " in printed("ten recorded questions").splitlines()[-1]


@pytest.mark.claim("13-drawn-near-exact")
def test_the_drawn_score_is_within_its_standard_error_of_the_exact_one():
    """For the user low, on the held-out questions."""
    mean, error, count = numbers("spread of the differences", "policy")
    assert count == 30 and abs(mean - numbers("our policy, and the best possible", "low ")[0]) < error


def test_the_numbers_of_questions_in_the_prose_follow_from_the_spread():
    """(2 s / d)^2 for a difference of 0.05 and of 0.2."""
    (spread,) = numbers("spread of the differences", "spread")
    found = re.findall(r"\(2 . ([\d.]+) / ([\d.]+)\)² ≈ (\d+)", prose())
    assert len(found) == 2 and all(float(s) == spread for s, _, _ in found)
    assert [int(n) for _, _, n in found] == [round((2 * spread / d) ** 2) for d in (0.05, 0.2)]


def test_six_of_eight_answers_are_samples_of_six_and_fewer():
    """A pull of eight of which six came holds six blocks of one, three of two, two of three, one up to six."""
    valid = np.arange(8)[None] < 6
    one = np.zeros(1, dtype=np.int64)
    answers = np.array([[0, 1, 0, -1, 2, 0, 0, 0]])
    right = (answers == 0).astype(float)[..., None]
    pull = Completions(one, one.copy(), right, answers, one.copy(), np.ones((1, 8)), valid)
    samples = block_samples(pull, MajorityVote(), np.ones((1, 1)), n_max=8)
    assert samples.count[0].tolist() == [6, 3, 2, 1, 1, 1, 0, 0]
    assert samples.reward[0, 0, 5] == 1.0  # three of five votes are right, the unreadable answer casts none
    assert "as six samples of one answer, three of two, two of three, one each of four, five and six" in prose()
