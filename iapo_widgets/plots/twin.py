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

from .fitting import fit_text, height_of, legend_below, thin_ticks
from .picture import BLACK, GREY, Picture, plain
from .scene import Bar, Cells, Panel, Scene, names_of

SHADE = 0.75  # how strong the colour of a cell is where nothing is said
LEAST = 0.5  # height of a panel with its words
USUAL = 0.45  # inches of a legend for which a panel has room
CELL, LEAST_CELL = 36, 8  # characters of a line in a table
CHARACTER, EDGES = 0.068, 0.12  # inches of a character in a table, about, and of the edges of a column


def draw(scene: Scene, height: float = 4.0) -> Picture:
    """The static twin of ``scene``; its words are the picture's alternative text."""
    words, scene = scene.words, _as_written(scene)
    rows = _rows(scene.panels)
    heights = [height * max(LEAST, *(panel.height for panel in row)) for row in rows]
    width = 5.6 * max((sum(_widths(row)) for row in rows), default=1.0)
    texts = _broken(scene.head, scene.rows, width) if scene.rows else []
    lines = [max(text.count("\n") + 1 for text in row) for row in texts]
    table = [0.3 * sum(lines)] if texts else []
    beside = 0.4 + 0.3 * bool(scene.title)
    figure = Picture(figsize=(width, sum(heights) + sum(table) + beside), layout="constrained")
    figure.alt = words
    count = len(rows) + len(table)  # none for a scene of words alone
    grid = figure.add_gridspec(max(count, 1), 1, height_ratios=[*heights, *table] or None)
    parts = [figure.add_subfigure(grid[i]) for i in range(count)]
    drawn = [_row(part, row) for part, row in zip(parts, rows, strict=False)]
    if table:
        _table(parts[-1].subplots(), texts, lines)
    if scene.title:
        fit_text(figure.suptitle(scene.title), figure.bbox.width)
    if scene.note:
        fit_text(figure.supxlabel(scene.note, fontsize=8), figure.bbox.width)
    if drawn:
        figure.draw_without_rendering()  # from here on axes are as wide as they stay
        heights = [tall + max(_finish(*each) for each in row) for tall, row in zip(heights, drawn, strict=True)]
        figure.set_size_inches(width, sum(heights) + sum(table) + beside)
        grid.set_height_ratios([*heights, *table])
    return figure


def _row(part: Any, row: Sequence[Panel]) -> list[tuple[Axes, Panel, list[Any]]]:
    """Panels beside each other, with what their legends are to hold."""
    found = part.subplots(1, len(row), width_ratios=_widths(row), squeeze=False)[0]
    return [(axes, panel, _panel(axes, panel)) for axes, panel in zip(found, row, strict=True)]


def _finish(axes: Axes, panel: Panel, handles: list[Any]) -> float:
    """Title, legend and ticks that fit ``axes`` as wide as they are; the inches that these need beyond the usual."""
    axes.set_title(panel.title)
    line = height_of(axes.title)
    fit_text(axes.title, axes.bbox.width)
    more = height_of(axes.title) - line
    if panel.xticks:
        thin_ticks(axes)
    return more + max(0.0, height_of(legend_below(axes, handles)) - USUAL) if handles else more


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


def _broken(head: Sequence[str], rows: Sequence[Sequence[str]], width: float) -> list[list[str]]:
    """Head and rows of a table in lines that are as long as ``width`` inches allow, up to ``CELL`` characters."""
    for characters in range(CELL, LEAST_CELL - 1, -1):
        texts = [[textwrap.fill(text, characters) for text in row] for row in (head, *rows)]
        columns = zip(*texts, strict=True)
        longest = [max(len(line) for text in column for line in text.split("\n")) for column in columns]
        if sum(longest) * CHARACTER + len(longest) * EDGES <= width:
            break
    return texts


def _table(axes: Axes, texts: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
    """texts and lines: of each row, the head's first."""
    axes.axis("off")
    shown = axes.table([list(row) for row in texts[1:]], colLabels=list(texts[0]), loc="center", cellLoc="left")
    shown.auto_set_font_size(False)
    shown.set_fontsize(8)
    shown.auto_set_column_width(list(range(len(texts[0]))))
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


def _panel(axes: Axes, panel: Panel) -> list[Any]:
    """All but title and legend; what the legend is to hold."""
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
    axes.set(xlabel=panel.xlabel, ylabel=panel.ylabel)
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
    return handles


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
