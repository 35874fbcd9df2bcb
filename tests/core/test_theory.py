"""Theorem 1: gaps, complexities, bound and required budget; and the truth beside it."""

import itertools
import math
import re

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import Context, voting_environment
from iapo_widgets.core.theory import complexity
from iapo_widgets.study.certainty import error_rates


def test_gaps_and_complexities_by_hand():
    """Two prompts, N_max 2: Q = .9 .7 / .6 .5 in one context, .5 .8 / .7 .4 in the other."""
    q = [[[0.9, 0.7], [0.6, 0.5]], [[0.5, 0.8], [0.7, 0.4]]]
    found = complexity(q)
    assert found.gaps == pytest.approx(np.array([[0, 0.2, 0.3, 0.4], [0, 0.1, 0.3, 0.4]]))
    assert found.n_bar.tolist() == [1.5, 2.0]  # best arms at N = 1 and N = 2
    assert found.h1 == pytest.approx(max(1.5 / 0.2**2, 2 / 0.1**2))
    assert found.h2 == pytest.approx(max(2 * 1.5 / 0.04, 3 * 1.5 / 0.09, 4 * 1.5 / 0.16, 2 * 2 / 0.01, 3 * 2 / 0.09))
    assert found.n_rounds == 2
    cost = min(2 * 2 * 200, 8 * 2 * 400) * 2
    assert found.cost_of_certainty == pytest.approx(cost)
    assert found.error_bound(10_000) == pytest.approx(3 * 2 * 2 * math.exp(-10_000 / cost))


@pytest.mark.parametrize("delta", [0.5, 0.05, 1e-6])
def test_the_required_budget_is_the_smallest(delta):
    """The bound at that budget is at most delta, and one completion less exceeds it."""
    found = complexity(small_environment(0).exact_q())
    budget = found.required_budget(delta)
    assert found.error_bound(budget) <= delta < found.error_bound(budget - 1)


def test_equal_best_arms_cannot_be_told_apart():
    """The bound stays vacuous at any budget, and asking for a budget says why there is none."""
    assert complexity([[[0.3, 0.1 + 0.2]]]).h1 == math.inf  # they differ by rounding alone
    found = complexity([[[0.5, 0.5]]])
    assert found.h1 == math.inf and found.error_bound(10**12) == 3
    with pytest.raises(ValueError, match="two arms share the first place"):
        found.required_budget(0.1)


def test_a_single_arm_needs_nothing():
    """With one arm there is nothing to miss."""
    found = complexity([[[0.5]]])
    assert found.error_bound(1) == 0 and found.required_budget(0.1) == 1


@pytest.mark.parametrize(
    ("q", "message"), [([[0.5]], "expected"), ([[[np.nan]]], "NaN"), (np.ones((0, 1, 1)), "expect")]
)
def test_bad_values_are_refused(q, message):
    """The error says what shape or numbers were expected."""
    with pytest.raises(ValueError, match=message):
        complexity(q)


@pytest.mark.parametrize("factor", [1.5, 8.2371, 10, 12345.6, 1e-3 + 1])
def test_values_outside_the_theorem_s_range_are_refused_with_the_scale_that_fits(factor):
    """The scale that the error names is taken, hardly larger than needed, and gives the scaled values' bound."""
    q = small_environment(0).exact_q()
    q = q / np.abs(q).max()
    with pytest.raises(ValueError, match=r"within \[-1, 1\]") as refused:
        complexity(factor * q)
    scale = float(re.search(r"scale=([\d.e+]+) makes", str(refused.value))[1])
    assert factor <= scale <= 1.01 * factor
    found, fitting = complexity(factor * q, scale=scale), complexity(factor * q / scale)
    assert found.h1 == pytest.approx(fitting.h1) and found.h2 == pytest.approx(fitting.h2)
    assert found.error_bound(10_000) == pytest.approx(fitting.error_bound(10_000))
    assert found.gaps == pytest.approx(scale * fitting.gaps)
    with pytest.raises(ValueError, match="within"):
        complexity(factor * q, scale=0.99 * factor)


@pytest.mark.parametrize("scale", [0, -1, float("nan"), float("inf"), "2", True])
def test_bad_scales_are_refused(scale):
    """A scale is above 0 and finite."""
    with pytest.raises(ValueError, match="scale must be above 0"):
        complexity([[[0.5, 0.4]]], scale=scale)


def test_measured_errors_refuse_what_the_bound_does_not_hold_for():
    """Scores from 0 to 10 are refused before anything is trained, and taken with a scale."""
    env = small_environment(0)
    tenfold = env.with_(contexts=[Context("ten", (10.0,))])
    with pytest.raises(ValueError, match="makes it fit"):
        error_rates(tenfold, [10], runs=1)
    (found,) = error_rates(tenfold, [10], runs=1, scale=10)
    assert found.bound == complexity(tenfold.exact_q(), scale=10).error_bound(10)


@pytest.mark.parametrize("delta", [0, 1, -0.1, float("nan"), "0.1"])
def test_bad_deltas_are_refused(delta):
    """A probability of error lies between 0 and 1."""
    with pytest.raises(ValueError, match="delta must lie between 0 and 1"):
        complexity([[[0.5, 0.4]]]).required_budget(delta)


def known(right, cost, n_max, contexts):
    """Two answers; prompt p is right with probability right[p] on every query: the best arm is known."""
    right = np.array(right)[:, None]
    probs = np.stack([right, 1 - right], axis=2)
    return voting_environment(probs, [0], np.full(len(right), cost), contexts=contexts, n_max=n_max)


ONE = (Context("one", (1.0,), 1.0),)
KNOWN = {
    "two arms": (known([0.7, 0.3], 0.1, 1, ONE), (2, 8, 30, 60, 120)),
    "four arms": (known([0.75, 0.25], 0.3, 2, ONE), (2, 8, 30, 240, 480)),
    "two contexts": (known([0.8, 0.3], 0.25, 2, (*ONE, Context("two", (1.0,), 1.4))), (2, 8, 30, 400, 1600)),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_error_probability_lies_below_the_bound_and_falls(name):
    """Wherever theorem 1's bound is not vacuous the measured rate lies below it, and errors fall with T."""
    env, budgets = KNOWN[name]
    assert np.abs(env.exact_q()).max() <= 1  # what the theorem assumes
    rates = error_rates(env, budgets, runs=300, seed=0)
    telling = [r for r in rates if r.bound < 1]
    assert telling and all(r.rate <= r.bound for r in telling)
    assert rates[0].rate - 5 * rates[0].sem > rates[-1].rate
    for a, b in itertools.pairwise(rates):
        assert b.rate <= a.rate + 3 * math.hypot(a.sem, b.sem)


def test_error_rates_refuse_no_runs():
    """At least one run."""
    with pytest.raises(ValueError, match="runs must be a whole number of at least 1, not 0"):
        error_rates(small_environment(0), [10], runs=0)
