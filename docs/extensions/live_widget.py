"""``{live-widget}``: Python code that the build runs, and the widget of its last line, alive without a kernel."""

from __future__ import annotations

import ast
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from iapo_widgets.widgets.static_page import html_fragment

UNFOLD = '<details class="live-widget-code"><summary>The code that made it</summary>'


class LiveWidget(SphinxDirective):
    """Shows what the last line, an expression, evaluates to, and the code folded below it."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The widget's fragment and the code; an error of the code is an error of the page."""
        source = "\n".join(self.content)
        try:
            widget = evaluate(source)
            fragment = html_fragment(widget)
        except Exception as error:
            raise self.error(f"the widget could not be made: {type(error).__name__}: {error}") from error
        self.env.note_reread()  # its picture depends on the package, which Sphinx does not watch
        return [
            nodes.raw("", f'<div class="live-widget">\n{fragment}\n</div>\n{UNFOLD}', format="html"),
            nodes.literal_block(source, source, language="python"),
            nodes.raw("", "</details>", format="html"),
        ]


def evaluate(source: str) -> Any:
    """Run the statements, and return the value of the last, which must be an expression."""
    tree = ast.parse(source)
    if not (tree.body and isinstance(tree.body[-1], ast.Expr)):
        raise ValueError("the last line must be an expression that gives a widget")
    names: dict[str, Any] = {}
    last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
    exec(compile(tree, "<live-widget>", "exec"), names)
    return eval(compile(last, "<live-widget>", "eval"), names)


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the directive."""
    app.add_directive("live-widget", LiveWidget)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
