"""Calls that fail: asked again within what is left, merged into whole pulls, and held against no arm."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import Failing, small_environment
from iapo_widgets import ALGORITHMS, mv_contexts, train, voting_environment
from iapo_widgets.core.failures import PATIENCE, Arrivals, ask_again, whole
from iapo_widgets.core.psst import draw, ranking, spending, tie_order
from iapo_widgets.core.rescoring import Rescorer
from iapo_widgets.core.training import find_algorithm


def large_scales(best=0.62):
    """Six prompts, two answers, nearly free: the best arm votes among 31."""
    rng = np.random.default_rng(0)
    right = np.linspace(best - 0.12, best, 6)[:, None] + rng.normal(0, 0.03, (6, 40))
    return voting_environment(
        np.stack([right, 1 - right], axis=2), np.zeros(40, int), np.full(6, 1e-4), contexts=mv_contexts({"one": 1.0}),
        n_max=32,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["psst", "psst+k4", "frugal", "ucb", "racing", "ucb-e", "ucb-e-lrf"])
@pytest.mark.parametrize("share", [{"completion": 0.5}, {"pull": 0.5}])
def test_failures_do_not_push_large_scales_out(name, share):
    """With half of the completions or of the pulls failing, the best N of 31 is found about as before."""
    env = large_scales()
    q = env.exact_q()[0]
    assert np.unravel_index(q.argmax(), q.shape)[1] + 1 == 31
    arms = [train(name, Failing(env, **share), 20_000, seed=seed).policy["one"] for seed in range(6)]
    assert np.mean([arm.n for arm in arms]) > 24
    assert np.mean([q.max() - q[arm.prompt, arm.n - 1] for arm in arms]) < 0.05


@given(
    pulls=st.lists(st.integers(0, 3), min_size=12, max_size=12), allowance=st.integers(0, 60), seed=st.integers(0, 99),
    share=st.sampled_from([0.0, 0.4, 0.9, 1.0]),
)  # fmt: skip
def test_asking_again_pays_no_more_than_it_may_and_loses_nothing(pulls, allowance, seed, share):
    """Follow-ups cost what they say, no pull has more than it lacked, and every completion that came is still there."""
    env = Failing(small_environment(seed, prompts=3, n_max=4), share)
    rng = np.random.default_rng(seed)
    wanted = np.array(pulls).reshape(3, 4)
    batches = draw(env, wanted, rng)
    if not batches:
        return
    came = sum(int(b.valid.sum()) for b in batches)
    goals = np.concatenate([np.full(len(b), b.n) for b in batches])
    merged, rows, again = ask_again(env, batches, allowance, rng)
    assert spending(again) <= allowance
    assert sum(b.valid.size for b in merged) == spending(wanted) + spending(again)
    assert sum(int(b.valid.sum()) for b in merged) >= came
    assert sorted(np.concatenate(rows)) == list(range(len(goals)))
    prompts, queries = (np.concatenate([getattr(b, name) for b in batches]) for name in ("prompts", "queries"))
    for batch, which in zip(merged, rows, strict=True):
        assert np.all(batch.n_valid <= goals[which])
        assert np.array_equal(batch.prompts, prompts[which]) and np.array_equal(batch.queries, queries[which])
    if share == 0.0:
        assert not again.any() and whole(merged)
    if share < 0.9 and allowance >= 60:
        assert np.concatenate([b.n_valid for b in merged]).sum() >= came


def test_asking_again_ends_where_nothing_answers():
    """A prompt that is gone is asked ``PATIENCE`` times more, whatever is left to pay with."""
    env = Failing(small_environment(0), dead=[0, 1, 2])
    wanted = np.array([[0, 0, 0, 1]] * 3)
    rng = np.random.default_rng(0)
    _, _, again = ask_again(env, draw(env, wanted, rng), 10_000, rng)
    assert spending(again) == PATIENCE * spending(wanted)


@given(
    name=st.sampled_from(list(ALGORITHMS)), budget=st.integers(1, 600), seed=st.integers(0, 99),
    share=st.sampled_from([{"completion": 0.5}, {"pull": 0.5}, {"pull": 1.0}, {"dead": [1]}]),
)  # fmt: skip
def test_every_algorithm_keeps_its_budget_and_marks_what_is_lost(name, budget, seed, share):
    """Spent adds up, lost arms are unknown and were asked, and a known arm is recommended where one is left."""
    env = Failing(small_environment(seed, 8, 5, 3, 4), **share)
    spent, asked = 0, np.zeros(8, int)
    for r in find_algorithm(name)(env, budget, seed=seed):
        spent += spending(r.pulls)
        asked = np.maximum(asked, np.where(r.pulls > 0, np.arange(1, 5), 0).max(axis=1))
        assert r.spent == spent <= budget and spending(r.pulls) == sum(c.valid.size for c in r.completions)
        assert np.all(np.isnan(r.q[np.broadcast_to(r.lost, r.q.shape)]))
        lost = r.lost if r.lost.ndim == 2 else r.lost.any(axis=0)
        assert not np.any(lost & ((np.arange(1, 5) > asked[:, None]) if name != "frugal" else (asked == 0)[:, None]))
        if r.active.any(axis=(1, 2)).all():
            known = ~np.isnan(r.q)
            for c, arm in enumerate(r.policy.values()):
                if (known[c] & r.active[c]).any():
                    assert known[c, arm.prompt, (arm.n or 1) - 1]


def test_a_prompt_that_never_answers_is_marked_and_never_recommended():
    """Its 32 arms are lost, the others are learnt, and ``Result`` counts them."""
    env = large_scales()
    for name in ("psst", "psst+k4", "ucb", "frugal", "uniform"):
        result = train(name, Failing(env, dead=[5]), 8_000, seed=0)
        assert result.policy["one"].prompt != 5 and result.unreached == 1
        assert result.lost >= 1 and np.all(np.nonzero(result.rounds[-1].lost)[0] == 5) and "lost=" in repr(result)
        assert f"failed calls left {result.lost} arms of 1 prompts without a sample" in result.rounds[-1].gaps


def test_without_failures_nothing_is_lost():
    """What a small budget does not reach is unreached, not lost."""
    result = train("psst", small_environment(0, prompts=12), 5, seed=0)
    assert result.unreached == 7 and result.lost == 0 and "lost" not in repr(result)
    assert result.rounds[-1].gaps == "the budget did not reach 7 of 12 prompts"
    assert train("psst", small_environment(0), 500, seed=0).rounds[-1].gaps == ""


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_of_lost_arms_about_as_large_a_share_is_kept_as_of_all(known, lost, unknown):
    """Every prefix of a ranking holds its share of lost arms, rounded; the best known comes first, the unknown last."""
    total = known + lost + unknown
    q = np.full((1, total, 1), np.nan)
    q[0, :known, 0] = np.random.default_rng(known).random(known)
    mask = np.zeros((total, 1), bool)
    mask[known : known + lost] = True
    ranked = ranking(q, np.ones_like(q, bool), tie_order(total, 1, np.random.default_rng(lost)), mask)[0]
    assert sorted(ranked) == list(range(total)) and ranked[0] == q[0, :known, 0].argmax()
    others = ranked[(ranked < known) | (ranked >= known + lost)]
    assert others[:known].tolist() == np.argsort(-q[0, :known, 0]).tolist()
    among = np.cumsum((ranked >= known) & (ranked < known + lost))
    assert np.all(np.abs(among - lost * np.arange(1, total + 1) / total) <= 1 + 1e-9)


def test_arms_beyond_what_arrived_stand_beside_the_largest_scale_seen():
    """Only two of four completions came: N = 3 and 4 rank with N = 2's reward, less what they would cost."""
    from iapo_widgets.core.reuse import Tally

    env = small_environment(3, prompts=2, n_max=4)
    drawn = env.sample([0, 1], [0, 1], 4, np.random.default_rng(0))
    drawn = dataclasses.replace(drawn, valid=np.array([[1, 0, 1, 0], [1, 1, 1, 1]], bool))
    tally, arrivals = Tally(env.strategy, env.contexts, 2, 4), Arrivals(2)
    tally.add(drawn)
    arrivals.add([drawn], np.array([[0, 0, 0, 1]] * 2))
    lost = arrivals.lost(tally.count)
    assert lost.tolist() == [[False, False, True, True], [False] * 4]
    q, carried = tally.q, tally.carried(lost)
    assert np.array_equal(q[:, ~lost], carried[:, ~lost])
    cost, weights = drawn.cost[0, 0], np.array([c.cost_weight for c in env.contexts])
    assert carried[:, 0, 2] == pytest.approx(q[:, 0, 1] - weights * cost)
    assert carried[:, 0, 3] == pytest.approx(q[:, 0, 1] - 2 * weights * cost)
    assert arrivals.paid_for(80) == 60


def test_a_run_with_failures_is_rescored_from_its_rounds():
    """Estimates for the weights it was trained with follow from the completions that the rounds kept."""
    env = small_environment(1, prompts=5, n_max=6)
    rounds = train("psst", Failing(env, completion=0.4), 2_000, seed=3).rounds
    again = Rescorer(env.strategy, 5, 6).q(rounds, env.contexts[1])
    for r, q in zip(rounds, again, strict=True):
        assert np.allclose(r.q[1], q, equal_nan=True)
