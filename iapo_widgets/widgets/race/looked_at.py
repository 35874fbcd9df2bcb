"""What is looked at in a race: for whom, after which round, which arm, and how it is drawn."""

from __future__ import annotations

from typing import Any

import traitlets as t

from ...core.protocol import Environment
from ...core.rounds import Round
from ..shared.checked import chosen
from ..shared.stateful import Stateful, loaded_as, named

#: Traits of a race that a lab takes for its first one -> as they are where nothing was chosen.
SHOWN: dict[str, Any] = {"round": 0, "arm": [], "face": "race", "truth": False}


class LookedAt(Stateful):
    """The traits of a view that a person sets, held against its environment and rounds."""

    env: Environment
    budget: int
    rounds: list[Round]

    context = t.Unicode().tag(sync=True)
    round = t.Int(0, min=-1).tag(sync=True)
    arm = t.List(t.Int()).tag(sync=True)
    face = t.Enum(["race", "map"], "race").tag(sync=True)
    truth = t.Bool(False).tag(sync=True)
    public = ("context", *SHOWN)
    free = public

    def _arguments(self) -> list[str]:
        rounds = ["rounds=rounds"] if self.rounds else []
        chosen = {"context": self.context, **self.looked()}
        return [loaded_as(self.env), *named({"budget": self.budget}), *rounds, *named(chosen)]

    def looked(self) -> dict[str, Any]:
        """What was chosen to be looked at, by name."""
        return {name: value for name in SHOWN if (value := getattr(self, name)) != SHOWN[name]}

    @t.validate("context")
    def _known_context(self, proposal: Any) -> str:
        names = [c.name for c in self.env.contexts] if hasattr(self, "env") else [proposal["value"]]
        return chosen("context", proposal, names)

    @t.validate("arm")
    def _known_arm(self, proposal: Any) -> list[int]:
        at = list(proposal["value"])
        if not at:
            return at
        last = len(self.env.prompts) - 1
        if len(at) != 2 or not (0 <= at[0] <= last and 1 <= at[1] <= self.env.n_max):
            raise t.TraitError(f"arm must be [prompt, n], prompt 0 .. {last} and n 1 .. {self.env.n_max}, not {at}")
        return at
