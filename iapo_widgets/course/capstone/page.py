"""The page: parts in order, a figure, and the facts that every number of it follows from; it loads nothing."""

from __future__ import annotations

import html

from .facts import Facts, written
from .picture import drawing, framed
from .soundness import PARTS
from .words import parts

DATA = "iapo-capstone-data"  # id of the element that holds the facts
CROWD = 5  # users: above, a sheet of paper needs smaller print
STYLE = """
.iapo-capstone { font: 15px/1.4 system-ui, sans-serif; max-width: 190mm; margin: 0 auto; padding: 8px; }
.iapo-capstone h1 { font-size: 1.5em; line-height: 1.2; margin: 0 0 .4em; }
.iapo-capstone h2 { font-size: 1em; font-weight: 600; margin: .8em 0 .2em; }
.iapo-capstone p { margin: .2em 0; overflow-wrap: anywhere; }
.iapo-capstone section { overflow-x: auto; }
.iapo-capstone.iapo-capstone ul { list-style: none; margin: 0; padding: 0; columns: 2 30ch; overflow-wrap: anywhere; }
.iapo-capstone table { border-collapse: collapse; font-size: .9em; margin: 0; }
.iapo-capstone.iapo-capstone th, .iapo-capstone.iapo-capstone td { border-bottom: 1px solid #808080; text-align: left;
  padding: 2px 12px 2px 0; vertical-align: top; overflow-wrap: break-word; }
.iapo-capstone blockquote { border-left: 4px solid #0072b2; margin: .3em 0; padding-left: 10px; }
.iapo-capstone svg { display: block; width: 100%; max-width: 150mm; height: auto; fill: currentColor; }
@media print {
  .iapo-capstone { font-size: 8.4pt; line-height: 1.2; max-width: none; padding: 0; color: #000; }
  .iapo-crowd { font-size: 7.2pt; }
  .iapo-capstone svg { max-width: 100mm; }
  .iapo-capstone h2 { margin-top: .4em; break-after: avoid; }
  .iapo-capstone.iapo-capstone th, .iapo-capstone.iapo-capstone td { padding-top: 1px; padding-bottom: 1px; }
}
"""
SHELL = """
@page { size: A4; margin: 11mm; }
:root { color-scheme: light dark; }
@media print { :root { color-scheme: light; } }
body { margin: 0; }
"""


def fragment(facts: Facts, *, drawn: bool = True, title: str = "h1") -> str:
    """What the page shows, to put into any page, style included; drawn: with the figure, which takes a moment.

    title: the element of its title, ``h2`` in a page that has one of its own.
    """
    made = []
    for name, inner in parts(facts).items():
        picture = framed(facts, drawing(facts) if drawn else "") if name == "figure" else ""
        made.append(f'<section id="{name}"><h2>{html.escape(PARTS[name])}</h2>{picture}{inner}</section>')
    body = "\n".join(made)
    said, crowd = html.escape(facts["title"]), " iapo-crowd" if len(facts["users"]) > CROWD else ""
    return f'<style>{STYLE}</style>\n<main class="iapo-capstone{crowd}">\n<{title}>{said}</{title}>\n{body}\n</main>'


def page(facts: Facts, *, drawn: bool = True) -> str:
    """The whole page with its facts; drawn: as of ``fragment``."""
    data = f'<script type="application/json" id="{DATA}">{written(facts)}</script>'
    head = '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">'
    title = html.escape(facts["title"])
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n{head}\n<title>{title}</title>\n<style>{SHELL}</style>\n</head>\n'
        f"<body>\n{fragment(facts, drawn=drawn)}\n{data}\n</body>\n</html>\n"
    )
