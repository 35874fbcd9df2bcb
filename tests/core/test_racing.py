"""Racing with paired tests: who leaves and when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import BestOfN, CategoricalEnvironment, Context, mv_contexts, train, voting_environment
from iapo_widgets.core.racing import racing, still_in

ONE = (Context("one", (1.0,), 1.0),)


def fixed(values, n_max=1, queries=4, cost=0.0, contexts=ONE):
    """Every completion of prompt p on query x is worth values[p] + x: queries differ much, prompts little."""
    values = np.array(values, float)[:, None] + np.arange(queries)
    return CategoricalEnvironment(
        np.ones((len(values), queries, 1)), values[..., None, None], np.full(len(values), cost) + 0.0,
        contexts=contexts, strategy=BestOfN(), n_max=n_max,
    )  # fmt: skip


def left(rounds):
    """Prompts that are in after each round, for the first context."""
    return [np.flatnonzero(r.active[0].any(axis=1)).tolist() for r in rounds]


def test_who_is_beaten_by_enough_others_leaves_by_hand():
    """Noiseless: after one block of two queries all but the best ``enough`` are out, whatever queries differ by."""
    env = fixed([0.4, 0.1, 0.3, 0.2])
    assert left(racing(env, 16, seed=0, blocks=2, enough=1)) == [[0], [0]]
    assert left(racing(env, 16, seed=0, blocks=2, enough=2)) == [[0, 2], [0, 2]]
    assert left(racing(env, 16, seed=0, blocks=2, enough=4)) == [[0, 1, 2, 3]] * 2


def test_one_query_decides_nothing():
    """The first block is one query for each prompt: nobody leaves; with the second query the race is over."""
    rounds = list(racing(fixed([0.4, 0.1, 0.3, 0.2]), 8, seed=0, blocks=2, enough=1))
    assert left(rounds) == [[0, 1, 2, 3], [0]] and [r.spent for r in rounds] == [4, 8]


def test_the_test_compares_what_a_user_gets():
    """The better prompt is dearer: who pays nothing keeps it, who minds cost keeps the other."""
    contexts = (Context("free", (1.0,), 0.0), Context("dear", (1.0,), 1.0))
    env = fixed([0.5, 0.4], cost=np.array([0.3, 0.1]), contexts=contexts)
    last = train("racing", env, 40, seed=0, enough=1).rounds[-1]
    assert last.active.any(axis=2).tolist() == [[True, False], [False, True]]
    assert [arm.prompt for arm in last.policy.values()] == [0, 1]


@given(
    prompts=st.integers(1, 6), budget=st.integers(1, 900), seed=st.integers(0, 99), enough=st.integers(1, 3),
    blocks=st.integers(1, 12), strategy=st.sampled_from(["majority-vote", "best-of-n", "vote-then-best"]),
)  # fmt: skip
def test_survivors_are_nested_whole_prompts_and_never_too_few(prompts, budget, seed, enough, blocks, strategy):
    """A prompt leaves with all its N; at least ``enough`` stay; the arm recommended is one that is in."""
    env = small_environment(seed, prompts, n_max=4).with_(strategy=strategy)
    before = np.ones((3, prompts, 4), bool)
    rounds = list(racing(env, budget, seed=seed, enough=enough, blocks=blocks))
    assert len(rounds) == blocks and budget - rounds[-1].spent < 4
    for r in rounds:
        inside = r.active.any(axis=2)
        assert np.array_equal(r.active, np.broadcast_to(inside[..., None], r.active.shape))
        assert not np.any(r.active & ~before) and inside.sum(axis=1).min() >= min(enough, prompts)
        before = r.active
        for c, arm in enumerate(r.policy.values()):
            q = np.where(r.active[c], r.q[c], np.nan)
            assert np.isnan(q).all() or q[arm.prompt, arm.n - 1] == np.nanmax(q)


def test_prompts_of_a_block_answer_the_same_queries():
    """Whoever is in is asked what all others are asked, so that differences are paired."""
    env = small_environment(3, prompts=5, queries=40)
    for r in list(racing(env, 2_000, seed=1))[:-1]:
        asked = {p: sorted(b.queries[b.prompts == p]) for b in r.completions for p in np.unique(b.prompts)}
        assert len({tuple(queries) for queries in asked.values()}) == 1


def test_the_level_holds_between_two_equal_prompts():
    """Of two equal prompts one is out after one block in about twice ``alpha`` of the races, and no more."""
    right = np.tile(np.random.default_rng(0).uniform(0.2, 0.9, 400), (2, 1))
    env = voting_environment(
        np.stack([right, 1 - right], axis=2),
        np.zeros(400, int),
        [0.0, 0.0],
        contexts=mv_contexts({"low": 0.0}),
        n_max=1,
    )
    out = [not next(racing(env, 120, seed=s, enough=1, blocks=1, alpha=0.1)).active.all() for s in range(500)]
    assert np.mean(out) == pytest.approx(0.2, abs=0.05)  # standard error 0.018; scores are 0 or 1


class Circle:
    """Three prompts of which no two were seen on more than two queries, and each beats the next."""

    def by_query(self, context, scales):
        """Prompt 0 beats 1 on the first two queries, 1 beats 2 on the next, 2 beats 0 on the last."""
        values = np.full((3, 6), np.nan)
        for p in range(3):
            values[p, 2 * p : 2 * p + 2], values[(p + 1) % 3, 2 * p : 2 * p + 2] = 1.0, 0.0
        return values


def test_the_best_estimate_stays_even_where_each_is_beaten():
    """Failed calls may leave pairs different queries in common: the race never loses all."""
    q = np.array([[0.4], [0.6], [0.5]])
    kept = still_in(Circle(), 0, q, np.ones((3, 1), bool), 0.2, 1)
    assert kept.ravel().tolist() == [False, True, False]
    unknown = np.array([[np.nan], [0.6], [0.5]])
    assert still_in(Circle(), 0, unknown, np.ones((3, 1), bool), 0.2, 1).ravel().tolist() == [True, True, False]
