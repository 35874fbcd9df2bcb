"""AnswerExplorer in a real JupyterLab and in a saved page: keyboard, drag, draws, jumps, hostile texts, looks."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage, jupyter_server

CELL = """
import numpy as np
from iapo_widgets import Context
from iapo_widgets.core.strategies import STRATEGIES
from iapo_widgets.live import PromptTemplate, Question
from iapo_widgets.live.records.completion import RecordedCompletion, ScorerNote
from iapo_widgets.live.records.record import Record
from iapo_widgets.widgets import AnswerExplorer, save_html

def said(answer, k):
    label = ["lima", "cuzco", "quito", "<b>x</b>", None].index(answer) if answer else -1
    more = "More words follow. " * (60 if k == 1 else 1)
    text = f"<img src=x onerror='window.hurt = 1'> The answer is {answer}. {more}"
    return RecordedCompletion(text, 7 + k, "length" if k == 1 else "stop", (float(label == 0),), answer, label)

POOLS = [["cuzco", "lima", "lima", "<b>x</b>", "lima", None, "quito", "lima"], ["lima"] * 8,
         ["lima", "cuzco", "cuzco", "lima", "cuzco", "cuzco", "cuzco", "cuzco"]]
POOLS = [POOLS, [pool[::-1] for pool in POOLS]]
prompts = [PromptTemplate("{query} Answer with one word.", max_tokens=9, temperature=t) for t in (0.2, 1.4)]
env = Record(
    prompts, [Question(f"What is the capital number {x} of Peru?", "lima") for x in range(3)],
    [[[said(a, k) for k, a in enumerate(pool)] for pool in row] for row in POOLS],
    scorers=[ScorerNote("correct", "c", "1")], contexts=[Context("here", (1.0,))],
    strategy=STRATEGIES["majority-vote"], n_max=8, call_cost=2.0, token_cost=0.5, cost_unit="kilotokens",
)
answers = AnswerExplorer(env, other=1, n=3)
"""
FIRST = "Prompt 0 (Answer with one word. · temperature 0.2)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """With a notebook that shows the widget, and a page that holds it."""
    folder = tmp_path_factory.mktemp("answers")
    saving = [f"save_html({str(folder / 'answers.html')!r}, answers, title='Answers')",
              f"save_html({str(folder / 'bare.html')!r}, answers, title='Answers', texts=False)"]  # fmt: skip
    cells = [CELL + "answers", "; ".join(saving) + ";"]
    bare = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    code = [{**bare, "id": f"c{k}", "source": source} for k, source in enumerate(cells)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "answers.ipynb").write_text(json.dumps(book))
    return folder


@pytest.fixture(scope="module")
def notebook(folder, browser):
    """The notebook, run."""
    with jupyter_server(folder) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1300})
        page.add_init_script(path=LAYOUT)
        book = NotebookPage(page, address, "answers.ipynb")
        book.run_all()
        book.show("AnswerExplorer(env")
        expect(page.locator(".iapo-answers .iapo-chip").first).to_be_visible()
        yield book
        page.close()


@pytest.fixture
def widget(notebook):
    """The widget, as at first."""
    found = notebook.page.locator(".iapo-answers").first
    found.get_by_role("button", name="Reset").click()
    expect(found.locator(".iapo-summary")).to_contain_text(f"{FIRST}: 2 of 3 say “lima”: the vote is right, though")
    return found


def chips(widget):
    return widget.locator(".iapo-row").first.locator(".iapo-chip:not([hidden])")


def test_n_by_keyboard_and_by_drag(notebook, widget):
    """An arrow key gives one answer more and another sentence at once; dragging to the right gives all."""
    slider = widget.get_by_label("N answers", exact=True)
    slider.press("ArrowRight")
    expect(chips(widget)).to_have_count(4)
    expect(widget.locator(".iapo-summary")).to_contain_text(f"{FIRST}: 2 of 4 say “lima”")
    notebook.wait_for("answers.n == 4")
    box = slider.bounding_box()
    notebook.page.mouse.move(box["x"] + box["width"] * 3 / 7, box["y"] + box["height"] / 2)
    notebook.page.mouse.down()
    notebook.page.mouse.move(box["x"] + box["width"], box["y"] + box["height"] / 2, steps=15)
    notebook.page.mouse.up()
    expect(chips(widget)).to_have_count(8)
    notebook.wait_for("answers.n == 8")
    expect(widget.locator(".iapo-row").first.locator(".iapo-bars")).to_contain_text("no vote")
    assert notebook.ask("answers.summary") == widget.locator(".iapo-summary").inner_text().replace("\n", " ")


def test_chips_are_read_by_keyboard_and_by_mouse(notebook, widget):
    """Arrow keys step from chip to chip and all of the text stands below, fetched where it was cut; Enter pins it."""
    row = widget.locator(".iapo-row").first
    detail = row.locator(".iapo-detail")
    chips(widget).first.focus()
    expect(detail).to_contain_text("Answer 1 · read as “cuzco” · wrong · 7 tokens · ended by itself")
    notebook.page.keyboard.press("ArrowRight")
    expect(chips(widget).nth(1)).to_be_focused()
    expect(detail).to_contain_text("right · 8 tokens · cut off at its token limit")
    expect(detail).to_contain_text("More words follow. " * 59)
    notebook.page.keyboard.press("Enter")
    expect(chips(widget).nth(1)).to_have_attribute("aria-pressed", "true")
    chips(widget).nth(2).hover()
    expect(detail).to_contain_text("Answer 3")
    notebook.page.mouse.move(5, 5)
    expect(detail).to_contain_text("Answer 2")
    chips(widget).nth(1).press("Escape")
    expect(chips(widget).nth(1)).to_have_attribute("aria-pressed", "false")


def test_next_draw_and_jumps(notebook, widget):
    """Next question, another draw and back, and a jump to where the vote ruins it, each in the kernel and on screen."""
    widget.get_by_role("button", name="Question →").press("Enter")
    expect(widget.locator(".iapo-question")).to_have_text("What is the capital number 1 of Peru?")
    expect(widget.locator(".iapo-summary")).to_contain_text("3 of 3 say “lima”: the vote is right.")
    widget.get_by_role("button", name="Where the vote ruins it").click()
    expect(widget.locator(".iapo-told")).to_contain_text("The vote ruins it: alone right in 25%")
    notebook.wait_for("answers.question == 2")
    order = "[c['at'] for c in answers._page['rows'][0]['chips']]"
    assert notebook.ask(order) == list(range(8))
    widget.get_by_role("button", name="Draw again").click()
    notebook.wait_for("answers.seed == 1")
    expect(widget.locator(".iapo-drawn").first).to_contain_text("3 drawn from the 8 recorded, none twice (draw 1)")
    assert notebook.ask(order) != list(range(8))
    widget.get_by_role("button", name="As they came").click()
    notebook.wait_for("answers.seed == 0")
    widget.get_by_label("Beside it", exact=True).select_option("none")
    expect(widget.locator(".iapo-row")).to_have_count(1)
    notebook.wait_for("answers.other is None")


def test_a_model_s_words_are_words(notebook, widget):
    """Tags in texts and answers stand there as written, and nothing in them runs."""
    widget.get_by_label("N answers", exact=True).press("End")
    expect(chips(widget).nth(3).locator(".iapo-said")).to_have_text("<b>x</b>")
    expect(chips(widget).first.locator(".iapo-text")).to_contain_text("<img src=x")
    assert widget.locator("img, b").count() == 0
    assert notebook.page.evaluate("window.hurt") is None and notebook.errors == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("width", [1300, 1000])
def test_nothing_overflows_in_either_theme(notebook, widget, theme, width):
    """Wide and with 568 px: no label is cut, none is below 10 px."""
    page = notebook.page
    page.set_viewport_size({"width": width, "height": 1300})
    page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme.endswith("Light")).lower())
    assert widget.evaluate("complaintsOf") == []
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    page.set_viewport_size({"width": 1300, "height": 1300})


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1100, "dark")])
def test_a_saved_page_steps_draws_and_turns_alone(notebook, folder, browser, width, scheme):
    """From a file without a network: N, draws and the saved questions work, the rest is not offered; axe is content."""
    context = browser.new_context(viewport={"width": width, "height": 1000}, offline=True, color_scheme=scheme)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(path=LAYOUT)
    page.goto((folder / "answers.html").as_uri())
    saved = page.locator(".iapo-answers")
    expect(saved.locator(".iapo-lost")).to_contain_text("No running kernel here: “N answers”, drawing again")
    saved.get_by_label("N answers", exact=True).press("Home")
    expect(saved.locator(".iapo-summary")).to_contain_text(f"{FIRST}: One answer alone says “cuzco”: wrong.")
    saved.get_by_label("N answers", exact=True).press("End")
    expect(chips(saved)).to_have_count(8)
    saved.get_by_role("button", name="Draw again").press("Enter")
    expect(saved.locator(".iapo-drawn").first).to_contain_text("draw 1")
    saved.get_by_role("button", name="Question →").press("Enter")
    expect(saved.locator(".iapo-question")).to_contain_text("number 1")
    expect(saved.get_by_label("Beside it", exact=True)).to_be_hidden()
    expect(saved.get_by_role("button", name="Where the vote saves it")).to_be_hidden()
    saved.locator("summary", has_text="As a table").click()
    expect(saved.locator(".iapo-table tbody tr")).to_have_count(16)
    assert saved.evaluate("complaintsOf") == [] and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
    assert errors == []
    context.close()


def test_a_page_without_the_answers_words_is_drawn(notebook, folder, browser):
    """Each chip says that its words were left out, the tally names answers by numbers, and all is told."""
    page = browser.new_page(viewport={"width": 1100, "height": 1000})
    page.goto((folder / "bare.html").as_uri())
    saved = page.locator(".iapo-answers")
    expect(saved.locator(".iapo-summary")).to_contain_text("2 of 3 say \u201cright\u201d: the vote is right, though")
    expect(chips(saved).first.locator(".iapo-text")).to_have_text("(its words were left out)")
    expect(chips(saved).first.locator(".iapo-said")).to_have_text("answer 2")
    expect(page.locator("small")).to_contain_text("3 right answers and 48 answers without their words")
    assert "The answer is" not in page.content() and "quito" not in page.content()
    page.close()
