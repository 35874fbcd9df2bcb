"""Laws of frugal where arms may stop early, and of the values that it gives their rules."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import Failing
from iapo_widgets import Arm, CategoricalEnvironment, Context, EarlyBest, EarlyVote, acr, train, voting_environment
from iapo_widgets.core.early import pooled_reach
from iapo_widgets.core.frugal import frugal
from iapo_widgets.core.pooled import PooledEstimate
from iapo_widgets.core.pooled_stops import StopGains
from iapo_widgets.core.pooled_votes import MASSES, SHARES, TOPS
from iapo_widgets.core.stop_table import CHANGE, DRAWN, WHOLE, rows_of
from iapo_widgets.core.stopping import distinct_arms
from iapo_widgets.core.urn_stops import ReachUrns
from stopping_cases import asked, credit, stopping_task

SEEDS = st.integers(0, 10_000)
KINDS = pytest.mark.parametrize("votes", [True, False], ids=["votes", "best"])


def sequences(masses, n):
    """Every sequence of n draws from a Polya urn of ``masses``, and its chance."""
    for sequence in product(range(len(masses)), repeat=n):
        held, chance = list(masses), 1.0
        for i in sequence:
            chance *= held[i] / sum(held)
            held[i] += 1
        yield sequence, chance


def of_rule(sequence, n, lead, batch):
    """Change of the credit of answer 0, completions drawn and whole batches, where votes come in this order."""
    drawn, _ = asked(Arm(0, n, lead, min(batch, n)), sequence, sequence, True)
    return credit(sequence[:drawn], 0) - credit(sequence[:n], 0), drawn, drawn // min(batch, n)


@KINDS
@settings(deadline=None, max_examples=12)
@given(seed=SEEDS, budget=st.integers(1, 700))
def test_it_spends_the_budget_and_keeps_its_laws(votes, seed, budget):
    """All is spent and no more, survivors are nested, one arm a context is left and taken, and the seed repeats it."""
    env = stopping_task(seed, votes, prompts=4, queries=5, n_max=6)
    result, again = (train("frugal", env, budget, seed=seed) for _ in range(2))
    assert result.spent == budget == sum(c.valid.size for r in result.rounds for c in r.completions)
    assert all(np.array_equal(a.q, b.q, equal_nan=True) for a, b in zip(result.rounds, again.rounds, strict=True))
    before = distinct_arms(env.strategy, 2, 4, 6)
    for r in result.rounds:
        assert r.q.shape == r.active.shape == before.shape and not np.any(r.active & ~before)
        before = r.active
    assert before.reshape(2, -1).sum(axis=1).tolist() == [1, 1]
    for c, arm in enumerate(result.policy.values()):
        _, p, i, rule = (int(k) for k in np.argwhere(before[c : c + 1])[0])
        assert (arm.prompt, arm.n, arm.batch) == (p, i + 1, env.strategy.rules[rule].batch)


@KINDS
@settings(deadline=None, max_examples=8)
@given(seed=SEEDS, budget=st.integers(20, 700))
def test_without_a_stop_that_acts_every_number_is_the_fixed_arm_s(votes, seed, budget):
    """Where a batch is the whole pull, rounds, values and policies are to the bit those of the base strategy."""
    never = EarlyVote((2,), (6,)) if votes else EarlyBest((0.5,), (6,))
    env = stopping_task(seed, votes, prompts=4, queries=5, n_max=6, strategy=never)
    for r, base in zip(
        frugal(env, budget, seed=1), frugal(env.with_(strategy=never.base), budget, seed=1), strict=True
    ):
        assert np.array_equal(r.pulls, base.pulls) and dict(r.policy) == dict(base.policy)
        assert np.array_equal(r.q[..., 0], base.q, equal_nan=True) and np.array_equal(r.active[..., 0], base.active)
        assert not r.active[..., 1:].any()


@KINDS
def test_nothing_is_asked_that_fixed_arms_would_not_have_asked(votes):
    """The first round pulls, and values rule 0, as without stops, and the rules are one more axis."""
    env = stopping_task(3, votes, prompts=4, queries=30, n_max=6)
    one = next(frugal(env, 900, seed=2))
    base = next(frugal(env.with_(strategy=env.strategy.base), 900, seed=2))
    assert np.array_equal(one.pulls, base.pulls) and np.array_equal(one.q[..., 0], base.q)
    assert np.abs(one.q[..., 1:] - base.q[..., None]).max() > 0.01


@KINDS
@settings(deadline=None, max_examples=8)
@given(seed=SEEDS)
def test_permuting_prompts_permutes(votes, seed):
    """The same completions under other numbers of their prompts give the same values there."""
    env = stopping_task(seed, votes, prompts=5, queries=6, n_max=5)
    rng = np.random.default_rng(seed)
    new = rng.permutation(5)
    drawn = env.sample(np.repeat(np.arange(5), 6), np.tile(np.arange(6), 5), 4, rng)
    moved = replace(drawn, prompts=new[drawn.prompts])
    estimates = [PooledEstimate(env), PooledEstimate(env)]
    for estimate, completions in zip(estimates, (drawn, moved), strict=True):
        estimate.add(completions)
        estimate.update(np.arange(5))
    assert estimates[1].q[:, new] == pytest.approx(estimates[0].q, abs=1e-6)


@KINDS
def test_failed_calls_are_missing(votes):
    """With half of the completions lost the arm is worth nearly as much, and a prompt that never answers stays out."""
    env = stopping_task(4, votes, prompts=5, queries=30, n_max=6)
    for lost in ({"completion": 0.5}, {"pull": 0.4, "dead": [0, 3]}):
        policies = [train("frugal", Failing(env, **lost), 12_000, seed=seed).policy for seed in range(3)]
        alive = np.delete(env.exact_q(), lost.get("dead", []), axis=1)
        reachable = alive.reshape(2, -1).max(axis=1).mean()
        assert np.mean([reachable - acr(policy, env) for policy in policies]) < 0.02
        assert all(arm.prompt not in lost.get("dead", []) for policy in policies for arm in policy.values())


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("share", [4, 12, 17])
def test_two_answers_have_the_exact_values_of_their_urn(share, batch):
    """At the table's nodes change, completions and batches are the sums over every sequence of an urn."""
    masses = MASSES[2] * SHARES[share], MASSES[2] * (1 - SHARES[share])
    table = rows_of(np.array([share * len(MASSES) + 2]), (), batch, (2, 3), 6)[:, 0]
    for n, (k, lead) in product(range(1, 7), enumerate((2, 3, 99))):
        found = sum(np.array(of_rule(s, n, lead, batch)) * chance for s, chance in sequences(masses, n))
        told = table[CHANGE, n - 1, k], table[DRAWN, n - 1, k], table[min(WHOLE, len(table) - 1), n - 1, k]
        assert told == pytest.approx(found, abs=1e-5), (n, lead)


