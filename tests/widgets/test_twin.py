"""What a notebook keeps of a widget beside its view, in the outputs of a real kernel."""

import nbformat
import pytest
from nbclient import NotebookClient

from iapo_widgets.course.files import course_folder
from iapo_widgets.widgets.shared.twin import asleep, is_twin

VIEW = "application/vnd.jupyter.widget-view+json"
SETUP = """
import threading
from iapo_widgets import load
from iapo_widgets.widgets import LiveLab, PSSTLab, ScalingExplorer

def show(widget):
    display(widget)
    for thread in threading.enumerate():
        if thread.name == "iapo-twin":
            thread.join()  # nbclient hears of a picture only while its cell runs
"""
CELLS = [
    SETUP,
    "one = ScalingExplorer()\nshow(one)",
    "show(one)",
    "show(PSSTLab(load('math'), budget=2_000))",
    "show(LiveLab())",
]


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    """Cells of a notebook that was run."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    folder = {"metadata": {"path": str(tmp_path_factory.mktemp("twin"))}}
    return NotebookClient(book, kernel_name="python3", resources=folder).execute().cells


def twin(cell):
    """The output beside a cell's view, as text."""
    view, beside = cell.outputs
    assert VIEW in view["data"] and is_twin(beside) and not is_twin(view)
    return beside["data"]["text/html"]


def test_a_picture_comes_after_the_view(cells):
    """The view first, then one output with what to do and the widget's figure, whose text says what it shows."""
    for cell, kind, alt in [(cells[1], "ScalingExplorer", "The order flips"), (cells[3], "PSSTLab", "Recommended:")]:
        text = twin(cell)
        assert f"<strong>{kind}</strong>" in text and "run this cell" in text
        assert text.count('<img src="data:image/png;base64,iVBOR') == 1 and alt in text


def test_a_widget_that_is_shown_twice_has_one_twin(cells):
    """Both outputs are of one class, by which the widget's script hides them."""
    assert twin(cells[1]).split('"')[1] == twin(cells[2]).split('"')[1]
    assert twin(cells[1]).split('"')[1] != twin(cells[3]).split('"')[1]


def test_what_was_not_run_has_words_alone(cells):
    """LiveLab has no figure before it ran; nobody is shown an error for it."""
    assert "<strong>LiveLab</strong>" in twin(cells[4]) and "<img" not in twin(cells[4])
    assert not any(output.output_type in ("stream", "error") for cell in cells for output in cell.get("outputs", []))


@pytest.mark.parametrize("path", sorted(course_folder().glob("*.ipynb")), ids=lambda path: path.name)
def test_a_lesson_says_in_a_line_what_a_front_end_without_a_kernel_would_only_complain_about(path):
    """No committed output asks for the model of a widget that is not there; each is the line with its name."""
    outputs = [o for cell in nbformat.read(path, as_version=4).cells for o in cell.get("outputs", [])]
    assert not any(VIEW in output.get("data", {}) for output in outputs)
    found = [output["data"] for output in outputs if is_twin(output)]
    assert found
    for data in found:
        assert data["text/html"] == asleep(data["text/plain"].partition("(")[0])
