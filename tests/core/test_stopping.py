"""Arms that stop: their exact values, their laws, their replays and their race."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, Context, EarlyBest, EarlyVote, acr, train
from iapo_widgets.core import early
from iapo_widgets.core.costs import calls
from iapo_widgets.core.early import grid_arm
from iapo_widgets.core.problem import distinct_weights
from iapo_widgets.core.replay import block_replays, order_replays
from iapo_widgets.core.replay_tally import tally_for
from iapo_widgets.core.stopping import DECIDED, Rule, distinct_arms, distinct_votes, mean_asked, most_requests, requests
from iapo_widgets.core.training import arm_value
from iapo_widgets.core.uncertainty import fresh_estimate
from stopping_cases import asked, brute_force, credit, earned, stopping_task

SEEDS = st.integers(0, 10_000)
KINDS = pytest.mark.parametrize("votes", [True, False], ids=["votes", "best"])


@KINDS
@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, per_call=st.sampled_from([None, 1, 2]), outcomes=st.integers(1, 3))
def test_exact_q_is_the_sum_over_every_sequence(votes, seed, per_call, outcomes):
    """Q of every arm, with its batches, its requests and completions that cost unlike, is what enumeration gives."""
    env = stopping_task(seed, votes, max(outcomes, 1 + (votes and seed % 2)), 4, per_call)
    q = env.exact_q()
    assert q.shape == (2, 2, 4, 10 if not votes else 13) and not env.exact_q_error().any()
    for c, context in enumerate(env.contexts):
        for i, rule in np.argwhere(distinct_arms(env.strategy, 1, 1, 4)[0, 0]):
            arm = grid_arm(env, c, 1, int(i), int(rule))
            assert q[c, 1, i, rule] == pytest.approx(brute_force(env, arm, context), abs=1e-6)


@KINDS
@settings(deadline=None, max_examples=8)
@given(seed=SEEDS)
def test_rule_0_is_the_paper_s_arm(votes, seed):
    """In exact values every number of rule 0 is that of the strategy without stops, to the bit."""
    env = stopping_task(seed, votes)
    assert np.array_equal(env.exact_q()[..., 0], env.with_(strategy=env.strategy.base).exact_q())


@settings(deadline=None, max_examples=12)
@given(seed=SEEDS, batch=st.integers(1, 3))
def test_a_curtailed_vote_has_the_reward_of_the_full_n_at_no_higher_cost(seed, batch):
    """Where only a decided vote stops, rewards are those of N to the bit, and cost nowhere more, requests aside."""
    env = stopping_task(seed, outcomes=3 + seed % 3, strategy=EarlyVote((2,), (batch,)), n_max=9)
    free = env.with_(contexts=[Context("free", (1.0, 0.0))])
    paid = free.with_(contexts=[Context("paid", (1.0, 0.0), 1.0)])
    paid.query_call_cost = np.zeros_like(paid.query_call_cost)
    assert np.array_equal(free.exact_q()[..., -1], free.fixed_q())
    assert np.all(paid.exact_q()[..., -1] >= paid.fixed_q() - 1e-6)


@given(answers=st.lists(st.integers(-1, 4), min_size=1, max_size=12), gold=st.integers(0, 4), batch=st.integers(1, 12))
def test_what_is_decided_is_decided(answers, gold, batch):
    """On any sequence of votes lead = cap stops no later than the cap, with the credit of all."""
    n = len(answers)
    drawn, _ = asked(Arm(0, n, n, min(batch, n)), answers, answers, True)
    assert drawn <= n and credit(answers[:drawn], gold) == credit(answers, gold)


def test_a_lead_of_as_many_as_are_left_goes_on():
    """Two votes of three lead by two with one left: decided; two of four with two left may still end in a tie."""
    assert asked(Arm(0, 3, 3, 1), [1, 1, 0], [0] * 3, True)[0] == 2
    assert asked(Arm(0, 4, 4, 1), [1, 1, 0, 0], [0] * 4, True)[0] == 4


@settings(deadline=None, max_examples=10)
@given(seed=SEEDS, n_max=st.integers(2, 7))
def test_lead_equal_to_cap_is_the_curtailed_vote(seed, n_max):
    """A lead that only a decided vote can have is worth the same however high it is written."""
    env = stopping_task(seed, strategy=EarlyVote((2, n_max + 1), (1,)), n_max=n_max)
    q = env.exact_q()
    decided = env.strategy.rules.index(Rule(DECIDED, 1))
    assert np.array_equal(q[..., decided], q[..., env.strategy.rules.index(Rule(n_max + 1, 1))])
    for context, values in enumerate(q):
        value = arm_value(env, q, context, Arm(0, n_max, n_max, 1))
        assert value == pytest.approx(values[0, -1, decided], abs=1e-6)


def test_arms_that_do_not_differ_are_not_raced():
    """A lead above half of the cap is the decided vote; a batch of the cap is the paper's arm."""
    rules = EarlyVote((1, 2, 3, 4), (1, 3)).rules
    mask = distinct_votes(rules, 6)
    assert mask[:, 0].all() and not mask[0, 1:].any()  # one completion cannot stop early
    assert [rules[k] for k in np.flatnonzero(mask[3])] == [Rule(), Rule(1, 1), Rule(2, 1), Rule(DECIDED, 1),
                                                           Rule(1, 3), Rule(DECIDED, 3)]  # fmt: skip
    env = small_environment(1, answers=4, n_max=6).with_(strategy=EarlyVote((1, 2, 3, 4), (1, 3)))
    q = env.exact_q()
    assert np.allclose(q[:, :, 3, 4], q[:, :, 3, 5], atol=1e-6)  # lead 4 and decided