@pytest.mark.parametrize("top", [0, 3, 5])
def test_several_rivals_have_the_values_of_their_urns_but_for_the_draws(top):
    """With two other rivals, drawn in an urn of their own, the table lies near the sums over every sequence."""
    others, number, mass, share = (1, 2), 2, 8.0, 12
    wrong = [mass * (1 + TOPS[top] * number) / (number + 1), *[mass * (1 - TOPS[top]) / (number + 1)] * number]
    node = ((1 * len(others) + 1) * len(SHARES) + share) * len(MASSES) + 3
    table = rows_of(np.array([node * len(TOPS) + top]), others, 1, (2,), 5)[:, 0]
    right = MASSES[3] * SHARES[share], MASSES[3] * (1 - SHARES[share])
    expected = np.zeros((2, 3))
    for bits, chance in sequences(right, 5):
        for which, also in sequences(wrong, sum(bits)):
            rest = iter(which)
            votes = tuple(1 + next(rest) if bit else 0 for bit in bits)
            expected += [np.array(of_rule(votes, 5, lead, 1)) * chance * also for lead in (2, 99)]
    assert table[CHANGE, 4] == pytest.approx(expected[:, 0], abs=0.004)
    assert table[DRAWN, 4] == pytest.approx(expected[:, 1], abs=0.04)


@pytest.mark.parametrize("batch", [1, 2, 3])
def test_scores_have_the_exact_values_of_their_urn(batch):
    """Change and whole batches of best-of-N are the sums over every sequence of an urn, for all reaches."""
    utility, masses, reach = np.array([[0.4, 0.1, 0.9]]), np.array([[0.7, 1.5, 0.4]]), np.array([0.05, 0.3, 0.8, 1.2])
    change, whole = ReachUrns(utility, masses, reach, 5).gains(batch)
    for n, (k, r) in product(range(1, 6), enumerate(reach)):
        total = np.zeros(2)
        for s, chance in sequences(masses[0], n):
            values = utility[0, list(s)].tolist()
            drawn, sizes = asked(Arm(0, n, r, min(batch, n)), list(s), values, False)
            total += chance * np.array([max(values[:drawn]) - max(values), sizes.count(min(batch, n))])
        assert [change[n - 1, k, 0], whole[n - 1, k, 0]] == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("per_call", [None, 1, 3])
