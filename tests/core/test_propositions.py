"""Propositions 1 and 2 on tasks where they can be seen."""

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import BestOfN, MajorityVote, load, mv_contexts, train, voting_environment
from iapo_widgets.core.propositions import Affine, agnostic_utility, regret_of_agnosticism
from iapo_widgets.core.reuse import REUSES


def worked_example():
    """Prompt 0 succeeds with 0.40 and 0.90, prompt 1 with 0.62 on both."""
    right = np.array([[0.40, 0.90], [0.62, 0.62]])
    return voting_environment(
        np.stack([right, 1 - right], axis=2), [0, 0], [0.0, 0.0], contexts=mv_contexts({"one": 0.0}), n_max=10
    )


def test_the_agnostic_utility_is_the_mean_of_one_completion():
    """0.65 and 0.62; with cost, Q at N = 1."""
    assert agnostic_utility(worked_example()) == pytest.approx(np.array([[0.65, 0.62]]))
    env = small_environment(0)
    assert agnostic_utility(env, cost=True) == pytest.approx(env.exact_q()[:, :, 0])


def test_proposition_1_on_the_worked_example():
    """Voting on ten, the prompt that the agnostic utility picks loses 0.77378 - 0.63284; asked once, nothing."""
    regret = regret_of_agnosticism(worked_example())
    assert regret[0, 0] == 0 and regret[0, 9] == pytest.approx(0.77378 - 0.63284, abs=1e-5)


@pytest.mark.parametrize("slope,intercept", [(1.0, 0.0), (0.5, 0.2), (3.0, -1.0)])
@pytest.mark.parametrize("seed", range(5))
def test_proposition_2_an_affine_aggregator_never_misleads(slope, intercept, seed):
    """The prompt of best agnostic utility is best at every N, on random tasks."""
    env = small_environment(seed, prompts=6).with_(strategy=Affine(slope, intercept))
    assert np.abs(regret_of_agnosticism(env)).max() < 1e-12


@pytest.mark.parametrize("name", ["math", "synth-bernoulli", "synth-categorical", "helpful-harmless"])
def test_voting_and_best_of_n_mislead(name):
    """On these tasks the agnostic choice loses at some N: neither aggregator is affine."""
    env = load(name)
    assert env.strategy.name in (BestOfN().name, MajorityVote().name)
    regret = regret_of_agnosticism(env)
    assert regret[:, 0] == pytest.approx(0) and regret.max() > 0.01


def test_affine_is_a_strategy_like_any_other():
    """Blocks and subsets estimate its exact Q without bias, failed completions left out, and PSST runs on it."""
    env = small_environment(3, prompts=2, queries=4).with_(strategy=Affine(2.0, 0.5))
    weights = np.ones((1, 1))
    rng = np.random.default_rng(0)
    pulls = env.sample(np.zeros(40_000, int), rng.integers(4, size=40_000), 4, rng)
    exact = env.with_(contexts=mv_contexts({"free": 0.0})).exact_q()[0, 0]
    for reuse in REUSES.values():
        samples = reuse(pulls, env.strategy, weights, 4)
        assert samples.reward[:, 0].sum(axis=0) / samples.count.sum(axis=0) == pytest.approx(exact, abs=0.02)
    assert set(train("psst", env, 200, seed=0).policy) == {"low", "mid", "high"}


@pytest.mark.parametrize("slope,intercept", [(0.0, 0.0), (-1.0, 0.0), (float("nan"), 0.0), (1.0, float("inf"))])
def test_an_aggregator_that_optimizes_nothing_is_refused(slope, intercept):
    """Slope must be above 0, both finite."""
    with pytest.raises(ValueError, match="slope must be above 0"):
        Affine(slope, intercept)
