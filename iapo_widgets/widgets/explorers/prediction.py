"""What a learner expects before a cell is run: a number, one of a few words, or an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import traitlets as t

from ..shared.assets import module, styles
from ..shared.controlled import Control, Controlled
from ..shared.stateful import named, spelled
from .predicted import Asked

SCRIPTS = ("shared/canvas", "shared/kernel", "shared/state", "shared/controls", "explorers/prediction")
NONE = "Nothing predicted yet."


class Prediction(Controlled):
    """Takes a prediction, and says that it is kept; ``iapo_widgets.course.predict`` makes one that its kernel keeps.

    Exactly one of ``between`` (lowest and highest number; ``whole``: whole numbers alone), ``choices`` (words, one of
    which is picked) and ``order`` (words to be put in order) says what is asked.

    Traits: ``value`` (a number, a word or a list of words; ``None`` as long as nothing is predicted).  Raises
    ``ValueError`` where it is not said what is asked, or said twice.
    """

    _esm = module(*SCRIPTS)
    _css = styles("shared/theme", "shared/explorer", "explorers/prediction")
    value = t.Any(None).tag(sync=True)
    _words = t.List(t.Unicode()).tag(sync=True)  # to be put in order
    _said = t.Unicode(NONE).tag(sync=True)
    public = ("value",)

    def __init__(
        self, id: str, what: str, *, between: Sequence[float] | None = None, choices: Sequence[str] = (),
        order: Sequence[str] = (), whole: bool = False, **traits: Any,
    ) -> None:  # fmt: skip
        self.asked = Asked.of(id, what, between, choices, order, whole)
        heading = (what, f"Your prediction: {self.asked.how}.")
        super().__init__(**{"_heading": heading, "_words": list(self.asked.order), **traits})
        self._controls = [asdict(control) for control in self.controls()]
        self._tell()
        self.observe(self._tell, "value")

    def controls(self) -> Sequence[Control]:
        """A slider and a field, or a button a word; an order is moved in its list."""
        asked = self.asked
        if asked.between:
            low, high = asked.between
            fields = [
                Control("value", "by slider", "range", low, high, asked.step),
                Control("value", "by typing", "number", low, high),
            ]
        else:
            fields = [Control("value", "one of", "steps", options=[(c, c) for c in asked.choices])] * bool(
                asked.choices
            )
        keep = [Control("keep", "Keep this order", "button")] * bool(asked.order)
        return [*fields, *keep, Control("reset", "Clear", "button", hint="Predict nothing")]

    def press(self, name: str) -> None:
        """Keep the order that is on screen, or forget what was predicted."""
        if name == "keep":
            self.value = self.value or list(self.asked.order)
        else:
            self.reset()

    def reset(self) -> None:
        """Predict nothing."""
        self.value, self._errors = None, {}

    def link(self, page: str | None = None) -> str:
        """One line of Python that makes this widget again as it stands; of a page the page itself."""
        if page is not None:
            return super().link(page)
        asked = self.asked
        given = {"between": asked.between, "choices": asked.choices, "order": asked.order, "whole": asked.whole}
        given = {name: it for name, it in {**given, "value": self.value}.items() if it not in ((), None, False)}
        return f"Prediction({', '.join([spelled(asked.id), spelled(asked.what), *named(given)])})"

    def _tell(self, _: Any = None) -> None:
        kept = self.value is not None
        self._said = f"Kept: {self.asked.shown(self.value)}. Run the next cell to see what comes." if kept else NONE

    @t.validate("value")
    def _check_value(self, proposal: Any) -> Any:
        try:
            return None if proposal["value"] is None else self.asked.read(proposal["value"])
        except ValueError as error:
            raise t.TraitError(str(error)) from None

    def __repr__(self) -> str:
        return self.link()
