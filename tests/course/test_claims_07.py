"""What lesson 07 says of PSST, halving and uniform, held against what it printed and against the core."""

import re
from functools import cache

import numpy as np
import pytest

from course.answers import printed
from iapo_widgets import load, train
from iapo_widgets.core.psst import allocate, spending

ROW = re.compile(r"([+-]\d+\.\d+) ± (\d+\.\d+)")


@cache
def measured():
    """(way, budget) -> (regret, error, regret minus that of PSST, its error), as the lesson printed them."""
    rows = {}
    for line in [*printed("07", "in ways.items()").splitlines(), printed("07", "apart = subsets")]:
        if found := ROW.findall(line):
            budget, way = re.match(r" *([\d,]+)  (psst, subsets|\w+) ", line).groups()
            rows[way, int(budget.replace(",", ""))] = tuple(float(x) for pair in found for x in pair)
    return rows


@pytest.mark.claim("07-run-lost")
def test_the_printed_run_found_one_best_arm_and_nearly_the_others():
    """Q of what was chosen and of the best, user by user, as the lesson prints them."""
    text = printed("07", "chosen:")
    chosen, best = (np.array(re.findall(rf"{word}.*Q (\d\.\d+)", text), dtype=float) for word in ("chosen:", "best:"))
    assert (best - chosen).round(3).tolist() == [0.0, 0.004, 0.002]


@pytest.mark.claim("07-halving-behind")
def test_halving_is_far_behind_first_and_almost_three_errors_at_last():
    """More than five errors at 1,000 and 5,000, between two and three at 20,000."""
    for budget in (1_000, 5_000):
        _, _, apart, error = measured()["halving", budget]
        assert apart > 5 * error
    _, _, apart, error = measured()["halving", 20_000]
    assert 2.5 * error < apart < 3 * error


@pytest.mark.claim("07-uniform")
def test_uniform_is_behind_at_the_smaller_budgets_alone():
    """More than two errors at 1,000 and 5,000, less than one at 20,000."""
    apart = {budget: measured()["uniform", budget][2:] for budget in (1_000, 5_000, 20_000)}
    assert all(d > 2 * error for d, error in (apart[1_000], apart[5_000]))
    d, error = apart[20_000]
    assert abs(d) < error


@pytest.mark.claim("07-subsets")
def test_blocks_and_subsets_are_not_told_apart():
    """The subsets' mean is smaller, by more than one error and less than one and a half."""
    _, _, apart, error = measured()["psst, subsets", 5_000]
    assert apart < 0 and error < -apart < 1.5 * error


@pytest.mark.claim("07-math")
def test_on_the_larger_stand_in_uniform_is_behind_at_the_largest_budget():
    """More than two errors."""
    ((apart, error),) = ROW.findall(printed("07", 'math = load("math")'))
    assert float(apart) > 2 * float(error)


@pytest.mark.claim("07-sharing-most")
def test_leaving_out_the_sharing_costs_most():
    """Halving's regret is above uniform's at every budget, by more than two independent errors."""
    for budget in (1_000, 5_000, 20_000):
        (halving, a, *_), (uniform, b, *_) = measured()["halving", budget], measured()["uniform", budget]
        assert halving - uniform > 2 * np.hypot(a, b)


@pytest.mark.claim("07-key")
def test_the_key_point_says_what_the_table_says():
    """PSST is ahead of halving at all three budgets, of uniform at two."""
    ahead = {way: [measured()[way, t][2] > 2 * measured()[way, t][3] for t in (1_000, 5_000, 20_000)]
             for way in ("halving", "uniform")}  # fmt: skip
    assert ahead == {"halving": [True] * 3, "uniform": [True, True, False]}


def small(scales, share, left, last=False):
    """Pulls of prompts with these largest scales, as (scale, times) for each that is pulled."""
    active = np.arange(1, max(scales) + 1) <= np.array(scales)[:, None]
    return allocate(active[None], share, left, last, np.random.default_rng(0))


def test_the_small_budget_by_hand_is_what_psst_does():
    """Borrowing in round 1, shares of 5, 4 and 5, two pulls in the last round, and scales that shrink."""
    first = small((4, 2, 1), 15 // 3, 15)
    assert spending(first) == 7 and (15 - 7) // 2 == 4
    second = small((2, 1), 4, 8)
    assert second.sum(axis=1).tolist() == [1, 1] and spending(second) == 3
    assert spending(small((2,), 5, 5, last=True)) == 4
    assert [int(n) + 1 for n in small((4, 2, 1), 1, 5).argmax(axis=1)] == [2, 2, 1] and 3 + 2 + 1 > 5


def test_with_three_hundred_answers_the_first_round_borrows():
    """The share of 37 becomes 160, and nothing is left from round 5 on; R times M is 1,280."""
    rounds = train("psst", load("real-words"), 300, seed=0).rounds
    assert 300 // 8 == 37 and rounds[0].spent == 160 and 8 * 160 == 1_280
    first = {t: train("psst", load("real-words"), t, seed=0).rounds[0].pulls.max() for t in (1_280, 2_559, 2_560)}
    assert first == {1_280: 1, 2_559: 1, 2_560: 2}
    assert [done.number for done in rounds if not done.pulls.any()] == [5, 6, 7, 8]


def test_the_last_round_spends_668():
    """35 pulls at the scales 16 and 3, and one more at 3 from what remains of 676 answers."""
    *before, last = train("psst", load("real-words"), 5_000, seed=0).rounds
    assert 5_000 - before[-1].spent == 676 and 676 - 35 * (16 + 3) < 16
    assert sorted((int(n) + 1, int(last.pulls[p, n])) for p, n in np.argwhere(last.pulls)) == [(3, 36), (16, 35)]
    assert last.spent - before[-1].spent == 35 * 19 + 3 == 668


def test_halving_would_need_4080_answers_and_neighbours_go_together():
    """One pull of each arm for each user; PSST leaves fewer prompts than halving after round 3 for the user mid."""
    env = load("real-words")
    assert 3 * 10 * sum(range(1, 17)) == 4_080
    rounds = {way: train(way, env, 5_000, seed=0).rounds for way in ("psst", "halving")}
    left = {way: done[2].active[1].any(axis=1).sum() for way, done in rounds.items()}
    assert left["psst"] < left["halving"] and rounds["halving"][2].spent > 4_900
    unseen = np.isnan(train("halving", env, 500, seed=0).rounds[-1].q[0]).mean()
    assert unseen > 0.5
    assert rounds["psst"][-1].policy["high"].n < rounds["psst"][-1].policy["mid"].n
