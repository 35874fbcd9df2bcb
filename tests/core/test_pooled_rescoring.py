"""Re-scoring after frugal: other weights, the same completions, its own estimate."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import costly_task, small_environment
from iapo_widgets import Arm, Context, load, train
from iapo_widgets.core.pooled_rescoring import WEIGHT, PooledRescorer, drawn_to_prompts, rescorer_for
from iapo_widgets.core.rescoring import Rescorer
from iapo_widgets.core.training import arm_value


@pytest.mark.parametrize("strategy", ["best-of-n", "majority-vote", "vote-then-best", "early-vote", "early-best"])
def test_who_was_trained_for_gets_the_estimates_of_the_run(strategy):
    """Of every prompt that was still asked, after every round and for every context, also where requests cost."""
    env = costly_task(4, strategy, per_call=3)
    rounds = train("frugal", env, 400, seed=2).rounds
    rescorer = PooledRescorer(env)
    asked = np.ones(len(env.prompts), dtype=bool)
    for r, done in enumerate(rounds):
        for c, context in enumerate(env.contexts):
            found = rescorer.q(rounds, context)[r]
            assert found[asked] == pytest.approx(done.q[c][asked], abs=1e-6)
        asked = done.active.reshape(2, 4, -1).any(axis=(0, 2))


def test_what_was_dropped_is_renewed():
    """A prompt that went early is estimated with what others got since, not as it was when it went."""
    env = load("math")
    rounds = train("frugal", env, 2_000, seed=0).rounds
    found = PooledRescorer(env).q(rounds, env.contexts[0])
    gone = ~rounds[0].active.any(axis=(0, 2))
    assert gone.any()
    assert np.array_equal(rounds[-1].q[0][gone], rounds[0].q[0][gone])
    assert not np.isclose(found[-1][gone], found[0][gone]).any()


@pytest.mark.parametrize("strategy", ["best-of-n", "majority-vote"])
def test_reward_goes_with_the_weights_and_cost_with_its_own(strategy):
    """Weights times two and a cost weight of three give twice the reward less three times the cost, and move no arm
    where both grow alike."""
    env = costly_task(1, strategy)
    rounds = train("frugal", env, 300, seed=0).rounds
    rescorer = PooledRescorer(env)
    free, dear = (rescorer.q(rounds, Context("x", (0.5, 0.5), cost)) for cost in (0.0, 1.0))
    both = rescorer.q(rounds, Context("x", (1.0, 1.0), 3.0))
    assert both == pytest.approx(2 * free - 3 * (free - dear), abs=1e-9)
    arms = [rescorer.best(rounds, Context("x", (k, k), k))[1] for k in (0.5, 2.0)]
    assert arms[0] == arms[1]


def test_rounds_may_come_one_by_one():
    """A rescorer that saw the rounds one after another says the same as one that saw them all."""
    env = small_environment(2, prompts=3, n_max=5)
    rounds = train("frugal", env, 200, seed=1).rounds
    growing, context = PooledRescorer(env), Context("x", (0.5,), 0.3)
    found = [growing.best(rounds[:i], context)[1][-1] for i in range(1, len(rounds) + 1)]
    assert found == PooledRescorer(env).best(rounds, context)[1]


def test_a_stop_of_best_of_n_is_told_in_the_users_own_unit():
    """With weights twice as large the arm stops at twice the utility."""
    env = costly_task(9, "early-best")
    rounds = train("frugal", env, 400, seed=0).rounds
    rescorer = PooledRescorer(env)
    one, two = (rescorer.best(rounds, Context("x", (k, k), 0.2 * k))[1][-1] for k in (0.5, 1.0))
    assert one.stop is not None and two.stop == pytest.approx(2 * one.stop)
    assert replace(two, stop=one.stop) == one


def test_before_anything_arrived_nothing_is_known():
    """Where every call failed the estimates are NaN, and the arm is the first."""
    env = small_environment(0, prompts=3)
    (done, *_) = train("frugal", env, 60, seed=0).rounds
    lost = replace(done, completions=tuple(replace(b, valid=np.zeros_like(b.valid)) for b in done.completions))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        q, arms = PooledRescorer(env).best([lost], env.contexts[0])
    assert np.isnan(q).all() and arms == [Arm(0, 1)]


def lost_by(rescorer_of, task, users, move, budget, seeds=4, strategy=None):
    """Mean loss against the best arm of each moved user, re-scored, and with the trained arm kept."""
    return losses(rescorer_of, task, users, move, budget, seeds, strategy).mean(axis=(0, 1))


def losses(rescorer_of, task, users, move, budget, seeds, strategy=None):
    """The same of every run and user, (seeds, users, 2)."""
    env = load(task) if strategy is None else load(task).with_(strategy=strategy)
    env = env.with_(contexts=users(env.contexts))
    moved = [replace(move(c), name=c.name) for c in env.contexts]
    truth = env.with_(contexts=moved)
    exact = truth.exact_q()
    found = []
    for seed in range(seeds):
        result = train("frugal", env, budget, seed=seed)
        rescorer = rescorer_of(env)
        for c, new in enumerate(moved):
            arms = rescorer.best(result.rounds, new)[1][-1], result.policy[new.name]
            found.append([exact[c].max() - arm_value(truth, exact, c, arm) for arm in arms])
    return np.reshape(found, (seeds, len(moved), 2))


def plain(env):
    """What takes no other prompt's answers into account."""
    return Rescorer(env.strategy, len(env.prompts), env.n_max)


