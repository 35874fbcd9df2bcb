"""PolicyTable: one table, its three texts to copy, and what it refuses."""

import ast
import csv
import io
import json
import re

import pytest
import traitlets as t
from matplotlib.figure import Figure

from cases import small_environment
from iapo_widgets import Arm, Context, Policy, acr, load, train
from iapo_widgets.widgets import PolicyTable


@pytest.fixture(scope="module")
def env():
    """A small task of three contexts."""
    return small_environment(2, prompts=5, n_max=6)


def test_a_policy_that_does_not_fit_is_refused(env):
    """An arm outside the environment, a missing context, something else: each is named, and the table stays."""
    table = PolicyTable(env)
    for bad, message in [
        (Policy(env.contexts, [Arm(0, 7)] * 3), "does not fit the environment"),
        (Policy(env.contexts[:1], [Arm(0, 1)]), "unknown context 'mid'"),
        ({"low": Arm(0, 1)}, "must be a Policy or a Result, not dict"),
    ]:
        with pytest.raises(t.TraitError, match=message):
            table.policy = bad
    assert table.policy is None and table.scene().panels == [] and table._table == {}
    assert table.summary == "No policy yet: set .policy to what train(...) returned."


def test_the_three_texts_say_the_same(env):
    """CSV reads back with a row a context and the means; Python reads back as the policy; Markdown has as many rows."""
    result = train("psst", env, 500, seed=0)
    table = PolicyTable(env, result)
    rows = list(csv.reader(io.StringIO(table.to_csv())))
    assert [row[0] for row in rows] == ["context", "low", "mid", "high", "mean (ACR)"]
    assert float(rows[-1][4]) == pytest.approx(acr(result.policy, env), abs=1e-4)
    literal = ast.literal_eval(table.to_python())
    assert literal == {name: (arm.prompt, arm.n) for name, arm in result.policy.items()}
    assert rows[0][-3:] == ["prompt alone", "prompt then N", "best"]
    assert table.to_markdown().count("\n") == 6
    table.set_state({"copy_as": "Python"})
    assert table.copy_text == table.to_python()
    table.set_state({"copy_as": "Excel"})
    assert "unknown format 'Excel'; known: CSV, Markdown, Python" in table.error and table.copy_as == "Python"
    table.policy = Policy(env.contexts, [Arm(0, 1), Arm(1, None), Arm(2, 3)])
    assert ast.literal_eval(table.copy_text) == {"low": (0, 1), "mid": (1, None), "high": (2, 3)}
    table.reset()
    assert table.copy_as == "CSV" and table.copy_text == table.to_csv() and table.error == ""


def test_words_twin_and_repr(env):
    """The words compare ACR with the choices; the figure carries them; a new policy gives new ones."""
    table = PolicyTable(env, train("psst", env, 500, seed=0).policy)
    before = table.summary
    assert before.startswith(f"On average {acr(table.policy, env):.3f} of reward") and "than prompt alone" in before
    assert isinstance(table.figure(), Figure) and table.figure().alt == before
    table.policy = Policy(env.contexts, [Arm(0, 1)] * 3)
    assert table.summary != before and repr(table) == "PolicyTable(copy_as='CSV')"


def test_the_best_policy_has_no_regret_and_the_scene_is_small():
    """Twenty-seven contexts at their best arms: nothing is lost, a line a context, below 15 kB in all."""
    env = load("helpful-harmless")
    q = env.exact_q()
    best = [divmod(int(row.argmax()), env.n_max) for row in q]
    table = PolicyTable(env, Policy(env.contexts, [Arm(p, i + 1) for p, i in best]))
    mean = q.max(axis=(1, 2)).mean()
    assert table.summary.startswith(f"On average {mean:.3f} of reward a question (ACR): 0.000 less than the best")
    assert "Nothing is lost: every context has its best arm" in table.summary
    assert len(table._table["rows"]) == 28 and len(json.dumps([table._scene, table._table])) < 15_000
    assert [row["context"] for row in table._table["rows"]] == [*(c.name for c in env.contexts), "mean (ACR)"]
    assert all(row["lost"] == 0 for row in table._table["rows"])
    assert "Simulated" in table._scene["note"]


def test_equal_values_do_not_hide_each_other(env):
    """Four marks a context, one above the other around its tick, though two choices may have the same Q."""
    table = PolicyTable(env, train("uniform", env, 300, seed=1))
    (panel,) = table.scene().panels
    places = sorted(y for line in panel.lines for y in line.y)
    assert len(places) == len(set(places)) == 12
    assert [round(x) for x in places] == [0] * 4 + [1] * 4 + [2] * 4
    assert [text.split(" \N{MIDDLE DOT} ")[0] for _, text in panel.yticks] == ["low", "mid", "high"]


def test_what_is_copied_is_what_the_table_shows(env):
    """Every number of the table stands in the CSV, in the same rows and under the same names, and the loss adds up."""
    table = PolicyTable(env, train("uniform", env, 300, seed=1))
    head, *rows = csv.reader(io.StringIO(table.to_csv()))
    for row, shown in zip(rows, table._table["rows"], strict=True):
        cells = dict(zip(head, row, strict=True))
        assert (cells["context"], cells["N"]) == (shown["context"], shown["n"])
        names = {"worth a question": "arm", "prompt alone": "prompt_only", "prompt then N": "decoupled", "best": "best"}
        assert {name: cells[name] for name in names} == {k: f"{shown['values'][v]:.4f}" for k, v in names.items()}
        assert (
            cells["lost against the best"] == f"{shown['lost']:.4f}"
            and cells["cost a question"] == f"{shown['cost']:.4f}"
        )
        assert shown["values"]["best"] - shown["values"]["arm"] == pytest.approx(shown["lost"], abs=1e-12)


def test_the_words_say_for_whom_most_is_lost(env):
    """The context with the largest regret, and the arm that would mend it."""
    table = PolicyTable(env, Policy(env.contexts, [Arm(0, 1)] * 3))
    worst = max(table.rows, key=lambda r: r.regret)
    change = f"with N = {worst.best.n} would bring it from {worst.q:.3f} to {worst.best_q:.3f}"
    assert f"Most is lost for {worst.context}: prompt {worst.best.prompt} {change}" in table.summary


NAMES = ["=cmd|'/C calc'!A0", "+1", "-1", "@x", "\t=1", "\r=1", "a|b\n<img src=x> `c` *d*", 'say "hi", you']


def test_names_are_no_formulas_and_no_markup():
    """In a spreadsheet a name is text, in Markdown a cell of its row, whatever it begins with or holds."""
    env = small_environment(1, contexts=[Context(name, (1.0,), 0.1 * i) for i, name in enumerate(NAMES)])
    table = PolicyTable(env, Policy(env.contexts, [Arm(0, 1)] * len(NAMES)))
    rows = list(csv.reader(io.StringIO(table.to_csv(), newline="")))
    shown = [row[0] for row in rows[1:-1]]
    assert [name.removeprefix("'") for name in shown] == [name.replace("\r", "\n") for name in NAMES]
    assert [name[0] == "'" for name in shown] == [True] * 6 + [False] * 2
    assert all(float(cell) < 1e9 for row in rows[1:-1] for cell in row[3:])  # numbers stay numbers
    lines = table.to_markdown().splitlines()
    assert len(lines) == len(NAMES) + 3
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 10 for line in lines)
    assert r"| a\|b \<img src=x\> \`c\` \*d\* |" in lines[8]
