"""Texts that fit their figure, as measured there: legends by columns, titles and notes by lines, ticks by number."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import offset_copy

COLUMNS = 3  # of a legend at most
BELOW = 34  # points between axes and the legend below them
APART = 4  # points between the words of two ticks


def fit_text(text: Text, room: float) -> None:
    """Break the lines of ``text`` into such of at most ``room`` pixels."""
    lines = text.get_text().split("\n")
    characters = max(map(len, lines))
    while _width(text) > room and characters > 1:
        characters = max(1, min(characters - 1, int(characters * room / _width(text))))
        text.set_text("\n".join(textwrap.fill(line, characters) for line in lines))


def legend_below(axes: Axes, handles: Sequence[Any]) -> Legend:
    """A legend under ``axes`` and no wider than they are: with fewer columns, or else with broken lines."""
    under: Any = offset_copy(axes.transAxes, axes.figure, 0, -BELOW, units="points")  # type: ignore[arg-type]
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "bbox_transform": under}
    room = _width(axes)
    for columns in range(COLUMNS, 0, -1):
        legend = axes.legend(handles=handles, fontsize=7.5, frameon=False, ncols=columns, **place)
        if _width(legend) <= room:
            return legend
    texts = legend.get_texts()
    beside = _width(legend) - max(_width(text) for text in texts)
    for text in texts:
        fit_text(text, room - beside)
    return legend


def thin_ticks(axes: Axes) -> None:
    """Leave every so many-th of the labelled ticks of x, until no two of their words meet."""
    ticks, labels = axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]
    for step in range(1, len(labels)):
        axes.set_xticks(ticks[::step], labels[::step])
        boxes = [text.get_window_extent() for text in axes.get_xticklabels() if text.get_text()]
        apart = APART * axes.figure.dpi / 72
        if all(a.x1 + apart <= b.x0 for a, b in pairwise(boxes)):
            return


def height_of(drawn: Text | Legend) -> float:
    """Inches."""
    return float(drawn.get_window_extent().height / drawn.get_figure(root=True).dpi)  # type: ignore[union-attr]


def _width(drawn: Text | Legend | Axes) -> float:
    """Pixels."""
    return float(drawn.get_window_extent().width)
