"""Marks that are moved where they stand, by pointer and by keys: in a JupyterLab, and in a page without a kernel."""

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import NotebookPage, jupyter_server
from iapo_widgets import load
from iapo_widgets.widgets import BudgetSlider, ContextSliders, ScalingExplorer, TradeoffExplorer, save_html

CELLS = [
    "from iapo_widgets import load\n"
    "from iapo_widgets.widgets import BudgetSlider, ContextSliders, ScalingExplorer, TradeoffExplorer",
    "scaling = ScalingExplorer()\nscaling",
    "tradeoff = TradeoffExplorer(load('helpful-harmless'))\ntradeoff",
    "context = ContextSliders(load('real-sentences'), 'both, mid')\ncontext",
    "budget = BudgetSlider(load('math'))\nbudget",
]
#: What each widget says at first.
FIRST = {
    "ScalingExplorer": "At N = 10:",
    "TradeoffExplorer": "helpful 0.50, harmless 0.50 and cost 0.20",
    "ContextSliders": "50% for coverage and 50% for brevity",
    "BudgetSlider": "T = 20,000 completions",
}
LINE, RING, BUDGET = "N to read, line", "this user, ring", "this budget, line"


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    """A notebook of the four widgets, run."""
    folder = tmp_path_factory.mktemp("marks")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, folder / "marks.ipynb")
    with jupyter_server(folder) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1100})
        opened = NotebookPage(page, address, "marks.ipynb")
        opened.run_all()
        yield opened
        assert opened.errors == []
        page.close()


def widget(notebook, name):
    """The widget of that name as it is at first, scrolled to, and its marks by their names."""
    notebook.show(f"{name}(" if name != "ScalingExplorer" else "ScalingExplorer()")
    found = notebook.page.locator(f'.iapo-explorer[aria-label="{name}"]').first
    found.get_by_role("button", name="Reset").click()
    expect(found.locator(".iapo-summary")).to_contain_text(FIRST[name])
    return found


def mark(found, name):
    return found.get_by_role("slider", name=name, exact=True)


def middle(element):
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, element, place, release=True):
    """Take hold of the middle of a mark that stands still, and move to where ``place`` says."""
    element.hover()
    page.mouse.down()
    page.mouse.move(*place(*middle(element)), steps=12)
    if release:
        page.mouse.up()


def tick(found, text, panel=-1):
    """Where a tick label of the x axis stands, in pixels from the left."""
    labels = found.locator("figure > svg").nth(panel).locator("text.iapo-tick", has_text=text)
    return middle(next(label for label in labels.all() if label.text_content() == text))


def test_the_line_of_n_is_dragged(notebook):
    """It goes where the pointer goes, N follows in the kernel and in the slider, and only the line is drawn anew."""
    found = widget(notebook, "ScalingExplorer")
    line = mark(found, LINE)
    expect(line).to_have_attribute("aria-valuenow", "10")
    assert line.evaluate("(line) => getComputedStyle(line).cursor") == "ew-resize"
    layers = "[...widget.querySelectorAll('figure > svg > g')]"
    found.evaluate(f"(widget) => {layers}.forEach((layer) => {{ layer.kept = true; }})")
    drag(notebook.page, line, lambda x, y: (tick(found, "20")[0], y + 40))
    notebook.wait_for("scaling.n == 20")
    expect(line).to_have_attribute("aria-valuenow", "20")
    expect(line).to_have_attribute("aria-valuetext", "N = 20")
    expect(found.get_by_label("N to read", exact=True)).to_have_value("20")
    expect(found.locator(".iapo-summary")).to_contain_text("At N = 20:")
    assert found.evaluate(f"(widget) => {layers}.filter((layer) => !layer.kept).length") == 0
    assert notebook.page.evaluate("getSelection().toString()") == ""


def test_the_line_of_n_is_moved_by_keys(notebook):
    """Arrows move by 1, with Shift by 10, Home and End to the ends, where it stays in focus; words follow."""
    found = widget(notebook, "ScalingExplorer")
    line = mark(found, LINE)
    line.focus()
    keys = {"ArrowRight": 11, "ArrowDown": 10, "Shift+ArrowRight": 20, "End": 32, "ArrowUp": 32, "Home": 1}
    for key, n in keys.items():
        line.press(key)
        notebook.wait_for(f"scaling.n == {n}")
        expect(line).to_have_attribute("aria-valuenow", str(n))
        expect(line).to_be_focused()
    expect(found.locator(".iapo-change")).to_contain_text("Raise N to 3 and prompt A gives way to prompt B")


