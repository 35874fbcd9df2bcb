"""The gallery in Notebook 7 and in Voila: the same widgets, alive."""

import shutil

import pytest
from playwright.sync_api import expect

from browser.jupyter import served
from browser.race import clock
from iapo_widgets.course.files import course_folder

#: Widget -> the slider that an arrow key moves.
SLIDERS = {
    "AnswerExplorer": "N answers",
    "ContextSliders": "cost",
    "BudgetSlider": "Budget T",
    "ScalingExplorer": "N to read",
    "TradeoffExplorer": "Weight: cost",
    "ReuseExplorer": "n asked about",
    "BoundExplorer": "Cost of one",
}


@pytest.fixture(scope="module", params=["notebook", "voila"])
def page(request, browser, tmp_path_factory):
    """The gallery, run from top to bottom in that front end."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(course_folder() / "gallery.ipynb", folder)
    with served(request.param, folder, *(["gallery.ipynb"] if request.param == "voila" else [])) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1200})
        errors = []
        # Our scripts run from a blob; what the front end itself gets wrong is not ours.
        page.on("pageerror", lambda error: errors.append(str(error)) if "blob:" in (error.stack or "") else None)
        if request.param == "notebook":
            page.goto(f"{address}notebooks/gallery.ipynb")
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
            page.wait_for_function(
                "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
            )
            page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        else:
            page.goto(address, timeout=120_000)
        expect(page.locator('.iapo-explorer[aria-label="PolicyTable"]')).to_be_attached(timeout=120_000)
        yield page
        page.close()
        assert errors == []


def explorer(page, name):
    """The widget of that name, in sight, and its words."""
    widget = page.locator(f'.iapo-explorer[aria-label="{name}"]').first
    widget.scroll_into_view_if_needed()
    expect(widget.locator(".iapo-summary")).not_to_be_empty()
    return widget, widget.locator(".iapo-summary")


@pytest.mark.parametrize("name", SLIDERS)
def test_a_slider_changes_the_words(page, name):
    """A slider moved by keyboard reaches the kernel, whose words come back; Reset, by keyboard, takes them back."""
    widget, summary = explorer(page, name)
    before = summary.text_content()
    widget.get_by_label(SLIDERS[name], exact=True).press("ArrowRight")
    expect(summary).not_to_have_text(before)
    widget.get_by_role("button", name="Reset").press("Enter")
    expect(summary).to_have_text(before)


def test_a_study_runs_and_stops(page):
    """Run says so at once and Stop keeps what is done."""
    widget, summary = explorer(page, "StudyExplorer")
    widget.get_by_role("button", name="Run").press("Enter")
    expect(summary).to_contain_text("At T = 5,000 completions, mean regret", timeout=60_000)
    widget.get_by_role("button", name="Stop").press("Enter")
    expect(summary).to_contain_text("of 20 runs done", timeout=60_000)


def test_a_policy_is_copied_in_the_chosen_form(page):
    """The list of formats, set by keyboard, changes the text to copy."""
    widget, _ = explorer(page, "PolicyTable")
    text = widget.get_by_label("Text to copy")
    before = text.input_value()
    assert before.startswith("context,prompt,words of the prompt,N,worth a question")
    widget.get_by_label("Copy as").press("ArrowDown")
    expect(text).not_to_have_value(before)


def test_the_lab_runs(page):
    """It opens on a finished race with a recommendation, and its clock shows the first round by keyboard."""
    lab = page.locator(".iapo-elimination").first
    lab.scroll_into_view_if_needed()
    expect(lab).to_contain_text("Recommendation for context low", timeout=30_000)
    expect(clock(lab)).to_have_attribute("aria-valuetext", "round 10 of 10", timeout=30_000)
    clock(lab).press("Home")
    expect(lab.locator(".iapo-policy")).to_contain_text("after round 1:")