def dearer(context):
    """The same user, to whom cost matters a little more."""
    return replace(context, cost_weight=context.cost_weight + 0.1)


@pytest.mark.parametrize("task", ["real-words", "real-sums", "math"])
def test_a_user_who_moves_a_little_loses_no_more_than_with_the_trained_arm(task):
    """On real-words the two are level; estimates that know nothing of other prompts would cost several times that."""
    anew, kept = losses(PooledRescorer, task, lambda c: c, dearer, 20_000, 24).mean(axis=1).T
    assert (anew - kept).mean() <= 2 * (anew - kept).std(ddof=1) / 24**0.5
    assert anew.mean() <= kept.mean() * (1.25 if task == "real-words" else 1) + 1e-9
    if task != "real-sums":
        assert lost_by(plain, task, lambda c: c, dearer, 20_000, 24)[0] > 3 * kept.mean()


def test_a_user_whom_the_training_forgot_gets_his_prompt():
    """On recorded sentences, trained for who wants all words and re-scored for who wants few."""
    turn = lambda c: replace(c, weights=c.weights[::-1])  # noqa: E731
    words = lambda contexts: [c for c in contexts if c.name.startswith("words")]  # noqa: E731
    anew, kept = lost_by(PooledRescorer, "real-sentences", words, turn, 2_000)
    assert anew < 0.1 * kept and kept > 0.1


def test_arms_that_stop_are_scored_anew_with_their_stops():
    """On recorded words a dearer user loses no more than by the trained arm, which may stop too."""
    anew, kept = lost_by(PooledRescorer, "real-words", lambda c: c, dearer, 5_000, strategy="early-vote")
    assert anew <= kept + 1e-9


@given(data=st.data(), rules=st.sampled_from([0, 2]))
def test_estimates_are_drawn_to_the_prompts_mean_by_how_few_completions_they_have(data, rules):
    """They lie between estimate and mean, keep NaN, and follow the estimate where completions are many."""
    shape = (4, 3, rules) if rules else (4, 3)
    size = int(np.prod(shape))
    q = np.array(data.draw(st.lists(st.floats(-2, 2), min_size=size, max_size=size))).reshape(shape)
    q[data.draw(st.integers(0, 3))] = np.nan
    n = np.array(data.draw(st.lists(st.integers(1, 500), min_size=4, max_size=4)), dtype=float)
    found, mean = drawn_to_prompts(q, n), np.nanmean(q, axis=0)
    assert np.array_equal(np.isnan(found), np.isnan(q))
    known = ~np.isnan(q)
    between = (found >= np.minimum(q, mean) - 1e-9) & (found <= np.maximum(q, mean) + 1e-9)
    assert between[known].all()
    assert np.allclose(drawn_to_prompts(q, np.full(4, 1e12)), q, equal_nan=True)
    assert np.allclose(drawn_to_prompts(q, np.full(4, WEIGHT)), (q + mean) / 2, equal_nan=True)


def test_each_algorithm_is_scored_anew_in_its_own_way():
    """The pooled estimate follows frugal alone; others keep theirs, of blocks or subsets."""
    env = small_environment(2, prompts=3, n_max=5)
    assert isinstance(rescorer_for("frugal", env), PooledRescorer)
    for reuse in ("blocks", "subsets"):
        rounds = train("psst", env, 200, seed=1, reuse=reuse).rounds
        other = rescorer_for("psst", env, reuse)
        assert not isinstance(other, PooledRescorer)
        assert np.allclose(other.q(rounds, env.contexts[1]), [r.q[1] for r in rounds], equal_nan=True)
