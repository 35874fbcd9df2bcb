"""PolicyTable and the comparison behind it."""

import ast
import csv
import io

import numpy as np
import pytest
import traitlets as t
from matplotlib.figure import Figure

from cases import small_environment
from iapo_widgets import Arm, Policy, acr, train
from iapo_widgets.study.comparison import policy_rows
from iapo_widgets.widgets import PolicyTable


@pytest.fixture(scope="module")
def env():
    """A small task of three contexts."""
    return small_environment(2, prompts=5, n_max=6)


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
        assert row.decoupled_q == pytest.approx(q[c, first].max()) and row.best_q == pytest.approx(q[c].max())
        assert row.prompt_only_q <= row.decoupled_q <= row.best_q
    cost = env.cost[:, 0, 0]
    assert [r.cost for r in rows] == pytest.approx([3 * cost[0], cost[4], 3.5 * cost[1]])
    assert np.mean([r.q for r in rows]) == pytest.approx(acr(policy, env))


def test_a_policy_that_does_not_fit_is_refused(env):
    """An arm outside the environment, a missing context, something else: each is named, and the table stays."""
    table = PolicyTable(env)
    with pytest.raises(ValueError, match="5 prompts, N up to 6"):
        policy_rows(env, Policy(env.contexts, [Arm(9, 1)] * 3))
    for bad, message in [
        (Policy(env.contexts, [Arm(0, 7)] * 3), "does not fit the environment"),
        (Policy(env.contexts[:1], [Arm(0, 1)]), "unknown context 'mid'"),
        ({"low": Arm(0, 1)}, "must be a Policy or a Result, not dict"),
    ]:
        with pytest.raises(t.TraitError, match=message):
            table.policy = bad
    assert table.policy is None and "No policy yet" in table.summary


def test_the_three_texts_say_the_same(env):
    """CSV reads back with a row a context and the means; Python reads back as the policy; Markdown has as many rows."""
    result = train("psst", env, 500, seed=0)
    table = PolicyTable(env, result)
    rows = list(csv.reader(io.StringIO(table.to_csv())))
    assert [row[0] for row in rows] == ["context", "low", "mid", "high", "mean"]
    assert float(rows[-1][3]) == pytest.approx(acr(result.policy, env), abs=1e-4)
    literal = ast.literal_eval(table.to_python().removeprefix("policy = "))
    assert literal == {name: (arm.prompt, arm.n) for name, arm in result.policy.items()}
    assert table.to_markdown().count("\n") == 6
    table.set_state({"copy_as": "Python"})
    assert table.copy_text == table.to_python()
    table.set_state({"copy_as": "Excel"})
    assert "unknown format 'Excel'; known: CSV, Markdown, Python" in table.error


def test_words_twin_and_repr(env):
    """The words compare ACR with the choices; the figure carries them; a new policy gives new ones."""
    table = PolicyTable(env, train("psst", env, 500, seed=0).policy)
    before = table.summary
    assert before.startswith(f"ACR {acr(table.policy, env):.3f}: ") and "prompt-only" in before
    assert isinstance(table.figure(), Figure) and table.figure().alt == before
    table.policy = Policy(env.contexts, [Arm(0, 1)] * 3)
    assert table.summary != before and repr(table) == "PolicyTable(copy_as='CSV')"
