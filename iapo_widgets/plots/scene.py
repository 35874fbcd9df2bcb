"""Scenes: pictures as plain data, drawn by the browser while they move and by matplotlib when they are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from .picture import GREY, Picture, plain

Numbers = Sequence[float] | NDArray[Any]


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
    """The one point that matters."""

    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A vertical line at ``x``: where the slider stands."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Handle:
    """A point to drag along x: sets element ``index`` of the trait ``name``, a list, between ``low`` and ``high``."""

    name: str
    index: int
    x: float
    y: float
    label: str
    colour: str
    marker: str = "o"
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01


@dataclass(frozen=True, slots=True)
class Cells:
    """A map: ``codes`` (rows, columns) index ``colours`` and ``labels``.

    ``texts`` stand in the cells, ``tell`` says more.  x and y are the values of columns and rows, evenly
    spaced; code -1 is empty.
    """

    codes: Sequence[Sequence[int]]
    x: Sequence[float]
    y: Sequence[float]
    colours: Sequence[str]
    labels: Sequence[str]
    texts: Sequence[Sequence[str]] = ()
    tell: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes; ``ticks`` of x or y as (value, text) pairs, else chosen; sizes relative to the usual."""

    title: str
    xlabel: str
    ylabel: str
    lines: Sequence[Line] = ()
    spans: Sequence[Span] = ()
    stars: Sequence[Star] = ()
    rules: Sequence[Rule] = ()
    handles: Sequence[Handle] = ()
    cells: Cells | None = None
    log: bool = False
    xlim: tuple[float, float] | None = None
    ylim: tuple[float, float] | None = None
    xticks: Sequence[tuple[float, str]] = ()
    yticks: Sequence[tuple[float, str]] = ()
    width: float = 1.0
    height: float = 1.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Panels side by side, what they show in words, a table below them and where the data comes from."""

    panels: Sequence[Panel]
    summary: str
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    note: str = ""

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
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    return value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def draw(scene: Scene, height: float = 4.0) -> Picture:
    """The static twin of ``scene``; its words are the picture's alternative text."""
    words, scene = scene.summary, _as_written(scene)
    widths = [p.width for p in scene.panels] or [1.0]
    height *= max((p.height for p in scene.panels), default=0.0)
    table = len(scene.rows) + 1 if scene.rows else 0
    figure = Picture(figsize=(5.6 * sum(widths), height + 0.3 * table + 0.4), layout="constrained")
    figure.alt = words
    if table and scene.panels:
        above, below = figure.subfigures(2, 1, height_ratios=[height, 0.3 * table])  # type: ignore[misc]
    else:
        above = below = figure
    if scene.panels:
        for axes, panel in zip(
            above.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0], scene.panels, strict=True
        ):
            _panel(axes, panel)
    if table:
        axes = below.subplots()
        axes.axis("off")
        shown = axes.table([list(r) for r in scene.rows], colLabels=list(scene.head), loc="center", cellLoc="left")
        shown.auto_set_font_size(False)
        shown.set_fontsize(8)
        shown.auto_set_column_width(list(range(len(scene.head))))
    if scene.note:
        figure.supxlabel(scene.note, fontsize=8)
    return figure


def _as_written(value: Any) -> Any:
    """A scene, or a part of it, whose texts are drawn as they were written."""
    if isinstance(value, str):
        return plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{name: _as_written(getattr(value, name)) for name in _names(type(value))})
    return [_as_written(v) for v in value] if isinstance(value, (list, tuple)) else value


def _panel(axes: Axes, panel: Panel) -> None:
    handles: list[Any] = []
    if panel.cells is not None:
        handles += _cells(axes, panel.cells)
    for span in panel.spans:
        shade = axes.axvspan(span.start, span.end, color=span.colour, alpha=0.13, lw=0, label=span.label or "_")
        handles += [shade] if span.label else []
    for line in panel.lines:
        style: dict[str, Any] = {
            "color": line.colour,
            "marker": line.marker,
            "ls": line.line or "none",
            "solid_capstyle": "butt",
        }
        style.update(lw=line.width, ms=max(4.5, 1.6 * line.width), markevery=line.every, label=line.label or "_")
        if len(line.error):
            drawn: Any = axes.errorbar(line.x, line.y, line.error, capsize=2, **style)
        else:
            (drawn,) = axes.plot(line.x, line.y, **style)
        handles += [drawn] if line.label else []
    for handle in panel.handles:
        axes.plot(handle.x, handle.y, handle.marker, color=handle.colour, ms=9, mec="black")
    for star in panel.stars:
        handles += axes.plot(star.x, star.y, "*", ms=15, mfc="white", mec="black", mew=1.3, label=star.label, zorder=5)
    for rule in panel.rules:
        handles.append(axes.axvline(rule.x, color=GREY, lw=1.2, ls=":", label=rule.label))
    axes.set(title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel)
    if panel.log:
        axes.set_xscale("log")
    for set_limits, limits in ((axes.set_xlim, panel.xlim), (axes.set_ylim, panel.ylim)):
        if limits:
            set_limits(*limits)
    for set_ticks, ticks in ((axes.set_xticks, panel.xticks), (axes.set_yticks, panel.yticks)):
        if ticks:
            set_ticks([v for v, _ in ticks], [text for _, text in ticks])
    if panel.log and panel.xticks:  # what is given is all that is labelled
        axes.xaxis.set_minor_formatter(NullFormatter())
    if panel.cells is None:
        axes.grid(alpha=0.3)
    if handles:
        place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": 3}
        axes.legend(handles=handles, fontsize=7.5, frameon=False, **place)


def _cells(axes: Axes, cells: Cells) -> list[Patch]:
    codes = np.array(cells.codes)
    (x0, x1), (y0, y1) = _edges(cells.x), _edges(cells.y)
    axes.imshow(
        np.ma.masked_less(codes, 0), cmap=ListedColormap(list(cells.colours)), vmin=-0.5, vmax=len(cells.colours) - 0.5,
        aspect="auto", origin="lower", extent=(x0, x1, y0, y1), interpolation="nearest", alpha=0.75,
    )  # fmt: skip
    for row, y in zip(cells.texts, cells.y, strict=False):
        for text, x in zip(row, cells.x, strict=True):
            axes.text(x, y, text, ha="center", va="center", fontsize=6.5)
    used = sorted(set(codes.ravel().tolist()) - {-1})
    return [Patch(fc=cells.colours[i], alpha=0.75, label=cells.labels[i]) for i in used]


def _edges(values: Sequence[float]) -> tuple[float, float]:
    step = (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else 1.0
    return values[0] - step / 2, values[-1] + step / 2
