"""Widgets in a page without a kernel: one HTML fragment or file, with all that it needs inside.

The scripts of our widgets ask their model for little, and ``js/page/static_page.js`` gives it to them from the saved
state: so a page needs neither require.js nor html-manager nor a network, and opens from a file.  A replay plays whole;
an explorer shows its last picture, which hovering and arrow keys read, and keeps one control alive
(``Explorer.alone``), for which every picture was made beforehand; the other controls are disabled, and the page says
why.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import anywidget
from ipywidgets import Widget
from ipywidgets.widgets.widget import _remove_buffers

from ...core.files import replacing
from ..shared.assets import module, unpacked
from ..shared.explorer import Explorer
from ..shared.holdings import holdings_of, told
from ..shared.parts import JUPYTER_S

_EXPORT = "export default { render };"  # what each of our modules ends with

State = dict[str, Any]


def html_fragment(*widgets: Widget, texts: bool = True) -> str:
    """The widgets, in order, as HTML to put into any page; of a lab or another container only our widgets in it.

    A line under each says what it carries: words of prompts, questions, right answers, the words of answers.  texts:
    ``False`` leaves the last out, so that scores, tokens, and who says the same as whom remain.

    Raises ``ValueError`` without a widget and for one that holds none of ours.
    """
    return "\n".join(saved_fragment(*_saved(part, texts)) for part in _parts(widgets))


def _parts(widgets: tuple[Widget, ...]) -> list[anywidget.AnyWidget]:
    parts: list[anywidget.AnyWidget] = []
    for widget in widgets:
        ours = [part for part in _walk(widget) if _shows(getattr(part, "_esm", ""))]
        if not ours:
            raise ValueError(f"{type(widget).__name__} holds no widget of iapo_widgets; give one of them")
        parts.extend(ours)
    if not parts:
        raise ValueError("no widget was given")
    return parts


def save_html(path: str | os.PathLike[str], *widgets: Widget, title: str = "", texts: bool = True) -> str:
    """Write a page with the widgets that works offline, from a file; it is complete or it is not there.

    title: without one, what the widget asks that is alone on the page, else iapo-widgets.

    The page carries what its pictures show: words of prompts, and of an ``AnswerExplorer`` questions, right answers and
    the words of answers.  It says so itself, under each picture, and so does the line that is returned.  texts:
    ``False`` leaves the answers' words out, and nothing else.

    Raises ``ValueError`` as ``html_fragment``, ``OSError`` where the file cannot be written.
    """
    saved = [_saved(part, texts) for part in _parts(widgets)]
    asked = {str(state["_heading"][0]) for state, _ in saved if state.get("_heading")}
    body = "\n".join(saved_fragment(*part) for part in saved)
    if title or len(asked) != 1:
        body = f"<h1>{html.escape(title or 'iapo-widgets')}</h1>\n{body}"
    write_page(path, body, title or (asked.pop() if len(asked) == 1 else "iapo-widgets"))
    holds = [holdings_of(state) for state, _ in saved]
    held = " + ".join(dict.fromkeys(filter(None, map(told, holds)))) or "no words of prompts, questions or answers"
    more = "; texts=False leaves the words of answers out" if any("answers" in each for each in holds) else ""
    return f"{os.fspath(path)}: {os.stat(path).st_size:,} bytes; it carries {held}{more}"


def write_page(path: str | os.PathLike[str], body: str, title: str) -> None:
    """Write ``body`` as a page of that title."""
    page = _PAGE.format(title=html.escape(title), body=body)
    with replacing(path) as file:
        file.write(page.encode())


def is_ours(state: Mapping[str, Any]) -> bool:
    """Whether a saved state is of a widget that ``saved_fragment`` can show."""
    return isinstance(state.get("_css"), str) and _shows(state.get("_esm", ""))


def _shows(script: Any) -> bool:
    """Whether that is a widget of ours with something to show: no page has a use for a field for a key."""
    plain = unpacked(str(script))
    return _EXPORT in plain and "iapo-secret" not in plain


def model_data(state: Mapping[str, Any], buffers: list[State]) -> str:
    """What the model of a saved widget is made of, as JSON."""
    shown = {k: v for k, v in state.items() if not k.startswith(JUPYTER_S)}
    return json.dumps({"state": shown, "buffers": buffers}, separators=(",", ":"), allow_nan=False)


def saved_fragment(state: Mapping[str, Any], buffers: list[State]) -> str:
    """One widget by its saved state: JSON values, and binary ones as ``{"path": [...], "data": base64}``."""
    kind = re.sub(r"\W", "", str(state.get("_kind", "")))
    name = f"iapo-{kind}-{uuid.uuid4().hex[:12]}"
    # json.dumps leaves "<" as it is, and "</script>" in a name would end the script
    data = model_data(state, buffers).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    start = (
        f"const place = document.getElementById({name!r});\nrender({{ model: savedModel({data}, place), el: place }});"
    )
    script = unpacked(str(state["_esm"])).replace(_EXPORT, start)
    scene = state.get("_scene")
    words = html.escape(str(scene.get("summary", ""))) if isinstance(scene, Mapping) else ""
    held = told(holdings_of(state))
    note = f"\n<p><small>Saved with this picture: {held}.</small></p>" if held else ""
    script = f"(() => {{\n{module('page/static_page')}\n{script}\n}})();"
    return (
        f'<style>{state["_css"]}</style>\n<div id="{name}"><noscript><p>{words}'
        f" (The picture needs JavaScript.)</p></noscript></div>\n<script>{script}</script>{note}"
    )


def _saved(widget: anywidget.AnyWidget, texts: bool) -> tuple[State, list[State]]:
    if hasattr(widget, "show_finished"):
        widget.show_finished()
        widget.join()  # a page is of the whole race
    state = widget.get_state()
    if hasattr(widget, "carried"):
        state |= widget.carried(texts)
    if isinstance(widget, Explorer) and (stills := widget.stills(texts)):
        base = state["_scene"]["panels"]
        state["_alone"] = [widget.alone]
        state["_stills"] = [[value, {**drawn, "_scene": _less(drawn["_scene"], base)}] for value, drawn in stills]
    plain, paths, buffers = _remove_buffers(state)
    coded = [base64.b64encode(buffer).decode("ascii") for buffer in buffers]
    return plain, [{"path": path, "data": data} for path, data in zip(paths, coded, strict=True)]


def _less(scene: State, base: list[State]) -> State:
    """The scene with only those fields of its panels that differ from ``base``, where both have as many panels."""
    panels = scene["panels"]
    if len(panels) != len(base):
        return scene
    few = [{k: v for k, v in p.items() if v != b[k]} for p, b in zip(panels, base, strict=True)]
    return {**scene, "panels": few}


def _walk(widget: Widget) -> Iterator[Widget]:
    """The widget and all in it that are shown, from top to bottom."""
    if getattr(getattr(widget, "layout", None), "display", None) == "none":
        return
    yield widget
    for child in getattr(widget, "children", ()):
        yield from _walk(child)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
body {{ max-width: 1100px; margin: 0 auto; padding: 8px; }}
main > div {{ margin-bottom: 24px; }}
</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
