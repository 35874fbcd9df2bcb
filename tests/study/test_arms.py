"""The table of arms: what a run knows of each, as rows, CSV, HTML and a DataFrame."""

import csv
import io
import math
import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import ALGORITHMS, CategoricalEnvironment, Prompt, Result, arm_table, load, train
from iapo_widgets.live import ExactMatch, Ledger, LiveEnvironment, PromptTemplate, SpendingLimit
from iapo_widgets.study.arms import FORMULA, ArmTable


def read(path):
    """The rows of a CSV file, header first, line ends inside of cells as they are."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


@pytest.mark.parametrize(
    "name", ["psst", "frugal", "uniform", "ucb", "triple-n1", "triple-random", "halving", "racing", "ucb-e-lrf"]
)
def test_every_row_says_what_the_rounds_say(name):
    """Estimates, pulls, completions, costs, survival and the recommendation, for each context, prompt and n."""
    env = small_environment(0)
    result = train(name, env, 300, seed=0)
    table = arm_table(env, result)
    assert len(table) == len(env.contexts) * len(env.prompts) * env.n_max
    last, i = result.rounds[-1], 0
    for c, context in enumerate(env.contexts):
        for p, prompt in enumerate(env.prompts):
            batches = [b for r in result.rounds for b in r.completions]
            seen = sum(int(b.n_valid[b.prompts == p].sum()) for b in batches)
            paid = sum(float(b.cost[b.prompts == p][b.valid[b.prompts == p]].sum()) for b in batches)
            for n in range(1, env.n_max + 1):
                row, i = table[i], i + 1
                assert (row.context, row.prompt, row.text, row.n) == (context.name, p, prompt.text, n)
                if not math.isnan(last.q[c, p, n - 1]):
                    assert row.q == last.q[c, p, n - 1]
                assert row.pulls == sum(int(r.pulls[p, n - 1]) for r in result.rounds) and row.completions == seen
                assert math.isnan(row.cost) if not seen else row.cost == pytest.approx(n * paid / seen, rel=1e-12)
                kept = [r.number for r in result.rounds if r.active[c, p, n - 1]]
                assert row.survived == max(kept, default=0)
                arm = result.policy[context.name]
                assert row.recommended == (arm.prompt == p and arm.n in (n, None))
    assert sum(row.pulls * row.n for row in table if row.context == env.contexts[0].name) == result.spent
    assert name in ALGORITHMS


def test_an_estimate_that_later_rounds_forgot_is_kept():
    """Without stockpiling the last round knows survivors only; the table has what was known of the others."""
    env = small_environment(0)
    result = train("psst", env, 400, seed=0, stockpile=False)
    table = arm_table(env, result)
    forgotten = np.isnan(result.rounds[-1].q) & ~np.isnan(result.rounds[0].q)
    assert forgotten.any()
    q = np.array([row.q for row in table]).reshape(result.rounds[0].q.shape)
    assert not np.isnan(q[forgotten]).any()


def test_the_cost_of_a_call_is_part_of_an_answer_s():
    """Where an environment has a cost of the request itself, an answer costs that once and n completions."""
    env = small_environment(0)
    result = train("psst", env, 300, seed=0)
    plain = arm_table(env, result)
    dearer = small_environment(0, call_cost=np.arange(len(env.prompts)) + 1.0)
    for before, after in zip(plain, arm_table(dearer, result), strict=True):
        assert after.cost == pytest.approx(before.cost + before.prompt + 1, nan_ok=True)


def renamed(env, prompts, contexts=None):
    """The environment with other prompts."""
    made = CategoricalEnvironment(
        env.probs, env.values, env.cost, contexts=contexts or env.contexts, strategy=env.strategy, n_max=env.n_max,
        answers=env.answers, gold=env.gold, prompts=prompts, cost_unit="cents",
    )  # fmt: skip
    return made, train("uniform", made, 60, seed=0)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\ufeff=1",
        "\u200b-1",
        "  \n +1",
        "\uff1d1",
        "=cmd|' /C x'!A0",
    ],
)
def test_nothing_in_the_file_is_a_formula(tmp_path, text):
    """Such a text begins with an apostrophe, is whole behind it, and its neighbours are untouched."""
    env = small_environment(0)
    texts = [text, *(f'plain {i}, {{query}} "q"\n;=1' for i in range(len(env.prompts) - 1))]
    table = arm_table(*renamed(env, [Prompt(t) for t in texts]))
    table.to_csv(tmp_path / "t.csv")
    rows = read(tmp_path / "t.csv")
    assert {row[2] for row in rows[1:]} == {f"'{text}", *texts[1:]}
    assert not any(FORMULA.match(cell) for row in rows for cell in (row[0], row[2]))
    assert rows[0][7] == "mean cost per answer (cents)"


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=2))
def test_any_texts_come_back_from_the_file(tmp_path_factory, texts):
    """But for the apostrophe; numbers are as exact as they were, and what is not known is empty."""
    env = small_environment(0)
    prompts = [Prompt(t) for t in (texts * len(env.prompts))[: len(env.prompts)]]
    table = arm_table(*renamed(env, prompts))
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    table.to_csv(path)
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert len(rows) == len(table)
    for cells, row in zip(rows, table, strict=True):
        assert cells[2].removeprefix("'") == row.text.removeprefix("'")
        assert [int(cells[i]) for i in (1, 3, 5, 6, 8)] == [row.prompt, row.n, row.pulls, row.completions, row.survived]
        for cell, value in ((cells[4], row.q), (cells[7], row.cost)):
            assert cell == "" if math.isnan(value) else float(cell) == value
        assert cells[9] == ("yes" if row.recommended else "no")


def test_the_file_is_whole_or_not_there(tmp_path, monkeypatch):
    """Another ending, a missing folder, a disk that is full: an error, the old file stays, and nothing else is left."""
    env = small_environment(0)
    table = arm_table(env, train("psst", env, 200, seed=0))
    path = tmp_path / "t.csv"
    table.to_csv(path)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r"ends in \.csv"):
        table.to_csv(tmp_path / "t.xlsx")
    with pytest.raises(FileNotFoundError, match="no folder"):
        table.to_csv(tmp_path / "nowhere" / "t.csv")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="No space"):
        table.to_csv(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["t.csv"]


def test_on_screen_stand_the_best_arms_of_each_context():
    """The recommended one comes first, texts are escaped, what is not shown is counted."""
    env = load("math").with_(n_max=8)
    result = train("psst", env, 2_000, seed=0)
    prompts = [Prompt(f"<b>{i}</b>") for i in range(len(env.prompts))]
    table = ArmTable(arm_table(env, result)[:], "tokens")
    page = table._repr_html_()
    assert page.count("<tr>") == 1 + 8 * len(env.contexts)
    assert page.count("<td>yes</td>") == len(env.contexts)
    assert f"{len(table) - 8 * len(env.contexts):,} arms that rank lower are not shown" in page
    first = page.split("<tbody><tr>")[1].split("</tr>")[0]
    arm = result.policy[env.contexts[0].name]
    assert f"<td>{arm.prompt}</td>" in first and f"<td>{arm.n}</td>" in first and "<td>yes</td>" in first
    small = small_environment(0)
    marked = arm_table(*renamed(small, prompts[: len(small.prompts)]))._repr_html_()
    assert "<b>" not in marked and "&lt;b&gt;0&lt;/b&gt;" in marked
    assert repr(table) == f"ArmTable({len(table)} rows, {len(env.contexts)} contexts, cost in tokens)"


def test_a_data_frame_where_pandas_is_there(monkeypatch):
    """Its columns are the table's; without pandas the error says what to install, and what goes without."""
    env = small_environment(0)
    table = arm_table(env, train("psst", env, 200, seed=0))
    made = types.SimpleNamespace(DataFrame=lambda rows, columns: (rows, columns))
    monkeypatch.setitem(sys.modules, "pandas", made)
    rows, columns = table.to_pandas()
    assert columns == list(table.head) and len(rows) == len(table) and len(rows[0]) == len(columns)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install pandas; or use to_csv"):
        table.to_pandas()


