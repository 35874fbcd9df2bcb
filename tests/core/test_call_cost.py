"""The cost of a request beside the cost of its completions: exact, estimated, chosen by, kept, and 0 as before."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import FIXED, TWO, costly_task, small_environment
from iapo_widgets import (
    ALGORITHMS,
    STRATEGIES,
    CategoricalEnvironment,
    Completions,
    Context,
    acr,
    train,
    voting_environment,
)
from iapo_widgets.core.costs import arm_cost, bill, call_cost_of, calls
from iapo_widgets.core.pooled import PooledEstimate
from iapo_widgets.core.propositions import agnostic_utility
from iapo_widgets.core.rescoring import Rescorer
from iapo_widgets.core.reuse import REUSES, Tally

PER_CALL = [None, 1, 3, 8]
REWARDED = [name for name in FIXED if name != "selected-best"]
seeds, limits = st.integers(0, 10_000), st.sampled_from([None, 1, 2, 3, 8])


def same_rounds(one, two):
    """Whether two trainings agree in every bit."""
    return len(one.rounds) == len(two.rounds) and all(
        np.array_equal(a.q, b.q, equal_nan=True) and np.array_equal(a.pulls, b.pulls) and a.spent == b.spent
        and np.array_equal(a.active, b.active) and dict(a.policy) == dict(b.policy)
        for a, b in zip(one.rounds, two.rounds, strict=True)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("n", "per_call", "requests"),
    [(1, None, 1), (32, None, 1), (1, 1, 1), (5, 1, 5), (3, 3, 1), (4, 3, 2), (6, 3, 2), (7, 3, 3), (8, 8, 1),
     (9, 8, 2), (5, 10**30, 1)],
)  # fmt: skip
def test_the_requests_of_a_scale(n, per_call, requests):
    """ceil(n / per_call), and one where any number goes into one."""
    assert calls(n, per_call) == requests
    assert arm_cost(np.array(0.5), np.array(2.0), n, per_call) == 0.5 * n + 2.0 * requests


@pytest.mark.parametrize("per_call", PER_CALL)
@pytest.mark.parametrize("name", REWARDED)
def test_exact_q_is_what_sampled_queries_earn_less_what_they_cost(name, per_call):
    """Within five standard errors of the mean of reward less completions and requests, each pull being one query."""
    env = costly_task(3, name, per_call=per_call)
    rng, size = np.random.default_rng(5), 20_000
    for n in (1, 4, 8):
        drawn = env.sample(np.full(size, 2), rng.integers(env.n_queries, size=size), n, rng)
        reward = env.strategy.rewards(drawn, np.array([0]), np.array([n]), np.array([c.weights for c in TWO]))[..., 0]
        requests = 1 if per_call is None else math.ceil(n / per_call)
        bill = drawn.cost.sum(axis=1) + requests * env.query_call_cost[2, drawn.queries]
        for c, context in enumerate(TWO):
            earned = reward[:, c] - context.cost_weight * bill
            assert abs(earned.mean() - env.exact_q()[c, 2, n - 1]) <= 5 * earned.std() / math.sqrt(size)


@pytest.mark.parametrize("reuse", REUSES)
@pytest.mark.parametrize("per_call", PER_CALL)
def test_reuse_charges_a_scale_the_requests_of_its_own(reuse, per_call):
    """Where every query is pulled alike, the estimated cost of (p, n) is the exact one, whatever the pulls were."""
    env = costly_task(0, per_call=per_call)
    env.cost = np.broadcast_to(np.array([0.1, 0.2, 0.3, 0.4])[:, None, None], env.probs.shape)
    pair = (Context("free", (1.0, 0.0)), Context("paid", (1.0, 0.0), 1.0))
    tally = Tally(env.strategy, pair, 4, 8, reuse, per_call=lambda: per_call)
    prompts, queries = np.divmod(np.arange(4 * 7), 7)
    for n in (8, 3, 5):
        tally.add(env.sample(prompts, queries, n, np.random.default_rng(n)))
    free, paid = tally.q
    expected = arm_cost(np.array([[0.1], [0.2], [0.3], [0.4]]), env.call_cost[:, None], np.arange(1, 9), per_call)
    assert free - paid == pytest.approx(expected)


@pytest.mark.parametrize("per_call", PER_CALL)
@pytest.mark.parametrize("name", REWARDED)
def test_pooled_estimates_charge_every_query_once(name, per_call):
    """Where every query was asked, some more often, the estimated cost of (p, n) is the exact one."""
    env = costly_task(0, name, per_call=per_call)
    env.cost = np.broadcast_to(np.array([0.1, 0.2, 0.3, 0.4])[:, None, None], env.probs.shape)
    env = env.with_(contexts=[Context("free", (1.0, 0.3)), Context("paid", (1.0, 0.3), 1.0)])
    estimate, rng = PooledEstimate(env), np.random.default_rng(0)
    estimate.add(env.sample(*np.divmod(np.arange(4 * 7), 7), 2, rng))
    estimate.add(env.sample(np.repeat(np.arange(4), 3), np.tile([5, 5, 1], 4), 6, rng))
    estimate.update(np.arange(4))
    assert estimate.q[0] - estimate.q[1] == pytest.approx(env.arm_cost)


@pytest.mark.parametrize("reuse", REUSES)
@pytest.mark.parametrize("per_call", PER_CALL)
@pytest.mark.parametrize("name", REWARDED)
def test_estimates_are_unbiased(reuse, per_call, name):
    """The mean of the estimates of many pulls of 8 lies within five standard errors of exact Q, at every scale."""
    env, size = costly_task(1, name, per_call=per_call), 3_000
    rng = np.random.default_rng(2)
    drawn = env.sample(np.ones(size, int), rng.integers(env.n_queries, size=size), 8, rng)
    samples = REUSES[reuse](drawn, env.strategy, np.array([c.weights for c in TWO]), 8)
    cost = bill(samples.cost, samples.call_cost, np.arange(1, 9), per_call)
    exact = env.exact_q()[:, 1]
    for c, context in enumerate(TWO):
        one = (samples.reward[:, c] - context.cost_weight * cost) / samples.count
        assert np.all(np.abs(one.mean(axis=0) - exact[c]) <= 5 * one.std(axis=0) / math.sqrt(size))


@pytest.mark.parametrize("reuse", REUSES)
def test_a_failed_completion_changes_no_charge_of_what_arrived(reuse):
    """A pull of four of which one is missing is charged as a pull of three."""
    env = costly_task(0)
    whole = env.sample([1], [2], 3, np.random.default_rng(0))
    at = np.array([0, 1, 1, 2])
    holed = Completions(
        whole.prompts, whole.queries, whole.objectives[:, at], whole.answers[:, at], whole.gold, whole.cost[:, at],
        np.array([[True, True, False, True]]), whole.call_cost,
    )  # fmt: skip
    one, two = (REUSES[reuse](c, env.strategy, np.ones((1, 2)), 4) for c in (whole, holed))
    assert np.array_equal(one.count, two.count) and one.cost == pytest.approx(two.cost)
    assert np.array_equal(one.call_cost, two.call_cost)


@given(seed=seeds, per_call=limits, strategy=st.sampled_from(REWARDED))
def test_q_is_linear_in_the_cost_of_a_call(seed, per_call, strategy):
    """What two costs take off Q together is what each takes off alone."""
    rng = np.random.default_rng(seed)
    a, b = rng.random((2, 4, 7))
    free, one, two, both = (
        costly_task(seed, strategy, call_cost=c, per_call=per_call).exact_q() for c in (0, a, b, a + b)
    )
    assert both - free == pytest.approx((one - free) + (two - free), abs=1e-9)


@given(
    seed=seeds,
    algorithm=st.sampled_from(
        ["psst", "psst+k2", "frugal", "uniform", "ucb", "triple-n1", "halving", "racing", "ucb-e", "ucb-e-lrf"]
    ),
)
def test_one_completion_a_request_is_a_dearer_completion(seed, algorithm):
    """With per_call 1, a call's cost c is as if each completion cost c more: the same Q, rounds and arms."""
    calls = np.random.default_rng(seed).random((4, 1 if algorithm == "frugal" else 7))  # frugal: a query counts once
    apart = costly_task(seed, per_call=1, call_cost=np.broadcast_to(calls, (4, 7)))
    within = costly_task(seed, call_cost=0.0)
    within.cost = within.cost + apart.query_call_cost[..., None]
    assert apart.exact_q() == pytest.approx(within.exact_q(), abs=1e-9)
    one, two = (train(algorithm, env, 150, seed=seed) for env in (apart, within))
    for a, b in zip(one.rounds, two.rounds, strict=True):
        assert np.array_equal(a.pulls, b.pulls) and a.q == pytest.approx(b.q, abs=1e-9, nan_ok=True)
    assert dict(one.policy) == dict(two.policy)


