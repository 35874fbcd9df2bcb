"""Formulas as MathML, which browsers draw themselves: no script, no fonts, no network; docutils does the work."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

BAR, OF_SIZE = (
    '<mo stretchy="false">|</mo>',
    '<mo stretchy="false" lspace="0" rspace="0">|</mo>',
)  # as in |P|: no relation
logger = logging.getLogger(__name__)


def mathml(node: nodes.Element, block: bool) -> str:
    """The formula as MathML; one that cannot be read gives a warning, and its source in its place."""
    tex = node.astext()
    try:
        return str(tex2mathml(tex, as_block=block)).replace(BAR, OF_SIZE)
    except (SyntaxError, ValueError) as error:  # before docutils 0.22, and since
        logger.warning("formula %r: %s", tex, error, location=node)
        return f"<code>{nodes.literal(text=tex)}</code>"


def inline(self: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node, block=False))
    raise nodes.SkipNode


def display(self: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own."""
    self.body.append(self.starttag(node, "div", CLASS="math") + mathml(node, block=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