def test_a_result_of_something_else_is_refused():
    """Other sizes, other contexts, a policy in place of the result, and no round at all."""
    env = small_environment(0)
    result = train("psst", env, 200, seed=0)
    with pytest.raises(TypeError, match="give what train"):
        arm_table(env, result.policy)
    with pytest.raises(ValueError, match="does not fit"):
        arm_table(env.with_(n_max=env.n_max - 1), result)
    with pytest.raises(ValueError, match="does not fit"):
        arm_table(env.with_(contexts=tuple(reversed(env.contexts))), result)
    with pytest.raises(ValueError, match="no round"):
        arm_table(env, Result(result.policy, 0, ()))


def test_a_live_run_has_its_table_too(tmp_path):
    """Failed completions are not counted as seen, and costs are in the environment's unit."""
    from faulty import FaultyServer
    from iapo_widgets import mv_contexts
    from iapo_widgets.live import Endpoint, Question
    from live_cases import NO_WAIT

    with FaultyServer() as server, Ledger(tmp_path / "l.sqlite", durable=False) as ledger:
        server.script.extend([None, *[(400, {}, {"message": "filtered", "code": "content_filter"})] * 2])
        env = LiveEnvironment(
            Endpoint(server.url, server.model), [PromptTemplate("{query}", max_tokens=9)] * 2,
            [Question(f"What is {i} modulo 3?", str(i % 3)) for i in range(4)], [ExactMatch()], n_max=2,
            strategy="majority-vote", contexts=mv_contexts(), ledger=ledger, limit=SpendingLimit(completions=200),
            cost_unit="kilotokens", retries=NO_WAIT,
        )  # fmt: skip
        result = train("psst", env, 40, seed=0)
        table = arm_table(env, result)
    arrived = sum(int(b.valid.sum()) for r in result.rounds for b in r.completions)
    mine = [row for row in table if row.context == "low" and row.n == 1]
    assert sum(row.completions for row in mine) == arrived < result.spent
    assert table.cost_unit == "kilotokens" and all(0.005 < row.cost < 0.1 for row in mine)
