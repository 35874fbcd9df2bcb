"""StudyExplorer by its traits: it opens on kept results, grows, stops, goes on and says what went wrong."""

import threading

import pytest
import traitlets as t
from matplotlib.figure import Figure

from iapo_widgets import load
from iapo_widgets.study.engine import run_study
from iapo_widgets.study.protocol import Study
from iapo_widgets.study.table import Table
from iapo_widgets.widgets import StudyExplorer
from iapo_widgets.widgets.explorers import study_explorer


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Six runs on a task that computes in no time."""
    path = tmp_path_factory.mktemp("task") / "small.npz"
    load("math").split(0.1, 0)[0].with_(n_max=4).save(path)
    return Study((str(path),), ("psst", "uniform"), (50, 200), runs=6)


def test_it_finishes_with_the_records_of_the_study(study, tmp_path):
    """The same records as ``run_study``, all runs done, and the means in words."""
    explorer = StudyExplorer(study, tmp_path / "mine")
    explorer.run()
    explorer.join(60)
    assert explorer.state == "finished" and explorer.done == 6 and explorer.error == ""
    assert explorer.records == run_study(study, tmp_path / "other.jsonl", jobs=1, progress=False)
    mean = {
        name: sum(r["acr"] for r in explorer.records if (r["algorithm"], r["budget"]) == (name, 200)) / 6
        for name in study.algorithms
    }
    first, second = sorted(mean, key=lambda name: -mean[name])
    told = "At T = 200 completions, mean {} in reward a question: "
    assert told.format("regret") + first in explorer.summary
    explorer.measure = "acr"
    ends = f"{first} {mean[first]:.3f}, {second} {mean[second]:.3f}."
    assert told.format("ACR") + ends in explorer.summary
    assert explorer._scene["panels"][0]["title"] == "small.npz: means over 6 of 6 runs with standard errors"


def test_stop_keeps_what_is_done_and_run_goes_on(study, tmp_path, monkeypatch):
    """Stopped after two runs, the next Run computes the four that are missing, and no more."""
    seen, two = [], threading.Event()

    def watched(*args, on_unit, **more):
        def count(records):
            seen.append(records)
            on_unit(records)
            if len(seen) == 2:
                explorer.stop()
                two.set()

        return run_study(*args, on_unit=count, **more)

    monkeypatch.setattr(study_explorer, "run_study", watched)
    explorer = StudyExplorer(study, tmp_path)
    explorer.run()
    explorer.join(60)
    assert two.is_set() and explorer.state == "stopped" and explorer.done == len(seen) < 6
    assert f"Stopped: {explorer.done} of 6 runs done and kept" in explorer.summary
    explorer.run()
    explorer.join(60)
    assert explorer.state == "finished" and len(seen) == 6


@pytest.mark.parametrize(("runs", "state"), [(6, "finished"), (4, "stopped")])
def test_it_opens_on_what_the_folder_holds(study, tmp_path, runs, state):
    """All that is kept is drawn before Run, and how much it is stands in words; a study that lacks runs goes on."""
    path = tmp_path / "study.jsonl"
    records = run_study(study, path, jobs=1, progress=False)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[: 1 + runs]))
    explorer = StudyExplorer(study, tmp_path)
    assert (explorer.state, explorer.done, explorer.records) == (state, runs, records[: 4 * runs])
    kept = {6: "All 6 runs are kept in the folder. ", 4: "4 of 6 runs are kept in the folder; Run goes on with the "}
    assert explorer.summary.startswith(kept[runs]) and "At T = 200 completions, mean regret" in explorer.summary
    (panel,) = explorer._scene["panels"]
    assert panel["title"] == f"small.npz: means over {runs} of 6 runs with standard errors"
    kept_mean = sum(r["regret"] for r in records[: 4 * runs] if (r["algorithm"], r["budget"]) == ("psst", 200)) / runs
    (curve,) = [line for line in panel["lines"] if line["label"] == "psst"]
    assert curve["y"][1] == pytest.approx(kept_mean, rel=1e-4)
    explorer.run()
    explorer.join(60)
    assert explorer.state == "finished" and explorer.records == records
    assert explorer.summary.startswith("Finished: 6 of 6 runs done.")
    assert path.read_text() == "".join(lines)


def test_opening_a_folder_changes_nothing_in_it(study, tmp_path):
    """Neither is a file made, nor a last line cut off that another process may be writing."""
    StudyExplorer(study, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    run_study(study, tmp_path / "study.jsonl", jobs=1, progress=False)
    text = (tmp_path / "study.jsonl").read_text()[:-40]
    (tmp_path / "study.jsonl").write_text(text)
    explorer = StudyExplorer(study, tmp_path)
    assert explorer.done == 5 and (tmp_path / "study.jsonl").read_text() == text


def test_a_link_names_the_folder(study, tmp_path):
    """So that what it makes opens on the same runs; without a folder it names none."""
    explorer = StudyExplorer(study, tmp_path, measure="acr")
    run_study(study, tmp_path / "study.jsonl", jobs=1, progress=False)
    again = eval(explorer.link(), {"StudyExplorer": StudyExplorer, "study": study})
    assert (again.measure, again.state, again.done) == ("acr", "finished", 6)
    assert "folder" not in StudyExplorer(study).link()


def test_a_file_of_another_study_is_refused_in_the_widget(study, tmp_path):
    """The error of the results file stands in the widget; nothing is overwritten."""
    file = tmp_path / "study.jsonl"
    file.write_text('{"format": "something else"}\n')
    explorer = StudyExplorer(study, tmp_path)
    assert explorer.state == "failed" and "something else" in explorer.error
    assert explorer.summary == "What is in the folder cannot be shown."
    explorer.run()
    explorer.join(60)
    assert explorer.state == "failed" and "something else" in explorer.error
    assert file.read_text() == '{"format": "something else"}\n'
    explorer.measure = "acr"
    assert "something else" in explorer.error and explorer.summary.startswith("Failed after 0 of 6 runs")
    explorer.reset()
    assert explorer.state == "idle" and explorer.error == ""


def test_reset_bad_values_twin_and_repr(study, tmp_path):
    """Reset empties the picture; bad choices are refused; the figure carries the words; the repr is stable."""
    explorer = StudyExplorer(study, tmp_path)
    explorer.run()
    explorer.join(60)
    explorer.reset()
    assert explorer.state == "idle" and explorer.done == 0 and "press Run for 6 runs" in explorer.summary
    explorer.set_state({"measure": "cost"})
    assert "unknown measure 'cost'; known: regret, acr" in explorer.error and explorer.measure == "regret"
    assert isinstance(explorer.figure(), Figure) and explorer.figure().alt == explorer.summary
    assert repr(explorer) == f"StudyExplorer(environment={study.environments[0]!r}, measure='regret')"


@pytest.fixture
def held(monkeypatch):
    """``run_study`` that waits within its first run until it may go on."""
    inside, go = threading.Event(), threading.Event()

    def waiting(*args, on_unit, **more):
        def wait(records):
            inside.set()
            assert go.wait(30)
            on_unit(records)

        return run_study(*args, on_unit=wait, **more)

    monkeypatch.setattr(study_explorer, "run_study", waiting)
    yield inside, go
    go.set()


def test_reset_does_not_wait_and_the_old_worker_says_nothing_more(study, tmp_path, held):
    """While a run is under way Reset returns; what that run brings is kept on disk but not shown; Run shows it."""
    inside, go = held
    explorer = StudyExplorer(study, tmp_path)
    explorer.run()
    assert inside.wait(30)
    explorer.reset()
    assert not go.is_set() and (explorer.state, explorer.done) == ("idle", 0)
    go.set()
    explorer.join(60)
    assert (explorer.state, explorer.done, explorer.records) == ("idle", 0, [])
    explorer.run()
    explorer.join(60)
    assert (explorer.state, explorer.done) == ("finished", 6)


def test_run_at_once_after_stop_goes_on(study, tmp_path, held):
    """Stop says that it is stopping; Run before it has stopped waits its turn and finishes without a double run."""
    inside, go = held
    explorer = StudyExplorer(study, tmp_path)
    explorer.run()
    assert inside.wait(30)
    explorer.stop()
    assert explorer.state == "running" and explorer.summary.startswith("Stopping: ")
    explorer.run()
    assert explorer.summary.startswith("Running: ")
    go.set()
    explorer.join(60)
    assert (explorer.state, explorer.done) == ("finished", 6)
    assert len({(r["run"], r["algorithm"], r["budget"]) for r in explorer.records}) == len(explorer.records) == 24
    assert len((tmp_path / "study.jsonl").read_text().splitlines()) == 7


def test_the_default_study_says_what_it_is(study, tmp_path):
    """Twenty runs on the simulated math stand-in, kept for the session; a file is named and not called simulated."""
    explorer = StudyExplorer()
    assert explorer.study == study_explorer.DEFAULT and "press Run for 20 runs" in explorer.summary
    assert "kept for this session only" in explorer._scene["note"] and "simulated" in explorer._scene["note"]
    assert repr(explorer) == "StudyExplorer(environment='math', measure='regret')"
    mine = StudyExplorer(study, tmp_path)
    assert mine._scene["note"] == "Data: the file small.npz."


def test_it_opens_on_kept_results():
    """Every mean and standard error is the table's, the words say who is ahead, and a regret below 0 is explained."""
    explorer, table = StudyExplorer(), Table.read()
    (panel,) = explorer._scene["panels"]
    curves = {line["label"]: line for line in panel["lines"] if line["label"] in explorer.study.algorithms}
    assert set(curves) == {"psst", "uniform", "frugal"} and panel["title"].startswith("math: means over 200 kept runs")
    for name, line in curves.items():
        cells = [table.cell("math", name, int(b)) for b in line["x"]]
        assert line["y"] == pytest.approx([c.regret for c in cells], rel=1e-4)
        assert line["error"] == pytest.approx([c.regret_sem for c in cells], rel=1e-4)
    assert min(curves["frugal"]["y"]) < 0 and explorer._scene["note"].startswith("Below 0: ")
    ends = {name: table.cell("math", name, 20_000).regret for name in curves}
    best, second = sorted(ends, key=ends.__getitem__)[:2]
    least = min(int(b) for b, y in zip(curves[best]["x"], curves[best]["y"], strict=True) if y <= ends[second])
    assert explorer.summary.startswith(f"{best} does at T = {least:,} as well as {second} at T = 20,000: ")
    first = table.cell("math", best, 1_000).regret
    assert f"mean regret in reward a question: {best} {first:.3f} to {ends[best]:.3f}, {second} " in explorer.summary
    assert explorer.state == "idle" and explorer.records == []
    explorer.measure = "acr"
    assert "Below 0" not in explorer._scene["note"] and "mean ACR in reward a question" in explorer.summary


