"""The command ``iapo``."""

import json
from importlib.metadata import version

import numpy as np
import pytest

from iapo_widgets import load
from iapo_widgets.cli import LAB_OPTIONS, main
from iapo_widgets.course.opening import handed_on
from iapo_widgets.study.paper import STUDIES, paper_studies
from iapo_widgets.study.results import ResultsFile


def test_bench_figures_follow_from_its_printed_policies(capsys, math_file):
    """ACR and regret on the published file agree to 1e-6 with a computation from the policies alone."""
    main(["bench", "--env", str(math_file), "--budgets", "500,2000", "--runs", "3", "--seed", "7", "--json"])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [r["budget"] for r in rows] == [500, 2000]
    env = load(math_file)
    for row in rows:
        values, regrets, on_train = [], [], []
        for i, policy in enumerate(row["policies"]):
            order = np.random.default_rng(7 + i).permutation(316)
            parts = [env._queries(part) for part in (order[:252], order[252:])]
            for part in parts:
                part._parent = None  # computed anew, not read from the whole environment's curves
            q_train, q_test = (part.exact_q().reshape(3, -1) for part in parts)
            chosen = [q_test[c, p * 32 + n - 1] for c, (p, n) in enumerate(policy.values())]
            best = [q_test[c, q_train[c].argmax()] for c in range(3)]
            chosen_train = [q_train[c, p * 32 + n - 1] for c, (p, n) in enumerate(policy.values())]
            on_train.append(np.mean([q_train[c].max() for c in range(3)]) - np.mean(chosen_train))
            values.append(np.mean(chosen))
            regrets.append(np.mean(best) - np.mean(chosen))
        assert row["acr_mean"] == pytest.approx(np.mean(values), abs=1e-6)
        assert row["regret_mean"] == pytest.approx(np.mean(regrets), abs=1e-6)
        assert row["regret_train_mean"] == pytest.approx(np.mean(on_train), abs=1e-6) and min(on_train) >= 0
        assert row["regret_train_sem"] == pytest.approx(np.std(on_train, ddof=1) / np.sqrt(3), abs=1e-6)
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
        (["run", "--budget", "9" * 20], "at most 1,000,000,000,000"),
        (["bench", "--budgets", f"300,{'9' * 20}"], "at most 1,000,000,000,000"),
        (["run", "--option", "seed=3"], "use --seed"),
        (["run", "--option", "budget="], "use --budget"),
        (["bench", "--option", "env="], "use --env"),
        (["bench", "--option", "algorithm="], "use --algorithm"),
        (["run", "--option", 'reuse=["blocks"]'], "known: blocks, subsets"),
        (["run", "--option", "reuse={}"], "known: blocks, subsets"),
        (["run", "--option", "paired=" + "[" * 100_000], "nested too deeply"),
        (["run", "--option", "paired=1"], "paired must be true or false"),
        (["run", "--algorithm", "softmax", "--option", "tau=1" + "0" * 400], "tau must be above 0"),
        (["run", "--algorithm", "ucb", "--option", "c=Infinity"], "c must be above 0"),
        (["run", "--algorithm", "psst+k4", "--option", "rho=NaN"], "rho must lie between 0 and 1"),
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


@pytest.mark.parametrize(
    ("given", "mine", "theirs"),
    [
        ([], [], []),
        (["d"], ["d"], []),
        (["d", "--port", "9999"], ["d"], ["--port", "9999"]),
        (["--port", "9999"], [], ["--port", "9999"]),
        (["--port", "9999", "d"], ["d"], ["--port", "9999"]),
        (["--port=9999", "d"], ["d"], ["--port=9999"]),
        (["--allow-root", "d"], ["d"], ["--allow-root"]),
        (["--ip", "::", "--allow-root", "--no-browser", "d"], ["--no-browser", "d"], ["--ip", "::", "--allow-root"]),
        (["d", "--LabApp.token", "", "--copy-only"], ["d", "--copy-only"], ["--LabApp.token", ""]),
        (["--jupyter", "--port=1", "d"], ["--jupyter", "--port=1", "d"], []),
        (["--jupyter=--port=1", "--ServerApp.port", "2"], ["--jupyter=--port=1"], ["--ServerApp.port", "2"]),
        (["d", "--", "--copy-only", "x"], ["d"], ["--copy-only", "x"]),
        (["-h"], ["-h"], []),
        (["-y", "d"], ["d"], ["-y"]),
    ],
)
def test_lab_keeps_its_own_options_and_hands_the_others_on(given, mine, theirs):
    """An option of JupyterLab keeps its value, and the folder is found wherever it stands."""
    assert handed_on(given, LAB_OPTIONS) == (mine, theirs)