@given(seed=seeds, factor=st.sampled_from([0.25, 2.0, 8.0]), per_call=limits)
def test_only_weight_times_cost_counts(seed, factor, per_call):
    """Another unit of cost, with weights to match, and another order of prompts change no arm's worth."""
    env = costly_task(seed, per_call=per_call)
    other = costly_task(seed, per_call=per_call, call_cost=env.query_call_cost * factor)
    other.cost = other.cost * factor
    contexts = [dataclasses.replace(c, cost_weight=c.cost_weight / factor) for c in TWO]
    assert other.with_(contexts=contexts).exact_q() == pytest.approx(env.exact_q(), abs=1e-9)
    turned = CategoricalEnvironment(
        env.probs[::-1], env.values[::-1], env.cost[::-1], contexts=TWO, strategy=env.strategy, n_max=8,
        call_cost=env.query_call_cost[::-1], per_call=per_call,
    )  # fmt: skip
    assert turned.exact_q() == pytest.approx(env.exact_q()[:, ::-1], abs=1e-9)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_free_calls_change_no_bit(algorithm):
    """Free calls may carry any number; costly ones that carry n_max are as those that carry any number."""
    env = small_environment(2, prompts=9, n_max=8)
    assert np.array_equal(env.exact_q(), env.with_(per_call=3).exact_q())
    assert same_rounds(train(algorithm, env, 500, seed=1), train(algorithm, env.with_(per_call=3), 500, seed=1))
    paid = small_environment(2, prompts=9, n_max=8, call_cost=0.1)
    assert np.array_equal(paid.exact_q(), paid.with_(per_call=8).exact_q())
    assert same_rounds(train(algorithm, paid, 500, seed=1), train(algorithm, paid.with_(per_call=8), 500, seed=1))


