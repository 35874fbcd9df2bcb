"""UCB-E and its low-rank factors: known matrices, what is asked next, and what filling in moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import mv_contexts, train, voting_environment
from iapo_widgets.core.low_rank import fill_in
from iapo_widgets.core.reuse import Tally
from iapo_widgets.core.training import find_algorithm
from iapo_widgets.core.ucb_e import _Rows, _Seen

BOTH = ("ucb-e", "ucb-e-lrf")


@pytest.mark.parametrize("unit", [0.01, 1.0, 30.0, -2.0])
def test_a_matrix_of_rank_one_is_filled_in(unit):
    """From half of the entries the other half follows, in any unit and of either sign; unsure entries say so."""
    rng = np.random.default_rng(0)
    truth = unit * rng.uniform(0.5, 1, (8, 1)) * rng.uniform(0.3, 1, (1, 30))
    prompts, queries = np.nonzero(rng.random(truth.shape) < 0.5)
    filled = fill_in(prompts, queries, truth[prompts, queries], truth.shape, 32, rng)
    assert filled.mean == pytest.approx(truth, abs=0.08 * abs(unit))
    assert filled.mean.shape == filled.deviation.shape == (8, 30) and filled.deviation.min() >= 0
    alone = np.bincount(queries, minlength=30).argmin()
    assert filled.deviation[:, alone].mean() > np.median(filled.deviation)


def test_rows_and_columns_without_an_entry_are_the_mean():
    """Nothing was asked of prompt 2 nor on query 3: their factors are the mean, not zero."""
    prompts, queries = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 2])
    filled = fill_in(prompts, queries, np.full(4, 0.6), (3, 4), 1, np.random.default_rng(0))
    assert filled.mean == pytest.approx(np.full((3, 4), 0.6), abs=0.01) and not filled.deviation.any()


@given(seed=st.integers(0, 99))
def test_repeated_entries_count_as_often_as_they_were_seen(seed):
    """Three scores of one pair weigh as three; zeros alone are filled in with zeros."""
    rng = np.random.default_rng(seed)
    where = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 0, 0, 1])
    one = fill_in(*where, np.array([0.2, 0.4, 0.9, 0.5, 0.3]), (2, 2), 1, np.random.default_rng(0)).mean
    two = fill_in(*where, np.array([0.5, 0.5, 0.5, 0.5, 0.3]), (2, 2), 1, np.random.default_rng(0)).mean
    spread = np.sqrt(np.mean(np.square([0.2, 0.4, 0.9, 0.5, 0.3])) / np.mean(np.square([0.5, 0.5, 0.5, 0.5, 0.3])))
    assert one == pytest.approx(two, abs=0.02 * spread)
    assert not fill_in(*where, np.zeros(5), (2, 2), 4, rng).mean.any()


def one_context(right, n_max=4):
    """Two answers; prompt p is right on query x with probability right[p, x]; nothing costs."""
    right = np.asarray(right, float)
    return voting_environment(
        np.stack([right, 1 - right], axis=2), np.zeros(right.shape[1], int), np.zeros(len(right)),
        contexts=mv_contexts({"low": 0.0}), n_max=n_max,
    )  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
def test_no_pair_is_asked_twice_before_all_of_a_prompt_were_asked(name):
    """Each prompt's queries are asked evenly, and pulls go to the better prompt more often."""
    env = one_context(np.tile([[0.9], [0.3], [0.35]], 20))
    asked = np.zeros((3, 20), int)
    for r in train(name, env, 400, seed=0).rounds:
        for batch in r.completions:
            assert batch.n == 4
            np.add.at(asked, (batch.prompts, batch.queries), 1)
        assert (asked.max(axis=1) - asked.min(axis=1)).max() <= 1
    assert asked.sum() == 100 and asked[0].sum() > asked[1:].sum(axis=1).max()


@pytest.mark.parametrize("name", BOTH)
def test_every_prompt_has_a_pull_before_one_leads(name):
    """At T of four sweeps every prompt is reached; below that a pull has fewer completions, and reaches them too."""
    env = small_environment(0, prompts=7, queries=30, n_max=8)
    for budget, n in ((224, 8), (100, 3), (28, 1)):
        rounds = train(name, env, budget, seed=1).rounds
        assert rounds[-1].unreached == 0 and max(b.n for r in rounds for b in r.completions) == n


