"""A notebook as one HTML page that works without a kernel and without a network."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets.config import Config

from ..widgets.page.static_page import is_ours, saved_fragment
from ..widgets.shared.twin import is_twin

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATES = "application/vnd.jupyter.widget-state+json"
_MODEL = "IPY_MODEL_"
_OTHER = "This control needs a running kernel."
_LIVE = (
    "LiveLab asks a language model, which may cost money: it runs only when somebody presses Run in a notebook, and "
    "nobody did before this page was made."
)
_FOLDING = """{%- extends "lab/index.html.j2" -%}
{%- block output_group -%}
{%- if cell.metadata.get("jupyter", {}).get("outputs_hidden") or "hide-output" in cell.metadata.get("tags", []) -%}
<details class="iapo-folded"><summary style="padding-left: var(--jp-cell-prompt-width, 64px)">Output: predict it, then
open it here</summary>
{{ super() }}
</details>
{%- else -%}
{{ super() }}
{%- endif -%}
{%- endblock output_group -%}
"""


class SavedWidgets(Preprocessor):  # type: ignore[misc]
    """Puts in place of each widget view what ``saved_fragment`` makes of its saved state.

    Of a container the widgets of ours in it stay; where there is none, a line says that a kernel is needed.  What
    stands in for a widget that is not alive is dropped beside one that is.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Change every output that shows a widget, and drop the states, which nothing else needs."""
        states = _field(_field(_field(nb.metadata, "widgets"), _STATES), "state")
        for cell in nb.cells:
            if any(_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
                cell.outputs = [output for output in cell.outputs if not is_twin(output)]
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                if _VIEW in data:
                    view = data.pop(_VIEW)
                    model = view.get("model_id") if isinstance(view, Mapping) else None
                    data["text/html"] = self._html(str(model), states)
        nb.metadata.pop("widgets", None)
        return nb, resources

    def _html(self, model: str, states: Any) -> str:
        ours = [states[name] for name in self._ours(model, states)]
        classes = _field(_field(states, model), "state").get("_dom_classes")
        if (
            isinstance(classes, list)
            and "iapo-live" in classes
            and not any("n_frames" in each["state"] for each in ours)
        ):
            return f"<p><em>{html.escape(_LIVE)}</em></p>"
        if not ours:
            return f"<p><em>{html.escape(_OTHER)}</em></p>"
        return "\n".join(saved_fragment(saved["state"], _buffers(saved)) for saved in ours)

    def _ours(self, model: str, states: Any) -> list[str]:
        """Ids of our widgets at or below a model, from top to bottom, each once."""
        found: list[str] = []
        left, seen = [model], set[str]()
        while left:
            name = left.pop()
            if name in seen:  # a box that holds itself
                continue
            seen.add(name)
            state = _field(_field(states, name), "state")
            if is_ours(state) and "iapo-secret" not in state["_css"]:  # no page has a use for a key
                found.append(name)
                continue
            below = state.get("children", [])
            left += [str(child).removeprefix(_MODEL) for child in reversed(below if isinstance(below, list) else [])]
        return found


class OfflinePageExporter(HTMLExporter):  # type: ignore[misc]
    """``jupyter nbconvert --to iapo-page --execute NOTEBOOK``: our widgets replay in it; it loads nothing.

    What a notebook folds for the reader to predict is folded here, too.
    """

    export_from_notebook = "Offline page with widgets"
    raw_template = _FOLDING

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.register_preprocessor(SavedWidgets(parent=self), enabled=True)

    @property
    def default_config(self) -> Config:
        """No require.js, MathJax or html-manager from elsewhere."""
        here = Config({"HTMLExporter": {"require_js_url": "", "mathjax_url": "", "jquery_url": ""}})
        here.merge(super().default_config)
        return here


def _field(row: Any, name: str) -> Any:
    """What a notebook keeps under a name, where it is a mapping; else an empty one."""
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _buffers(saved: Any) -> list[dict[str, Any]]:
    given = saved.get("buffers", [])
    whole = [b for b in given if isinstance(b, Mapping) and isinstance(b.get("path"), list) and "data" in b]
    return [{"path": list(b["path"]), "data": b["data"]} for b in whole]