@pytest.mark.parametrize("answers", [2, 3, 5])
def test_told_the_truth_the_votes_have_their_exact_values(answers, per_call):
    """From urns that hold each pair's own probabilities, gains of all rules are those of exact Q, costs and all."""
    rng = np.random.default_rng(answers)
    probs = rng.dirichlet(np.ones(answers), (3, 60))
    env = voting_environment(
        probs, np.zeros(60, int), rng.uniform(0.01, 0.05, (3, 60, answers)), n_max=12, per_call=per_call,
        contexts=[Context("free", (0.8,)), Context("dear", (1.0,), 1.0)], call_cost=rng.uniform(0, 0.03, (3, 60)),
    ).with_(strategy="early-vote")  # fmt: skip
    mass = 2_000.0
    gains = StopGains(env.strategy, env.contexts, 12, lambda: per_call)
    gains.start(env.pair_cost, env.query_call_cost)
    flat = probs.reshape(-1, answers) * mass
    gains.votes((flat[:, 0], flat[:, 1:], np.full(len(flat), mass)), np.ones((3, 60)))
    exact = env.exact_q()
    gap = (gains.values - (exact - exact[..., :1]))[distinct_arms(env.strategy, 2, 3, 12)]
    assert np.abs(gap).max() < 0.015 and np.sqrt((gap**2).mean()) < 0.004 < np.abs(exact - exact[..., :1]).max() / 10


def test_told_the_truth_the_best_has_its_exact_values(monkeypatch):
    """The same of best-of-N, at the quantiles that exact Q has."""
    env = stopping_task(5, False, outcomes=4, prompts=3, queries=40, n_max=9, per_call=2)
    gains = StopGains(env.strategy, env.contexts, 9, lambda: 2)
    gains.start(env.pair_cost, env.query_call_cost, np.zeros((2, 1)))
    monkeypatch.setattr(gains, "_reach", pooled_reach(env))
    probs = env.probs.reshape(-1, 4)
    for w, weights in enumerate(gains._weights):
        gains.scores(w, (env.values @ weights).reshape(-1, 4), probs * 1e7)
    exact = env.exact_q()
    assert gains.values == pytest.approx(exact - exact[..., :1], abs=1e-5)


def test_completions_that_cast_no_vote_are_asked_for():
    """Where four in ten cast none, a lead takes more completions and earns less, about as exact values say."""
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.ones(3), (2, 50)) * 0.6
    probs = np.concatenate([probs, np.full((2, 50, 1), 0.4)], axis=2)
    right = (np.arange(4) == 0).astype(float).reshape(1, 1, 4, 1)
    env = CategoricalEnvironment(
        probs, np.broadcast_to(right, (1, 50, 4, 1)), [0.02, 0.02], contexts=[Context("c", (1.0,), 1.0)],
        strategy=EarlyVote((2, 3), (1,)), n_max=16, answers=np.array([0, 1, 2, -1]), gold=np.zeros(50, int),
    )  # fmt: skip
    gains = StopGains(env.strategy, env.contexts, 16, lambda: None)
    gains.start(env.pair_cost, env.query_call_cost)
    flat = probs[..., :3].reshape(-1, 3) / 0.6 * 2_000
    gains.votes((flat[:, 0], flat[:, 1:], np.full(100, 2_000.0)), np.full((2, 50), 0.6))
    exact = (env.exact_q() - env.exact_q()[..., :1])[..., 1:3]
    assert np.abs(gains.values[..., 1:3] - exact).max() < 0.01 < 0.1 * exact.max()


@KINDS
def test_more_budget_finds_the_best_stop(votes):
    """With all that it needs, its arm is worth what the best is, and more than any fixed one."""
    rng = np.random.default_rng(0)
    right = rng.beta(2, 1, (4, 60))
    if votes:
        env = voting_environment(
            np.stack([right, (1 - right) * 0.7, (1 - right) * 0.3], axis=2), np.zeros(60, int), np.full(4, 0.01),
            contexts=[Context("c", (1.0,), 1.0)], n_max=16,
        ).with_(strategy="early-vote")  # fmt: skip
    else:
        values = np.where(rng.random((4, 60, 1)) < 0.5, [0.1, 0.4, 0.9], [0.0, 0.5, 0.6])[..., None]
        env = CategoricalEnvironment(
            rng.dirichlet([4.0, 2.0, 1.0], (4, 60)), values, np.full(4, 0.02), n_max=16,
            contexts=[Context("c", (1.0,), 1.0)], strategy=EarlyBest(),
        )  # fmt: skip
    q = env.exact_q()
    found = np.mean([acr(train("frugal", env, 40_000, seed=seed).policy, env) for seed in range(3)])
    assert q.max() - found < 0.003 < q.max() - env.fixed_q().max() - 0.003
