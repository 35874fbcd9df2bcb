"""A policy beside prompt-only, decoupled and best choices, from exact Q worked by hand."""

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import Arm, Context, Policy, acr, train, voting_environment
from iapo_widgets.study.comparison import policy_means, policy_rows


@pytest.fixture(scope="module")
def env():
    """A small task of three contexts."""
    return small_environment(2, prompts=5, n_max=6)


def worked():
    """One query, two prompts right with 0.6 and 0.7, N up to 2, a completion costs 0.1 or 0.25, weight 1."""
    probs = np.array([[[0.6, 0.4]], [[0.7, 0.3]]])
    return voting_environment(probs, [0], [0.1, 0.25], contexts=[Context("here", (1.0,), 1.0)], n_max=2)


def test_a_worked_example():
    """Two votes with ties split are worth one, so Q = 0.6 - 0.1 n and 0.7 - 0.25 n: prompt 0 at N = 1 is best."""
    env = worked()
    (row,) = policy_rows(env, Policy(env.contexts, [Arm(1, 2)]))
    assert (row.context, row.arm) == ("here", Arm(1, 2))
    assert (row.q, row.cost, row.regret) == pytest.approx((0.2, 0.5, 0.3))
    assert row.best == row.decoupled == row.prompt_only == Arm(0, 1)
    assert (row.prompt_only_q, row.decoupled_q, row.best_q) == pytest.approx((0.5, 0.5, 0.5))


def test_an_arm_without_n_is_averaged():
    """N drawn from 1 and 2: Q is (0.45 + 0.2) / 2 and the cost that of one completion and a half."""
    env = worked()
    (row,) = policy_rows(env, Policy(env.contexts, [Arm(1, None)]))
    assert (row.q, row.cost, row.regret) == pytest.approx((0.325, 0.375, 0.175))


def test_rows_follow_from_exact_q(env):
    """Q, regret and the three informed choices, from exact Q by hand; cost is N times the prompt's own."""
    policy = Policy(env.contexts, [Arm(0, 3), Arm(4, 1), Arm(1, None)])
    q = env.exact_q()
    rows = policy_rows(env, policy)
    assert [r.q for r in rows] == pytest.approx([q[0, 0, 2], q[1, 4, 0], q[2, 1].mean()])
    assert [r.regret for r in rows] == pytest.approx([q[c].max() - r.q for c, r in enumerate(rows)])
    for c, row in enumerate(rows):
        first = q[c, :, 0].argmax()
        assert (row.prompt_only, row.decoupled.prompt) == (Arm(int(first), 1), first)
        assert row.prompt_only_q == q[c, first, 0]
        assert row.decoupled_q == pytest.approx(q[c, first].max()) and row.best_q == pytest.approx(q[c].max())
        assert q[c, row.best.prompt, row.best.n - 1] == row.best_q
    cost = env.cost[:, 0, 0]
    assert [r.cost for r in rows] == pytest.approx([3 * cost[0], cost[4], 3.5 * cost[1]])


@pytest.mark.parametrize("seed", range(5))
def test_knowing_more_never_hurts(seed):
    """Prompt-only <= decoupled <= best in every context, regret is not negative, and the mean of Q is the ACR."""
    env = small_environment(seed, prompts=4, n_max=5)
    result = train("uniform", env, 100, seed=seed)
    rows = policy_rows(env, result.policy)
    assert all(r.prompt_only_q <= r.decoupled_q <= r.best_q and r.regret >= 0 for r in rows)
    means = policy_means(rows)
    assert means.acr == pytest.approx(acr(result.policy, env))
    assert means.regret == pytest.approx(means.best - means.acr)
    best = Policy(env.contexts, [r.best for r in rows])
    assert acr(best, env) == pytest.approx(means.best) and policy_means(policy_rows(env, best)).regret == 0


def test_what_does_not_fit_is_refused(env):
    """A prompt or scale outside, a context the policy lacks, and no rows at all: each error names it."""
    with pytest.raises(ValueError, match="5 prompts, N up to 6"):
        policy_rows(env, Policy(env.contexts, [Arm(9, 1)] * 3))
    with pytest.raises(ValueError, match="5 prompts, N up to 6"):
        policy_rows(env, Policy(env.contexts, [Arm(0, 7)] * 3))
    with pytest.raises(KeyError, match="unknown context 'mid'"):
        policy_rows(env, Policy(env.contexts[:1], [Arm(0, 1)]))
    with pytest.raises(ValueError, match="no rows"):
        policy_means([])


def test_requests_are_part_of_what_a_query_costs():
    """Two completions at 0.25 each and two requests at 0.5; N drawn from 1 and 2 takes one request and a half."""
    env = voting_environment(
        np.array([[[0.6, 0.4]], [[0.7, 0.3]]]), [0], [0.1, 0.25], contexts=[Context("here", (1.0,), 1.0)], n_max=2,
        call_cost=[0.0, 0.5], per_call=1,
    )  # fmt: skip
    (two,) = policy_rows(env, Policy(env.contexts, [Arm(1, 2)]))
    assert (two.q, two.cost) == pytest.approx((0.7 - 1.5, 1.5))
    (drawn,) = policy_rows(env, Policy(env.contexts, [Arm(1, None)]))
    assert drawn.cost == pytest.approx(1.5 * 0.75)
