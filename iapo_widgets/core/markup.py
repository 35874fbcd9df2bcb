"""Tables as HTML, for whatever shows itself in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape


def html_table(
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    caption: str = "",
    kind: str = "",
    shown: Callable[[object], str] = str,
    style: Callable[[object], str] = lambda value: "",
) -> str:
    """A table with named columns; every text is escaped.

    kind: its class; shown: the text of a value; style: the CSS of its cell.
    """

    def cell(value: object) -> str:
        css = style(value)
        return f'<td style="{css}">{escape(shown(value))}</td>' if css else f"<td>{escape(shown(value))}</td>"

    opening = f'<table class="{kind}">' if kind else "<table>"
    named = f"<caption>{escape(caption)}</caption>" if caption else ""
    top = "".join(f'<th scope="col">{escape(str(name))}</th>' for name in head)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    return f"{opening}{named}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
