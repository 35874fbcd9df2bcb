"""The paired t-test against scipy's, and what it may not do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from iapo_widgets.core.paired_test import critical_value, significantly_better, upper_tail


@given(st.floats(-40, 40), st.integers(1, 400))
def test_the_tail_is_student_s(t, freedom):
    """The finite sum agrees with scipy's distribution."""
    assert upper_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), abs=1e-12)


@given(st.floats(1e-4, 0.9), st.integers(1, 60))
def test_the_critical_value_is_the_quantile(alpha, freedom):
    """So does its inverse; a level above one half is exceeded by values below zero."""
    assert critical_value(alpha, freedom) == pytest.approx(stats.t.isf(alpha, freedom), rel=1e-7, abs=1e-9)


@given(
    size=st.tuples(st.integers(2, 6), st.integers(2, 12)), seed=st.integers(0, 999), gaps=st.sampled_from([0.0, 0.4]),
    alpha=st.sampled_from([0.01, 0.05, 0.2]),
)  # fmt: skip
def test_every_pair_is_tested_as_scipy_does(size, seed, gaps, alpha):
    """One-sided on the queries that both answered; fewer than two of these tell nothing."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=size) + rng.normal(size=size[1]) * 3 + np.arange(size[0])[:, None] * 0.7 + 50
    scores[rng.random(size) < gaps] = np.nan
    found = significantly_better(scores, alpha)
    for i in range(size[0]):
        for j in range(size[0]):
            both = ~np.isnan(scores[i] + scores[j])
            p = stats.ttest_rel(scores[j][both], scores[i][both], alternative="greater").pvalue if both.sum() > 1 else 1
            if i == j or abs(p - alpha) > 1e-9:
                assert found[i, j] == (i != j and p < alpha)


def test_differences_that_are_all_equal_are_decided_by_their_sign():
    """Nothing varies: better is better, and rounding is no difference; one query alone decides nothing."""
    scores = np.array([[0.1, 0.5, 0.9], [0.3, 0.7, 1.1], [0.1, 0.5, 0.9 + 1e-16]])
    assert significantly_better(scores, 0.05).tolist() == [[False, True, False], [False] * 3, [False, True, False]]
    assert not significantly_better(scores[:, :1], 0.05).any()
