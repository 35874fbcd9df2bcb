"""What was chosen in a live lab: a step back and forth, and a line of Python that makes a lab of the same choices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..shared.stateful import named, spelled
from ..shared.steps import Steps
from .fields import CHOSEN, NAMES, SECRET
from .heading import LiveHeading
from .means import LEDGER, Means
from .settings import LiveSettings


class Choices:
    """Those of ``lab``, whose buttons are in ``heading``; given: what the lab was made with, by name.

    A key may have been pasted into any text: so the steps are those of numbers and of what is chosen from a list, and
    what a text was before is not kept.  A link tells an address or a body only where the lab was made with it, and else
    names it as a variable, so that no other endpoint is asked in its place.
    """

    def __init__(self, lab: LiveSettings, given: Mapping[str, Any], heading: LiveHeading, means: Means) -> None:
        self._lab, self._heading, self._means = lab, heading, means
        self._given = {name: given[name] for name in SECRET if name in given}
        self._initial = {name: getattr(lab, name) for name in NAMES}
        self._steps = Steps(lab, CHOSEN, self._show)
        heading.on_msg(self._asked)

    def reset(self) -> None:
        """Set everything back to what it was at first: the choices as one step, the texts for good."""
        self._steps.one(self._initial)

    def link(self) -> str:
        """The line; choices that are as usual are left out, and the key is no choice."""
        usual: Any = self._lab.trait_defaults(*NAMES)
        chosen = {name: value for name in NAMES if (value := getattr(self._lab, name)) != usual[name]}
        ledger = [] if self._means.path == Path(LEDGER) else [spelled(str(self._means.path))]
        told = [
            f"{name}={name}" if name in SECRET and self._given.get(name) != value else next(iter(named({name: value})))
            for name, value in chosen.items()
        ]
        return f"LiveLab({', '.join([*ledger, *told])})"

    def _show(self) -> None:
        self._heading.ways = self._steps.ways

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("link") is True:
            self._heading.send({"link": self.link()})
        if content.get("travel") in self._steps.ways:
            self._steps.take(content["travel"])
