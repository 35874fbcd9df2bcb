"""Every lesson in a real JupyterLab: it runs, shows its widgets, and its exercises answer."""

import re

import pytest
from playwright.sync_api import expect

from browser.jupyter import NotebookPage
from course.answers import LESSONS, WRONG, notebook
from iapo_widgets.course.exercises import exercises
from iapo_widgets.course.lessons import exercise_cells, predicted_cells, source
from iapo_widgets.widgets.shared.twin import is_twin


@pytest.fixture(scope="module", params=LESSONS)
def lesson(request, lab_address, browser):
    """A lesson, opened and run from top to bottom, with its number."""
    page = browser.new_page(viewport={"width": 1300, "height": 1200})
    opened = NotebookPage(page, lab_address, LESSONS[request.param].name)
    opened.run_all()
    yield request.param, opened
    page.close()


def activate(lesson, cell):
    """The cell of that index, made active and scrolled to; JupyterLab lays out only what is near the screen."""
    lesson.page.evaluate(
        """async (index) => {
             const notebook = jupyterapp.shell.currentWidget.content;
             notebook.activeCellIndex = index;
             await notebook.scrollToItem(index, 'start');
           }""",
        cell,
    )
    return lesson.page.locator(".jp-Notebook .jp-Cell.jp-mod-active")


def answer(lesson, exercise, code):
    """Put the code in place of the placeholder, run the cell, and return where its verdict shows."""
    lesson.page.evaluate(
        """async ([index, text]) => {
             const notebook = jupyterapp.shell.currentWidget.content;
             notebook.activeCellIndex = index;
             notebook.activeCell.model.sharedModel.setSource(text);
             await jupyterapp.commands.execute('notebook:run-cell');
           }""",
        [exercise.cell, exercise.filled(code)],
    )
    return activate(lesson, exercise.cell).get_by_role("status")


def test_what_is_to_be_predicted_opens_when_its_cell_is_run(lab_address, browser):
    """As the lesson opens, its heading alone is in sight; running the cell shows the rest."""
    page = browser.new_page(viewport={"width": 1300, "height": 1200})
    opened = NotebookPage(page, lab_address, LESSONS["01"].name)
    cell = predicted_cells(notebook(LESSONS["01"]))[0]
    shown = activate(opened, cell).locator(".jp-Cell-outputWrapper")
    expect(shown).to_contain_text("one answer   vote of three")
    expect(shown).not_to_contain_text("0.648")
    page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
    expect(shown).to_contain_text("0.648")
    page.close()


def test_run_all_raises_nothing_and_leaves_no_widget_blank(lesson):
    """No cell has an error or writes to stderr, no script failed, and every widget has a size and something in it."""
    number, opened = lesson
    assert opened.outputs("error") == [] and opened.errors == []
    assert [o for o in opened.outputs("stream") if o["name"] == "stderr"] == []
    for i, cell in enumerate(notebook(LESSONS[number])["cells"]):
        if any(map(is_twin, cell.get("outputs", []))):
            widget = (
                activate(opened, i).locator(".jp-OutputArea-output:has(.iapo-widget, .iapo-live)").last
            )  # its twin comes after it
            expect(widget).to_be_visible()
            expect(widget, source(cell)).to_have_text(re.compile(r"\S"), use_inner_text=True)  # its script may be late
            box = widget.bounding_box()
            assert box["width"] > 200 and box["height"] > 20, source(cell)


def test_exercises_hint_accept_and_open_their_solutions(lesson):
    """In each exercise a wrong answer gets its hint, the right one is accepted, and the solution opens."""
    number, opened = lesson
    cells = exercise_cells(notebook(LESSONS[number]))
    assert [e.id for e in cells] == [e for e in exercises() if e.startswith(f"{number}-")]
    for exercise in cells:
        expect(activate(opened, exercise.cell).get_by_role("status")).to_contain_text("Your turn.")
        code, words = WRONG[exercise.id][0]
        verdict = answer(opened, exercise, code)
        expect(verdict).to_contain_text("✘ Not yet.")
        expect(verdict).to_contain_text(words)
        details = activate(opened, exercise.cell + 1).locator(".jp-RenderedMarkdown details")
        first = exercise.solution.splitlines()[-1].strip()
        expect(details.get_by_text(first)).not_to_be_visible()
        details.locator("summary").click()
        expect(details.locator("pre")).to_be_visible()
        assert first in details.locator("pre").inner_text()
        verdict = answer(opened, exercise, exercise.solution)
        expect(verdict).to_contain_text("✔ Right.")
        expect(verdict).to_contain_text(exercises()[exercise.id].why.replace("`", ""))
    assert opened.outputs("error") == [] and opened.errors == []
