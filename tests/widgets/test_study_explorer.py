"""StudyExplorer by its traits: it grows, stops, goes on and says what went wrong."""

import threading

import pytest
from matplotlib.figure import Figure

from iapo_widgets import load
from iapo_widgets.study.engine import run_study
from iapo_widgets.study.protocol import Study
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
    assert f"At T = 200, ACR: {first} {mean[first]:.3f}, {second} {mean[second]:.3f}." in explorer.summary
    explorer.measure = "regret"
    assert f"At T = 200, regret: {first} " in explorer.summary
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


def test_a_file_of_another_study_is_refused_in_the_widget(study, tmp_path):
    """The error of the results file stands in the widget; nothing is overwritten."""
    file = tmp_path / "study.jsonl"
    file.write_text('{"format": "something else"}\n')
    explorer = StudyExplorer(study, tmp_path)
    explorer.run()
    explorer.join(60)
    assert explorer.state == "failed" and "something else" in explorer.error
    assert file.read_text() == '{"format": "something else"}\n'
    explorer.measure = "regret"
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
    assert "unknown measure 'cost'; known: acr, regret" in explorer.error and explorer.measure == "acr"
    assert isinstance(explorer.figure(), Figure) and explorer.figure().alt == explorer.summary
    assert repr(explorer) == f"StudyExplorer(environment={study.environments[0]!r}, measure='acr')"


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
    assert repr(explorer) == "StudyExplorer(environment='math', measure='acr')"
    mine = StudyExplorer(study, tmp_path)
    assert mine._scene["note"] == "Data: the file small.npz."