@pytest.mark.parametrize("answers", [4, 6])
def test_monte_carlo_agrees_with_enumeration_and_says_its_error(answers, monkeypatch):
    """With four answers and more, values lie within five of the standard errors that they come with."""
    monkeypatch.setattr(early, "MOST", 4_000)
    env = small_environment(3, prompts=2, queries=2, answers=answers, n_max=5).with_(strategy=EarlyVote((2, 3), (1, 2)))
    q, error = env.exact_q(), env.exact_q_error()
    again = env.exact_q(chosen=True)
    assert error.max() > 0 and error.max() < 0.01 and not error[..., 0].any()
    assert 0 < np.abs(q - again).max() < 8 * error.max()
    for c, context in enumerate(env.contexts):
        for i, rule in np.argwhere(distinct_arms(env.strategy, 1, 1, 5)[0, 0]):
            exact = brute_force(env, grid_arm(env, c, 0, int(i), int(rule)), context)
            assert abs(q[c, 0, i, rule] - exact) <= 6 * error[c, 0, i, rule] + 1e-6


@KINDS
def test_what_is_exact_is_worked_out_once(votes, monkeypatch):
    """Values to choose an arm by are those to judge it by, and every arm of the grid has the reach of one count."""
    counted = []
    for where, name in ((early, "_votes"), (early, "_best"), (early.stopping, "quantiles")):
        whole = getattr(where, name)
        monkeypatch.setattr(where, name, lambda *a, n=name, f=whole, **k: (counted.append(n), f(*a, **k))[1])
    env = stopping_task(5, votes)
    part = env.split(0.5, 0)[0]
    assert np.array_equal(part.exact_q(), part.exact_q(chosen=True))
    arms = [grid_arm(part, c, 0, 4, 1) for c in (0, 1, 0, 1)]
    assert arms[:2] == arms[2:] and counted == (["_votes"] if votes else ["quantiles", "_best"])


@KINDS
def test_permuting_prompts_permutes(votes):
    """Exact values, by Monte Carlo or not, follow the prompts."""
    env = stopping_task(4, votes, outcomes=5, prompts=3, strategy=EarlyVote((2,), (1,)) if votes else None)
    order = [2, 0, 1]
    other = stopping_task(4, votes, outcomes=5, prompts=3, strategy=env.strategy)
    for name in ("probs", "values", "cost", "answers", "query_call_cost"):
        setattr(other, name, getattr(env, name)[order])
    assert np.array_equal(other.exact_q(), env.exact_q()[:, order])


@KINDS
def test_a_part_has_the_mean_over_its_queries(votes):
    """A split's values are those of an environment of these queries alone, at the reach of the whole."""
    env = stopping_task(2, votes, queries=5)
    train_part, test_part = env.split(0.6, 0)
    both = 0.6 * train_part.exact_q() + 0.4 * test_part.exact_q()
    assert both == pytest.approx(env.exact_q(), abs=1e-6)
    arm = grid_arm(train_part, 0, 1, 4, 3)
    assert arm == grid_arm(env, 0, 1, 4, 3)
    assert brute_force(train_part, arm, env.contexts[0]) == pytest.approx(train_part.exact_q()[0, 1, 4, 3], abs=1e-6)


