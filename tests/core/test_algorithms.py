"""Laws of every algorithm, and of the options of each."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import ALGORITHMS, acr, mv_contexts, train, voting_environment
from iapo_widgets.core.training import find_algorithm

LEAVE_LITTLE = ("psst", "psst+k1", "psst+k2", "frugal")
names = st.sampled_from([n for n in ALGORITHMS if not n.startswith("psst+k")] + ["psst+k1", "psst+k2", "psst+k3"])


class Failing:
    """An environment of which a share of the calls fail; it offers an algorithm nothing but what the protocol says."""

    def __init__(self, env, share):
        self._env, self._share = env, share
        for name in ("prompts", "contexts", "objectives", "n_max", "n_queries", "strategy"):
            setattr(self, name, getattr(env, name))

    def sample(self, prompts, queries, n, rng):
        """Draw, then lose some."""
        drawn = self._env.sample(prompts, queries, n, rng)
        arrived = rng.random(drawn.valid.shape) >= self._share
        return dataclasses.replace(drawn, valid=drawn.valid & arrived)


@given(
    name=names, budget=st.integers(1, 300), seed=st.integers(0, 99), share=st.sampled_from([0.0, 0.3, 1.0]),
    strategy=st.sampled_from(["majority-vote", "best-of-n", "vote-then-best"]),
)  # fmt: skip
def test_every_algorithm_keeps_its_budget(name, budget, seed, share, strategy):
    """At any budget and with failing calls: spent adds up, never exceeds T, and every context has an arm."""
    env = Failing(small_environment(seed, 3, 5, 3, 4).with_(strategy=strategy), share)
    spent = asked = 0
    for number, r in enumerate(find_algorithm(name)(env, budget, seed=seed), 1):
        spent += int((r.pulls * np.arange(1, 5)).sum())
        asked += sum(len(c) * c.n for c in r.completions)
        assert r.number == number and r.spent == spent == asked <= budget
    assert set(r.policy) == {"low", "mid", "high"}
    if name in LEAVE_LITTLE:
        assert budget - spent < 4


@pytest.mark.parametrize("name", list(ALGORITHMS))
def test_same_seed_same_policy_and_estimates(name):
    """Two trainings with one seed agree in every array of every round; another seed differs."""
    env = small_environment(1, prompts=9, n_max=4)
    one, two, other = (train(name, env, 700, seed=s).rounds for s in (4, 4, 5))
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True) and np.array_equal(a.pulls, b.pulls) and a.policy == b.policy
    assert any(not np.array_equal(a.q, b.q, equal_nan=True) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("name", ["uniform", "epsilon-greedy", "softmax", "ucb"])
def test_estimates_of_the_baselines_are_unbiased_where_sampling_is_not_adaptive(name):
    """After the first batch, which depends on nothing seen, mean estimates over seeds are near exact Q."""
    env = small_environment(2, prompts=2, n_max=4)
    found = [next(find_algorithm(name)(env, 8, seed=s)).q for s in range(600)]
    assert np.nanmean(found, axis=0) == pytest.approx(env.exact_q(), abs=0.08)


@pytest.mark.parametrize("name", ["epsilon-greedy", "softmax", "ucb"])
def test_sequential_baselines_favour_what_looks_good(name):
    """Pulls after the first batch go to the better prompt more often than to the worse one."""
    right = np.array([[0.8], [0.5]])
    env = voting_environment(
        np.stack([right, 1 - right], axis=2), [0], [0.01, 0.01], contexts=mv_contexts({"low": 0.0}), n_max=4
    )
    pulls = np.zeros(2)
    for seed in range(20):
        rounds = list(find_algorithm(name)(env, 300, seed=seed))
        pulls += sum(r.pulls.sum(axis=1) for r in rounds[1:])
    assert pulls[0] > 1.5 * pulls[1]


def test_a_random_scale_is_averaged_over():
    """triple-random recommends an arm without n, whose return is the mean over n."""
    env = small_environment(0)
    policy = train("triple-random", env, 200, seed=0).policy
    q = env.exact_q()
    assert {a.n for a in policy.values()} == {None}
    assert acr(policy, env) == pytest.approx(np.mean([q[c, a.prompt].mean() for c, a in enumerate(policy.values())]))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("psst+k9", {}, "k must be a whole number from 1 to 3, the number of prompts, not 9"),
        ("psst+k0", {}, "k must be a whole number from 1 to 3, the number of prompts, not 0"),
        ("psst+k2", {"rho": 0}, "rho must lie between 0 and 1, not 0"),
        ("psst+k2", {"rho": 1.0}, "rho must lie between 0 and 1, not 1.0"),
        ("psst+k2", {"rho": "0.2"}, "rho must lie between 0 and 1"),
        ("epsilon-greedy", {"epsilon": 2}, "epsilon must lie between 0 and 1"),
        ("softmax", {"tau": 0}, "tau must be above 0"),
        ("ucb", {"c": -1}, "c must be above 0"),
        ("ucb", {"epsilon": 0.1}, "ucb has no option 'epsilon'; known: c"),
        ("psst+5", {}, "unknown algorithm 'psst[+]5'; known: psst, psst[+]k1"),
    ],
)
def test_bad_options_are_refused(name, options, message):
    """The error says what was wrong and what would be right, before anything is drawn."""
    with pytest.raises(ValueError, match=message):
        train(name, small_environment(0), 100, seed=0, **options)


def test_the_screen_keeps_other_prompts_for_other_contexts():
    """Each context keeps its own K best at N = 1; what one keeps another may drop."""
    env = small_environment(5, prompts=6, n_max=3)
    first = next(find_algorithm("psst+k2")(env, 3_000, seed=0))
    kept = first.active.any(axis=2)
    assert kept.sum(axis=1).tolist() == [2, 2, 2]
    at_one = np.argsort(-first.q[:, :, 0], axis=1)[:, :2]
    assert all(set(np.flatnonzero(k)) == set(best) for k, best in zip(kept, at_one, strict=True))
