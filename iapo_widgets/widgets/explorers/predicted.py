"""What a prediction is asked of: which values it can take, and how they are read and shown."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

ID = re.compile(r"\d\d-p\d+")
STEPS = 100  # of a slider, at least


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: a number ``between`` two, one of ``choices``, or the ``order`` of words."""

    id: str
    what: str
    between: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    whole: bool = False

    @classmethod
    def of(
        cls, id: Any, what: Any, between: Any = None, choices: Any = (), order: Any = (), whole: bool = False
    ) -> Asked:
        """The question in these words; raises ``ValueError`` where it can't be asked."""
        if not isinstance(id, str) or not ID.fullmatch(id):
            raise ValueError(f"the id of a prediction is lesson and number, like '07-p1', not {id!r}")
        if not isinstance(what, str) or not what.strip():
            raise ValueError(f"say in words what prediction {id} is of, not {what!r}")
        given = [name for name, it in (("between", between), ("choices", choices), ("order", order)) if _filled(it)]
        if len(given) != 1:
            said = f"{' and '.join(given)} were given" if given else "none was given"
            raise ValueError(f"prediction {id} needs exactly one of between, choices and order; {said}")
        if whole and given != ["between"]:
            raise ValueError(f"prediction {id}: whole is for numbers, so it needs between")
        if given == ["between"]:
            return cls(id, what, between=_ends(id, between, whole), whole=whole)
        if given == ["choices"]:
            return cls(id, what, choices=_words(id, "choices", choices))
        return cls(id, what, order=_words(id, "order", order))

    @property
    def how(self) -> str:
        """What is to be done, in words."""
        if self.between:
            low, high = map(self.shown, self.between)
            return f"a {'whole ' if self.whole else ''}number from {low} to {high}, by slider or typed"
        return "pick one" if self.choices else "drag the rows, or move the one in focus by \u2191 and \u2193"

    @property
    def step(self) -> float:
        """Of the slider: a power of ten."""
        if self.between is None:
            return 1.0
        low, high = self.between
        step = 10.0 ** math.floor(math.log10((high - low) / STEPS) + 1e-9)
        return max(1.0, step) if self.whole else step

    def read(self, value: Any) -> Any:
        """The value as one of this question; raises ``ValueError`` where it is none, or outside."""
        read = self.of_its_kind(value)
        if self.between and not self.between[0] <= read <= self.between[1]:
            low, high = map(self.shown, self.between)
            raise ValueError(f"{self.shown(read)} is outside: from {low} to {high}, please")
        return read

    def of_its_kind(self, value: Any) -> Any:
        """As ``read``, but a number may be any: what comes is not bound by what was thought possible."""
        if self.between:
            return self._number(value)
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise ValueError(f"{value!r} is none of {', '.join(self.choices)}")
            return str(value)
        listed = [] if isinstance(value, str) or not isinstance(value, Iterable) else [str(v) for v in value]
        if sorted(listed) != sorted(self.order):
            raise ValueError(f"an order of {', '.join(self.order)} is needed, each once, not {value!r}")
        return listed

    def _number(self, value: Any) -> float | int:
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            raise ValueError(f"a number is needed, not {value!r}")
        number = float(value)
        if self.whole and number != round(number):
            raise ValueError(f"a whole number is needed, not {number:g}")
        return int(number) if self.whole else number

    def shown(self, value: Any) -> str:
        """The value in words: a number to three digits, or whole."""
        if isinstance(value, (list, tuple)):
            return ", ".join(value)
        return value if isinstance(value, str) else f"{rounded(value):,}"


def rounded(value: float) -> float | int:
    """To three digits, and never to less than ones."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    near = round(float(value), max(0, digits))
    return int(near) if near == round(near) else near


def _filled(it: Any) -> bool:
    return it is not None and not (isinstance(it, Sequence) and len(it) == 0)


def _ends(id: str, between: Any, whole: bool) -> tuple[float, float]:
    try:
        low, high = (int(v) if whole and float(v) == int(v) else float(v) for v in between)
    except (TypeError, ValueError):
        raise ValueError(f"prediction {id}: between is a lowest and a highest number, not {between!r}") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"prediction {id}: between needs a lower number before a higher one, not {between!r}")
    return low, high


def _words(id: str, name: str, words: Any) -> tuple[str, ...]:
    listed = () if isinstance(words, str) else tuple(words)
    if len(listed) < 2 or len(set(listed)) < len(listed) or not all(isinstance(w, str) and w.strip() for w in listed):
        raise ValueError(f"prediction {id}: {name} needs two or more words, each once, not {words!r}")
    return listed
