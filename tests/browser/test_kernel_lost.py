"""Widgets whose kernel is gone, or has no threads, in a real JupyterLab: what was seen stands, with what to do."""

import json

import nbformat
import pytest
from playwright.sync_api import expect

from browser.jupyter import NotebookPage, jupyter_server
from browser.race import clock, play, policy

IMPORTS = """import threading
from iapo_widgets import load
from iapo_widgets.widgets import LiveLab, PSSTLab, ScalingExplorer, StudyExplorer"""
WIDGETS = [
    "lab = PSSTLab(load('real-words'), budget=6_000, seconds_per_round=0.6)\nlab",
    "ScalingExplorer()",
    "study = StudyExplorer()\nstudy",
    "LiveLab()",
]
NO_THREADS = """start = threading.Thread.start

def refuse(thread):  # ours alone: the kernel itself is made of threads
    if thread.name.startswith("iapo"):
        raise RuntimeError("can't start new thread")
    start(thread)

threading.Thread.start = refuse
lab = PSSTLab(load('real-words'), budget=6_000, seconds_per_round=0.3)
lab"""
GONE = "The kernel was restarted or has ended: run this cell again to go on."
ASLEEP = "run this cell (Shift + Enter) to play and move it."
HEIGHTS = "() => [...document.querySelectorAll('.iapo-widget')].map((e) => e.getBoundingClientRect().height)"
KERNEL = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the notebooks lie."""
    return tmp_path_factory.mktemp("lost")


@pytest.fixture(scope="module")
def address(folder):
    """Address of a JupyterLab on that folder."""
    with jupyter_server(folder) as address:
        yield address


@pytest.fixture
def opened(folder, address, browser):
    """Writes a notebook of these cells, opens and runs it."""
    pages = []

    def open_notebook(name, cells):
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells], metadata=kernel)
        nbformat.write(book, folder / name)
        pages.append(browser.new_page(viewport={"width": 1300, "height": 2400}))
        notebook = NotebookPage(pages[-1], address, name)
        notebook.run_all()
        assert notebook.outputs("error") == []
        return notebook

    yield open_notebook
    for page in pages:
        page.close()


def save(notebook):
    """Save it, and return what the file holds."""
    notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    notebook.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")


def reopened(browser, address, name):
    """The notebook in a page of its own, with no kernel that knows its widgets."""
    page = browser.new_page(viewport={"width": 1300, "height": 2400})
    page.goto(f"{address}lab/workspaces/again/tree/{name}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
    page.wait_for_function(
        "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
    )
    return page


def test_a_restart_in_a_run_leaves_what_was_seen(opened):
    """Each widget keeps its place and says in a line what to do; the race plays on, nothing runs, no icon is broken."""
    notebook = opened("restart.ipynb", [IMPORTS, *WIDGETS])
    page, lab = notebook.page, notebook.page.locator(".iapo-race-lab")
    study = page.locator('.iapo-explorer[aria-label="StudyExplorer"]')
    expect(policy(lab)).to_contain_text("after round 8:")
    study.get_by_role("button", name="Run").click()
    notebook.wait_for("study.state == 'running'")
    lab.get_by_text("More", exact=True).click()
    lab.get_by_role("button", name="Run", exact=True).click()
    play(lab).click()
    expect(policy(lab)).to_contain_text("after round 2:")
    heights = page.evaluate(HEIGHTS)
    page.evaluate(f"{KERNEL}.restart()")
    lost = page.locator(".iapo-lost:visible", has_text=GONE)
    expect(lost).to_have_count(3)  # that of LiveLab is a style
    for old, new in zip(heights, page.evaluate(HEIGHTS), strict=True):
        assert abs(new - old) < 130
    expect(page.locator(".iapo-race-lab, .iapo-explorer, .iapo-live").get_by_text("Running")).to_have_count(0)
    icons = "(e) => getComputedStyle(e, '::before').content"
    shown = [e.evaluate(icons) for e in page.locator(".jupyter-widgets-disconnected").all()]
    assert [text for text in shown if text != "none"] == [f'"{GONE} What was paid for is in the ledger."']
    expect(play(lab)).to_have_attribute("aria-pressed", "false")
    clock(lab).press("Home")
    expect(policy(lab)).to_contain_text("after round 1:")
    play(lab).click()
    expect(policy(lab)).to_contain_text("after round 2:")
    assert notebook.errors == []


def test_a_notebook_opened_without_a_kernel_shows_its_last_pictures(opened, folder, address, browser):
    """Alive, no picture is there twice; opened again, each widget is a picture and a line, in place of a complaint."""
    notebook = opened("reopened.ipynb", [IMPORTS, *WIDGETS])
    expect(notebook.page.locator(".iapo-twin img")).to_have_count(3)  # drawn, and hidden beside what lives
    expect(notebook.page.locator(".iapo-twin:visible")).to_have_count(0)
    save(notebook)
    assert "widgets" not in json.loads((folder / "reopened.ipynb").read_text())["metadata"]
    notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page = reopened(browser, address, "reopened.ipynb")
    for i, kind in enumerate(("PSSTLab", "ScalingExplorer", "StudyExplorer", "LiveLab")):
        twin = page.locator(".iapo-twin:visible").nth(i)
        expect(twin).to_contain_text(f"{kind} · {ASLEEP}")
        picture = twin.locator("img")
        expect(picture).to_have_count(0 if kind == "LiveLab" else 1)
        if kind != "LiveLab":
            assert picture.bounding_box()["width"] > 400 and len(picture.get_attribute("alt")) > 20
    expect(page.get_by_text("Error displaying widget: model not found").first).to_be_hidden()
    page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(policy(page.locator(".iapo-race-lab"))).to_contain_text("after round 8:", timeout=60_000)
    expect(page.locator(".iapo-twin:visible")).to_have_count(0, timeout=60_000)
    page.close()


def test_a_notebook_of_somebody_else_says_what_to_do(opened, folder, address, browser):
    """Not trusted, its outputs lose their styles: line and picture stand all the same."""
    notebook = opened("mine.ipynb", [IMPORTS, WIDGETS[1]])
    expect(notebook.page.locator(".iapo-twin img")).to_have_count(1)
    save(notebook)
    book = nbformat.read(folder / "mine.ipynb", as_version=4)
    book.cells.append(nbformat.v4.new_markdown_cell("sent on"))  # another notebook, that nobody here has signed
    book.cells[1].source += "  # by somebody else"
    nbformat.write(book, folder / "theirs.ipynb")
    page = reopened(browser, address, "theirs.ipynb")
    expect(page.get_by_text(ASLEEP)).to_be_visible()
    expect(page.locator(".jp-OutputArea img")).to_be_visible()
    page.close()


def test_without_threads_the_lab_trains_by_the_browsers_clock(opened):
    """It opens on a finished race; Play trains round by round and Stop ends it, while cells and sliders answer."""
    notebook = opened("still.ipynb", [IMPORTS, NO_THREADS])
    lab = notebook.page.locator(".iapo-race-lab")
    expect(policy(lab)).to_contain_text("after round 8:")
    lab.get_by_text("More", exact=True).click()
    lab.get_by_role("button", name="Run", exact=True).click()
    notebook.wait_for("lab.state == 'running' and lab.view.n_frames >= 2")
    assert notebook.ask("[lab._awaits[1], lab._runs[0].runner.ticked]") == [0.3, True]
    lab.get_by_label("Cost weight").press("ArrowRight")  # a slider answers in the middle of a run
    notebook.wait_for("lab.weights[-1] > 0")
    lab.get_by_role("button", name="Stop", exact=True).click()
    notebook.wait_for("lab.state == 'stopped'")
    rounds = notebook.ask("lab.view.n_frames")
    notebook.page.wait_for_timeout(900)
    assert notebook.ask("lab.view.n_frames") == rounds < 8
    lab.get_by_role("button", name="Run", exact=True).click()
    notebook.wait_for("lab.state == 'finished' and lab.view.n_frames == 8", 20)
    assert notebook.ask("lab._awaits") == [] and notebook.errors == []
