"""Every widget, small and filled, for the tests that hold for all of them."""

from functools import cache

from cases import small_environment
from iapo_widgets import load, train
from iapo_widgets.study.protocol import Study
from iapo_widgets.widgets import (
    AnswerExplorer,
    BoundExplorer,
    BudgetSlider,
    ContextSliders,
    EliminationView,
    PolicyTable,
    Prediction,
    PSSTLab,
    ReuseExplorer,
    ScalingExplorer,
    StopExplorer,
    StudyExplorer,
    TradeoffExplorer,
)

task = cache(load)


def finished_lab():
    """A lab whose run has ended."""
    lab = PSSTLab(small_environment(0, prompts=6, n_max=8), budget=600, seconds_per_round=0.0)
    lab.run()
    lab.join(60)
    return lab


def finished_study():
    """A study whose two runs have ended."""
    explorer = StudyExplorer(Study(("math",), ("psst", "uniform"), (500, 1_000), runs=2))
    explorer.run()
    explorer.join(120)
    return explorer


def view():
    """A view of a finished run."""
    env = small_environment(1, prompts=6, n_max=8)
    return EliminationView(env, 600, train("psst", env, 600, seed=0).rounds)


def policy_table():
    """A policy for 27 contexts."""
    env = task("helpful-harmless")
    return PolicyTable(env, train("psst", env, 5_000, seed=0))


def stop_explorer():
    """Its values worked out."""
    explorer = StopExplorer(small_environment(2, prompts=2, queries=5, answers=3, n_max=8))
    explorer.join()
    return explorer


#: Name -> a call that makes one; the lab is PSSTLab with its EliminationView in it.
WIDGETS = {
    "AnswerExplorer": lambda: AnswerExplorer(task("real-words")),
    "ContextSliders": lambda: ContextSliders(task("helpful-harmless"), context="w1=0.7 mid"),
    "BudgetSlider": lambda: BudgetSlider(task("math")),
    "ScalingExplorer": ScalingExplorer,
    "TradeoffExplorer": lambda: TradeoffExplorer(task("helpful-harmless")),
    "ReuseExplorer": ReuseExplorer,
    "EliminationView": view,
    "PSSTLab": finished_lab,
    "BoundExplorer": BoundExplorer,
    "StopExplorer": stop_explorer,
    "StudyExplorer": finished_study,
    "PolicyTable": policy_table,
}

#: What is asked -> a call that makes a prediction of it; it has no picture, and nothing that moves without a kernel.
PREDICTIONS = {
    "number": lambda **more: Prediction("07-p1", "Regret of halving", between=(0, 0.2), **more),
    "whole": lambda **more: Prediction("07-p2", "Pulls until it is sure", between=(0, 5_000), whole=True, **more),
    "choice": lambda **more: Prediction("07-p3", "Who is ahead?", choices=("halving", "uniform", "psst"), **more),
    "order": lambda **more: Prediction("07-p4", "Best first", order=("halving", "uniform", "psst"), **more),
}
#: A value of each.
PREDICTED = {"number": 0.05, "whole": 1_200, "choice": "uniform", "order": ["psst", "uniform", "halving"]}
