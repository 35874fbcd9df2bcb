"""Single pulls kept apart: their means are the tally's, and what each says stands at its query."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import costly_task
from iapo_widgets import STRATEGIES, mv_contexts, voting_environment
from iapo_widgets.core.pull_scores import PullScores, best_scales
from iapo_widgets.core.reuse import Tally


@given(seed=st.integers(0, 99), strategy=st.sampled_from(list(STRATEGIES)), n=st.integers(1, 8))
def test_the_mean_over_pulls_of_one_size_is_the_tally_s(seed, strategy, n):
    """At any scale of every prompt and for each context, reward and cost of requests included."""
    env, rng = costly_task(seed, strategy, per_call=3), np.random.default_rng(seed)
    scores = PullScores(env)
    tally = Tally(env.strategy, env.contexts, 4, 8, per_call=lambda: 3)
    for _ in range(2):  # in two parts, each query once in each
        drawn = env.sample(np.repeat(np.arange(4), 7), np.tile(np.arange(7), 4), n, rng)
        scores.add(drawn)
        tally.add(drawn)
    scales = rng.integers(1, n + 1, size=4)
    for c in range(2):
        found = scores.by_query(c, scales)
        assert found.mean(axis=1) == pytest.approx(tally.q[c][np.arange(4), scales - 1], abs=1e-9)
        prompts, queries, rewards = scores.rewards(c, scales)
        assert len(rewards) == 56 and np.array_equal(np.bincount(prompts * 7 + queries), np.full(28, 2))


def test_a_scale_above_the_pull_has_no_score_and_an_empty_one_has_none_at_all():
    """Two completions say nothing of three, nor of a query that was not asked."""
    env = voting_environment(np.full((2, 3, 2), 0.5), [0, 1, 0], [0.1, 0.2], contexts=mv_contexts(), n_max=4)
    scores = PullScores(env)
    assert np.isnan(scores.by_query(0, np.array([1, 1]))).all() and not len(scores.rewards(0, np.array([1, 1]))[0])
    scores.add(env.sample([0, 1], [2, 0], 2, np.random.default_rng(0)))
    known = ~np.isnan(scores.by_query(2, np.array([2, 3])))
    assert known.tolist() == [[False, False, True], [False, False, False]]
    assert [a.tolist() for a in scores.rewards(0, np.array([3, 2]))[:2]] == [[1], [0]]


def test_the_best_scale_is_the_smallest_of_the_best():
    """Unknown scales are never the best; where nothing is known it is one completion."""
    q = np.array([[0.1, np.nan, 0.3], [np.nan, 0.2, 0.2], [np.nan, np.nan, np.nan], [-1.0, -2.0, np.nan]])
    assert best_scales(q).tolist() == [3, 2, 1, 1]
