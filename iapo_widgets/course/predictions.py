"""``predict`` and ``came``: a learner's prediction before a cell is run, beside what comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from ..widgets.explorers.predicted import Asked, rounded
from .marked import BLUE, Marked

if TYPE_CHECKING:
    from ..widgets.explorers.prediction import Prediction

#: State -> mark and word.  None of them judges: a prediction that fails teaches more than one that holds.
HEADINGS = {
    "met": "✔ As predicted.", "more": "▲ More.", "less": "▼ Less.", "other": "≠ Otherwise.", "none": "○ No prediction.",
}  # fmt: skip

_asked: dict[str, Asked] = {}  # of this kernel
_kept: dict[str, Any] = {}


@dataclass(frozen=True, slots=True, repr=False)
class Outcome(Marked):
    """What came, beside what was predicted; in a notebook it shows as a marked sentence.

    state: ``met``, ``more`` or ``less`` (of a number), ``other``, or ``none`` (nothing was predicted).
    """

    state: Literal["met", "more", "less", "other", "none"]
    message: str

    @property
    def heading(self) -> str:
        """Mark and word of the state."""
        return HEADINGS[self.state]

    @property
    def colour(self) -> str:
        """Grey where nothing was predicted."""
        return "#757575" if self.state == "none" else BLUE

    def __repr__(self) -> str:
        return str(self)


def predict(
    id: str, what: str, *, between: Sequence[float] | None = None, choices: Sequence[str] = (),
    order: Sequence[str] = (), whole: bool = False,
) -> Prediction:  # fmt: skip
    """A widget that asks for ``what`` and keeps what is entered, for ``came`` and for the next run of its cell.

    id: lesson and number, like ``07-p1``.  Exactly one of: between, the lowest and the highest number (whole: whole
    numbers alone); choices, of which one is picked; order, words to be put in order.
    Raises ``ValueError`` where the question can't be asked.
    """
    from ..widgets.explorers.prediction import Prediction  # not for who only checks, or starts a command

    made = Prediction(id, what, between=between, choices=choices, order=order, whole=whole)
    if _asked.get(id) == made.asked:
        made.value = _kept.get(id)
    else:  # what was kept is of another question
        _kept.pop(id, None)
    _asked[id] = made.asked
    made.observe(lambda change: _kept.__setitem__(id, change["new"]), "value")
    return made


def came(id: str, value: Any) -> Outcome:
    """What was predicted under ``id`` beside ``value``, which came.

    Raises ``ValueError`` where nothing of that id was asked for in this kernel, or ``value`` is no answer to it.
    """
    asked = _asked.get(id) if isinstance(id, str) else None
    if asked is None:
        known = f"; asked for were {', '.join(_asked)}" if _asked else ""
        raise ValueError(f"run the cell with predict({id!r}, ...) first: nothing was asked for under that id{known}")
    value, kept = asked.of_its_kind(value), _kept.get(id)
    it_is = f"it is {asked.shown(value)}"
    if kept is None:
        return Outcome(
            "none",
            f"I{it_is[1:]}. To see your own beside it, predict in the cell with `predict(\"{id}\", ...)`, "
            "and run this cell again.",
        )  # fmt: skip
    both = f"You predicted {asked.shown(kept)}; {it_is}"
    if asked.between:
        apart = Decimal(str(rounded(value))) - Decimal(str(rounded(kept)))
        if not apart:
            return Outcome("met", f"{both}.")
        more = apart > 0
        return Outcome("more" if more else "less", f"{both}, {'more' if more else 'less'} by {abs(apart):,f}.")
    if kept == value:
        return Outcome("met", f"{both}.")
    if asked.choices:
        return Outcome("other", f"{both}.")
    places = sum(a == b for a, b in zip(kept, value, strict=True))
    return Outcome("other", f"{both}: {places} of {len(value)} in their place.")
