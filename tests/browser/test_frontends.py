"""The same widgets alive in Notebook 7, Voila and marimo; JupyterLab and saved pages have tests of their own."""

import re
import shutil
from importlib.util import find_spec

import pytest
from playwright.sync_api import expect

from browser.jupyter import served
from browser.race import clock, play, policy
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


#: Every class of widgets but LiveLab, which is a box of stock widgets and so has no place in marimo.
WIDGETS = {*SLIDERS, "PSSTLab", "StudyExplorer", "PolicyTable"}
#: What the gallery shows, as an app of marimo, which reads no notebooks.
MARIMO = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from iapo_widgets import load, train, widgets as w

    words, helpful, math = load("real-words"), load("helpful-harmless"), load("math")
    made = [
        w.AnswerExplorer(words), w.ContextSliders(helpful, context="w1=0.7 mid"), w.BudgetSlider(math),
        w.ScalingExplorer(), w.TradeoffExplorer(helpful), w.ReuseExplorer(), w.PSSTLab(math, budget=5_000),
        w.BoundExplorer(), w.StudyExplorer(), w.PolicyTable(math, train("frugal", math, 5_000, seed=0)),
    ]
    mo.vstack([mo.ui.anywidget(widget) for widget in made])
"""


@pytest.fixture(scope="module", params=["notebook", "voila", "marimo"])
def page(request, browser, tmp_path_factory):
    """The gallery, run from top to bottom in that front end."""
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed: pip install {request.param}")
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(course_folder() / "gallery.ipynb", folder)
    (folder / "gallery.py").write_text(MARIMO)
    shown = {"notebook": [], "voila": ["gallery.ipynb"], "marimo": ["gallery.py"]}[request.param]
    with served(request.param, folder, *shown) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1200})
        errors = []
        # Our scripts run from a blob, in marimo from a file; what the front end itself gets wrong is not ours.
        ours = ("blob:", "/@file/")
        page.on("pageerror", lambda e: errors.append(str(e)) if any(o in (e.stack or "") for o in ours) else None)
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
    widget.locator(".iapo-form").get_by_label(SLIDERS[name], exact=True).press("ArrowRight")
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


def test_every_widget_opens_whole(page):
    """Each class is there with a picture, no complaint, and nothing wider than its place; no kernel is missed."""
    roots = page.locator(".iapo-widget.iapo-explorer[aria-label]:not(.iapo-compact)")
    expect(roots.locator(".iapo-alarm:visible, .iapo-error:visible").filter(has_text=re.compile(r"\S"))).to_have_count(
        0
    )
    expect(roots.locator(".iapo-lost:visible")).to_have_count(0)
    shown = {}
    for root in roots.all():
        root.scroll_into_view_if_needed()
        name, box = root.get_attribute("aria-label"), root.bounding_box()
        if box and box["height"]:
            wider = root.evaluate("(e) => e.scrollWidth - e.clientWidth")
            shown[name] = box["height"] > 150 and box["width"] > 400 and wider <= 1
            expect(root.locator("svg, canvas, .iapo-board, .iapo-chip").first).to_be_attached()
    assert {name: shown.get(name) for name in WIDGETS} == dict.fromkeys(WIDGETS, True)
    expect(page.locator(".iapo-twin:visible")).to_have_count(0)  # beside what lives no still picture


def test_a_mark_is_dragged(page):
    """A success rate that the mouse moves to the right is another number, in the picture and in the kernel's words."""
    widget, summary = explorer(page, "ScalingExplorer")
    knob = widget.get_by_role("slider", name="prompt A, query 1: success rate")
    rate, words, box = float(knob.get_attribute("aria-valuenow")), summary.text_content(), knob.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=8)
    page.mouse.up()
    expect(summary).not_to_have_text(words)
    assert float(knob.get_attribute("aria-valuenow")) > rate + 0.1
    page.wait_for_timeout(800)  # the last of what the drag sends is held back while a kernel is busy
    widget.get_by_role("button", name="Reset").press("Enter")
    expect(summary).to_have_text(words)


def test_the_race_plays_and_trains_anew(page):
    """Play goes from before the first round to the last by itself; another budget gives another finished race."""
    lab = page.locator(".iapo-race-lab").first
    lab.scroll_into_view_if_needed()
    clock(lab).press("End")
    expect(policy(lab)).to_contain_text("after round 10:")
    before = policy(lab).text_content()
    play(lab).press("Enter")
    expect(policy(lab)).to_contain_text("after round 2:")
    clock(lab).press("End")  # what is played may be left at any time
    expect(policy(lab)).to_have_text(before)
    lab.get_by_label("Budget", exact=True).press("Home")
    expect(policy(lab)).not_to_have_text(before)
    expect(policy(lab)).to_contain_text("Recommendation for context low after round")
    expect(lab.locator(".iapo-alarm")).to_have_text("")
