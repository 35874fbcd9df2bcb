"""The controls of a lab: few on top, the rest folded away."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...core.environment import CategoricalEnvironment
from ...core.strategies import STRATEGIES
from ...core.training import ALGORITHMS
from ..shared.controlled import Control

SPEEDS = [("at once", 0.0), ("0.2 s", 0.2), ("0.6 s", 0.6), ("1.6 s", 1.6), ("4 s", 4.0)]
REUSES = [("blocks (the paper's)", "blocks"), ("all subsets", "subsets")]
BUTTONS = [
    ("run", "Run", "Train with these settings, a round at a time"),
    ("again", "New draw", "The same race with other answers: the next seed"),
    ("stop", "Stop", "End the training and keep what it has shown"),
    ("reset", "Reset", "Set all controls back, and show the race as it was at first"),
]


def lab_controls(
    env: CategoricalEnvironment, algorithm: str, compare: str, budget: int, seconds: float, weights: Sequence[float]
) -> list[Control]:
    """Controls of a lab whose traits have these values, so that each list and slider holds its own."""
    n_prompts, names = len(env.prompts), [*env.objectives, "cost"]
    largest = max(5.0, math.log10(budget))
    alone = len(names) == 2  # one objective and cost: only their ratio matters, and cost is the one to move
    sliders = [
        Control(
            "weights", f"{name.capitalize()} weight", "range", 0, max(2.0 if name == "cost" else 1.0, weights[k]), 0.05,
            index=k, place="more" if alone and k == 0 else "top",
            hint=f"How much {name} counts for this user; re-scored at once, without new answers",
        )
        for k, name in enumerate(names)
    ]  # fmt: skip
    return [
        Control("budget", "Budget", "log", 1, 10**largest, 0.05, place="top", hint="Answers that the race may ask for"),
        *sliders,
        Control("algorithm", "Algorithm", "choice", options=_algorithms(algorithm, n_prompts), place="more"),
        Control("compare", "Compare with", "choice", options=[("nothing", ""), *_algorithms(compare, n_prompts)],
                place="more", hint="A second race on the same budget and seed"),
        Control("n_max", "Largest N", "range", 1, env.n_max, 1, place="more"),
        Control("strategy", "Strategy", "choice", options=[(name, name) for name in STRATEGIES], place="more"),
        Control("reuse", "Reuse of a pull", "choice", options=REUSES, place="more"),
        Control("seed", "Seed", "number", place="more", hint="Which answers are drawn"),
        Control("seconds_per_round", "A round takes", "choice", options=_speeds(seconds), place="more"),
        *(Control(name, text, "button", hint=hint, place="top" if name == "again" else "more")
          for name, text, hint in BUTTONS),
    ]  # fmt: skip


def _algorithms(chosen: str, n_prompts: int) -> list[tuple[str, str]]:
    """Those that this many prompts allow, ``chosen`` among them, as (text, value)."""
    fitting = [name for name in ALGORITHMS if "+k" not in name or int(name.split("+k")[1]) <= n_prompts]
    return [(name, name) for name in (fitting if chosen in ("", *fitting) else [*fitting, chosen])]


def _speeds(value: float) -> list[tuple[str, float]]:
    """The speeds to choose from, ``value`` among them."""
    more = [] if value in dict(SPEEDS).values() else [(f"{value:g} s", value)]
    return sorted([*SPEEDS, *more], key=lambda pair: pair[1])
