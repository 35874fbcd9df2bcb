"""BoundExplorer by its traits: bound, measurement, Stop, errors."""

import threading

import pytest
from matplotlib.figure import Figure

from iapo_widgets.core.theory import complexity
from iapo_widgets.study.certainty import error_rates
from iapo_widgets.widgets import BoundExplorer, bound_explorer


def test_the_words_and_the_star_are_theorem_1():
    """H1, H2 and the budget are those of the core on the task that the sliders describe."""
    explorer = BoundExplorer()
    theory = complexity(explorer.environment().exact_q())
    needed = theory.required_budget(0.05)
    assert f"H1 = {theory.h1:,.1f}, H2 = {theory.h2:,.1f}" in explorer.summary and f"T = {needed:,}" in explorer.summary
    (star,) = explorer._scene["panels"][0]["stars"]
    assert star["x"] == needed and star["y"] == 0.05
    explorer.set_state({"delta": 0.5})
    assert f"T = {theory.required_budget(0.5):,}" in explorer.summary


def test_what_is_measured_is_what_error_rates_finds():
    """The points are those of the study's own function with the same seeds, portion by portion."""
    explorer = BoundExplorer(runs=20)
    explorer.measure()
    explorer.join(60)
    assert explorer.state == "finished" and explorer.error == ""
    for budget in explorer.budgets()[:3]:
        missed = sum(round(10 * error_rates(explorer.environment(), [budget], 10, seed=s)[0].rate) for s in (0, 10))
        assert explorer.missed[budget] == (missed, 20)
    assert "Measured (finished)" in explorer.summary


def test_another_task_forgets_what_was_measured():
    """Moving a size drops the points; moving delta keeps them."""
    explorer = BoundExplorer(runs=10)
    explorer.measure()
    explorer.join(60)
    explorer.delta = 0.1
    assert explorer.missed
    explorer.prompts = 3
    assert not explorer.missed and explorer.state == "idle" and "Not measured yet" in explorer.summary


def test_stop_ends_the_measuring_and_keeps_its_points(monkeypatch):
    """Stopped in the middle, the worker adds nothing more."""
    reached, go_on = threading.Event(), threading.Event()

    def slow(env, budgets, runs, seed):
        if budgets[0] > 5:
            reached.set()
            assert go_on.wait(20)
        return error_rates(env, budgets, runs, seed=seed)

    monkeypatch.setattr(bound_explorer, "error_rates", slow)
    explorer = BoundExplorer(runs=10)
    explorer.measure()
    assert reached.wait(20)
    explorer.stop()
    kept = dict(explorer.missed)
    go_on.set()
    explorer.join(20)
    assert explorer.state == "stopped" and explorer.missed == kept and max(kept) <= 5


def test_a_worker_that_fails_says_so(monkeypatch):
    """The exception stands in the widget, not in a log."""

    def broken(*_, **__):
        raise RuntimeError("no trainings today")

    monkeypatch.setattr(bound_explorer, "error_rates", broken)
    explorer = BoundExplorer(runs=10)
    explorer.measure()
    explorer.join(20)
    assert explorer.state == "failed" and "no trainings today" in explorer.error


def test_equal_arms_are_told_in_words():
    """One prompt at N = 1 and 2 is free of ties; a gap that costs as much as N makes one."""
    explorer = BoundExplorer(prompts=1, n_max=1)
    assert explorer.error == "" and "suffices" in explorer._scene["panels"][0]["stars"][0]["label"]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"gap": 0.0}, "gap must lie between 0.05 and 0.8, not 0"),
        ({"prompts": 9}, "prompts must lie between 1 and 8, not 9"),
        ({"delta": 1.0}, "delta must lie between 0.01 and 0.5"),
    ],
)
def test_bad_values_are_shown_and_change_nothing(state, message):
    """The error stands in the widget and the traits stay."""
    explorer = BoundExplorer()
    before = repr(explorer)
    explorer.set_state(state)
    assert message in explorer.error and repr(explorer) == before


def test_the_twin_and_the_repr():
    """The figure carries the words; the repr holds the traits."""
    explorer = BoundExplorer()
    assert isinstance(explorer.figure(), Figure) and explorer.figure().alt == explorer.summary
    assert repr(explorer) == ("BoundExplorer(prompts=2, n_max=2, contexts=1, gap=0.5, cost=0.25, delta=0.05, runs=100)")
