"""Which prompts frugal asks more, and which queries it goes back to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import Failing, small_environment
from iapo_widgets import load
from iapo_widgets.core import frugal as algorithm
from iapo_widgets.core.frugal import AGAIN, _closeness, _Queries, _shares, frugal


def test_closeness_by_hand():
    """Gaps 0.1, 0.1 and 0.4 to the best have the mean 0.2, of which half is the unit: 1 / sqrt(2) and 1 / sqrt(5)."""
    q = np.array([[[0.9, 0.2], [0.1, 0.8], [0.5, 0.5]], [[np.nan] * 2, [0.3, 0.3], [0.3, 0.3]]])
    active = np.ones(q.shape, dtype=bool)
    none, all_ = np.zeros(3, dtype=bool), np.ones(3, dtype=bool)
    assert np.allclose(_closeness(q[:1], active[:1], all_), [0.5**0.5, 0.5**0.5, 0.2**0.5])
    assert np.allclose(_closeness(q, active, none), 1)  # for the second context: level, level and unknown
    active[0, 2] = active[1] = False
    assert np.allclose(_closeness(q, active, all_), [3**-0.5, 3**-0.5, 0])
    q[0, 1] = np.nan
    active[0, 2] = True
    assert np.allclose(_closeness(q[:1], active[:1], all_), 3**-0.5)  # what failed counts as the least that is known
    assert np.allclose(_closeness(q[:1] * np.nan, active[:1], all_), 1)


def test_a_prompt_that_always_fails_gets_no_more_than_its_rivals():
    """Of ten prompts one never answers: in round 2, retries and all, it has at most twice the most of another."""
    env = Failing(small_environment(0, prompts=10, queries=60, n_max=4), dead=[3])
    rounds = list(frugal(env, 2_000, seed=0))
    assert rounds[-1].spent <= 2_000
    first = rounds[1].pulls @ np.arange(1, 5)
    assert first[3] <= 2 * np.delete(first, 3).max()


@given(total=st.integers(0, 500), worth=st.lists(st.floats(0.05, 1.0), min_size=1, max_size=9))
def test_shares_are_whole_and_as_near_as_may_be(total, worth):
    """Parts add up to the whole, and each is within one of its exact share."""
    parts, exact = _shares(total, np.array(worth)), total * np.array(worth) / sum(worth)
    assert parts.sum() == total and (parts >= 0).all() and np.abs(parts - exact).max() < 1 + 1e-6


def test_votes_are_asked_again_where_the_prompts_own_is_open():
    """Of two queries that were asked as often, each prompt goes back to the one on which its own vote is open."""
    queries = _Queries(2, 2, 0.5, np.random.default_rng(0))
    queries.take(np.arange(2), np.array([2, 2]), 1, np.ones((2, 2)))
    p, x = queries.take(np.arange(2), np.array([3, 3]), 1, np.array([[0.5, 0.05], [0.05, 0.5]]))
    assert [sorted(x[p == k].tolist()) for k in (0, 1)] == [[0, 0, 0], [1, 1, 1]]


def test_votes_go_back_to_open_queries_of_before_while_there_are_new_ones():
    """What is asked again is asked where the vote is open, not where nothing is known yet."""
    queries, first = _Queries(1, 400, 0.5, np.random.default_rng(0)), np.arange(1)
    _, before = queries.take(first, np.array([100]), 1, np.ones((1, 400)))
    spread = np.ones((1, 400))
    spread[0, before] = 0.05
    spread[0, before[:20]] = 0.5
    _, x = queries.take(first, np.array([60]), 1, spread)
    again = np.isin(x, before)
    assert again.sum() == 30 and np.isin(x[again], before[:20]).all() and len(np.unique(x[~again])) == 30


def test_a_prompt_catches_up_with_the_others_before_it_asks_again():
    """All 20 votes of a prompt that open no query go to the 20 new ones that only the other one is asked."""
    queries, both = _Queries(2, 400, 0.5, np.random.default_rng(0)), np.arange(2)
    _, before = queries.take(both, np.array([50, 50]), 1, np.ones((2, 400)))
    p, x = queries.take(both, np.array([80, 40]), 1, np.full((2, 400), 0.3))
    new = [set(x[p == k].tolist()) - set(before.tolist()) for k in (0, 1)]
    assert len(new[0]) == 40 and new[1] <= new[0] and len(new[1]) == 40


@pytest.mark.parametrize(
    ("strategy", "share"),
    [("majority-vote", AGAIN), ("early-vote", AGAIN / 2), ("best-of-n", 0.0), ("early-best", 0.0)],
)
def test_half_asks_again_a_quarter_where_arms_may_stop_and_scores_never(monkeypatch, strategy, share):
    """The share that is told to what chooses the queries."""
    told = []
    monkeypatch.setattr(
        algorithm, "_Queries", lambda p, x, again, rng: told.append(again) or _Queries(p, x, again, rng)
    )
    list(frugal(small_environment(0).with_(strategy=strategy), 60, seed=0))
    assert told == [share]


def test_a_pair_without_an_answer_counts_as_the_prompts_others_do():
    """Asked five times without an answer it is no more open than they are: ten more votes go to the ten others."""
    queries, first = _Queries(1, 11, 0.5, np.random.default_rng(0)), np.arange(1)
    queries.take(first, np.array([11]), 1, np.full((1, 11), np.nan))
    spread = np.full((1, 11), 0.3)
    spread[0, 4] = np.nan
    queries._asked[0, 4] = 5
    _, x = queries.take(first, np.array([10]), 1, spread)
    assert 4 not in x and len(np.unique(x)) == 10


def test_nothing_known_yet_is_asked_evenly():
    """Before any answer, and where none came, all queries are as open."""
    queries, first = _Queries(1, 8, 0.5, np.random.default_rng(0)), np.arange(1)
    for _ in range(3):
        _, x = queries.take(first, np.array([8]), 1, np.full((1, 8), np.nan))
        assert sorted(x.tolist()) == list(range(8))


@pytest.mark.parametrize("budget", [5_000, 20_000])
def test_queries_that_never_answer_get_their_part_and_three_follow_ups(budget):
    """With a tenth of the queries dead, they get at most 4 of 13 completions: 1 of 10, each asked again three times."""
    math, lost = load("math"), 0
    for seed in range(5):
        gone = np.random.default_rng(seed).permutation(math.n_queries)[: math.n_queries // 10]
        env = Failing(math, dead_queries=gone)
        *_, last = frugal(env, budget, seed=seed)
        assert last.spent == env.asked == budget
        lost += env.lost
    assert 0.1 * 5 * budget < lost < 4 / 13 * 5 * budget
