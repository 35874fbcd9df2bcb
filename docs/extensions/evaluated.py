"""Directives whose content is Python code that the build runs: pages show what the code makes today, never a copy.

``{live-widget}`` embeds the widget that the last line gives, alive without a kernel; ``{picture}`` a figure.
"""

from __future__ import annotations

import ast
import html
import io
from typing import Any

from docutils import nodes
from matplotlib.figure import Figure
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from iapo_widgets.widgets.page.static_page import html_fragment

UNFOLD = '<details class="live-widget-code"><summary>The code that made it</summary>'


class Evaluated(SphinxDirective):
    """Shows what the last line, an expression, evaluates to; an error of the code is an error of the page."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The nodes of the value."""
        source = "\n".join(self.content)
        try:
            shown = self.show(source, evaluate(source))
        except Exception as error:
            raise self.error(f"{type(error).__name__} in the code of this page: {error}") from error
        self.env.note_reread()  # what it shows depends on the package, which Sphinx does not watch
        return shown

    def show(self, source: str, value: Any) -> list[nodes.Node]:
        """The nodes of this value."""
        raise NotImplementedError


class LiveWidget(Evaluated):
    """A widget, and its code folded below it."""

    def show(self, source: str, value: Any) -> list[nodes.Node]:
        """The fragment and the code."""
        return [
            nodes.raw("", f'<div class="live-widget">\n{html_fragment(value)}\n</div>\n{UNFOLD}', format="html"),
            nodes.literal_block(source, source, language="python"),
            nodes.raw("", "</details>", format="html"),
        ]


class PictureOf(Evaluated):
    """A figure as SVG with its alternative text."""

    def show(self, source: str, value: Any) -> list[nodes.Node]:
        """The drawing; ``ValueError`` for anything but a figure that has an alternative text."""
        if not (isinstance(value, Figure) and getattr(value, "alt", "")):
            raise ValueError(
                "the last line must give a figure with an alternative text, as those of iapo_widgets.plots"
            )
        svg = io.StringIO()
        value.savefig(svg, format="svg", metadata={"Date": None})
        drawing = svg.getvalue()[svg.getvalue().index("<svg") :]
        picture = f'<div class="picture" role="img" aria-label="{html.escape(value.alt)}">{drawing}</div>'
        return [nodes.raw("", picture, format="html")]


def evaluate(source: str) -> Any:
    """Run the statements, and return the value of the last, which must be an expression."""
    tree = ast.parse(source)
    if not (tree.body and isinstance(tree.body[-1], ast.Expr)):
        raise ValueError("the last line must be an expression that gives what is to be shown")
    names: dict[str, Any] = {}
    last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    exec(compile(tree, "<page>", "exec"), names)
    return eval(compile(last, "<page>", "eval"), names)


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the directives."""
    app.add_directive("live-widget", LiveWidget)
    app.add_directive("picture", PictureOf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