@KINDS
@pytest.mark.parametrize("replays", [block_replays, order_replays])
def test_replays_are_unbiased(votes, replays):
    """The mean over many pulls of 6 lies within five standard errors of exact Q, for every cap, rule and context."""
    env, size = stopping_task(7, votes, n_max=6, per_call=2), 3_000
    rng = np.random.default_rng(0)
    drawn = env.sample(np.ones(size, int), rng.integers(env.n_queries, size=size), 6, rng)
    vectors, which = distinct_weights(env.contexts)
    reach = None if votes else early.pooled_reach(env)
    found = replays(drawn, env.strategy, vectors, 6, reach)
    spent = found.cost + requests(found.whole, found.part, env.strategy.rules, env.per_call)
    exact = env.exact_q()[:, 1]
    for c, context in enumerate(env.contexts):
        cost = spent[:, 0 if votes else which[c]]
        one = (found.reward[:, which[c]] - context.cost_weight * cost) / found.count[..., None]
        assert np.all(np.abs(one.mean(axis=0) - exact[c]) <= 5 * one.std(axis=0) / math.sqrt(size) + 1e-6)


@KINDS
@settings(deadline=None, max_examples=12)
@given(seed=SEEDS, n=st.integers(1, 6), holes=st.floats(0, 0.6))
def test_a_replay_is_what_asking_would_have_brought(votes, seed, n, holes):
    """Each block of what arrived, walked through one by one, gives the sums of its cap and rule."""
    env = stopping_task(seed, votes, n_max=6, per_call=2)
    rng = np.random.default_rng(seed)
    drawn = env.sample([0], [1], n, rng)
    drawn = type(drawn)(
        drawn.prompts, drawn.queries, drawn.objectives, drawn.answers, drawn.gold, drawn.cost,
        rng.random((1, n)) >= holes, drawn.call_cost,
    )  # fmt: skip
    vectors, which = distinct_weights(env.contexts)
    found = block_replays(drawn, env.strategy, vectors, 6, None if votes else early.pooled_reach(env))
    spent = found.cost + requests(found.whole, found.part, env.strategy.rules, env.per_call)
    came = np.flatnonzero(drawn.valid[0])
    for c, context in enumerate(env.contexts):
        utility = drawn.objectives[0] @ np.array(context.weights)
        for cap in range(1, 7):
            blocks = [came[k * cap : (k + 1) * cap] for k in range(len(came) // cap)]
            assert found.count[0, cap - 1] == len(blocks)
            for rule in np.flatnonzero(distinct_arms(env.strategy, 1, 1, 6)[0, 0, cap - 1]):
                arm = grid_arm(env, c, 0, cap - 1, int(rule))
                expected = sum(
                    earned(arm, drawn.answers[0, b].tolist(), drawn.gold[0], utility[b].tolist(),
                           drawn.cost[0, b].tolist(), context, votes, drawn.call_cost[0], 2)
                    for b in blocks
                )  # fmt: skip
                cost = spent[0, 0 if votes else which[c], cap - 1, rule]
                value = found.reward[0, which[c], cap - 1, rule] - context.cost_weight * cost
                assert value == pytest.approx(expected, abs=1e-9)


@KINDS
@pytest.mark.parametrize("stop", [2, None, 9])
def test_a_fresh_estimate_is_of_the_arm_that_stops(votes, stop):
    """The mean over new pulls lies within five standard errors of exact Q; an arm that never stops pays its batches."""
    env = stopping_task(9, votes, n_max=6, per_call=2)
    arm = Arm(1, 6, stop if votes or stop is None else stop / 3, 2)
    for c, context in enumerate(env.contexts):
        mean, error = fresh_estimate(env, arm, context, 4_000, np.random.default_rng(c))
        assert abs(mean - brute_force(env, arm, context)) <= 5 * error
        assert abs(arm_value(env, env.exact_q(), c, arm) - brute_force(env, arm, context)) < 1e-6


@KINDS
@pytest.mark.parametrize("reuse", ["blocks", "subsets"])
def test_a_tally_s_rule_0_is_the_fixed_tally(votes, reuse):
    """Estimates of the paper's arms are those that a tally without stops has, to the bit, lost arms included."""
    env = stopping_task(5, votes, n_max=6)
    early_tally, fixed = tally_for(env, reuse), tally_for(env.with_(strategy=env.strategy.base), reuse)
    rng = np.random.default_rng(0)
    for n in (6, 2):
        batch = env.sample(rng.integers(2, size=9), rng.integers(2, size=9), n, rng)
        early_tally.add(batch)
        fixed.add(batch)
    assert np.array_equal(early_tally.q[..., 0], fixed.q) and np.array_equal(early_tally.count, fixed.count)
    lost = np.zeros((2, 6), dtype=bool)
    lost[0, 4:] = True
    assert np.array_equal(early_tally.carried(lost)[..., 0], fixed.carried(lost))
    assert early_tally.carried(lost).shape == early_tally.q.shape


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((0, 4, 0, 1), "lead"), ((0, 4, 2.5, 1), "lead"), ((0, 0, 2, 1), "cap"), ((0, 4, 2, 0), "batch"),
     ((0, 4, 2, 5), "above n"), ((0, 4, math.nan, 1), "finite"), ((0, None, 2, 1), "cap"), ((0, 4, "2", 1), "finite")],
)  # fmt: skip
def test_arms_that_cannot_be(arguments, said):
    """Lead, cap or batch below 1, a batch above the cap, a stop that is no number: each is refused by name."""
    env = stopping_task(0)
    with pytest.raises(ValueError, match=said):
        arm_value(env, env.exact_q(), 0, Arm(*arguments))


