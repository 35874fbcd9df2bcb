"""Re-scoring: other weights, the same completions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, Context, psst
from iapo_widgets.core.rescoring import Rescorer, queries_seen, rescored_arm


@given(cost=st.floats(0, 5), scale=st.floats(0.1, 3), reuse=st.sampled_from(["blocks", "subsets"]))
def test_rescored_estimates_are_those_of_a_run_with_these_weights(cost, scale, reuse):
    """For every context trained with, re-scoring under any weights equals a tally with these weights from the start."""
    env = small_environment(2, prompts=3, n_max=5)
    rounds = list(psst(env, 200, seed=1, reuse=reuse))
    rescorer = Rescorer(env.strategy, 3, 5, reuse)
    for c, context in enumerate(env.contexts):
        assert np.allclose(rescorer.q(rounds, context), [r.q[c] for r in rounds], atol=1e-9, equal_nan=True)
    new = Context("new", (scale,), cost)
    plain = rescorer.q(rounds, Context("low", (1.0,)))
    spent = plain - rescorer.q(rounds, Context("cost", (1.0,), 1.0))
    assert np.allclose(rescorer.q(rounds, new), scale * plain - cost * spent, atol=1e-9, equal_nan=True)


def test_rounds_may_come_one_by_one():
    """A rescorer that saw the rounds one after another says the same as one that saw them all."""
    env = small_environment(2, prompts=3, n_max=5)
    rounds = list(psst(env, 200, seed=1))
    growing, context = Rescorer(env.strategy, 3, 5), Context("x", (0.5,), 0.3)
    for i in range(1, len(rounds) + 1):
        found = growing.q(rounds[:i], context)
    assert np.array_equal(found, Rescorer(env.strategy, 3, 5).q(rounds, context), equal_nan=True)


def test_luck_of_few_queries_does_not_win():
    """An arm with a perfect estimate from one query loses against one known from ten; ties go to fewer completions."""
    q = np.array([[0.5, 0.7, 0.7], [0.4, 0.6, 1.0]])
    queries = np.array([[10, 10, 10], [10, 5, 1]])
    assert rescored_arm(q, queries, Arm(0, 3)) == Arm(0, 2)


def test_queries_seen_counts_pulls_at_the_scale_or_above():
    """Two pulls at n = 4 in the first round hold two samples of every scale up to 4."""
    env = small_environment(0, prompts=2)
    assert queries_seen(list(psst(env, 60, seed=0)))[0].tolist() == [[2, 2, 2, 2]] * 2
    assert queries_seen(list(psst(env, 1, seed=0)))[0].sum() == pytest.approx(1)
