"""The figure of a report: how far the policy is from its rivals, as a drawing of vectors inside the page."""

from __future__ import annotations

import html
import io
import re

from ...plots.picture import BLUE, VERMILLION
from ...plots.scene import Line, Panel, Scene
from .facts import Facts
from .words import RIVALS, alternative, gap

NAME = 16  # characters of a user's name below the axis
_APART = 0.14  # of the two rivals of a user, along x
_STYLES = re.compile(r"<style[^>]*>.*?</style>", re.S)  # matplotlib's hold for the whole page


def scene(facts: Facts) -> Scene:
    """Means and 95 % intervals of every user, a rival each with a colour and a marker of its own."""
    users, lines = facts["users"], []
    for (rival, name), colour, marker, side in zip(RIVALS.items(), (BLUE, VERMILLION), "os", (-1, 1), strict=True):
        gaps = [gap(user, rival) for user in users]
        x = [i + side * _APART for i in range(len(users))]
        reach = [high - middle for middle, _, high, _ in gaps]
        lines.append(Line(f"from {name}", x, [g[0] for g in gaps], colour, marker, line="", error=reach))
    nought = Line("", [-0.5, len(users) - 0.5], [0.0, 0.0], "#757575", "", line=":")
    ticks = [(float(i), _short(user["name"])) for i, user in enumerate(users)]
    ends, wide = (-0.5, len(users) - 0.5), max(1.0, len(users) / 5)  # names of many users need room
    panel = Panel("", "user", "difference in score", [*lines, nought], xticks=ticks, xlim=ends, width=wide)
    return Scene([panel], alternative(facts))


def drawing(facts: Facts) -> str:
    """The figure as SVG for a page, whose colour of text it takes; its words stand around it, by ``framed``."""
    from matplotlib import rc_context  # slow to load

    from ...plots.twin import draw

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "iapo-capstone"}):
        figure, out = draw(scene(facts), height=2.2), io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = out.getvalue()
    inner = _STYLES.sub("", svg[svg.index("<svg") :]).replace("#000000", "currentColor")
    inner = inner.replace("#b0b0b0", "#808080")  # a grid that shows on light and dark
    return inner.replace("<svg ", '<svg aria-hidden="true" ', 1)


def framed(facts: Facts, svg: str) -> str:
    """A drawing with its words; an empty one stands for what need not be seen."""
    return f'<div role="img" aria-label="{html.escape(alternative(facts))}">{svg}</div>'


def _short(name: str) -> str:
    return name if len(name) <= NAME else f"{name[: NAME - 1]}\N{HORIZONTAL ELLIPSIS}"
