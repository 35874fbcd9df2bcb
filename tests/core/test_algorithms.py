"""Laws of every algorithm, and of the options of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import Failing, small_environment
from iapo_widgets import ALGORITHMS, acr, mv_contexts, train, voting_environment
from iapo_widgets.core.baselines import _greedy, _softmax, _ucb
from iapo_widgets.core.training import find_algorithm

SEQUENTIAL = ("epsilon-greedy", "softmax", "ucb")
SPEND_ALL = (*SEQUENTIAL, "ucb-e", "ucb-e-lrf")
LEAVE_LITTLE = ("psst", "psst+k1", "psst+k2", "frugal", "racing", "ucb-e", "ucb-e-lrf")
names = st.sampled_from([n for n in ALGORITHMS if not n.startswith("psst+k")] + ["psst+k1", "psst+k2", "psst+k3"])


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
    """The first pull depends on nothing seen: its mean estimates over seeds are near exact Q."""
    env = small_environment(2, prompts=2, n_max=4)
    found = [next(find_algorithm(name)(env, 8, seed=s)).q for s in range(600)]
    assert np.nanmean(found, axis=0) == pytest.approx(env.exact_q(), abs=0.08)


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_sequential_baselines_begin_without_a_sweep(name):
    """The first pull is any arm that can be paid, all equally often: no prompt and no scale comes first."""
    env = small_environment(0, prompts=3, n_max=4)
    first = np.zeros((3, 4))
    for seed in range(600):
        (pulls,) = (r.pulls for r in [next(find_algorithm(name)(env, 4, seed=seed))])
        batch = next(find_algorithm(name)(env, 4, seed=seed)).completions
        assert pulls.sum() == sum(len(b) for b in batch)
        if pulls.sum() == 1:
            first += pulls
    # T = 4 in ceil(log2 12) = 4 rounds of one completion: the first round is the first pull
    assert first.sum() == 600 and first.min() > 25 and first.max() < 80  # 50 expected, standard deviation 6.8


@pytest.mark.parametrize("name", SPEND_ALL)
@given(budget=st.integers(1, 400), seed=st.integers(0, 99))
def test_sequential_baselines_spend_all_and_pull_only_what_they_can_pay(name, budget, seed):
    """Every completion is spent, in at most as many rounds as PSST has, each of which pulls something."""
    env = small_environment(seed, prompts=3, n_max=8)
    rounds = list(find_algorithm(name)(env, budget, seed=seed))
    assert rounds[-1].spent == budget and len(rounds) <= 5
    assert all(r.pulls.any() for r in rounds) and [r.number for r in rounds] == list(range(1, len(rounds) + 1))
    assert sum(r.completions[0].n if r.completions else 0 for r in rounds) <= budget


def test_unknown_arms_count_as_nothing_for_greedy_and_softmax_and_first_for_ucb():
    """Worked on values: 0.2 and -0.1 seen, two arms not; ties among the largest are all of them."""
    q, count, rng = np.array([0.2, np.nan, -0.1, np.nan]), np.array([4, 0, 1, 0]), np.random.default_rng(0)
    assert _greedy(q, count, rng, epsilon=1e-12).tolist() == [0.2, 0, -0.1, 0]
    below = _greedy(np.array([-0.3, np.nan, -0.1, np.nan]), count, rng, epsilon=1e-12)
    assert np.flatnonzero(below == below.max()).tolist() == [1, 3]
    assert np.flatnonzero(np.isinf(_ucb(q, count, rng, c=0.1))).tolist() == [1, 3]
    seen = _ucb(q, np.array([4, 1, 1, 2]), rng, c=0.1)  # calls for arms 1 and 3 failed once and twice
    assert seen == pytest.approx(np.nan_to_num(q) + 0.1 * np.sqrt(np.log(8) / np.array([4, 1, 1, 2])))
    drawn = np.bincount([int(_softmax(q, count, rng, tau=0.2).argmax()) for _ in range(20_000)], minlength=4) / 20_000
    expected = np.exp(np.array([0.2, 0, -0.1, 0]) / 0.2)
    assert drawn == pytest.approx(expected / expected.sum(), abs=0.015)
    assert {int(_greedy(q, count, rng, epsilon=1 - 1e-12).max()) for _ in range(50)} == {0}  # any arm


@pytest.mark.parametrize("name", ["epsilon-greedy", "ucb"])
def test_sequential_baselines_favour_what_looks_good(name):
    """Pulls after the first round go to the better prompt more often than to the worse one."""
    right = np.array([[0.8], [0.5]])
    env = voting_environment(
        np.stack([right, 1 - right], axis=2), [0], [0.01, 0.01], contexts=mv_contexts({"low": 0.0}), n_max=4
    )
    pulls = np.zeros(2)
    for seed in range(40):
        rounds = list(find_algorithm(name)(env, 300, seed=seed))
        pulls += sum(r.pulls.sum(axis=1) for r in rounds[1:])
    assert pulls[0] > 1.5 * pulls[1]


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_one_pull_serves_every_context_and_every_smaller_scale(name):
    """After a pull of (p, N) the scales 1 .. N of p are known in every context, and no other arm is."""
    env = small_environment(4, prompts=3, n_max=4)
    r = next(find_algorithm(name)(env, 4, seed=1))
    reach = np.where(r.pulls > 0, np.arange(1, 5), 0).max(axis=1)
    assert np.array_equal(~np.isnan(r.q), np.broadcast_to(np.arange(1, 5) <= reach[:, None], r.q.shape))


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
        ("ucb-e", {"a": 0}, "a must be above 0"),
        ("ucb-e-lrf", {"eta": -1}, "eta must be above 0"),
        ("ucb-e-lrf", {"members": 0}, "members must be a whole number of at least 1"),
        ("racing", {"alpha": 0.5}, "alpha must lie between 0 and 0.5"),
        ("racing", {"enough": 0}, "enough must be a whole number of at least 1"),
        ("racing", {"blocks": 1.5}, "blocks must be a whole number of at least 1"),
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
