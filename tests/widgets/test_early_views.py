"""Arms that stop in tables, plots and widgets: each (p, N) by its best rule, or a clear refusal."""

import numpy as np
import pytest

from iapo_widgets import Arm, Context, arm_table, load, train
from iapo_widgets.core.rescoring import Rescorer
from iapo_widgets.core.rounds import without_rules
from iapo_widgets.core.stopping import over_rules
from iapo_widgets.plots import elimination, q_curves
from iapo_widgets.study.certainty import error_rates
from iapo_widgets.study.comparison import policy_rows
from iapo_widgets.widgets import EliminationView, PolicyTable, TradeoffExplorer
from stopping_cases import brute_force, stopping_task


@pytest.fixture(params=[True, False], ids=["votes", "best"])
def run(request):
    """A task and a race on it."""
    env = stopping_task(3, request.param, prompts=3, queries=4, n_max=6)
    return env, train("psst", env, 900, seed=2)


def test_a_round_without_rules_has_the_best_of_those_left(run):
    """What is shown of (p, N) is the best rule that is left there, or where none is, the best of all."""
    for done in run[1].rounds:
        shown = without_rules(done)
        assert shown.q.shape == shown.active.shape == (2, 3, 6) and shown.policy is done.policy
        assert np.array_equal(shown.active, done.active.any(axis=3))
        for place in np.ndindex(2, 3, 6):
            among = done.q[place][done.active[place]] if done.active[place].any() else done.q[place]
            assert shown.q[place] == among.max()
    assert over_rules(run[1].rounds[0].q[..., 0]) is not None and without_rules(shown) is shown


def test_tables_and_plots_take_them(run):
    """A row for each prompt and N, the recommended one marked; plots say what the arm does."""
    env, result = run
    table = arm_table(env, result)
    assert len(table) == 2 * 3 * 6 and sum(row.recommended for row in table) == 2
    said = elimination(result.rounds, "dear").alt
    assert result.policy["dear"].scale in said
    assert "best arm" in q_curves(env, "dear").alt


def test_a_policy_s_row_is_worth_what_its_arms_are(run):
    """Q and cost are those of the arm that stops; the best arm is named with its rule."""
    env, result = run
    free = env.with_(contexts=[Context(c.name, c.weights) for c in env.contexts])
    for row, context in zip(policy_rows(env, result.policy), env.contexts, strict=True):
        arm = result.policy[context.name]
        assert row.q == pytest.approx(brute_force(env, arm, context), abs=1e-5)
        reward = brute_force(free, arm, Context("free", context.weights))
        assert row.cost == pytest.approx((reward - row.q) / context.cost_weight, abs=1e-4)
        assert row.best_q == pytest.approx(brute_force(env, row.best, context), abs=1e-5) and row.regret >= -1e-6
    shown = PolicyTable(env, result)
    assert (
        result.policy["dear"].scale in shown.to_csv() and str(tuple(result.policy["dear"].plain)) in shown.to_python()
    )


def test_the_race_plays_and_is_scored_anew(run):
    """The view takes the rounds, tells the arm that is recommended, and other weights bring another with its stop."""
    env, result = run
    view = EliminationView(env, 900, result.rounds)
    view.context = "dear"
    assert view.recommendation() == result.policy["dear"] and view.n_frames == len(result.rounds)
    same = Rescorer(env.strategy, 3, 6, per_call=lambda: env.per_call)
    q, arms = same.best(result.rounds, env.contexts[1])
    assert q.shape == (len(result.rounds), 3, 6) and len(arms) == len(result.rounds)
    assert q[-1] == pytest.approx(over_rules(result.rounds[-1].q)[1], nan_ok=True)
    view.rescore(Context("dear", (1.0, 1.0), 3.0), same, "dearer")
    assert isinstance(view.recommendation(), Arm) and view.as_shown()[-1].q.shape == (2, 3, 6)


def test_what_does_not_know_them_says_so(run):
    """The plane of weights and theorem 1 name the strategy whose arms ask all."""
    env = load("math").with_(strategy="early-vote")
    with pytest.raises(ValueError, match=r"plane of weights.*majority-vote"):
        TradeoffExplorer(env)
    with pytest.raises(ValueError, match=r"theorem 1.*env.with_"):
        error_rates(run[0], [100], 1)
