"""What is set in a lab: its traits, what they must pass, and the controls that show them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import traitlets as t

from ...core.environment import CategoricalEnvironment
from ..shared.checked import checked
from ..shared.controlled import Control, Controlled
from ..shared.note import note
from ..shared.parts import Host
from ..shared.stateful import loaded_as, named
from ..shared.ticked import Ticked
from .checks import CHECKS
from .elimination_view import SECONDS
from .lab_controls import lab_controls
from .looked_at import SHOWN

BUDGET = 20_000
#: Traits that the next run takes -> what they are called.
TRAINING = {
    "algorithm": "algorithm",
    "compare": "comparison",
    "budget": "budget",
    "n_max": "largest N",
    "strategy": "strategy",
    "reuse": "reuse",
    "seed": "seed",
}


class LabSettings(Controlled, Ticked, Host):
    """The traits of a lab on ``env``; a bad value raises ``traitlets.TraitError`` and changes nothing."""

    env: CategoricalEnvironment
    view: Any
    _starts: dict[str, Any]  # values of traits that the environment decides
    _ready = False  # whether all traits stand, so that they can be held against each other
    _made: tuple[Any, CategoricalEnvironment] | None = None  # what was asked for, and the task made of it

    algorithm = t.Unicode("psst").tag(sync=True)
    compare = t.Unicode("").tag(sync=True)
    budget = t.Int(BUDGET).tag(sync=True)
    n_max = t.Int(1).tag(sync=True)
    strategy = t.Unicode().tag(sync=True)
    reuse = t.Unicode("blocks").tag(sync=True)
    seed = t.Int(0).tag(sync=True)
    context = t.Unicode().tag(sync=True)
    contexts = t.Tuple()
    weights: t.List[Any] = t.List().tag(sync=True)
    seconds_per_round = t.Float(SECONDS, min=0.0).tag(sync=True)
    public = (*TRAINING, "context", "weights", "seconds_per_round")
    state = t.Unicode("idle", read_only=True).tag(sync=True)
    _status = t.Unicode().tag(sync=True)
    _stale = t.Bool(True).tag(sync=True)  # whether what is shown is not what the controls say
    _unused: t.List[Any] = t.List().tag(sync=True)  # controls that the algorithm does not take
    _note = t.Unicode().tag(sync=True)

    def __init__(self, **traits: Any) -> None:
        env = self.env
        self._starts = {"n_max": env.n_max, "strategy": env.strategy.name}
        self._wanted = {name: traits.pop(name) for name in SHOWN if name in traits}
        self._asked = traits.pop("weights", None)  # they are the chosen context's, which must stand first
        first = {**self._starts, "context": env.contexts[0].name, "contexts": env.contexts, "_note": note(env)}
        super().__init__(**{**first, **traits})

    def controls(self) -> list[Control]:
        """Those on top, then those that are folded away."""
        return lab_controls(
            self.env, self.algorithm, self.compare, self.budget, self.seconds_per_round, self._of_context()
        )

    def _arguments(self) -> list[str]:
        now = {name: getattr(self, name) for name in (*TRAINING, "seconds_per_round")}
        chosen = {
            name: value
            for name, value in now.items()
            if value != self._starts.get(name, self.traits()[name].default_value)
        }
        if changed := [c.name for c in self.contexts if c not in self.env.contexts]:
            # weights of the chosen context alone are plain numbers
            chosen |= {"weights": self.weights} if changed == [self.context] else {"contexts": self.contexts}
        looked = {name: value for name in SHOWN if (value := getattr(self.view, name)) != SHOWN[name]}
        return [loaded_as(self.env), *named({"context": self.context, **chosen, **looked})]

    def _moved_in_page(self) -> dict[str, Any]:
        return {f"{name}.{trait}": getattr(part, trait) for name, part in self.parts.items() for trait in part.free}

    def _look(self) -> None:
        """Look at what the lab was made to show, which a first race forgets; refuses what cannot be."""
        for name, value in self._wanted.items():
            setattr(self.view, name, value)
        if self.state == "finished":
            self._wanted = {}

    def _task(self) -> CategoricalEnvironment:
        """The task as the controls describe it; kept, so that another budget or seed works out no exact Q again."""
        told = (self.env, self.strategy, self.contexts, self.n_max)
        if self._made is None or self._made[0] != told:
            strategy = self.strategy if self.strategy != self.env.strategy.name else None
            made = self.env.with_(strategy=strategy, contexts=self.contexts, n_max=self.n_max)
            self._made = told, made
        return self._made[1]

    def _of_context(self) -> list[float]:
        context = next(c for c in self.contexts if c.name == self.context)
        return [*context.weights, context.cost_weight]

    @t.validate("weights")
    def _check_weights(self, proposal: Any) -> list[float]:
        values = [float(v) for v in proposal["value"]]
        if not self._ready:
            return values
        if len(values) != len(self.env.objectives) + 1 or not np.isfinite(values).all():
            raise t.TraitError(f"weights must be {len(self.env.objectives)} numbers and that of cost, not {values}")
        old = next(c for c in self.contexts if c.name == self.context)

        def check(_: Any) -> list[float]:
            new = replace(old, weights=tuple(values[:-1]), cost_weight=values[-1])
            CHECKS["contexts"](self.env, tuple(new if c is old else c for c in self.contexts))
            return values

        return list(checked(check, values))

    @t.validate(*CHECKS)
    def _check_value(self, proposal: Any) -> Any:
        return checked(partial(CHECKS[proposal["trait"].name], self.env), proposal["value"])
