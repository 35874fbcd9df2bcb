"""The command ``iapo``."""

import json

import numpy as np
import pytest

from iapo_widgets import load
from iapo_widgets.cli import main


def test_bench_figures_follow_from_its_printed_policies(capsys, math_file):
    """ACR and regret on the published file agree to 1e-6 with a computation from the policies alone."""
    main(["bench", "--env", str(math_file), "--budgets", "500,2000", "--runs", "3", "--seed", "7", "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["budget"] for r in rows] == [500, 2000]
    env = load(math_file)
    for row in rows:
        values, regrets = [], []
        for i, policy in enumerate(row["policies"]):
            order = np.random.default_rng(7 + i).permutation(316)
            parts = [env._queries(part) for part in (order[:252], order[252:])]
            for part in parts:
                part._parent = None  # computed anew, not read from the whole environment's curves
            q_train, q_test = (part.exact_q().reshape(3, -1) for part in parts)
            chosen = [q_test[c, p * 32 + n - 1] for c, (p, n) in enumerate(policy.values())]
            best = [q_test[c, q_train[c].argmax()] for c in range(3)]
            values.append(np.mean(chosen))
            regrets.append(np.mean(best) - np.mean(chosen))
        assert row["acr_mean"] == pytest.approx(np.mean(values), abs=1e-6)
        assert row["regret_mean"] == pytest.approx(np.mean(regrets), abs=1e-6)
        assert row["acr_sem"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(3), abs=1e-6)
        assert row["budget"] - 32 < row["spent_min"] <= row["spent_max"] <= row["budget"]


def test_run_prints_the_policy_and_says_stand_in(capsys):
    """A run on a stand-in names it as one and gives an arm for every context."""
    assert main(["run", "--env", "math", "--budget", "10"]) == 0
    out = capsys.readouterr().out
    assert "stand-in" in out and "did not reach 15 of 25 prompts" in out
    assert all(context in out for context in ("low", "mid", "high"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--env", "maths"], "known: synth-bernoulli, math"),
        (["run", "--budget", "0"], "at least 1"),
        (["run", "--algorithm", "best"], "unknown algorithm 'best'; known: psst"),
        (["run", "--option", "paired"], "KEY=VALUE"),
        (["bench", "--runs", "0"], "runs must be at least 1"),
        (["bench", "--budgets", "many"], "whole numbers"),
        (["bench", "--algorithms", "best"], "known: psst"),
        (["fetch", "mine"], "nothing is published for 'mine'"),
    ],
)
def test_bad_input_is_said_in_a_line(capsys, arguments, message):
    """Exit code 2 and one line that tells what would be right."""
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_lab_copies_and_never_overwrites(capsys, tmp_path):
    """A lesson that is there stays as it is, and the command says so; a file in the way is named."""
    assert main(["lab", str(tmp_path / "mine"), "--copy-only"]) == 0
    lesson = tmp_path / "mine" / "00_start_here.ipynb"
    lesson.write_text("my notes")
    assert main(["lab", str(tmp_path / "mine"), "--copy-only"]) == 0
    assert lesson.read_text() == "my notes" and "yours left as they are" in capsys.readouterr().out
    assert main(["lab", str(lesson), "--copy-only"]) == 2
    assert "is a file; name a folder" in capsys.readouterr().err
