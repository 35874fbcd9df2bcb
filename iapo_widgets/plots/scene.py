"""Scenes: pictures as plain data, drawn by the browser while they move and by ``twin`` when they are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .picture import GREY

Numbers = Sequence[float] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Move:
    """What moving a mark along ``axis`` sets: the trait ``name``, or element ``index`` of it where that is a list.

    Values lie between ``low`` and ``high`` on multiples of ``step``; log: ``step`` is one of the logarithm, and values
    have two digits.  said: the value in words, where ``{}`` stands.
    """

    axis: str
    name: str
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    index: int = -1
    log: bool = False
    said: str = "{}"


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: x and y of equal length, NaN where there is none; ``line`` is "-", "--", ":" or "" for markers alone.

    error: standard errors, or none.  every: markers at each so many-th point.  tell: what a point says when it is
    hovered or focused, one text a point; without it x and y.
    """

    label: str
    x: Numbers
    y: Numbers
    colour: str = GREY
    marker: str = "o"
    line: str = "-"
    error: Numbers = ()
    every: int = 1
    width: float = 1.6
    tell: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A shaded stretch of the x axis."""

    start: float
    end: float
    colour: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Star:
    """The one point that matters; as a ``ring`` it hides nothing of what it marks."""

    x: float
    y: float
    label: str
    ring: bool = False
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line at ``x``: where the slider stands."""

    x: float
    label: str
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class Handle:
    """A point that is there to be moved."""

    x: float
    y: float
    label: str
    colour: str
    marker: str = "o"
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from ``start`` to ``end`` along x around ``y``, so ``thick`` in units of y; ``moves`` move its end.

    Bars of one label and colour stand once in the legend; an ``open`` one is an outline; ``note`` stands at its end.
    """

    y: float
    start: float
    end: float
    colour: str
    label: str = ""
    thick: float = 0.6
    open: bool = False
    tell: str = ""
    note: str = ""
    moves: Sequence[Move] = ()


@dataclass(frozen=True, slots=True)
class Cells:
    """A map: ``codes`` (rows, columns) index ``colours`` and ``labels``.

    ``texts`` stand in the cells, ``tell`` says more.  x and y are the values of columns and rows, evenly
    spaced; code -1 is empty.  shades: how strong the colour of each cell is, 0 .. 1; ramp: what some shades mean, as
    (words, shade) pairs of the legend; markers: of each code there.  A star that can be moved goes where one presses.
    """

    codes: Sequence[Sequence[int]]
    x: Sequence[float]
    y: Sequence[float]
    colours: Sequence[str]
    labels: Sequence[str]
    texts: Sequence[Sequence[str]] = ()
    tell: Sequence[Sequence[str]] = ()
    shades: Sequence[Sequence[float]] = ()
    ramp: Sequence[tuple[str, float]] = ()
    markers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes; ``ticks`` of x or y as (value, text) pairs, else chosen; sizes relative to the usual.

    A ``wide`` panel has a row for itself.
    """

    title: str
    xlabel: str
    ylabel: str
    lines: Sequence[Line] = ()
    spans: Sequence[Span] = ()
    stars: Sequence[Star] = ()
    rules: Sequence[Rule] = ()
    handles: Sequence[Handle] = ()
    bars: Sequence[Bar] = ()
    cells: Cells | None = None
    log: bool = False
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xticks: Sequence[tuple[float, str]] = ()
    yticks: Sequence[tuple[float, str]] = ()
    width: float = 1.0
    height: float = 1.0
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Panels side by side, what they show in words, a table below them and where the data comes from.

    title and lead: a heading and a sentence above them; change: what would come of a change.
    """

    panels: Sequence[Panel]
    summary: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""
    title: str = ""
    lead: str = ""
    change: str = ""

    @property
    def words(self) -> str:
        """What is seen and what would change it."""
        return f"{self.summary} {self.change}".strip()

    def plain(self) -> dict[str, Any]:
        """The scene as JSON values: numbers of five digits, ``None`` for NaN."""
        return dict(_plain(self))


def scale_ticks(n_max: int) -> list[tuple[float, str]]:
    """Ticks of an axis of N: 1, for that is where single answers stand, and about eight round ones."""
    step = next((k for k in (1, 2, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100) if n_max / k <= 8), max(1, n_max // 8))
    return [(float(n), str(n)) for n in sorted({1, *range(step, n_max + 1, step)}) if n == 1 or n >= step]


def _plain(value: Any) -> Any:
    """By type, the most frequent first: a slider has this done at each of its moves."""
    kind: Any = type(value)
    if kind is str or kind is int or kind is bool or value is None:
        return value
    if kind is float:
        return float(f"{value:.5g}") if math.isfinite(value) else None
    if kind is list or kind is tuple or kind is range:
        return [_plain(v) for v in value]
    if kind is np.ndarray:
        return _plain(value.tolist())
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in names_of(kind)}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value


@cache
def names_of(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))
