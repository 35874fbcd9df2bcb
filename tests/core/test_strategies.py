"""Closed forms against brute force, known values and Monte Carlo."""

import json
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import FIXED, TWO, pull, small_environment
from iapo_widgets import STRATEGIES, CategoricalEnvironment, MajorityVote, mv_contexts, voting_environment
from iapo_widgets.core.reuse import block_samples, subset_samples
from iapo_widgets.tasks.published import read_published

WEIGHTS = np.array([c.weights for c in TWO])


def reward(name, answers, gold, style, weights):
    """Reward of one set of completions, straight from the definitions."""
    w, v = weights
    if name == "best-of-n":
        return max(w * (a == gold) + v * s for a, s in zip(answers, style, strict=True))
    if name == "selected-best":  # by the first objective, being right
        chosen = [v * s for a, s in zip(answers, style, strict=True) if (a == gold) == (gold in answers)]
        return w * (gold in answers) + sum(chosen) / len(chosen)
    votes = {a: answers.count(a) for a in answers if a >= 0}
    top = max(votes.values(), default=0)
    tied = [a for a, n in votes.items() if n == top]
    if name == "majority-vote":
        return w / len(tied) if gold in tied else 0.0
    if not tied:
        return v * max(style)
    return sum(w * (a == gold) + v * max(s for b, s in zip(answers, style, strict=True) if a == b)
               for a in tied) / len(tied)  # fmt: skip


completions_of_a_pull = st.lists(
    st.tuples(st.integers(-1, 3), st.integers(0, 5).map(lambda i: i / 5)), min_size=1, max_size=7
)


@pytest.mark.parametrize("name", FIXED)
@given(drawn=completions_of_a_pull, gold=st.integers(0, 3))
def test_subset_rewards_equal_brute_force_over_all_subsets(name, drawn, gold):
    """Subset reuse is the mean of the definition over every n-subset, ties and missing votes included."""
    answers, style = [a for a, _ in drawn], [s for _, s in drawn]
    samples = subset_samples(pull(answers, gold, style), STRATEGIES[name], WEIGHTS, len(drawn) + 1)
    found, count = samples.reward, samples.count
    for c, context in enumerate(TWO):
        for n in range(1, len(drawn) + 1):
            rewards = [
                reward(name, [answers[i] for i in s], gold, [style[i] for i in s], context.weights)
                for s in combinations(range(len(drawn)), n)
            ]
            assert found[0, c, n - 1] == pytest.approx(np.mean(rewards), abs=1e-9)
    assert count[0].tolist() == [1] * len(drawn) + [0]