def test_a_strategy_without_stops_refuses_an_arm_that_stops():
    """It says which strategies have such arms."""
    env = small_environment(0)
    policy = train("uniform", env, 100, seed=0).policy.with_arms([Arm(2, 3, 2, 1)] * 3)
    with pytest.raises(ValueError, match="early-vote"):
        acr(policy, env)


def test_a_reach_that_nothing_reaches_asks_all():
    """Such an arm is worth what the fixed one is, less the requests of its batches; one that all reach asks a batch."""
    env = stopping_task(2, votes=False, n_max=6, per_call=None)
    q, context = env.exact_q(), env.contexts[1]
    never = arm_value(env, q, 1, Arm(0, 6, 99.0, 2))
    two_more = 2 * context.cost_weight * env.query_call_cost[0].mean()
    assert never == pytest.approx(q[1, 0, 5, 0] - two_more, abs=1e-6)
    assert arm_value(env, q, 1, Arm(0, 6, -99.0, 2)) == pytest.approx(q[1, 0, 1, 0], abs=1e-6)


@pytest.mark.parametrize(
    "build", [lambda: EarlyVote(()), lambda: EarlyVote((0,)), lambda: EarlyVote((2, 2)), lambda: EarlyVote((2,), (0,)),
              lambda: EarlyBest((1.0,)), lambda: EarlyBest((0.5,), (1.5,)), lambda: EarlyVote(3)],
)  # fmt: skip
def test_grids_that_cannot_be(build):
    """Leads and batches are whole and at least 1, levels lie between 0 and 1, each is there once."""
    with pytest.raises(ValueError, match=r"leads|batches|levels"):
        build()


def test_fixed_arms_are_as_they_were():
    """Order, hash and text of the paper's arms know nothing of stops; those that stop sort behind."""
    assert repr(Arm(1, 2)) == "Arm(prompt=1, n=2)" and hash(Arm(1, 2)) == hash((1, 2)) and Arm(0, None).is_fixed
    assert repr(Arm(1, 4, 2, 1)) == "Arm(prompt=1, n=4, stop=2, batch=1)" and Arm(1, 4, 2, 1) != Arm(1, 4)
    mixed = [Arm(1, 1), Arm(0, 4, 3, 1), Arm(0, 4, 2, 1), Arm(0, 4), Arm(0, 5)]
    assert sorted(mixed) == [Arm(0, 4), Arm(0, 4, 2, 1), Arm(0, 4, 3, 1), Arm(0, 5), Arm(1, 1)]
    assert Arm(0, 4) <= Arm(0, 4) < Arm(0, 4, 2, 1) and len({Arm(0, 4), Arm(0, 4), Arm(0, 4, 2, 1)}) == 2


@given(
    size=st.integers(1, 5),
    drawn=st.lists(st.integers(1, 4), min_size=1, max_size=9),
    per_call=st.sampled_from([None, 2]),
)
def test_requests_on_average_are_those_of_the_batches(size, drawn, per_call):
    """Where batches divide the cap, draws have the mean requests of their mean; at a cap that cuts one short, all."""
    took = [sum(int(calls(size, per_call)) for _ in range(batches)) for batches in drawn]
    average = size * float(np.mean(drawn))
    assert mean_asked(Arm(0, 4 * size, 2, size), per_call, average, 1) == pytest.approx((average, np.mean(took)))
    cut = Arm(0, 4 * size + 1, 2, size)
    assert mean_asked(cut, per_call, None, 1) == (cut.n, most_requests(cut, per_call))
    assert mean_asked(cut, per_call, size, 1) == (size, calls(size, per_call))
