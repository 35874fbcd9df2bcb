"""What lesson 05 says of its measured runs, held against them."""

import re
from itertools import product

import numpy as np
import pytest

from course.answers import printed, prose
from iapo_widgets import load, train
from iapo_widgets.core.uncertainty import fresh_estimate
from iapo_widgets.course.lesson_05 import ERRORS, MEANS
from iapo_widgets.study.statistics import signed_rank

NUMBER = re.compile(r"[+-]?\d+\.\d+")


def rows(words, start):
    """Numbers with a point in the lines of a cell's output that begin with ``start``."""
    lines = [line for line in printed("05", words).splitlines() if line.startswith(start)]
    return [[float(x) for x in NUMBER.findall(line)] for line in lines]


@pytest.mark.claim("05-order-changes")
def test_the_first_two_runs_have_other_orders():
    """The best of the four differs between run 1 and run 2, and so does the whole order."""
    table = np.array([rows("runs 1 to 4", name)[0] for name in ("triple-n1", "psst+k1", "uniform", "psst ")])
    first, second = table[:, 0], table[:, 1]
    assert first.argmax() != second.argmax() and first.argsort().tolist() != second.argsort().tolist()


def test_means_of_exercise_a_are_those_printed():
    """The exercise's two means and errors stand in the table of the lesson and in the exercise."""
    for name, mean, error in zip(("psst+k1", "triple-n1"), MEANS, ERRORS, strict=True):
        assert rows("runs 1 to 4", name)[0][-2:] == [mean, error] and f"{mean} ± {error}" in prose("05")


@pytest.mark.claim("05-k1-ahead")
def test_psst_k1_is_three_paired_errors_ahead_and_less_than_two_independent_ones():
    """Its difference to triple-n1 in both kinds of errors; the factor of the errors is about 2.5."""
    ((difference, independent, paired),) = rows("runs ahead", "psst+k1")
    assert difference > 3 * paired and difference < 2 * independent
    assert independent / paired == pytest.approx(2.5, abs=0.06) and "about six" in prose("05")
    assert 2.5**2 == 6.25


def test_the_standard_error_by_hand_is_right():
    """Four runs, step by step, as the text has them."""
    four = np.array([0.70, 0.74, 0.78, 0.70])
    assert round(four.mean(), 2) == 0.73
    assert [round(x, 2) for x in four - four.mean()] == [-0.03, 0.01, 0.05, -0.03]
    assert ((four - four.mean()) ** 2).sum() == pytest.approx(0.0044) and round(four.std(ddof=1), 3) == 0.038
    assert round(four.std(ddof=1) / 2, 3) == 0.019 and "s = 0.038" in prose("05") and "= 0.019" in prose("05")


def test_errors_and_differences_by_hand_are_right():
    """The error of a difference, three paired runs, and a regret."""
    assert [round(x**2, 6) for x in (0.003, 0.004)] == [0.000009, 0.000016]
    assert np.hypot(0.003, 0.004) == pytest.approx(0.005)
    table = [(0.78, 0.77, 0.01), (0.81, 0.80, 0.01), (0.84, 0.82, 0.02)]
    assert all(round(x - y, 2) == d and f"{x:.2f} | {y:.2f} | {d:.2f}" in prose("05") for x, y, d in table)
    assert all(max(column) - min(column) > 0.0499 for column in list(zip(*table, strict=True))[:2])
    assert round(0.80 - 0.77, 2) == 0.03


@pytest.mark.claim("05-oracle-beaten")
def test_one_policy_has_more_than_its_oracle():
    """On the run that is named the return is above the oracle's and the regret their difference."""
    ((acr, oracle, regret),) = rows("oracle = acr", "psst, run")
    assert acr > oracle and regret == pytest.approx(oracle - acr, abs=2e-3) and regret < 0
    assert f"{1 / 24:.2f}" == "0.04" and "one question is 0.04 of the mean" in prose("05")


@pytest.mark.claim("05-bars-overlap")
def test_bars_of_return_overlap_and_bars_of_regret_are_shorter():
    """One standard error to each side; the regret's error is the smaller one for all four."""
    table = {n: rows("regret, mean of 20", n)[0] for n in ("triple-n1", "psst+k1", "uniform", "psst ")}
    low, high = table["triple-n1"][0], table["triple-n1"][1]
    for acr, acr_error, _, regret_error in table.values():
        assert abs(acr - low) <= acr_error + high and regret_error < acr_error