def test_filling_in_corrects_for_whom_hard_queries_met():
    """Prompt 0 is better on every query; asked on the hard half only, its mean is lower, and its row is not."""
    hard = np.repeat([0.3, 0.9], 10)
    truth = np.stack([hard * 1.1, hard, hard])
    prompts = np.repeat([0, 1, 2], [10, 20, 20])
    queries = np.concatenate([np.arange(10), np.arange(20), np.arange(20)])
    filled = fill_in(prompts, queries, truth[prompts, queries], truth.shape, 16, np.random.default_rng(0))
    seen = [truth[p, queries[prompts == p]].mean() for p in range(3)]
    assert seen[0] < seen[1] and filled.mean[0].mean() > filled.mean[1].mean()


@pytest.mark.parametrize("name", BOTH)
def test_on_many_equal_queries_the_best_prompt_is_found(name):
    """Four prompts of 0.9, 0.6, 0.5 and 0.4: with enough calls each run ends at the first, and at a vote."""
    env = one_context(np.tile([[0.9], [0.6], [0.5], [0.4]], 50))
    arms = [train(name, env, 3_000, seed=s).policy["low"] for s in range(8)]
    assert [arm.prompt for arm in arms] == [0] * 8


def test_estimates_of_ucb_e_are_the_means_of_what_was_seen():
    """With factors a whole prompt moves: the differences between its N stay those of the means."""
    env = small_environment(1, prompts=4, queries=20, n_max=4)
    for name in BOTH:
        rounds = list(find_algorithm(name)(env, 400, seed=0))
        tally = Tally(env.strategy, env.contexts, 4, 4)
        for r in rounds:
            for batch in r.completions:
                tally.add(batch)
        moved = rounds[-1].q - tally.q
        assert np.allclose(moved, moved[..., :1], equal_nan=True)
        assert np.allclose(moved, 0) == (name == "ucb-e")


def test_which_prompt_and_queries_come_next_by_hand():
    """Largest value plus bonus; its queries asked least often, and among these the one worth most."""
    rng, seen = np.random.default_rng(0), _Seen(one_context(np.full((3, 4), 0.5)))
    seen.asked[:] = [[1, 1, 0, 0], [1, 0, 0, 1], [1, 1, 1, 1]]
    value, worth = np.array([0.5, 0.4, np.nan]), np.array([[9.0, 1.0, 2.0, 3.0]] * 3)
    bonus = np.array([0.1, 0.3, 0.6])
    assert [a.tolist() for a in seen.pulls_of(value, bonus, worth, 3, rng)] == [[1, 1, 1], [2, 1, 0]]
    assert seen.pulls_of(value, np.array([0.1, 0.3, 0.8]), worth, 9, rng)[0].tolist() == [2] * 4  # asked in vain: 0
    seen.asked[0] = 0
    assert seen.pulls_of(value, bonus, worth, 1, rng)[0].tolist() == [0]


def test_pairs_are_asked_at_random_before_anything_is_judged():
    """A twentieth of 200 pairs: ten pulls that what came does not change, and the next ones do."""
    asked = []
    for right in ([[0.95], [0.05]], [[0.05], [0.95]]):
        rounds = train("ucb-e-lrf", one_context(np.tile(right, 100)), 240, seed=5).rounds
        asked.append(
            [(int(p), int(x)) for r in rounds for b in r.completions for p, x in zip(b.prompts, b.queries, strict=True)]
        )
    assert len(set(asked[0][:10])) == 10 and asked[0][:10] == asked[1][:10] and asked[0][10:] != asked[1][10:]


def test_an_estimate_is_raised_where_only_hard_queries_were_asked():
    """The same prompt twice, once asked on the hard half alone: filled in, its mean comes near the other's."""
    env = one_context(np.tile(np.repeat([0.1, 0.9], 20), (3, 1)))
    rng, seen = np.random.default_rng(0), _Seen(env)
    for p, queries in ((0, np.arange(20)), (1, np.arange(40)), (2, np.arange(40))):
        drawn = env.sample(np.full(len(queries), p), queries, 4, rng)
        pulls = np.zeros((3, 4), int)
        pulls[p, 3] = len(queries)
        seen.add([drawn], pulls)
    plain = seen.tally.q[0]
    filled = _Rows(env, seen, rng, 5.0, 8, 0).q[0]
    assert plain[0, 3] < 0.2 < 0.4 < plain[1, 3] and filled[0, 3] > plain[0, 3] + 0.15
    assert filled[1:] == pytest.approx(plain[1:])