def test_the_user_is_dragged_in_the_map(notebook):
    """Along both axes at once; while held the pointer shows it, and the left panel has the new user's best arm."""
    found = widget(notebook, "TradeoffExplorer")
    user, best = mark(found, RING), found.locator("figure").first.locator(".iapo-legend")
    before = best.inner_text()
    drag(notebook.page, user, lambda x, y: (tick(found, "0.8")[0], tick(found, "1.5")[1]), release=False)
    svg = found.locator("figure > svg").last
    assert svg.evaluate("(svg) => svg.style.cursor") == "move"
    notebook.page.mouse.up()
    notebook.wait_for("(tradeoff.share, tradeoff.cost_weight) == (0.8, 1.5)")
    expect(user).to_have_attribute("aria-valuetext", "weight of helpful 0.8, cost weight 1.5")
    expect(found.locator(".iapo-summary")).to_contain_text("helpful 0.80, harmless 0.20 and cost 1.50")
    expect(best).not_to_have_text(before)
    assert notebook.page.evaluate("getSelection().toString()") == ""


def test_a_click_or_enter_in_the_map_moves_the_user(notebook):
    """A click anywhere in it; and, by keys, Enter where the cursor reads a cell."""
    found = widget(notebook, "TradeoffExplorer")
    chart = found.locator("figure > svg").last
    assert chart.evaluate("(svg) => svg.style.cursor") == "crosshair"
    notebook.page.mouse.click(tick(found, "0.2")[0], tick(found, "1.5")[1])
    notebook.wait_for("(tradeoff.share, tradeoff.cost_weight) == (0.2, 1.5)")
    chart.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "Enter"):
        chart.press(key)
    notebook.wait_for("(tradeoff.share, tradeoff.cost_weight) == (0.1, 0.2)")
    expect(found.locator(".iapo-point")).to_contain_text("helpful 0.1, cost 0.2: prompt")


def test_the_user_is_moved_by_keys(notebook):
    """Left and right set the share, up and down the cost weight, by 0.05; Page Up and Shift by ten steps."""
    found = widget(notebook, "TradeoffExplorer")
    user = mark(found, RING)
    user.focus()
    steps = [("ArrowRight", (0.55, 0.2)), ("ArrowUp", (0.55, 0.25)), ("PageUp", (0.55, 0.75)), ("Home", (0.0, 0.75)),
             ("Shift+ArrowRight", (0.5, 0.75)), ("Shift+ArrowDown", (0.5, 0.25)), ("End", (1.0, 0.25))]  # fmt: skip
    for key, place in steps:
        user.press(key)
        notebook.wait_for(f"(round(tradeoff.share, 6), round(tradeoff.cost_weight, 6)) == {place}")
    expect(user).to_be_focused()


def test_a_weight_is_dragged_by_its_bar_and_answers_change_places(notebook):
    """The other weight makes room, the answers are ranked anew in picture, table and words; nothing is selected."""
    found = widget(notebook, "ContextSliders")
    first = found.locator("tbody tr").first
    expect(first).to_contain_text("1st")
    bar = mark(found, "weight of coverage, bar")
    drag(notebook.page, bar, lambda x, y: (tick(found, "0.0", 0)[0], y + 30))
    notebook.wait_for("context.context.weights == (0.0, 1.0)")
    expect(bar).to_have_attribute("aria-valuenow", "0")
    expect(mark(found, "weight of brevity, bar")).to_have_attribute("aria-valuenow", "1")
    brief = notebook.ask("context._scene['rows'][0][1]")
    expect(found.locator(".iapo-summary")).to_contain_text(f"Answer {brief} wins")
    bar.press("End")
    notebook.wait_for("context.context.weights == (1.0, 0.0)")
    covering = notebook.ask("context._scene['rows'][0][1]")
    assert covering != brief
    expect(found.locator(".iapo-summary")).to_contain_text(f"Answer {covering} wins")
    expect(first).to_contain_text(notebook.ask("context._scene['rows'][0][2]"))
    assert notebook.page.evaluate("getSelection().toString()") == ""


def test_the_budget_is_dragged_on_its_ruler(notebook):
    """Two digits of a logarithm, as by the slider; rounds and words follow; a key moves by the slider's step."""
    found = widget(notebook, "BudgetSlider")
    line = mark(found, BUDGET)
    drag(notebook.page, line, lambda x, y: (tick(found, "1,000", 0)[0], y))
    notebook.wait_for("budget.budget == 1000")
    expect(found.locator(".iapo-summary")).to_contain_text("T = 1,000 completions")
    line.press("ArrowRight")
    notebook.wait_for("budget.budget == 1100")
    expect(line).to_have_attribute("aria-valuetext", "1,100 completions")
    line.press("Shift+ArrowLeft")
    notebook.wait_for("budget.budget == 350")
    expect(found.locator("figure").last).to_contain_text("nothing is left to ask")


