"""Standard errors between pulls, and estimates that the choice of an arm did not bias."""

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import Arm, Completions, train
from iapo_widgets.core.uncertainty import PRIOR, Spread, fresh_estimate


def spread_of(env, rounds, reuse="blocks"):
    """The spread of all that the rounds drew."""
    spread = Spread(env.strategy, env.contexts, len(env.prompts), env.n_max, reuse)
    for done in rounds:
        for batch in done.completions:
            spread.add(batch)
    return spread


@pytest.mark.parametrize("reuse", ["blocks", "subsets"])
@pytest.mark.parametrize(("budget", "low"), [(600, 0.86), (2_400, 0.92)])
def test_two_errors_hold_the_exact_value(reuse, budget, low):
    """Over 150 runs in about 95 of 100 estimates; from six pulls a prompt, as of so few, in about 90."""
    env = small_environment(3, prompts=4, n_max=6)
    env = env.with_(contexts=[c for c in env.contexts if c.cost_weight == 0])
    exact, inside = env.exact_q()[0], []
    for seed in range(150):
        rounds = train("psst", env, budget, seed=seed, reuse=reuse).rounds[:1]
        errors = spread_of(env, rounds, reuse).errors[0]
        inside.append(np.abs(rounds[-1].q[0] - exact) <= 2 * errors)
    assert low < np.mean(inside) < 0.99


def test_many_equal_pulls_give_the_textbook_error():
    """At N = 1 the error is the standard deviation over the root of the number of pulls, but for the prior's pulls."""
    env = small_environment(0, prompts=1, n_max=1)
    rng = np.random.default_rng(0)
    batch = env.sample(np.zeros(4_000, int), rng.integers(env.n_queries, size=4_000), 1, rng)
    spread = Spread(env.strategy, env.contexts, 1, 1)
    spread.add(batch)
    right = batch.answers[:, 0] == batch.gold
    expected = right.std(ddof=1) / np.sqrt(4_000)
    assert spread.errors[0, 0, 0] == pytest.approx(expected, rel=2 * PRIOR / 4_000)
    assert spread.pulls.tolist() == [[4_000]]


def test_one_pull_is_not_called_sure():
    """A prompt of one pull takes the spread of the others; where nothing tells, the most that rewards can spread."""
    env = small_environment(0, prompts=3, n_max=2)
    rng = np.random.default_rng(1)
    spread = Spread(env.strategy, env.contexts, 3, 2)
    spread.add(env.sample([0], [0], 1, rng))
    assert spread.errors[0, 0, 0] == pytest.approx(0.5)
    assert np.isnan(spread.errors[0, 1]).all() and np.isnan(spread.errors[0, 0, 1])
    spread.add(env.sample(np.ones(50, int), rng.integers(env.n_queries, size=50), 1, rng))
    errors = spread.errors[0, :2, 0]
    assert errors[0] == pytest.approx(errors[1] * np.sqrt(50), rel=0.1)


def test_the_order_of_batches_changes_nothing_and_an_empty_one_either():
    """Sums are sums."""
    env = small_environment(2, prompts=3, n_max=4)
    rounds = train("psst", env, 200, seed=0).rounds
    forth, back = spread_of(env, rounds), spread_of(env, rounds[::-1])
    assert np.allclose(forth.errors, back.errors, equal_nan=True)
    forth.add(Completions.joined([rounds[0].completions[0].rows(slice(0, 0))]))
    assert np.allclose(forth.errors, back.errors, equal_nan=True)


@pytest.mark.parametrize("n", [1, 3, None])
def test_a_fresh_estimate_is_unbiased(n):
    """Within four of its errors of the exact value, cost included, also where N is drawn at random."""
    env = small_environment(4, prompts=3, n_max=4, call_cost=[0.1, 0.0, 0.2], per_call=2)
    for c, context in enumerate(env.contexts):
        exact = env.exact_q()[c, 2]
        mean, error = fresh_estimate(env, Arm(2, n), context, 4_000, np.random.default_rng(c))
        assert abs(mean - (exact.mean() if n is None else exact[n - 1])) < 4 * error < 0.1


def test_a_fresh_estimate_needs_two_pulls_that_came():
    """One pull, or none that arrived whole, is refused."""
    env = small_environment(0, prompts=2, n_max=2)
    with pytest.raises(ValueError, match="at least 2"):
        fresh_estimate(env, Arm(0, 1), env.contexts[0], 1, np.random.default_rng(0))
    broken = env.with_()
    whole = env.sample

    def sample(prompts, queries, n, rng):
        drawn = whole(prompts, queries, n, rng)
        return Completions(drawn.prompts, drawn.queries, drawn.objectives, drawn.answers, drawn.gold, drawn.cost,
                           np.zeros_like(drawn.valid))  # fmt: skip

    broken.sample = sample
    with pytest.raises(ValueError, match="0 of 5 pulls came whole"):
        fresh_estimate(broken, Arm(0, 1), env.contexts[0], 5, np.random.default_rng(0))
