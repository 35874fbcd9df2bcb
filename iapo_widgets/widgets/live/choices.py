"""What was chosen in a live lab: a step back and forth, and a line of Python that makes a lab of the same choices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...live.endpoint.address import is_bare
from ..shared.stateful import named, spelled
from ..shared.steps import Steps
from .fields import CHOSEN, NAMES
from .heading import LiveHeading
from .means import LEDGER, Means
from .settings import LiveSettings


class Choices:
    """Those of ``lab``, whose buttons are in ``heading``; given: what the lab was made with, by name.

    A key may have been pasted into any text: so the steps are those of numbers and of what is chosen from a list, and
    what a text was before is not kept.  A link names an extra body as a variable; an address, too, unless the lab was
    made with it and it has no place where keys stand, so that no other endpoint is asked in its place.
    """

    def __init__(self, lab: LiveSettings, given: Mapping[str, Any], heading: LiveHeading, means: Means) -> None:
        self._lab, self._heading, self._means = lab, heading, means
        address = str(given.get("base_url", ""))
        self._address = address if is_bare(address) else None
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
            f"{name}={name}" if self._is_kept_back(name, value) else next(iter(named({name: value})))
            for name, value in chosen.items()
        ]
        return f"LiveLab({', '.join([*ledger, *told])})"

    def _is_kept_back(self, name: str, value: Any) -> bool:
        """Whether a link names it as a variable."""
        return name == "extra_body" or (name == "base_url" and value != self._address)

    def _show(self) -> None:
        self._heading.ways = self._steps.ways

    def _asked(self, _: Any, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict):
            return
        if content.get("link") is True:
            self._heading.send({"link": self.link()})
        if content.get("travel") in self._steps.ways:
            self._steps.take(content["travel"])