@pytest.mark.parametrize("name", ["ScalingExplorer", "TradeoffExplorer", "ContextSliders", "BudgetSlider"])
def test_marks_are_told_and_how_to_move_them(notebook, name):
    """Each is a slider with a name and a value in words, the figure says how to move it, and axe has no complaint."""
    found = widget(notebook, name)
    expect(found.locator(".iapo-hint", has_text="arrow keys").first).to_contain_text("Drag")
    expect(found.locator(".iapo-title")).not_to_be_empty()
    expect(found.locator(".iapo-lead")).not_to_be_empty()
    expect(found.locator(".iapo-change")).to_contain_text("to")
    for each in found.locator(".iapo-handle").all():
        assert each.get_attribute("aria-label") and each.get_attribute("aria-valuetext")
        assert each.get_attribute("tabindex") == "0" and each.get_attribute("aria-disabled") == "false"
    axe = Axe().run(notebook.page, context={"include": [[f'.iapo-explorer[aria-label="{name}"]']]}).response
    assert [v["id"] for v in axe["violations"] if v["impact"] in ("serious", "critical")] == []


@pytest.fixture(scope="module")
def saved(browser, tmp_path_factory):
    """The widgets in a page from a file."""
    path = tmp_path_factory.mktemp("saved") / "marks.html"
    env = load("helpful-harmless").split(0.1, 0)[0]
    save_html(path, ScalingExplorer(), TradeoffExplorer(env), ContextSliders(env), BudgetSlider(load("math")))
    page = browser.new_page(viewport={"width": 1100, "height": 1000})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    yield page
    assert errors == []
    page.close()


#: Widget -> mark that a page keeps alive, the slider that it moves, and what is seen of it after a key.
ALIVE = {
    "ScalingExplorer": (LINE, "N to read", "11"),
    "TradeoffExplorer": (RING, "Weight: cost", "0.25"),
    "ContextSliders": ("weight of cost, bar", "cost", "0.05"),
    "BudgetSlider": (BUDGET, "Budget T", "22,000"),
}


@pytest.mark.parametrize("name", ALIVE)
def test_without_a_kernel_only_what_lives_can_be_moved(saved, name):
    """Its mark moves slider and picture; no other takes focus by Tab, has a pointer of its own, or is said to move."""
    found = saved.locator(f'.iapo-explorer[aria-label="{name}"]')
    label, slider, value = ALIVE[name]
    alive = mark(found, label)
    expect(alive).to_have_attribute("aria-disabled", "false")
    others = [each for each in found.locator(".iapo-handle").all() if each.get_attribute("aria-label") != label]
    for each in others:
        assert each.get_attribute("aria-disabled") == "true" and each.get_attribute("tabindex") == "-1"
        assert each.evaluate("(e) => getComputedStyle(e).cursor") in ("auto", "default")
    live = saved.locator(".iapo-handle[aria-disabled='false']")
    assert found.locator("figure", has=live).count() == 1
    for figure in found.locator("figure").all():
        said = "Drag" in figure.inner_text()
        assert said is (figure.locator(".iapo-handle[aria-disabled='false']").count() > 0)
    before = found.locator(".iapo-summary").inner_text()
    alive.press("ArrowUp")
    expect(found.locator(".iapo-summary")).not_to_have_text(before)
    expect(found.locator(".iapo-field", has=saved.get_by_label(slider, exact=True))).to_contain_text(value)
    found.get_by_role("button", name="Reset").press("Enter")
    expect(found.locator(".iapo-summary")).to_have_text(before)


def test_without_a_kernel_a_ring_goes_up_and_down_alone(saved):
    """Dragged aslant it keeps its share and takes the cost weight."""
    found = saved.locator('.iapo-explorer[aria-label="TradeoffExplorer"]')
    user = mark(found, RING)
    assert user.evaluate("(e) => e.style.cursor") == "ns-resize"
    drag(saved, user, lambda x, y: (tick(found, "0.8")[0], tick(found, "1.5")[1]))
    expect(user).to_have_attribute("aria-valuetext", "weight of helpful 0.5, cost weight 1.5")
    expect(found.locator(".iapo-summary")).to_contain_text("cost 1.50")


def test_a_mark_without_a_kernel_stays(saved):
    """A rate that is dragged, and pressed by keys, is where it was."""
    found = saved.locator('.iapo-explorer[aria-label="ScalingExplorer"]')
    rate = mark(found, "prompt A, query 1: success rate")
    drag(saved, rate, lambda x, y: (x + 90, y))
    rate.press("ArrowRight")
    expect(rate).to_have_attribute("aria-valuenow", "0.4")


def test_an_enlarged_picture_follows_the_pointer(saved):
    """Where a page shows its widgets half as large again, the line goes to where the pointer is."""
    found = saved.locator('.iapo-explorer[aria-label="ScalingExplorer"]')
    found.evaluate("(e) => { e.parentElement.style.zoom = 1.5; }")
    line = mark(found, LINE)
    drag(saved, line, lambda x, y: (tick(found, "24")[0], y + 20))
    expect(line).to_have_attribute("aria-valuenow", "24")
    found.evaluate("(e) => { e.parentElement.style.zoom = 1; }")