def test_other_commands_still_refuse_strange_options(capsys):
    """Only the lab hands on what it does not know."""
    with pytest.raises(SystemExit) as ended:
        main(["run", "--port", "1"])
    assert ended.value.code == 2 and "unrecognized arguments: --port 1" in capsys.readouterr().err


def test_version_is_told(capsys):
    """``iapo --version`` names the package and its version."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0 and capsys.readouterr().out == f"iapo-widgets {version('iapo-widgets')}\n"


def test_every_study_can_be_run_alone(capsys):
    """``--only`` knows them all, by the names that the whole has them under."""
    with pytest.raises(SystemExit):
        main(["study", "--help"])
    assert "{" + ",".join(STUDIES) + "}" in capsys.readouterr().out.replace("\n", "").replace(" ", "")


HEADER = '{"format": "iapo-widgets study, version 1", "study": %s}\n'


@pytest.mark.parametrize(
    "content",
    [HEADER % "5", HEADER % "[1]", HEADER % "null", HEADER.replace(', "study": %s', ""), "[" * 100_000 + "\n",
     "5\n", "null\n", '{"format": 5}\n', "\xff\xfe\n"],
)  # fmt: skip
def test_a_broken_study_file_is_said_in_a_line(capsys, tmp_path, content):
    """Exit code 2, one line that names the file, and the file stays as it was."""
    path = tmp_path / "fourfold.jsonl"
    path.write_bytes(content.encode("latin-1"))
    assert main(["study", str(tmp_path), "--only", "fourfold", "--runs", "1", "--jobs", "1"]) == 2
    error = capsys.readouterr().err
    assert str(path) in error and error.count("\n") == 1 and path.read_bytes() == content.encode("latin-1")


@pytest.mark.parametrize(
    "line",
    ["5", "{}", '{"environment": "math", "run": 0, "records": 5}', '{"environment": [], "run": 0, "records": []}',
     '{"environment": "math", "run": 0, "records": [{}]}', '{"environment": "math", "run": 0, "records": [5]}',
     "[" * 100_000],
)  # fmt: skip
def test_a_broken_line_of_a_study_is_named(capsys, tmp_path, line):
    """Line 2 of the file is said to be unreadable."""
    path = tmp_path / "fourfold.jsonl"
    ResultsFile(paper_studies(1)["fourfold"], path)
    path.write_bytes(path.read_bytes() + line.encode() + b"\n")
    assert main(["study", str(tmp_path), "--only", "fourfold", "--runs", "1", "--jobs", "1"]) == 2
    error = capsys.readouterr().err
    assert "line 2, cannot be read" in error and error.count("\n") == 1


def test_an_error_is_one_line_of_bounded_length(capsys, tmp_path):
    """Line feeds and escapes of a file's name do not reach the terminal, and very long messages are cut."""
    assert main(["run", "--env", str(tmp_path / "a\n\x1b[31mb")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "\x1b" not in error
    assert main(["run", "--option", "x" * 100_000]) == 2
    assert len(capsys.readouterr().err) < 1_100


def test_a_missing_extra_is_said_in_a_line(capsys, monkeypatch, tmp_path):
    """With what to install."""
    (tmp_path / "small.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("iapo_widgets.live.local.local_model.find_engine", lambda: None)
    assert main(["serve", str(tmp_path / "small.gguf")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "pip install 'iapo-widgets[local]'" in error
