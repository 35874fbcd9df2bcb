"""The policy in words: what a query costs is what its completions and its requests cost."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from cases import small_environment
from iapo_widgets import Arm, EarlyVote, Policy, train
from iapo_widgets.core.costs import calls
from iapo_widgets.widgets import EliminationView
from iapo_widgets.widgets.live.policy_board import policy_rows


@pytest.mark.parametrize("per_call", [None, 1, 3])
def test_a_query_costs_its_completions_and_its_requests(per_call):
    """N times the mean of a completion, and the mean of a request for each that N takes; unknown before any came."""
    env = small_environment(0, prompts=3, n_max=5, call_cost=[0.5, 0.25, 1.0], per_call=per_call)
    done = train("psst", env, 400, seed=0).rounds[-1]
    view = EliminationView(env, 400, train("psst", env, 400, seed=0).rounds)
    named = SimpleNamespace(cost_unit="kilotokens", prompts=env.prompts)
    found = [
        row[-1].removesuffix(" kilotokens") for row in policy_rows(named, done, view.mean_costs, view.mean_call_costs)
    ]
    expected = [
        arm.n * env.mean_cost[arm.prompt] + calls(arm.n, per_call) * env.call_cost[arm.prompt]
        for arm in done.policy.values()
    ]
    assert [float(cost) for cost in found] == pytest.approx(expected, rel=1e-3)
    assert [row[-1] for row in policy_rows(named, done, [None] * 3, [None] * 3)] == ["unknown"] * len(expected)


@pytest.mark.parametrize("per_call", [None, 1])
def test_an_arm_that_may_stop_has_what_is_likely_and_the_most(per_call):
    """Where training told what it asks; else the most alone, with a request for each batch up to the cap."""
    env = small_environment(0, prompts=3, n_max=8, per_call=per_call)
    done = train("psst", env, 400, seed=0).rounds[-1]
    named = SimpleNamespace(cost_unit="kilotokens", prompts=env.prompts)
    arms = [Arm(0, 8, 2, 4), Arm(0, 8, 2, 4), Arm(0, 8)]
    policy = Policy(env.contexts, arms, strategy=EarlyVote(), per_call=per_call, drawn={"low": 5.0})
    told, untold, fixed = (row[-1] for row in policy_rows(named, replace(done, policy=policy), [0.5] * 3, [2.0] * 3))
    sent = (5, 8, 8) if per_call else (1.25, 2, 1)  # requests: likely, in batches up to the cap, at once
    likely, most, at_once = (n * 0.5 + 2.0 * k for n, k in zip((5, 8, 8), sent, strict=True))
    assert told == f"likely {likely:.4g}, at most {most:.4g} kilotokens"
    assert (untold, fixed) == (f"at most {most:.4g} kilotokens", f"{at_once:.4g} kilotokens")


@pytest.mark.parametrize(("per_call", "sent", "most"), [(None, 1, 1), (3, 15 / 8, 3)])
def test_an_arm_without_an_n_has_its_mean_and_the_most(per_call, sent, most):
    """N is 1 .. 8 as often: 4.5 completions, in 1, 1, 1, 2, 2, 2, 3 and 3 requests of three, and at most 8."""
    env = small_environment(0, prompts=3, n_max=8, per_call=per_call)
    done = train("psst", env, 400, seed=0).rounds[-1]
    policy = Policy(env.contexts, [Arm(0, None)] * 3, per_call=per_call)
    named = SimpleNamespace(cost_unit="kilotokens", prompts=env.prompts)
    told = policy_rows(named, replace(done, policy=policy), [0.5] * 3, [2.0] * 3)[0][-1]
    assert told == f"likely {4.5 * 0.5 + 2.0 * sent:.4g}, at most {8 * 0.5 + 2.0 * most:.4g} kilotokens"
