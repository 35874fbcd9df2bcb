"""Laws of frugal and of its pooled estimates."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import TWO, small_environment
from iapo_widgets import CategoricalEnvironment, acr, load, train
from iapo_widgets.core.corrections import Corrections
from iapo_widgets.core.frugal import frugal
from iapo_widgets.core.item_response import right_shares
from iapo_widgets.core.pooled_scores import score_curves
from iapo_widgets.core.pooled_votes import concentration, credit_curves, response_model, urn_credit
from iapo_widgets.study.bench import oracle

sys.path.insert(0, "benchmarks")

import hard_tasks

sizes = st.tuples(st.integers(1, 7), st.integers(1, 9), st.integers(2, 5), st.integers(1, 6))


@given(
    size=sizes,
    budget=st.integers(1, 900),
    seed=st.integers(0, 99),
    strategy=st.sampled_from(["majority-vote", "best-of-n", "vote-then-best", "selected-best"]),
)
def test_budget_nesting_and_one_survivor(size, budget, seed, strategy):
    """The whole budget is spent and no more; survivors are nested; one arm a context is left and recommended."""
    prompts, queries, answers, n_max = size
    env = small_environment(seed, prompts, queries, answers, n_max).with_(strategy=strategy)
    before, spent = np.ones((3, prompts, n_max), bool), 0
    for r in frugal(env, budget, seed=seed):
        spent += int((r.pulls * np.arange(1, n_max + 1)).sum())
        assert r.spent == spent <= budget
        assert not np.any(r.active & ~before)
        before = r.active
    assert spent == budget
    assert [tuple(np.argwhere(a)[0] + [0, 1]) for a in before] == [(a.prompt, a.n) for a in r.policy.values()]
    assert before.sum(axis=(1, 2)).tolist() == [1, 1, 1]


def test_schedule_of_a_small_case_by_hand():
    """Eight prompts, T = 400, 80 a round: one completion of 10 queries by all; about 16 by each of 5 prompts, fewer of
    who is behind; 20 by each of 4 that are as near as can be told; 40 by each of 2, of which half were asked before."""
    env = small_environment(0, prompts=8, queries=50, n_max=8, contexts=small_environment(0).contexts[:1])
    rounds = list(frugal(env, 400, seed=0))
    alive = [int(r.active.any(axis=(0, 2)).sum()) for r in rounds]
    assert alive == [5, 4, 2, 2, 1]
    assert [r.spent for r in rounds] == [80, 160, 240, 320, 400]
    assert not any(r.pulls[:, 1:].any() for r in rounds)
    pulls = [r.pulls[r.pulls.any(axis=1), 0].tolist() for r in rounds]
    assert pulls[0] == [10] * 8 and pulls[3:] == [[40] * 2] * 2
    assert [len(p) for p in pulls] == [8, 5, 4, 2, 2] and all(sum(p) == 80 for p in pulls)
    first = np.nanmax(rounds[0].q[0], axis=1)
    kept = np.flatnonzero(rounds[1].pulls.any(axis=1))
    assert kept[rounds[1].pulls[kept, 0].argmin()] == kept[first[kept].argmin()]
    asked = [np.concatenate([c.queries for c in r.completions]) for r in rounds]
    seen = [set(np.concatenate(asked[: r + 1])) for r in range(5)]
    fresh = [max(p) for p in pulls[:3]]
    assert [len(s) for s in seen] == [*np.cumsum(fresh).tolist(), 50, 50]


def test_prompts_of_a_round_share_their_queries():
    """What a prompt is asked of new queries is the start of what the nearest to the best is asked."""
    env = small_environment(1, prompts=8, queries=200, n_max=4)
    for done in list(frugal(env, 400, seed=1))[:3]:
        by_prompt = [[] for _ in env.prompts]
        for batch in done.completions:
            for p, x in zip(batch.prompts.tolist(), batch.queries.tolist(), strict=True):
                by_prompt[p].append(x)
        longest = max(by_prompt, key=len)
        assert len(set(longest)) == len(longest) and all(x == longest[: len(x)] for x in by_prompt)


def test_same_seed_same_rounds():
    """Two runs with one seed are equal, array by array."""
    env = small_environment(3)
    for a, b in zip(frugal(env, 300, seed=5), frugal(env, 300, seed=5), strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True) and np.array_equal(a.pulls, b.pulls) and a.policy == b.policy


def test_unreached_prompts_rank_last():
    """Five completions reach five of twelve prompts, and only these can be recommended."""
    result = train("frugal", small_environment(0, prompts=12), 5, seed=0)
    known = ~np.isnan(result.rounds[-1].q).all(axis=(0, 2))
    assert result.unreached == 7 and all(known[a.prompt] for a in result.policy.values())


def test_urn_credit_is_the_mean_over_nested_draws():
    """The closed form agrees with the credit averaged over sampled probabilities and votes."""
    rng = np.random.default_rng(0)
    share = rng.beta(2.0, 2.0, 200_000)
    theta = np.concatenate([share[:, None], (1 - share)[:, None] * rng.dirichlet([3.0, 1.0], 200_000)], axis=1)
    for n in (1, 2, 5):
        votes = rng.multinomial(n, theta)
        top = votes.max(axis=1)
        credit = (votes[:, 0] == top) / (votes == top[:, None]).sum(axis=1)
        found = urn_credit(np.array([2.0]), np.array([[3.0, 1.0]]), np.array([4.0]), 5)[0, n - 1]
        assert found == pytest.approx(credit.mean(), abs=0.005)


@pytest.mark.parametrize(("answers", "worst", "mean"), [(2, 0.01, 0.002), (3, 0.05, 0.005), (5, 0.1, 0.01)])
def test_the_table_is_near_the_exact_urn(answers, worst, mean):
    """Interpolated curves of random posteriors lie near the exact ones."""
    rng = np.random.default_rng(0)
    right, wrong = rng.beta(1.5, 1.5, 300) * 12, rng.dirichlet(np.ones(answers - 1), 300) * 12
    total = np.full(300, 12.0)
    gap = credit_curves(right, wrong, total, 32) - urn_credit(right, wrong, total, 32)
    assert np.abs(gap).max() < worst and np.abs(gap).mean() < mean


@pytest.mark.parametrize(("right", "wrong", "credit"), [(0.26, [0.037] * 20, 0.954), (0.36, [0.32, 0.32], 0.449)])
def test_rivals_are_told_apart(right, wrong, credit):
    """The vote of 32 where errors scatter over twenty answers, and where two rivals are level."""
    mass = 1e5
    found = credit_curves(np.array([right * mass]), np.array([wrong]) * mass, np.array([mass]), 32)[0, 31]
    assert found == pytest.approx(credit, abs=0.012)


def test_the_response_model_finds_ability_and_dispersion():
    """From votes drawn by the model itself the better prompt has the higher prior, and kappa its order of size."""
    rng = np.random.default_rng(0)
    level = rng.normal(0.5, 1.5, 400)
    mean = 1 / (1 + np.exp(-(level + np.array([-1.0, -0.5, 0, 0.5, 1.0])[:, None])))
    right = rng.binomial(4, rng.beta(8 * mean, 8 * (1 - mean)))
    counts = np.stack([right, 4 - right], axis=2).astype(float)
    share, _ = response_model(counts)
    assert np.all(np.diff(share.mean(axis=1)) > 0.02)
    kappa = concentration(counts, np.stack([share, 1 - share], axis=2))
    assert np.all((kappa > 3.5) & (kappa < 16)) and np.ptp(np.log2(kappa)) < 1


@pytest.mark.parametrize("slope", [0.5, 1.8])
def test_a_slope_is_learnt_from_the_other_prompts(slope):
    """A prompt of five votes goes with the level of a query as steeply as the other twenty do."""
    rng = np.random.default_rng(0)
    level, votes = rng.normal(0.0, 1.5, 300), np.ones((21, 300))
    votes[20, 5:] = 0
    mean = 1 / (1 + np.exp(-(rng.normal(0.0, 0.5, 21)[:, None] + slope * level)))
    share = right_shares(rng.binomial(votes.astype(int), mean).astype(float), votes, np.tile(level, (21, 1)))
    found = np.polyfit(level, np.log(share[20] / (1 - share[20])), 1)[0]
    assert found == pytest.approx(slope, abs=0.25)


def test_slopes_stay_apart_where_prompts_differ():
    """Of prompts half of which are flat and half steep, each keeps its own slope though all share a prior."""
    rng = np.random.default_rng(0)
    level, slope = rng.normal(0.0, 1.5, 300), np.repeat([0.4, 1.8], 6)
    right = rng.binomial(2, 1 / (1 + np.exp(-slope[:, None] * level))).astype(float)
    share = right_shares(right, np.full(right.shape, 2.0), np.tile(level, (12, 1)))
    found = np.array([np.polyfit(level, np.log(s / (1 - s)), 1)[0] for s in share])
    assert np.abs(found - slope).max() < 0.4


def test_each_prompt_has_a_concentration_of_its_own():
    """Of prompts right on 60 % on average, those that split queries into easy and hard are told from the even ones."""
    rng = np.random.default_rng(0)
    rate = np.concatenate([np.full((4, 300), 0.6), np.where(rng.random((4, 300)) < 0.6, 0.95, 0.075)])
    right = rng.binomial(3, rate)
    counts = np.stack([right, 3 - right], axis=2).astype(float)
    kappa = concentration(counts, np.broadcast_to([0.6, 0.4], counts.shape))
    assert kappa[:4].min() > 16 and kappa[4:].max() < 2


def test_scores_extrapolate_to_the_best_of_32():
    """From 4 completions a query the gain of the best of 32 normals is foretold to an eighth, for all spreads."""
    rng = np.random.default_rng(0)
    prompts, queries = np.repeat(np.arange(6), 800), np.tile(np.repeat(np.arange(200), 4), 6)
    spread = np.linspace(0.5, 1.5, 6)
    u = rng.normal(0, 1, 200)[queries] + spread[prompts] * rng.standard_normal(4800)
    found = score_curves(u[None], prompts, queries, (6, 200), np.arange(6), 32)[0][0].mean(axis=1)
    gain = (found[:, 31] - found[:, 0]) / spread
    truth, seen = 2.07, 1.03  # E max of 32 and of 4 standard normals: the observed values alone would give the latter
    assert seen < 0.875 * truth and np.abs(gain / truth - 1).max() < 0.125


def test_the_mixed_strategy_finds_style_among_the_right():
    """Of two prompts that are equally right, the one with the better style is chosen."""
    rng = np.random.default_rng(0)
    answers = np.array([0, 0, 1, 1])
    values = np.zeros((2, 40, 4, 2))
    values[..., 0] = answers == 0
    values[..., 1] = np.array([0.2, 0.6])[:, None, None] + 0.1 * rng.random((2, 40, 4))
    env = CategoricalEnvironment(
        np.full((2, 40, 4), 0.25) + np.array([0.1, 0.1, -0.1, -0.1]), values, [0.01, 0.01], contexts=TWO,
        strategy=small_environment(0).with_(strategy="vote-then-best").strategy, n_max=8, answers=answers,
        gold=np.zeros(40, int),
    )  # fmt: skip
    assert {a.prompt for a in train("frugal", env, 600, seed=0).policy.values()} == {1}


@pytest.mark.parametrize("name", ["math", "helpful-harmless"])
def test_frugal_beats_psst_at_twice_its_budget(name):
    """Mean regret of ten splits at T = 1,000 lies below that of psst at 2,000."""
    env, lost = load(name), {"frugal": [], "psst": []}
    for seed in range(10):
        part, _ = env.split(0.8, seed)
        for algorithm, budget in (("frugal", 1_000), ("psst", 2_000)):
            policy = train(algorithm, part, budget, seed=seed).policy
            lost[algorithm].append(acr(oracle(part), part) - acr(policy, part))
    assert np.mean(lost["frugal"]) < np.mean(lost["psst"])


def test_the_whole_correction_is_unbiased_and_the_shrunk_one_trusts_it_as_it_grows():
    """A model that guesses too much by 0.3 for one of two prompts: mean corrections are -0.3 and 0 at every scale."""
    env = small_environment(0, prompts=2, queries=30, n_max=8).with_(strategy="best-of-n")
    truth = env._curves[0]  # (P, X, n_max)
    guess = truth + np.array([0.3, 0.0])[:, None, None]
    found = {}
    for pulls in (4, 400):
        each = []
        for seed in range(60):
            rng = np.random.default_rng(seed)
            corrections = Corrections(env.strategy, np.ones((1, 1)), 8)
            p, x = np.repeat([0, 1], pulls), np.tile(rng.integers(30, size=pulls), 2)
            corrections.add(env.sample(p, x, 8, rng))
            mine, where = corrections.pairs(np.arange(2), np.arange(30))
            assert mine.all() and np.array_equal(where, p * 30 + x)
            each.append(corrections.of(guess[p, x][None], mine, p, 2))
        found[pulls] = np.mean(each, axis=0)[:, 0]  # (shrunk or whole, P, n_max)
    for shrunk, whole in found.values():
        assert whole[0] == pytest.approx(np.full(8, -0.3), abs=0.03) and whole[1] == pytest.approx(
            np.zeros(8), abs=0.03
        )
        assert np.all(np.abs(shrunk) < np.abs(whole) + 0.01)
    assert np.all(np.abs(found[400][0] - found[400][1]) < np.abs(found[4][0] - found[4][1]) + 0.002)
    assert np.abs(found[400][0] - found[400][1]).max() < 0.01


def test_pulls_that_are_not_whole_correct_nothing():
    """Where a completion of a pull failed, or there are none, the correction is zero."""
    corrections = Corrections(small_environment(0).with_(strategy="best-of-n").strategy, np.ones((2, 1)), 4)
    mine, where = corrections.pairs(np.arange(3), np.arange(6))
    shrunk, whole = corrections.of(np.zeros((2, 0, 4)), mine, where, 3)
    assert not where.size and shrunk.shape == whole.shape == (2, 3, 4) and not shrunk.any() and not whole.any()


def test_whole_pulls_are_drawn_of_scores_alone_and_only_where_the_budget_pays():
    """Best-of-N at 20 pulls of n_max a prompt draws half of round 1 in them and all later; below or for votes none."""
    env = small_environment(0, prompts=8, queries=400, n_max=8)
    for strategy, budget, shares in (
        ("best-of-n", 2_560, [0.5, 1]),
        ("best-of-n", 1_200, [0, 0]),
        ("majority-vote", 2_560, [0, 0]),
    ):
        rounds = list(frugal(env.with_(strategy=strategy), budget, seed=0))[:2]
        spent = np.diff([0, *(r.spent for r in rounds)])
        assert [r.pulls[:, 7].sum() * 8 / s for r, s in zip(rounds, spent, strict=True)] == pytest.approx(
            shares, abs=0.13
        )


@pytest.mark.parametrize("kind", hard_tasks.KINDS)
def test_where_the_pooled_model_is_wrong_regret_goes_to_nothing(kind):
    """On small tasks made against each of its assumptions the arms found at T = 100,000 are level with the best."""
    env = hard_tasks.maker(f"{kind}/small")(0)
    found = train("frugal", env, 100_000, seed=0).policy
    assert acr(oracle(env), env) - acr(found, env) < 0.003 * hard_tasks.utility_range(env)
