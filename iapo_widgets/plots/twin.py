"""The static twin of a scene: the same picture by matplotlib, which nothing in it moves."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import is_dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from matplotlib.transforms import offset_copy

from .picture import BLACK, GREY, Picture, plain
from .scene import Bar, Cells, Panel, Scene, names_of

SHADE = 0.75  # how strong the colour of a cell is where nothing is said
LEAST = 0.5  # height of a panel with its words
BELOW = 34  # points between a panel and its legend
CELL = 36  # characters of a line in a table


def draw(scene: Scene, height: float = 4.0) -> Picture:
    """The static twin of ``scene``; its words are the picture's alternative text."""
    words, scene = scene.words, _as_written(scene)
    rows = _rows(scene.panels)
    heights = [height * max(LEAST, *(panel.height for panel in row)) for row in rows]
    texts = [[textwrap.fill(text, CELL) for text in row] for row in scene.rows]
    lines = [1, *(max(text.count("\n") + 1 for text in row) for row in texts)]
    table = [0.3 * sum(lines)] if texts else []
    width = 5.6 * max((sum(_widths(row)) for row in rows), default=1.0)
    figure = Picture(figsize=(width, sum(heights) + sum(table) + 0.4 + 0.3 * bool(scene.title)), layout="constrained")
    figure.alt = words
    count = len(rows) + len(table)  # none for a scene of words alone
    parts: Any = figure.subfigures(count, 1, height_ratios=[*heights, *table], squeeze=False)[:, 0] if count else []
    for part, row in zip(parts, rows, strict=False):
        drawn = part.subplots(1, len(row), width_ratios=_widths(row), squeeze=False)[0]
        for axes, panel in zip(drawn, row, strict=True):
            _panel(axes, panel)
    if table:
        _table(parts[-1].subplots(), scene.head, texts, lines)
    if scene.title:
        figure.suptitle(scene.title)
    if scene.note:
        figure.supxlabel(scene.note, fontsize=8)
    return figure


def _rows(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Panels that stand beside each other; a wide one stands alone."""
    rows: list[list[Panel]] = []
    for panel in panels:
        if panel.wide or not rows or rows[-1][-1].wide:
            rows.append([])
        rows[-1].append(panel)
    return rows


def _widths(row: Sequence[Panel]) -> list[float]:
    return [2 * panel.width if panel.wide else panel.width for panel in row]


def _table(axes: Axes, head: Sequence[str], texts: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
    """lines: of each row, the head's first."""
    axes.axis("off")
    shown = axes.table([list(row) for row in texts], colLabels=list(head), loc="center", cellLoc="left")
    shown.auto_set_font_size(False)
    shown.set_fontsize(8)
    shown.auto_set_column_width(list(range(len(head))))
    for (row, _), cell in shown.get_celld().items():
        cell.set_height(lines[row] / sum(lines))
        cell.PAD = 0.05


def _as_written(value: Any) -> Any:
    """A scene, or a part of it, whose texts are drawn as they were written."""
    if isinstance(value, str):
        return plain(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{name: _as_written(getattr(value, name)) for name in names_of(type(value))})
    return [_as_written(v) for v in value] if isinstance(value, (list, tuple)) else value


def _panel(axes: Axes, panel: Panel) -> None:
    handles: list[Any] = []
    if panel.cells is not None:
        handles += _cells(axes, panel.cells)
    for span in panel.spans:
        shade = axes.axvspan(span.start, span.end, color=span.colour, alpha=0.13, lw=0, label=span.label or "_")
        handles += [shade] if span.label else []
    handles += _bars(axes, panel.bars)
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
        look: dict[str, Any] = (
            {"marker": "o", "mfc": "none", "mew": 2.5} if star.ring else {"marker": "*", "mfc": "white", "mew": 1.3}
        )
        handles += axes.plot(star.x, star.y, ls="none", ms=15, mec="black", label=star.label, zorder=5, **look)
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
        below: Any = offset_copy(axes.transAxes, axes.figure, 0, -BELOW, units="points")  # type: ignore[arg-type]
        place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": below, "ncols": 3}
        axes.legend(handles=handles, fontsize=7.5, frameon=False, **place)


def _bars(axes: Axes, bars: Sequence[Bar]) -> list[Patch]:
    known: dict[str, Patch] = {}
    for bar in bars:
        look: dict[str, Any] = {"fc": "none" if bar.open else bar.colour, "ec": bar.colour, "label": bar.label or "_"}
        if bar.end != bar.start:
            axes.barh(bar.y, bar.end - bar.start, bar.thick, bar.start, **look)
        known.setdefault(bar.label, Patch(**look))
        if bar.note:
            end = (max(bar.start, bar.end), bar.y)
            axes.annotate(bar.note, end, (4, 0), textcoords="offset points", va="center", fontsize=8)
    known.pop("", None)
    return list(known.values())


def _cells(axes: Axes, cells: Cells) -> list[Any]:
    codes = np.array(cells.codes)
    (x0, x1), (y0, y1) = _edges(cells.x), _edges(cells.y)
    shades = np.array(cells.shades) if len(cells.shades) else np.full(codes.shape, SHADE)
    colours = np.array([to_rgb(colour) for colour in cells.colours])
    seen = np.where(codes[..., None] < 0, 1.0, 1 - shades[..., None] * (1 - colours[codes]))
    axes.imshow(seen, aspect="auto", origin="lower", extent=(x0, x1, y0, y1), interpolation="nearest")
    for row, y in zip(cells.texts, cells.y, strict=False):
        for text, x in zip(row, cells.x, strict=True):
            axes.text(x, y, text, ha="center", va="center", fontsize=6.5)
    ramp = [Patch(fc=GREY, alpha=shade, label=words) for words, shade in cells.ramp]
    return [_cell_key(cells, code) for code in sorted(set(codes.ravel().tolist()) - {-1})] + ramp


def _cell_key(cells: Cells, code: int) -> Any:
    colour, label = cells.colours[code], cells.labels[code]
    if not len(cells.markers):
        return Patch(fc=colour, alpha=SHADE, label=label)
    return Line2D([], [], ls="none", marker=cells.markers[code], mfc=colour, mec=BLACK, ms=9, label=label)


def _edges(values: Sequence[float]) -> tuple[float, float]:
    step = (values[-1] - values[0]) / (len(values) - 1) if len(values) > 1 else 1.0
    return values[0] - step / 2, values[-1] + step / 2