class Shared:
    """The mistake: a request's tokens dealt out among the completions of whatever pull it was."""

    def __init__(self, env):
        self._env = env

    def __getattr__(self, name):
        return getattr(self._env, name)

    def sample(self, prompts, queries, n, rng):
        """Draw, and charge completions for their share of the request."""
        drawn = self._env.sample(prompts, queries, n, rng)
        cost = drawn.cost + drawn.call_cost[:, None] / n
        return dataclasses.replace(drawn, cost=cost, call_cost=np.zeros(len(drawn)))


@pytest.mark.parametrize("budget", [1_000, 4_000])
@pytest.mark.parametrize("algorithm", ["psst", "frugal", "uniform"])
def test_a_long_prompt_is_charged_as_it_will_be_deployed(algorithm, budget):
    """Worked examples before each question, then a short answer: right more often, and never worth its request.

    Q of the long prompt at N = 1 is 0.9 - 0.606, of the short one 0.65 - 0.063.
    """
    right = np.array([0.9, 0.65])[:, None] * np.ones((2, 40))
    env = voting_environment(
        np.stack([right, 1 - right], axis=2), np.zeros(40, int), [0.006, 0.06], contexts=[Context("high", (1.0,), 1.0)],
        n_max=8, call_cost=[0.6, 0.003],
    )  # fmt: skip
    best = np.unravel_index(env.exact_q()[0].argmax(), (2, 8))
    assert best == (1, 0)
    policy = train(algorithm, env, budget, seed=0).policy
    assert policy["high"].prompt == 1 and acr(policy, env) > 0.55
    if (algorithm, budget) != ("frugal", 1_000):  # asks one by one after round 1: what nobody shares is not mistaken
        assert train(algorithm, Shared(env), budget, seed=0).policy["high"].prompt == 0