@pytest.mark.claim("05-holm-three-six")
def test_uniform_is_significant_among_three_and_not_among_six():
    """As the table of p says; psst+k1 is so among both, psst among neither."""
    p = {name: rows("Holm, three", f"{name:8} minus triple-n1")[0][1:] for name in ("uniform", "psst+k1", "psst")}
    assert p["uniform"][1] < 0.05 < p["uniform"][2] and max(p["psst+k1"]) < 0.05 < min(p["psst"])


def test_the_curve_that_sticks_out_is_no_surprise_among_twelve():
    """It is that of triple-n1, whose growth is significant alone and not after correction."""
    text = printed("05", "rises = [")
    p, corrected = (float(re.search(rf"{words} ?(\d\.\d+)", text)[1]) for words in ("p =", "for 12:"))
    assert "smallest p of 12: triple-n1" in text and p < 0.05 < corrected


def test_p_by_hand_is_right():
    """Six differences: four patterns of 64 lean as far, by sums and by ranks; three p after Holm."""
    sizes = np.array([20, 30, 10, 50, 40, 120])
    sums = [sum(np.array(s) * sizes) for s in product((-1, 1), repeat=6)]
    assert sum(abs(x) >= 250 for x in sums) == 4 and sizes.sum() == 270
    assert signed_rank([20, 30, -10, 50, 40, 120]) == 4 / 64 == 0.0625
    assert f"{1 - 0.95**20:.0%}" == "64%" and "= 64 %" in prose("05")


@pytest.mark.claim("05-psst-uniform")
def test_a_hundred_runs_tell_what_twenty_do_not():
    """Twenty differences within one error of 0, a hundred more than two errors above, with a small p."""
    ((d, error, p),) = rows("first {runs:3}", "first  20")
    assert abs(d) < error and p > 0.05
    low, high = (d + k * error for k in (-2, 2))
    assert [round(low, 4), round(high, 4)] == [-0.0125, 0.0115]
    assert f"from \u2212{-low:.4f} to {high:.4f}, two errors" in prose(
        "05"
    ) and f"\u2212{-d:.4f} ± {error:.4f}" in prose("05")
    ((d, error, p),) = rows("first {runs:3}", "first 100")
    assert d > 2 * error and p < 0.05
    assert f"2 × {p:.4f} = {2 * p:.4f}" in prose("05")


def test_the_rule_of_three_by_hand_is_right():
    """A rate of 3/20 gives none in 20 runs with a chance of about 0.04; of 3/n in the long run 0.05."""
    assert f"{0.85**20:.2f}" == "0.04" and "²⁰ = 0.04" in prose("05")
    assert f"{(1 - 3 / 10_000) ** 10_000:.2f}" == "0.05"


def luck(budget):
    """(mean, error) of the race's estimate and of fresh pulls, minus the truth."""
    return [tuple(row) for row in rows("200 fresh pulls", f"T = {budget}")]


@pytest.mark.claim("05-winner-high")
def test_the_winners_estimate_is_too_high():
    """By more than two standard errors at both budgets."""
    assert all(mean > 2 * error for mean, error in (luck("1,000")[0], luck("5,000")[0]))


@pytest.mark.claim("05-gap-shrinks")
def test_a_larger_budget_leaves_less_luck():
    """The two gaps differ by more than two of the errors of their difference."""
    (small, a), (large, b) = luck("1,000")[0], luck("5,000")[0]
    assert small - large > 2 * np.hypot(a, b)


@pytest.mark.claim("05-fresh-level")
def test_fresh_pulls_are_near_the_truth():
    """Within one and a half errors as printed, and with very many pulls nearer still."""
    for budget in ("1,000", "5,000"):
        mean, error = luck(budget)[1]
        assert abs(mean) < 1.5 * error
    env = load("real-words")
    arm = train("psst", env, 1_000, seed=0).policy["low"]
    mean, error = fresh_estimate(env, arm, env.contexts[0], 20_000, np.random.default_rng(0))
    assert abs(mean - env.exact_q()[0, arm.prompt, arm.n - 1]) < 3 * error
