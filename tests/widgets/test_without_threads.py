"""Widgets on a host that has no threads, as Python in a browser: a step of work for each tick that is sent."""

import threading

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import train
from iapo_widgets.study.protocol import Study
from iapo_widgets.widgets import BoundExplorer, PSSTLab, StudyExplorer


@pytest.fixture(autouse=True)
def no_threads(monkeypatch):
    """No thread starts, and the error is Pyodide's."""

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)


def lab(**traits):
    """A lab on a small task, a second a round."""
    return PSSTLab(small_environment(0, prompts=4, n_max=6), **{"budget": 300, "seconds_per_round": 1.0, **traits})


def tick(widget):
    """What the browser sends when the tick that is awaited is due."""
    widget._handle_custom_msg({"tick": widget._awaits[0]}, [])


def test_each_tick_is_a_round_and_the_race_is_the_same():
    """From Run on a tick a round, a second apart, until none is awaited; the result is what ``train`` gives."""
    mine = lab(seed=3)
    mine.run()
    expected = train("psst", mine.env, 300, seed=3)
    for number in range(len(expected.rounds) + 1):
        assert (mine.state, mine.view.n_frames) == ("running", number)
        assert mine._awaits[1] == 1.0 and not mine.view.finished
        tick(mine)
    assert (mine.state, mine._awaits) == ("finished", []) and mine.view.finished
    for a, b in zip(mine.result.rounds, expected.rounds, strict=True):
        assert np.array_equal(a.q, b.q, equal_nan=True) and a.policy == b.policy


def test_a_tick_that_is_not_awaited_does_nothing():
    """A second view sends the same number again, an old page an older one; neither is a round."""
    mine = lab()
    mine._handle_custom_msg({"tick": 0}, [])
    mine.run()
    (number, _) = mine._awaits
    for sent in (number, number, number - 1, "tick", None):
        mine._handle_custom_msg({"tick": sent}, [])
    assert mine.view.n_frames == 1


def test_pause_step_run_and_stop():
    """Paused, no tick is awaited; Step does one round at once; Run asks for ticks again; Stop ends it and keeps all."""
    mine = lab()
    mine.step()
    assert (mine.state, mine.view.n_frames, mine._awaits) == ("paused", 1, [])
    mine.step()
    assert (mine.state, mine.view.n_frames, mine._awaits) == ("paused", 2, [])
    mine.run()
    tick(mine)
    assert (mine.state, mine.view.n_frames) == ("running", 3)
    mine.pause()
    assert (mine.state, mine._awaits) == ("paused", [])
    mine.run()
    mine.stop()
    assert (mine.state, mine._awaits, mine.view.n_frames, mine.view.finished) == ("stopped", [], 3, True)
    mine.run()  # anew
    assert (mine.state, mine.view.n_frames) == ("running", 0)


def test_the_pace_is_the_speed_that_is_set():
    """Another speed while it runs asks for the next tick after that time; nothing else that moves asks anew."""
    mine = lab()
    mine.run()
    tick(mine)
    awaited = mine._awaits
    mine.weights = [0.5, 0.5]
    assert mine._awaits == awaited and awaited[1] == 1.0
    mine.seconds_per_round = 0.2
    assert mine._awaits == [awaited[0], 0.2]


def test_two_races_share_a_tick():
    """Each tick is a round of both, until the longer one has ended."""
    mine = lab(compare="uniform")
    mine.run()
    ticks = 0
    while mine._awaits:
        tick(mine)
        ticks += 1
    assert mine.state == "finished" and len(mine.results) == 2
    assert ticks == 1 + max(view.n_frames for view in mine.views)


def test_it_opens_on_a_finished_race():
    """Shown in a cell, it is trained before the cell ends; another draw comes by ticks, and the old race until then."""
    mine = lab()
    mine._repr_mimebundle_()
    assert (mine.state, mine._awaits) == ("finished", [])
    shown = list(mine.view.rounds)
    mine.press("again")
    tick(mine)
    assert mine.view.rounds == shown and mine._awaits[1] == 0.0
    while mine._awaits:
        tick(mine)
    assert mine.result.policy == train("psst", mine.env, 300, seed=1).policy


def test_a_run_that_is_left_behind_says_nothing():
    """Reset in the middle of a run, and a setting moved while another trains: what is shown is of the last alone."""
    mine = lab()
    mine.run()
    tick(mine)
    mine.set_state({"budget": 200})
    mine.set_state({"budget": 250})
    while mine._awaits:
        tick(mine)
    assert mine.result.policy == train("psst", mine.env, 250, seed=0).policy and mine.view.budget == 250
    mine.run()
    tick(mine)
    mine.reset()
    assert (mine.state, mine.view.n_frames, mine._awaits) == ("idle", 0, [])


def test_what_an_algorithm_raises_is_told(monkeypatch):
    """A task that fails ends the run; the lab says why and asks for no more ticks."""
    mine = lab()

    def fail(*_):
        raise ValueError("the task has no more answers")

    monkeypatch.setattr(type(mine.env), "sample", fail)
    mine.run()
    tick(mine)
    assert (mine.state, mine._awaits) == ("failed", []) and "no more answers" in mine.status


def test_the_error_of_psst_is_measured_by_ticks():
    """Each tick is a portion of the runs; Stop keeps what was measured, and Measure begins anew."""
    mine = BoundExplorer(runs=20)
    mine.measure()
    tick(mine)
    tick(mine)
    assert mine.state == "running" and [runs for _, runs in mine.missed.values()] == [20]
    mine.stop()
    tick(mine)
    assert (mine.state, mine._awaits) == ("stopped", []) and len(mine.missed) == 1
    mine.measure()
    while mine._awaits:
        tick(mine)
    assert mine.state == "finished" and [runs for _, runs in mine.missed.values()] == [20] * len(mine.budgets())


def test_a_study_grows_by_ticks():
    """Each tick is one run; stopped after the first, the study goes on where it was and gives all its records."""
    mine = StudyExplorer(Study(("math",), ("psst", "uniform"), (500, 1_000), runs=3))
    mine.run()
    tick(mine)
    assert (mine.state, mine.done) == ("running", 1)
    mine.stop()
    tick(mine)
    assert (mine.state, mine.done, mine._awaits) == ("stopped", 1, [])
    mine.run()
    for done in (2, 3):
        tick(mine)
        assert mine.done == done
    assert (mine.state, mine._awaits, len(mine.records)) == ("finished", [], 3 * 2 * 2)
    mine.reset()
    mine.run()
    mine.reset()
    tick(mine)
    assert (mine.state, mine._awaits) == ("idle", [])