@pytest.mark.parametrize("algorithm", ["psst", "frugal"])
@pytest.mark.parametrize(("per_call", "n"), [(None, 7), (1, 1)])
def test_how_many_a_request_carries_decides_how_many_to_draw(algorithm, per_call, n):
    """Once the prompt is paid for, more answers are cheap; where each needs a request of its own, one is best."""
    right = np.full((1, 60), 0.7)
    env = voting_environment(
        np.stack([right, 1 - right], axis=2), np.zeros(60, int), [0.005], contexts=[Context("c", (1.0,), 1.0)],
        n_max=7, call_cost=0.2, per_call=per_call,
    )  # fmt: skip
    assert env.exact_q()[0, 0].argmax() + 1 == n
    found = train(algorithm, env, 3_000, seed=0).policy
    assert acr(found, env) >= env.exact_q().max() - 0.02 and (found["c"].n == 1) is (n == 1)
    assert found.per_call == per_call


@pytest.mark.parametrize("reuse", REUSES)
def test_rescored_estimates_are_those_that_training_had(reuse):
    """Under the weights of training, the estimates of every round, requests included."""
    env = costly_task(4, per_call=3)
    rounds = train("psst", env, 300, seed=0, reuse=reuse).rounds
    rescorer = Rescorer(env.strategy, 4, 8, reuse, per_call=lambda: 3)
    for c, context in enumerate(TWO):
        assert rescorer.q(rounds, context) == pytest.approx(np.array([r.q[c] for r in rounds]), nan_ok=True)


def test_the_agnostic_utility_pays_for_one_request():
    """Less the weighted cost of one completion and of the request that carries it."""
    env = costly_task(0, per_call=3)
    each = env.mean_cost + env.query_call_cost.mean(axis=1)
    loss = agnostic_utility(env) - agnostic_utility(env, cost=True)
    assert loss == pytest.approx(np.array([[c.cost_weight] for c in TWO]) * each)


def test_what_failures_lost_is_carried_with_its_requests():
    """An arm without a sample has the reward of the next smaller scale, and pays for what it would send itself."""
    valid = np.array([[True, True, False, False]])
    pull = Completions(
        np.array([0]), np.array([0]), np.ones((1, 4, 1)), np.zeros((1, 4), dtype=np.int64), np.array([0]),
        np.ones((1, 4)), valid, np.array([100.0]),
    )  # fmt: skip
    tally = Tally(STRATEGIES["majority-vote"], (Context("a", (1.0,), 0.01),), 1, 4, per_call=lambda: 1)
    tally.add(pull)
    carried = tally.carried(np.array([[False, False, True, True]]))
    assert carried[0, 0] == pytest.approx([1 - 0.01 * n * 101 for n in (1, 2, 3, 4)])


def test_what_a_request_costs_where_an_environment_says_so():
    """Of each prompt; 0 for an environment that does not say."""

    class Says:
        call_cost = (1, 2)

    assert call_cost_of(Says()).tolist() == [1.0, 2.0] and call_cost_of(object()).tolist() == 0.0
