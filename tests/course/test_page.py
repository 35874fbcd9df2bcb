"""Pages of notebooks whose widget states are not what they should be."""

import nbformat
import pytest

from iapo_widgets.course.page import OfflinePageExporter
from iapo_widgets.widgets import ScalingExplorer

VIEW, STATES = "application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"
LOST = "This control needs a running kernel."


def page(view, states, widgets=None):
    """The page of a notebook with one output, which shows ``view``."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", execution_count=1)])
    output = nbformat.v4.new_output("display_data", {VIEW: view, "text/plain": "x"})
    book.cells[0].outputs = [output]
    book.metadata["widgets"] = {STATES: {"state": states}} if widgets is None else widgets
    return OfflinePageExporter().from_notebook_node(book)[0]


def box(*children):
    """The state of a box of these models."""
    return {"state": {"children": [f"IPY_MODEL_{child}" for child in children]}}


@pytest.mark.parametrize(
    ("view", "states"),
    [
        ({"model_id": "a"}, {"a": box("a")}),
        ({"model_id": "a"}, {"a": box("b", "b"), "b": box("a", "c")}),
        ({"model_id": "a"}, {str(i): box(str(i + 1)) for i in range(5_000)} | {"a": box("0")}),
        ({}, {}),
        ({"model_id": ["a"]}, {}),
        ("a", {}),
        ({"model_id": "a"}, {"a": {"state": {"children": "abc"}}}),
        ({"model_id": "a"}, {"a": {"state": 3}}),
        ({"model_id": "a"}, {"a": "text"}),
        ({"model_id": "a"}, {"a": {"state": {"_esm": "export default { render };"}}}),
    ],
)
def test_a_state_that_makes_no_sense_is_a_control_that_needs_a_kernel(view, states):
    """Boxes that hold themselves or are nested deeply, views without a model, fields of other types: a line says so."""
    assert LOST in page(view, states)


@pytest.mark.parametrize("widgets", [{}, {STATES: []}, {STATES: {"state": None}}, "text"])
def test_states_that_are_none_are_none(widgets):
    """A notebook whose widgets' states are missing or of another type still becomes a page."""
    assert LOST in page({"model_id": "a"}, {}, widgets)


def test_a_widget_in_two_boxes_is_shown_once():
    """What two boxes of one view share stands once in its page."""
    explorer = ScalingExplorer()
    ours = {"state": {k: v for k, v in explorer.get_state().items() if isinstance(v, (str, int, float, dict, list))}}
    text = page({"model_id": "a"}, {"a": box("b", "c", "b"), "b": box("c"), "c": ours})
    assert LOST not in text and text.count('<div id="iapo-') == 1
