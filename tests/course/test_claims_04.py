"""What lesson 04 says of races on the recorded task, held against what it prints and against races."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import prose
from course.recorded import printed, standard_error, words
from iapo_widgets import acr, train
from iapo_widgets.course.lesson_04 import N_MAX, PROMPTS, USERS

REGRET = r"regret (0\.\d+) ± (0\.\d+)"


@cache
def pairs():
    """The recorded task for the user without cost."""
    return words().with_(contexts=words().contexts[:1])


def _said(pattern):
    """Numbers that the lesson prints on the lines of a pattern, (lines, groups)."""
    found = re.findall(pattern, printed("04"))
    assert found, pattern
    return np.array(found, dtype=float)


def _apart(a, b):
    """Difference of two independent means (mean, standard error) in its own standard errors."""
    return (a[0] - b[0]) / np.hypot(a[1], b[1])


@pytest.mark.claim("04-two-in-three")
def test_the_truth_lies_within_one_error_two_times_in_three_and_within_two_nineteen_in_twenty():
    """As measured, within four hundredths; the formula is what is measured."""
    rows = _said(r"(?m)^ *(\d+)   (0\.\d+)    (0\.\d+) +(\d+)% +(\d+)%$")
    assert rows[:, 0].tolist() == [10, 100, 1000] and np.allclose(rows[:, 1], rows[:, 2], rtol=0.05)
    assert (abs(rows[:, 3] - 67) <= 4).all() and (abs(rows[:, 4] - 95) <= 4).all()


def test_the_exercise_counts_the_arms_of_the_recorded_task():
    """Prompts, largest N and users of 04-d."""
    assert (len(words().prompts), words().n_max, len(words().contexts)) == (PROMPTS, N_MAX, USERS)


def test_the_two_best_prompts_are_equally_good_and_four_are_far_below():
    """What the text says of the rates."""
    rates = words().exact_q()[0, :, 0]
    assert rates[1] == pytest.approx(rates[2]) and set(np.argsort(rates)[-2:]) == {1, 2}
    assert (rates < 0.405).sum() == 4 and f"{np.sort(rates)[-3]:.2f}" == "0.60"
    assert all(0.54 < rates[p] < 0.61 for p in (0, 3, 5, 6))


@pytest.mark.claim("04-winners-luck")
def test_the_winner_s_own_mean_is_too_high_and_less_so_with_more_pulls():
    """At three budgets, by more than ten standard errors at each; they are printed from the largest on."""
    high = _said(r"too high by (0\.\d+) ± (0\.\d+)")
    assert len(high) == 3 and (high[:, 0] > 10 * high[:, 1]).all() and (np.diff(high[:, 0]) > 0).all()


@cache
def _races():
    """Regrets of uniform and of halving at 40, 120 and 240, and among four alike, (4, 2, 2)."""
    return _said(rf"(?:uniform|halving): a best arm in \d+% of the runs, {REGRET}").reshape(4, 2, 2)


@pytest.mark.claim("04-halving-ahead")
@pytest.mark.claim("04-share-grows")
def test_halving_has_the_smaller_regret_and_its_share_grows():
    """By more than three standard errors of the difference at each budget; printed shares are those of the means."""
    assert all(_apart(even, halved) > 3 for even, halved in _races()[:3])
    shares = 1 - _races()[:, 1, 0] / _races()[:, 0, 0]
    assert np.allclose(100 * shares, _said(r"takes away (-?\d+)% of the regret"), atol=1)
    spread = [(1 - share) * np.hypot(e[1] / e[0], h[1] / h[0]) for share, (e, h) in zip(shares, _races(), strict=True)]
    assert all(_apart((shares[i + 1], spread[i + 1]), (shares[i], spread[i])) > 2 for i in (0, 1))


@pytest.mark.claim("04-no-gain-among-alike")
def test_among_prompts_that_are_alike_the_runs_show_no_gain():
    """The two means are within two standard errors of their difference."""
    assert abs(_apart(*_races()[3])) < 2


@pytest.mark.claim("04-thompson-way")
@pytest.mark.claim("04-thompson-end")
def test_thompson_loses_least_on_the_way_and_is_not_told_from_halving_in_the_end():
    """By more than three standard errors on the way; within two in the end."""
    rows = _said(r"(?:uniform|halving|UCB|Thompson) +(0\.\d+) ± (0\.\d+) +(0\.\d+) ± (0\.\d+)")
    _, halving, _, thompson = rows
    assert all(_apart(other[:2], thompson[:2]) > 3 for other in rows[:3])
    assert abs(_apart(thompson[2:], halving[2:])) < 2


@pytest.mark.claim("04-ucb-way")
def test_ucb_loses_more_on_the_way_than_halving():
    """By more than three standard errors, over 200 runs of 240 pulls."""
    ucb, halving = (_said(rf"{name} +(0\.\d+) ± (0\.\d+) ")[-1] for name in ("UCB", "halving"))
    assert _apart(ucb, halving) > 3


@pytest.mark.claim("04-first-round-drops")
def test_the_first_round_drops_half_of_the_best_arms():
    """One vote of each arm; 10 of the 20 best are dropped; the last two arms have more than 200 pulls each."""
    run, q = train("halving", pairs(), 12_000, seed=0), pairs().exact_q()[0]
    assert (run.rounds[0].pulls == 1).all()
    best = q >= np.sort(q.ravel())[-20]
    assert (best & ~run.rounds[0].active[0]).sum() == 10 and "of the 20 best arms 10 are among them" in prose("04")
    pulls = sum(done.pulls for done in run.rounds)
    last = pulls[run.rounds[-2].active[0]]
    assert last.min() > 200 and all(f": {each} pulls before the last decision" in printed("04") for each in last)


@pytest.mark.claim("04-winner-changes")
def test_the_winner_changes_from_draw_to_draw():
    """Among six seeds, several arms of several prompts."""
    arms = [train("halving", pairs(), 12_000, seed=s).policy["low"] for s in range(6)]
    assert len(set(arms)) > 3 and len({arm.prompt for arm in arms}) > 2


@pytest.mark.claim("04-halving-behind")
@pytest.mark.claim("04-catches-up")
def test_halving_over_all_pairs_is_behind_and_then_catches_up():
    """Forty paired runs: more than two standard errors behind at 3,000, within two at 24,000."""
    best, apart = pairs().exact_q().max(), {}
    for budget in (3_000, 24_000):
        uniform, halving = (
            np.array([best - acr(train(way, pairs(), budget, seed=s).policy, pairs()) for s in range(40)])
            for way in ("uniform", "halving")
        )
        apart[budget] = (halving - uniform).mean() / standard_error(halving - uniform)
        assert f"T = {budget:5} halving: regret {halving.mean():.3f}" in printed("04")
    assert apart[3_000] > 2 > abs(apart[24_000])
