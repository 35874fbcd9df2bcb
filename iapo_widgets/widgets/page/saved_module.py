"""A widget as a module of its own, for pages that show modules of anywidget without a kernel: MyST, Jupyter Book 2."""

from __future__ import annotations

import json
import os

import anywidget

from ...core.files import replacing
from ..shared.assets import module, unpacked
from .static_page import _EXPORT, _saved, _shows, model_data

# Whatever model the page hands over has no kernel and knows nothing; the module brings the saved one, a copy a view.
_START = """const SAVED = {data}, STYLE = {style};
export default {{
  render({{ el }}) {{
    el.append(build("style", {{}}, STYLE));
    return render({{ model: savedModel(structuredClone(SAVED), el), el }});
  }},
}};
"""


def save_module(path: str | os.PathLike[str], widget: anywidget.AnyWidget, texts: bool = True) -> None:
    """Write ``widget`` with its state as an ES module, to name in a page's ``{anywidget}`` directive.

    It plays as in a page that ``save_html`` writes, and carries the same words; texts: ``False`` leaves those of
    answers out.  Raises ``ValueError`` for what is no single widget of iapo_widgets, ``OSError`` where the file cannot
    be written.
    """
    if not _shows(getattr(widget, "_esm", "")):
        raise ValueError(f"{type(widget).__name__} is no single widget of iapo_widgets; give one of them")
    state, buffers = _saved(widget, texts)
    start = _START.format(data=model_data(state, buffers), style=json.dumps(state["_css"]))
    script = f"{module('page/static_page')}\n{unpacked(str(state['_esm'])).replace(_EXPORT, start)}"
    with replacing(path) as file:
        file.write(script.encode())
