"""BoundExplorer by its traits: bound, measurement, Stop, errors."""

import threading

import pytest
from matplotlib.figure import Figure

from iapo_widgets.core.theory import complexity
from iapo_widgets.study.certainty import error_rates
from iapo_widgets.widgets import BoundExplorer
from iapo_widgets.widgets.explorers import bound_explorer
from iapo_widgets.widgets.explorers.bound_task import FIRST


def test_the_words_and_the_star_are_theorem_1():
    """H1, H2 and the budget are those of the core on the task that the sliders describe."""
    explorer = BoundExplorer()
    theory = complexity(explorer.environment().exact_q())
    needed = theory.required_budget(0.05)
    assert f"H1 = {theory.h1:,.1f}, H2 = {theory.h2:,.1f}" in explorer._scene["note"]
    assert f"in at most 5% of trainings, theorem 1 asks for T = {needed:,} completions" in explorer.summary
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
    assert "Measured, in 20 simulated trainings at each budget" in explorer.summary


def test_it_opens_with_a_first_look():
    """At once, and again after Reset, there are the first runs of what Measure makes, and words that compare them."""
    explorer = BoundExplorer()
    budgets = explorer.budgets()
    found = error_rates(explorer.environment(), budgets, FIRST)
    assert explorer.missed == {r.budget: (round(r.rate * FIRST), FIRST) for r in found} and explorer.state == "idle"
    enough = min(b for b in budgets if all(m <= 0.05 * n for d, (m, n) in explorer.missed.items() if d >= b))
    needed = explorer.theory().required_budget(0.05)
    assert f"T = {enough:,} was enough: {needed / enough:.0f} times fewer." in explorer.summary
    assert "Simulated" in explorer._scene["note"]
    explorer.gap = 0.3
    assert not explorer.missed
    explorer.reset()
    assert explorer.missed == {r.budget: (round(r.rate * FIRST), FIRST) for r in found}


def test_three_sliders_and_the_rest_behind_a_switch():
    """Sizes and runs have controls only where more settings are asked for, and the picture is the same."""
    explorer = BoundExplorer()
    kinds = [c.kind for c in explorer.controls()]
    scene = explorer._scene
    assert kinds.count("range") == 3 and "choice" not in kinds
    explorer.set_state({"more": True})
    assert [c.name for c in explorer.controls() if c.kind == "choice"] == ["prompts", "n_max", "contexts", "runs"]
    assert explorer._scene == scene and [c["name"] for c in explorer._controls] == [c.name for c in explorer.controls()]


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


@pytest.mark.parametrize(
    "traits",
    [
        {
            "gap": 0.5,
            "cost": 0.046875,
            "n_max": 3,
        },  # N = 3 wins 0.84375 - 0.75 by votes, and costs two completions more
        {"gap": 0.5, "cost": 0.0375, "n_max": 3, "contexts": 2},  # the same in context 2, at 1.25 times the price
        {"gap": 0.4, "cost": 0.042, "n_max": 3},  # 0.784 - 0.7
    ],
)
def test_equal_arms_are_told_in_words(traits):
    """Where a vote of three gains exactly what it costs, no budget is asked for, and nothing is called an error."""
    explorer = BoundExplorer(**traits)
    assert explorer.error == "" and "no budget can tell them apart" in explorer.summary
    assert not explorer._scene["panels"][0]["stars"]


def test_almost_equal_arms_ask_for_a_budget_however_large():
    """A gap of 1e-11 is no tie: the budget has more digits than a machine integer, and the picture still comes."""
    explorer = BoundExplorer(n_max=3, cost=0.046875 + 5e-12)
    assert explorer.error == "" and explorer._scene["panels"][0]["stars"][0]["x"] > 2**63


def test_one_arm_needs_nothing():
    """With one prompt and one scale there is nothing to miss: one completion suffices."""
    explorer = BoundExplorer(prompts=1, n_max=1)
    assert explorer.error == "" and "theorem 1 asks for T = 1 completion." in explorer.summary


def test_rewards_beyond_the_theorem_are_named():
    """Two completions at 0.4 each stay above -1; three of them do not, nor two at 1.5 times the price."""
    assert "no promise" not in BoundExplorer(cost=0.4, n_max=2).summary
    assert "no promise" in BoundExplorer(cost=0.4, n_max=3).summary
    assert "no promise" in BoundExplorer(cost=0.4, n_max=2, contexts=3).summary


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