@pytest.mark.parametrize("name", FIXED)
@given(drawn=completions_of_a_pull, gold=st.integers(0, 3))
def test_block_rewards_equal_the_definition_on_each_block(name, drawn, gold):
    """Block reuse sums the definition over floor(N / n) disjoint blocks."""
    answers, style = [a for a, _ in drawn], [s for _, s in drawn]
    samples = block_samples(pull(answers, gold, style), STRATEGIES[name], WEIGHTS, len(drawn))
    found, count = samples.reward, samples.count
    for n in range(1, len(drawn) + 1):
        parts = [slice(k * n, (k + 1) * n) for k in range(len(drawn) // n)]
        assert count[0, n - 1] == len(parts)
        for c, context in enumerate(TWO):
            expected = sum(reward(name, answers[s], gold, style[s], context.weights) for s in parts)
            assert found[0, c, n - 1] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", FIXED)
@given(seed=st.integers(0, 10_000), per_call=st.sampled_from([None, 1, 2, 3, 8]))
def test_exact_q_equals_the_sum_over_every_sequence_of_outcomes(name, seed, per_call):
    """Exact Q is the expectation that enumerating all outcome sequences gives, less completions and requests."""
    rng = np.random.default_rng(seed)
    m, n_max = 4, 4
    probs = rng.dirichlet(np.ones(m), (1, 1))
    answers = rng.integers(-1, 3, size=m)
    style = rng.random(m)
    values = np.stack([(answers == 1).astype(float), style], axis=1)[None, None]
    env = CategoricalEnvironment(
        probs, values, [0.01], contexts=TWO, strategy=STRATEGIES[name], n_max=n_max, answers=answers, gold=[1],
        call_cost=0.3, per_call=per_call,
    )  # fmt: skip
    q = env.exact_q()
    for c, context in enumerate(TWO):
        for n in range(1, n_max + 1):
            expected = sum(
                np.prod(probs[0, 0, list(s)])
                * reward(name, [int(answers[i]) for i in s], 1, [style[i] for i in s], context.weights)
                for s in product(range(m), repeat=n)
            )
            requests = 1 if per_call is None else len(range(0, n, per_call))
            spending = 0.01 * n + 0.3 * requests
            assert q[c, 0, n - 1] == pytest.approx(expected - context.cost_weight * spending, abs=1e-9)


def test_worked_example_of_the_paper_flips():
    """Alone prompt 1 is better, 0.65 > 0.62; under ten votes prompt 2 is, 0.77378 > 0.63284."""
    theta = np.array([[0.40, 0.90], [0.62, 0.62]])
    probs = np.stack([theta, 1 - theta], axis=2)
    env = voting_environment(probs, [0, 0], [0.0, 0.0], contexts=mv_contexts({"low": 0.0}), n_max=10)
    q = env.exact_q()[0]
    assert q[:, 0] == pytest.approx([0.65, 0.62])
    assert q[:, 9] == pytest.approx([0.63284, 0.77378], abs=5e-6)


def test_published_math_meets_the_golden_values(math_file, golden):
    """Exact Q of the published file equals independently computed values to 1e-9."""
    env, known = read_published(math_file), json.loads(golden.read_text())
    q = env.exact_q()
    assert (env.n_queries, len(env.prompts), env.n_max) == (known["queries"], known["prompts"], known["n_max"])
    for key, value in known["mv_accuracy"].items():
        prompt, n = map(int, key.split(","))
        assert q[0, prompt, n - 1] == pytest.approx(value, abs=1e-9)
    for c, context in enumerate(env.contexts):
        best = known["best_arm_on_all_queries"][context.name]
        prompt, i = np.unravel_index(q[c].argmax(), q[c].shape)
        assert (prompt, i + 1) == (best["prompt"], best["n"])
        assert q[c].max() == pytest.approx(best["q"], abs=1e-9)


def test_subset_votes_meet_the_golden_values(golden):
    """Subset reuse of given vote counts, the first being the right answer's, equals known values."""
    for key, values in json.loads(golden.read_text())["subset_mv"].items():
        answers = np.repeat(np.arange(len(json.loads(key))), json.loads(key))
        found = subset_samples(
            pull(answers, 0, np.zeros(len(answers))), MajorityVote(), WEIGHTS[:1], len(answers)
        ).reward
        assert found[0, 0] == pytest.approx(values, abs=1e-9)


@pytest.mark.parametrize("name", FIXED)
def test_exact_q_agrees_with_monte_carlo(name):
    """The mean of sampled rewards lies within five standard errors of exact Q at every scale."""
    env = small_environment(0, prompts=1, queries=1).with_(strategy=name)
    pulls = env.sample(np.zeros(40_000, int), np.zeros(40_000, int), 4, np.random.default_rng(1))
    low = env.with_(contexts=env.contexts[:1])  # cost weight 0: the reward alone
    reward = subset_samples(pulls, env.strategy, np.ones((1, 1)), 4).reward[:, 0]
    error = reward.std(axis=0) / np.sqrt(len(pulls))
    assert np.all(np.abs(reward.mean(axis=0) - low.exact_q()[0, 0]) <= 5 * error + 1e-12)


def test_mean_cost_is_what_sampling_spends_on_each_prompt():
    """By hand on one query, and a split has the mean over its own queries, not its parent's."""
    cost = np.array([[[1.0, 3.0], [2.0, 2.0]]])  # one prompt, two queries, two outcomes
    env = voting_environment(
        np.array([[[0.25, 0.75], [0.5, 0.5]]]), [0, 0], cost, contexts=mv_contexts(), n_max=2
    )  # fmt: skip
    assert env.mean_cost == pytest.approx([(0.25 * 1 + 0.75 * 3 + 2) / 2])
    parts = env.split(0.5, seed=0)
    assert sorted(float(part.mean_cost[0]) for part in parts) == pytest.approx([2.0, 2.5])
    q = env.exact_q()  # cost weights 0, 0.2, 1
    assert q[0] - q[2] == pytest.approx(env.mean_cost[:, None] * [[1, 2]])
