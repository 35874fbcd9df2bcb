"""StudyExplorer by its traits: it grows, stops, goes on and says what went wrong."""

import threading

import pytest
from matplotlib.figure import Figure

from iapo_widgets import load
from iapo_widgets.study.engine import run_study
from iapo_widgets.study.protocol import Study
from iapo_widgets.widgets import StudyExplorer, study_explorer


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
    mean = sum(r["acr"] for r in explorer.records if (r["algorithm"], r["budget"]) == ("psst", 200)) / 6
    assert f"At T = 200, ACR: psst {mean:.3f}" in explorer.summary
    explorer.measure = "regret"
    assert "At T = 200, regret: psst" in explorer.summary


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
