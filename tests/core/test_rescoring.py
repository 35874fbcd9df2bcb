"""Re-scoring: other weights, the same completions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, Context, load, psst, train
from iapo_widgets.core.rescoring import Rescorer, drawn, largest, queries_seen


@given(cost=st.floats(0, 5), scale=st.floats(0.1, 3), reuse=st.sampled_from(["blocks", "subsets"]))
def test_rescored_estimates_are_those_of_a_run_with_these_weights(cost, scale, reuse):
    """For every context trained with, re-scoring under any weights equals a tally with these weights from the start."""
    env = small_environment(2, prompts=3, n_max=5)
    rounds = list(psst(env, 200, seed=1, reuse=reuse))
    rescorer = Rescorer(env.strategy, 3, 5, reuse)
    for c, context in enumerate(env.contexts):
        assert np.allclose(rescorer.q(rounds, context), [r.q[c] for r in rounds], atol=1e-9, equal_nan=True)
    new = Context("new", (scale,), cost)
    plain = rescorer.q(rounds, Context("low", (1.0,)))
    spent = plain - rescorer.q(rounds, Context("cost", (1.0,), 1.0))
    assert np.allclose(rescorer.q(rounds, new), scale * plain - cost * spent, atol=1e-9, equal_nan=True)


def test_rounds_may_come_one_by_one():
    """A rescorer that saw the rounds one after another says the same as one that saw them all."""
    env = small_environment(2, prompts=3, n_max=5)
    rounds = list(psst(env, 200, seed=1))
    growing, context = Rescorer(env.strategy, 3, 5), Context("x", (0.5,), 0.3)
    for i in range(1, len(rounds) + 1):
        found = growing.q(rounds[:i], context)
    assert np.array_equal(found, Rescorer(env.strategy, 3, 5).q(rounds, context), equal_nan=True)


def of(queries):
    """Standard errors of votes on so many queries."""
    return 0.45 / np.sqrt(queries)


def test_luck_of_few_queries_does_not_win():
    """Estimates of 1 from one query lose against 0.7 from a hundred; fewer completions win a tie."""
    q = np.tile([0.4, 0.5, 0.5], (8, 1))
    queries = np.tile([60, 20, 1], (8, 1))
    q[0], queries[0] = 0.7, 100
    q[[2, 5], 2] = 1.0
    assert largest(drawn(q, of(queries), queries)).prompt == 0
    assert largest(drawn(np.full((2, 3), 0.5), np.full((2, 3), 0.1), np.full((2, 3), 7))) == Arm(0, 1)


@pytest.mark.parametrize("lucky", [1, 2])
def test_luck_that_all_of_one_scale_share_does_not_win(lucky):
    """Where all that is known of the largest N are one or two queries that went well, it is not asked for."""
    q, queries = np.tile([0.6, 0.72, 0.65, np.nan], (10, 1)), np.full((10, 4), 40)
    q[:lucky, 3], queries[:, 3] = 1.0, 1
    assert largest(drawn(q, of(queries), queries)) == Arm(0, 2)


def test_what_is_far_better_wins_however_early_it_went():
    """An arm ahead by far wins with a tenth of the queries of the others; ahead by little it does not."""
    queries = np.array([[200, 200], [200, 200], [20, 20]])
    q = np.array([[0.5, 0.55], [0.45, 0.5], [0.6, 0.75]])
    assert largest(drawn(q, of(queries), queries)) == Arm(2, 2)
    q[2] = 0.5, 0.56
    assert largest(drawn(q, of(queries), queries)) == Arm(0, 2)


@given(data=st.data(), shift=st.floats(-3, 3), scale=st.floats(0.1, 5))
def test_drawn_estimates_follow_the_unit_and_the_number_of_queries(data, shift, scale):
    """They move with the unit of Q, lie within the range of what is known, keep NaN, and end as the estimates where
    queries are many; equal numbers leave the order of a scale."""
    shape = 4, 3
    cells = st.lists(st.floats(0, 1), min_size=12, max_size=12)
    q = np.array(data.draw(cells)).reshape(shape)
    q[data.draw(st.integers(0, 3)), data.draw(st.integers(1, 2))] = np.nan
    queries = np.array(data.draw(st.lists(st.integers(1, 300), min_size=12, max_size=12))).reshape(shape)
    found = drawn(q, of(queries), queries)
    assert np.allclose(drawn(shift + scale * q, scale * of(queries), queries), shift + scale * found, equal_nan=True)
    assert np.array_equal(np.isnan(found), np.isnan(q))
    assert np.nanmin(q) - 1e-9 <= np.nanmin(found) and np.nanmax(found) <= np.nanmax(q) + 1e-9
    assert np.allclose(drawn(q, of(queries), np.full(shape, 10**9)), q, atol=1e-6, equal_nan=True)
    order = q[:, 0].argsort(kind="stable")
    assert (np.diff(drawn(q, of(queries), np.full(shape, 9))[order, 0]) >= -1e-12).all()


def test_a_user_whom_the_trimming_forgot_gets_his_prompt():
    """On recorded sentences, trained for who wants all words and re-scored for who wants few, the arm loses less than a
    tenth of what the trained one would."""
    env = load("real-sentences")
    task = env.with_(contexts=[c for c in env.contexts if c.name.startswith("words")])
    short = [c for c in env.contexts if c.name.startswith("short")]
    exact = env.with_(contexts=short).exact_q()
    lost, kept = [], []
    for seed in range(4):
        rounds = train("psst", task, 20_000, seed=seed).rounds
        rescorer = Rescorer(env.strategy, len(env.prompts), env.n_max)
        for new, truth, trained in zip(short, exact, rounds[-1].policy.values(), strict=True):
            arm = rescorer.best(rounds, new)[1][-1]
            lost.append(truth.max() - truth[arm.prompt, arm.n - 1])
            kept.append(truth.max() - truth[trained.prompt, trained.n - 1])
    assert np.mean(lost) < 0.1 * np.mean(kept) and np.mean(kept) > 0.1


@pytest.mark.parametrize("rules", [1, 3])
def test_arms_that_stop_are_drawn_with_each_rule(rules):
    """With an axis of rules each rule is drawn for itself; equal rules give what arms without rules have."""
    rng = np.random.default_rng(5)
    q, queries = rng.random((4, 6)), rng.integers(1, 60, (4, 6))
    assert np.allclose(
        drawn(np.repeat(q[..., None], rules, axis=2), of(queries), queries), drawn(q, of(queries), queries)[..., None]
    )


def test_queries_seen_counts_pulls_at_the_scale_or_above():
    """Two pulls at n = 4 in the first round hold two samples of every scale up to 4."""
    env = small_environment(0, prompts=2)
    assert queries_seen(list(psst(env, 60, seed=0)))[0].tolist() == [[2, 2, 2, 2]] * 2
    assert queries_seen(list(psst(env, 1, seed=0)))[0].sum() == pytest.approx(1)
