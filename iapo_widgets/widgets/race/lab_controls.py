"""The controls of a lab: stock sliders and lists, each with its error beside it, buttons and a line of status."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as w

from ...core.environment import CategoricalEnvironment
from ...core.strategies import STRATEGIES
from ...core.training import ALGORITHMS, takes
from ..shared.buttons import buttons
from ..shared.field import Field
from ..shared.status_line import StatusLine

SPEEDS = [("at once", 0.0), ("0.2 s", 0.2), ("0.6 s", 0.6), ("1.5 s", 1.5), ("4 s", 4.0)]
BUTTONS = (
    ("Run", "play", "run", "Start, or go on after a pause"),
    ("Step", "step-forward", "step", "Do one round"),
    ("Pause", "pause", "pause", "Halt, between or within rounds"),
    ("Stop", "stop", "stop", "End the run and keep what it has shown"),
    ("Reset", "refresh", "reset", "Forget the run and set all controls back"),
)


class LabControls(w.VBox):
    """Shows ``values`` (trait name -> value) and ``weights`` (of the objectives, then of cost).

    What the user sets goes to ``take(name, value)`` or ``weigh(k, value)``, a button to ``press(name)``.
    """

    def __init__(
        self,
        env: CategoricalEnvironment,
        values: Mapping[str, Any],
        weights: Sequence[float],
        take: Callable[[str, Any], None],
        weigh: Callable[[int, float], None],
        press: Callable[[str], None],
    ) -> None:
        n_prompts = len(env.prompts)
        style = {"style": {"description_width": "112px"}, "layout": w.Layout(width="310px")}
        wide = {"style": {"description_width": "150px"}, "layout": w.Layout(width="350px")}
        small = {**style, "layout": w.Layout(width="200px")}
        largest = max(5.0, math.log10(values["budget"]))
        budget = w.FloatLogSlider(
            value=values["budget"], min=1, max=largest, step=0.05, readout=False, description="Budget T", **style
        )
        reuses = [("blocks (the paper's)", "blocks"), ("all subsets", "subsets")]
        controls = {
            "algorithm": w.Dropdown(
                value=values["algorithm"], options=_algorithms(values["algorithm"], n_prompts),
                description="Algorithm", **style,
            ),
            "compare": w.Dropdown(
                value=values["compare"], options=[("nothing", ""), *_algorithms(values["compare"], n_prompts)],
                description="Compare with", **style,
            ),
            "n_max": w.IntSlider(value=values["n_max"], min=1, max=env.n_max, description="Largest N", **style),
            "strategy": w.Dropdown(value=values["strategy"], options=list(STRATEGIES), description="Strategy", **style),
            "reuse": w.Dropdown(value=values["reuse"], options=reuses, description="Reuse of a pull", **style),
            "seed": w.IntText(value=values["seed"], description="Seed", **small),
            "seconds_per_round": w.SelectionSlider(
                value=values["seconds_per_round"], options=_speeds(values["seconds_per_round"]),
                description="A round takes", **wide,
            ),
        }  # fmt: skip
        f = {name: Field(control, partial(take, name)) for name, control in controls.items()}
        f["budget"] = Field(budget, lambda value: take("budget", two_digits(value)), reading=True)
        self.fields = f
        self.weights = [
            self._weight(k, name, weights[k], wide, weigh) for k, name in enumerate([*env.objectives, "cost"])
        ]
        self.status = StatusLine()
        row = w.HBox(list(buttons(BUTTONS, press).values()), layout=w.Layout(flex_flow="row wrap"))
        column = w.Layout(width="420px")
        training = [f[name] for name in ("algorithm", "compare", "budget", "n_max", "strategy", "reuse", "seed")]
        self._whom = w.HTML()
        wishes = [self._whom, *self.weights, f["seconds_per_round"]]
        columns = [
            w.VBox([_heading("Training: takes effect at the next Run"), *training], layout=column),
            w.VBox([_heading("Whom to serve: re-scores at once, without new pulls"), *wishes], layout=column),
        ]
        super().__init__([w.HBox(columns, layout=w.Layout(flex_flow="row wrap")), row, self.status])

    def show(self, values: Mapping[str, Any], weights: Sequence[float]) -> None:
        """Set every control to what is in force."""
        names = filter(None, (values["algorithm"], values["compare"]))
        self.fields["reuse"].control.disabled = not any(takes(name, "reuse") for name in names)
        self._whom.value = f"Context {html.escape(values['context'])}: pick another in the strip below"
        for name, field in self.fields.items():
            value = values[name]
            if name in ("algorithm", "compare") and value and value not in dict(field.control.options):
                field.control.options = (*field.control.options, (value, value))
            if name == "budget":
                field.read(f"{value:,} completions")
                if two_digits(field.control.value) == value:
                    continue
            if name == "seconds_per_round":
                field.control.options = _speeds(value)
            if field.control.value != value:
                field.show(value)
        for field, value in zip(self.weights, weights, strict=True):
            field.control.max = max(field.control.max, value)
            if field.control.value != value:
                field.show(value)

    def forget_errors(self) -> None:
        """Take back every complaint."""
        for field in (*self.fields.values(), *self.weights):
            field.show(field.control.value)

    def _weight(self, k: int, name: str, value: float, style: Any, weigh: Callable[[int, float], None]) -> Field:
        largest = max(2.0 if name == "cost" else 1.0, value)
        control = w.FloatSlider(value=value, min=0, max=largest, step=0.05, description=f"Weight: {name}", **style)
        return Field(control, partial(weigh, k))


def _algorithms(chosen: str, n_prompts: int) -> list[tuple[str, str]]:
    """Those that this many prompts allow, ``chosen`` among them, as (text, value)."""
    fitting = [name for name in ALGORITHMS if "+k" not in name or int(name.split("+k")[1]) <= n_prompts]
    return [(name, name) for name in (fitting if chosen in ("", *fitting) else [*fitting, chosen])]


def two_digits(value: float) -> int:
    """The nearest whole number of two digits and zeros."""
    return int(float(f"{value:.1e}"))


def _speeds(value: float) -> list[tuple[str, float]]:
    """The speeds to choose from, ``value`` among them."""
    more = [] if value in dict(SPEEDS).values() else [(f"{value:g} s", value)]
    return sorted([*SPEEDS, *more], key=lambda pair: pair[1])


def _heading(text: str) -> w.HTML:
    return w.HTML(f"<b>{html.escape(text)}</b>")
