"""What lesson 06 says of pulls and their samples, held against the core."""

import re
from itertools import combinations

import numpy as np
import pytest

from course.answers import printed
from iapo_widgets import load, train
from iapo_widgets.core.psst import largest_scale
from iapo_widgets.widgets import ReuseExplorer
from iapo_widgets.widgets.explorers.reuse_explorer import variances

NUMBER = re.compile(r"\d+\.\d+")


def column(words):
    """The last number with a point of each line that a cell printed."""
    return [float(NUMBER.findall(line)[-1]) for line in printed("06", words).splitlines() if NUMBER.findall(line)]


def test_the_two_factors_of_the_bill_are_those_of_the_text():
    """Users share: 3 times less; scales share, too: 8.5 times less."""
    each, users, scales = (int(x) for x in re.findall(r"(?m) +(\d+)$", printed("06", "every_scale = ")))
    assert each / users == 3 and users / scales == 8.5


@pytest.mark.claim("06-subsets-scatter-less")
def test_subsets_scatter_less_around_the_same_mean():
    """Means agree within three errors of 2,000 pulls; the spread is smaller, as exact variances have it."""
    (mean_b, mean_s), (b, s) = (
        [float(NUMBER.findall(x)[k]) for x in printed("06", "estimates of a vote of five").splitlines()[1:3]]
        for k in (0, 1)
    )
    assert abs(mean_b - mean_s) < 3 * b / 2_000**0.5 and s < 0.8 * b
    _, blocks, subsets = variances("majority-vote", 0.6, 8)
    assert (subsets <= blocks + 1e-12).all() and np.sqrt(subsets[4] / blocks[4]) == pytest.approx(s / b, abs=0.03)


@pytest.mark.claim("06-most-above-half")
def test_blocks_and_subsets_differ_most_just_above_half_and_not_at_the_ends():
    """Of the widget's pull of eight: most at n = 5, equal at 1 and at 8."""
    explorer = ReuseExplorer()
    _, blocks, subsets = variances(explorer.strategy, explorer.theta, explorer.pulled)
    assert explorer.pulled == 8 and (blocks - subsets).argmax() + 1 == 5
    assert blocks[[0, 7]] == pytest.approx(subsets[[0, 7]])


@pytest.mark.claim("06-subsets-jump-less")
def test_the_mean_over_subsets_jumps_less_from_pull_to_pull():
    """Over the first hundred pulls of the widget; two blocks of three have three possible means."""
    blocks, subsets = [], []
    for seed in range(100):
        right = np.random.default_rng(seed).random(8) < 0.6
        blocks.append(np.mean([right[:3].sum() >= 2, right[3:6].sum() >= 2]))
        subsets.append(np.mean([sum(s) >= 2 for s in combinations(right, 3)]))
    assert np.std(subsets) < 0.9 * np.std(blocks) and set(blocks) == {0, 0.5, 1}


@pytest.mark.claim("06-clusters")
def test_the_formula_of_independent_answers_is_far_too_small():
    """The measured error is more than twice the formula's, and near that of 40 pulls."""
    measured, answers, pulls = column("forty_pulls() for")[:3]
    assert measured > 2 * answers and pulls == pytest.approx(measured, rel=0.1)


def test_the_first_round_pulls_three_times():
    """Equation 6 by hand for real-words at T = 5,000, as psst does it; and the hand example of two users."""
    first = train("psst", load("real-words"), 5_000, seed=0).rounds[0]
    assert first.pulls[:, 15].tolist() == [3] * 10 and 5_000 // 8 == 625 and 625 // (10 * 16) == 3
    active = np.zeros((2, 3, 4), dtype=bool)
    for user, prompt, scales in ((0, 0, (3, 4)), (0, 1, (1, 2)), (1, 0, (1,)), (1, 2, (1,))):
        active[user, prompt, np.array(scales) - 1] = True
    assert largest_scale(active).tolist() == [4, 2, 1] and 30 // (4 + 2 + 1) == 4
