"""The race of arms that may stop: its laws, what it asks, and what it finds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import ALGORITHMS, Context, acr, train
from iapo_widgets.core.stopping import distinct_arms
from stopping_cases import stopping_task

SEEDS = st.integers(0, 10_000)
KINDS = pytest.mark.parametrize("votes", [True, False], ids=["votes", "best"])


@KINDS
@pytest.mark.parametrize("algorithm", ["psst", "psst+k1", "uniform", "triple-n1", "triple-random"])
@settings(deadline=None, max_examples=4)
@given(seed=SEEDS, budget=st.integers(1, 400))
def test_races_spend_within_the_budget_and_keep_their_laws(votes, algorithm, seed, budget):
    """Spent <= T, less than N_max is left, survivors are nested, one arm is left of the race, the seed repeats it."""
    env = stopping_task(seed, votes, prompts=3, queries=4, n_max=6)
    result = train(algorithm, env, budget, seed=seed)
    again = train(algorithm, env, budget, seed=seed)
    assert budget - 6 < result.spent <= budget and dict(result.policy) == dict(again.policy)
    assert [r.spent for r in result.rounds] == [r.spent for r in again.rounds]
    assert result.spent == sum(c.valid.size for r in result.rounds for c in r.completions)
    for one, two in zip(result.rounds, result.rounds[1:], strict=False):
        assert not np.any(two.active & ~one.active)
    assert all(r.q.shape == r.active.shape == (2, 3, 6, len(env.strategy.rules)) for r in result.rounds)
    if algorithm.startswith("psst"):
        assert (result.rounds[-1].active.reshape(2, -1).sum(axis=1) == 1).all()
        everywhere = distinct_arms(env.strategy, 2, 3, 6)[0]
        expected = math.ceil(math.log2(everywhere.sum() if algorithm == "psst" else everywhere[0].sum()))
        assert len(result.rounds) == expected + (algorithm != "psst")
    assert -9 < acr(result.policy, env) < 9


@pytest.mark.parametrize("algorithm", ["ucb", "softmax", "epsilon-greedy", "halving"])
def test_what_does_not_know_stops_says_so_at_once(algorithm):
    """Sequential methods and plain halving name what does, and the strategy without stops."""
    with pytest.raises(ValueError, match=r"psst.*majority-vote"):
        ALGORITHMS[algorithm](stopping_task(0), 100, seed=0)


def test_the_paper_s_arm_asks_what_it_always_did():
    """The race with stops pulls each prompt's largest cap, as eq. 6 says, the same queries and completions."""
    env = stopping_task(3, prompts=3, queries=4, n_max=6)
    first = train("psst", env, 2_000, seed=1).rounds[0]
    assert {int(i) + 1 for _, i in np.argwhere(first.pulls)} == {6}
    one = train("uniform", env, 300, seed=1)
    base = train("uniform", env.with_(strategy="majority-vote"), 300, seed=1)
    assert np.array_equal(one.rounds[0].pulls, base.rounds[0].pulls)
    assert np.array_equal(one.rounds[0].q[..., 0], base.rounds[0].q)


def test_more_budget_finds_the_best_stop():
    """With all that it needs, the race's arm is worth what the best is, and more than any fixed one."""
    rng = np.random.default_rng(0)
    right = rng.beta(2, 1, (4, 60))
    env = small_environment(0, prompts=4, queries=60, n_max=16)
    env.probs = np.stack([right, (1 - right) * 0.7, (1 - right) * 0.3], axis=2)
    env.gold[:] = 0
    env.answers = np.broadcast_to(np.arange(3), env.probs.shape)
    env.cost = np.full(env.probs.shape, 0.01)
    env = env.with_(strategy="early-vote", contexts=[Context("c", (1.0,), 1.0)])
    q = env.exact_q()
    found = acr(train("psst", env, 300_000, seed=0, reuse="subsets").policy, env)
    assert q.max() - found < 0.002 < q.max() - env.fixed_q().max() - 0.002