def test_own_runs_stand_over_the_kept_ones():
    """While one's own study runs, kept means stay as dotted curves and in words, and its progress can be read."""
    explorer = StudyExplorer(Study(("math",), ("frugal", "uniform"), (1_000,), runs=2))
    explorer.run()
    explorer.join(60)
    (panel,) = explorer._scene["panels"]
    lines = {line["label"]: line for line in panel["lines"]}
    kept = Table.read().cell("math", "frugal", 1_000)
    assert lines["frugal, kept runs"]["line"] == ":" and kept.regret == pytest.approx(
        lines["frugal, kept runs"]["y"][0], rel=1e-4
    )
    assert lines["frugal"]["x"] == [1_000] and f"There 200 kept runs have frugal {kept.regret:.3f}" in explorer.summary
    (progress,) = [c for c in explorer.controls() if c.kind == "progress"]
    assert (explorer.done, progress.high) == (2, 2) and explorer._readings["done"] == "2 of 2 runs"
    explorer.reset()
    assert explorer._readings["done"] == "0 of 2 runs" and "200 kept runs" in explorer._scene["panels"][0]["title"]


def test_a_study_of_arms_that_stop_opens_on_such_rows():
    """Its kept means are those of arms that stop, regret beside fixed arms among them, and say how many runs."""
    explorer = StudyExplorer(Study(("math",), ("psst", "frugal"), (1_000,), runs=2, stops=True), measure="regret_fixed")
    (panel,) = explorer._scene["panels"]
    kept = [Table.read().cell("math", "frugal, arms that stop", b) for b in (1_000, 5_000, 20_000)]
    assert panel["title"].startswith(f"math, arms that stop: means over {kept[0].runs} kept runs")
    lines = {line["label"]: line for line in panel["lines"]}
    assert lines["frugal"]["y"] == pytest.approx([c.regret_fixed for c in kept], rel=1e-4)
    assert "0: as good as the fixed arms that are best on the training part" in lines
    assert f"({kept[0].runs} kept runs; press Run" in explorer.summary
    assert "regret beside fixed arms in reward a question: " in explorer.summary
    assert [v for _, v in explorer.controls()[0].options] == ["regret", "acr", "regret_fixed"]
    with pytest.raises(t.TraitError, match="measure"):
        StudyExplorer(measure="regret_fixed")  # of the paper's arms there is no such thing


def test_rows_of_other_numbers_of_runs_say_so():
    """Where kept curves are means of unlike numbers of runs, each has its own beside its name."""
    explorer = StudyExplorer(Study(("math",), ("psst", "racing"), (1_000,), runs=2))
    (panel,) = explorer._scene["panels"]
    assert {"psst, 200 runs", "racing, 50 runs"} <= {line["label"] for line in panel["lines"]}
    assert "50 or 200 kept runs" in panel["title"] and "50 or 200 kept runs" in explorer.summary


@pytest.mark.parametrize(
    "study",
    [
        Study(("math",), ("psst",), (1_000,), runs=2, options={"psst": {"reuse": "subsets"}}),
        Study(("math",), ("psst",), (1_000,), runs=2, published=True),
    ],
)
def test_results_of_something_else_are_not_shown(study):
    """The table knows neither other options nor the authors' files: there is no picture before Run, and no axes."""
    explorer = StudyExplorer(study)
    assert explorer._scene["panels"] == [] and explorer.summary == "Nothing run yet: press Run for 2 runs."
