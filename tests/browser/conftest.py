"""One JupyterLab and one browser for all tests in it."""

import shutil

import nbformat
import pytest
from playwright.sync_api import expect, sync_playwright

from browser.jupyter import CHROMIUM_FLAGS, NotebookPage, jupyter_server
from chromium import find
from iapo_widgets.course.files import course_folder

expect.set_options(timeout=20_000)

#: A lab below two pictures, on a task that no lesson changes.
LAB = [
    "from iapo_widgets import load\nfrom iapo_widgets.plots import figure3, q_curves\ntask = load('math')\nfigure3()",
    "q_curves(task, 'low')",
    "from iapo_widgets.widgets import PSSTLab\n\nlab = PSSTLab(task)\nlab",
]


@pytest.fixture(scope="session")
def lab_address(tmp_path_factory):
    """Address of a running JupyterLab with copies of the lessons, and with a lab of its own."""
    folder = tmp_path_factory.mktemp("lab")
    for lesson in course_folder().glob("*.ipynb"):
        shutil.copy(lesson, folder)
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in LAB])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "lab.ipynb")
    with jupyter_server(folder) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium; these tests fail, not skip, without one."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def start_here(lab_address, browser):
    """The lab in a notebook of its own, opened and run from top to bottom."""
    page = browser.new_page(viewport={"width": 1600, "height": 1400})
    notebook = NotebookPage(page, lab_address, "lab.ipynb")
    notebook.run_all()
    yield notebook
    page.close()
