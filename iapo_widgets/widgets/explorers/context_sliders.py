"""Who is to be served: objective weights and the cost weight as sliders, with presets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets as t

from ...core.problem import COST_WEIGHTS, Context
from ...core.protocol import Environment
from ...plots.picture import CYCLE, GREY, MARKERS
from ...plots.scene import Line, Panel, Scene
from ..shared.cost_weight import LARGEST_COST, check_cost_weight
from ..shared.explorer import Control, Explorer


class ContextSliders(Explorer):
    """Set a user's weights; read, observe or link ``context``.

    Traits: ``weights`` (one an objective, 0 .. 1), ``cost_weight`` (0 .. 2), ``keep_sum`` (move the other weights so
    that all sum to 1), ``context`` (the core's ``Context`` of these weights, named "mine"; to be read).
    """

    weights = t.List(t.Float()).tag(sync=True)
    cost_weight = t.Float(0.0).tag(sync=True)
    keep_sum = t.Bool(False).tag(sync=True)
    context = t.Instance(Context)
    public = ("weights", "cost_weight", "keep_sum")
    alone = "cost_weight"

    def __init__(self, env: Environment, context: str | None = None, **traits: Any) -> None:
        known = {c.name: c for c in env.contexts}
        start = context or env.contexts[0].name
        if start not in known:
            raise ValueError(f"unknown context {start!r}; known: {', '.join(known)}")
        self.env = env
        self._held: list[float] = []  # the last weights that were accepted
        first = known[start]
        begin = {"weights": list(first.weights), "cost_weight": first.cost_weight, "keep_sum": len(first.weights) > 1}
        super().__init__(context=first, **{**begin, **traits})

    def controls(self) -> Sequence[Control]:
        """A slider a weight, the presets, the switch."""
        many = len(self.env.objectives) > 1
        switch = [Control("keep_sum", "Keep the sum at 1", "switch")] if many else []
        return [
            *(Control("weights", name, "range", 0, 1, 0.05, index=k) for k, name in enumerate(self.env.objectives)),
            Control("cost_weight", "cost", "range", 0, LARGEST_COST, 0.05, hint=f"per unit of {self._unit}"),
            *switch,
            *(Control(n, f"{n.capitalize()} cost", "button", hint=f"weight {w:g}") for n, w in COST_WEIGHTS.items()),
            Control("reset", "Reset", "button"),
        ]  # fmt: skip

    def press(self, name: str) -> None:
        """Set a preset of the cost weight, or reset."""
        if name in COST_WEIGHTS:
            self.cost_weight = COST_WEIGHTS[name]
        else:
            super().press(name)

    def redraw(self) -> None:
        """Bring ``context`` into step, then the picture."""
        with self.lock:
            self.context = Context("mine", tuple(self.weights), self.cost_weight)
            super().redraw()

    def scene(self) -> Scene:
        """One bar a weight."""
        names = [*self.env.objectives, "cost"]
        values = [*self.weights, self.cost_weight]
        bars = [
            Line("", [v, 0.0], [float(k), float(k)], GREY if name == "cost" else CYCLE[k % len(CYCLE)],
                 "X" if name == "cost" else MARKERS[k % len(MARKERS)], every=2, width=6,
                 tell=[f"weight of {name}: {v:.2f}"] * 2)
            for k, (name, v) in enumerate(zip(names, values, strict=True))
        ]  # fmt: skip
        panel = Panel(
            "What this user cares about", "weight", "", lines=bars, xlim=(0.0, LARGEST_COST),
            ylim=(len(names) - 0.5, -0.5), yticks=[(k, name) for k, name in enumerate(names)],
            height=0.4 + 0.1 * len(names),
        )  # fmt: skip
        return Scene([panel], self._words())

    @property
    def _unit(self) -> str:
        return str(getattr(self.env, "cost_unit", "cost"))

    def _words(self) -> str:
        total = sum(self.weights)
        share = " and ".join(
            f"{w / total:.0%} for {name}" for name, w in zip(self.env.objectives, self.weights, strict=True)
        )
        cost = (
            f"one unit of {self._unit} takes {self.cost_weight:g} off the reward"
            if self.cost_weight
            else "cost is free"
        )
        return f"This user cares {share}; {cost}."

    @t.validate("weights")
    def _check_weights(self, proposal: Any) -> list[float]:
        new = [float(w) for w in proposal["value"]]
        if len(new) != len(self.env.objectives):
            raise t.TraitError(f"{len(self.env.objectives)} weights are needed, not {len(new)}")
        if any(w > 1 for w in new):
            raise t.TraitError(f"weights must lie between 0 and 1, not {new}")
        if self.keep_sum and len(new) > 1:
            new = self._balanced(new)
        try:
            Context("mine", tuple(new))
        except ValueError as error:
            raise t.TraitError(str(error)) from None
        return new

    def _balanced(self, new: list[float]) -> list[float]:
        """The weight that was moved stays; the others share what is left as they did before."""
        # not self.weights: what the browser sends is validated when the trait already has the new value
        if abs(sum(new) - 1) < 1e-6:
            return new
        old = self._held if len(self._held) == len(new) else new
        moved = max(range(len(new)), key=lambda k: abs(new[k] - old[k]))
        kept = min(new[moved], 1.0)
        rest = sum(new) - new[moved]
        others = len(new) - 1
        scaled = [(1 - kept) * (w / rest if rest else 1 / others) for w in new]
        scaled[moved] = kept
        return [round(w, 6) for w in scaled]

    @t.observe("weights")
    def _hold(self, change: Any) -> None:
        self._held = list(change["new"])

    @t.observe("keep_sum")
    def _sum_now(self, change: Any) -> None:
        if change["new"] and self._ready:
            total = sum(self.weights)
            self.weights = [round(w / total, 6) for w in self.weights]

    @t.validate("cost_weight")
    def _check_cost_weight(self, proposal: Any) -> float:
        return check_cost_weight(proposal)
