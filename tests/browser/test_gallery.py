"""Every widget of the gallery in a real JupyterLab: keyboard, drag, buttons, words that change, accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import NotebookPage
from browser.race import policy, turn_map

#: Widget -> the cell that makes it, a control to move by keyboard, and what in the kernel it moves.
EXPLORERS = {
    "AnswerExplorer": ("AnswerExplorer(words", "N answers", "answers.n"),
    "ContextSliders": ("ContextSliders(helpful", "cost", "context.cost_weight"),
    "BudgetSlider": ("BudgetSlider(math", "Budget T", "budget.budget"),
    "ScalingExplorer": ("ScalingExplorer()", "N to read", "scaling.n"),
    "TradeoffExplorer": ("TradeoffExplorer(helpful", "Weight: cost", "tradeoff.cost_weight"),
    "ReuseExplorer": ("ReuseExplorer()", "n asked about", "reuse.n"),
    "BoundExplorer": ("BoundExplorer()", "Cost of one", "bound.cost"),
}
#: Those without a slider.
BUTTONED = {"StudyExplorer": "StudyExplorer()", "PolicyTable": "PolicyTable(math"}


@pytest.fixture(scope="module")
def gallery(lab_address, browser):
    """The gallery, opened and run from top to bottom."""
    page = browser.new_page(viewport={"width": 1300, "height": 1200})
    notebook = NotebookPage(page, lab_address, "gallery.ipynb")
    notebook.run_all()
    yield notebook
    notebook.page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    page.close()


def explorer(gallery, name):
    """The widget of that name, scrolled to."""
    gallery.show({**{k: v[0] for k, v in EXPLORERS.items()}, **BUTTONED}[name])
    found = gallery.page.locator(f'.iapo-explorer[aria-label="{name}"]').first
    expect(found.locator(".iapo-summary")).not_to_be_empty()
    return found


def test_run_all_raises_nothing(gallery):
    """No cell has an error, no script failed, and nothing long was started."""
    assert gallery.outputs("error") == [] and gallery.errors == []
    assert gallery.ask("[study.state, bound.state, lab.state]") == ["idle", "idle", "finished"]


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_slider_moves_by_keyboard_and_words_follow(gallery, name):
    """An arrow key changes the trait in the kernel and the summary on the screen; Reset takes both back."""
    _, label, trait = EXPLORERS[name]
    widget = explorer(gallery, name)
    summary = widget.locator(".iapo-summary")
    before, value = summary.inner_text(), gallery.ask(trait)
    slider = widget.get_by_label(label, exact=True)
    slider.focus()
    slider.press("ArrowRight")
    gallery.wait_for(f"{trait} != {value!r}")
    expect(summary).not_to_have_text(before)
    widget.get_by_role("button", name="Reset").click()
    expect(summary).to_have_text(before)
    gallery.wait_for(f"{trait} == {value!r}")


@pytest.mark.parametrize(
    "name", ["ScalingExplorer", "TradeoffExplorer", "ReuseExplorer", "BoundExplorer", "StudyExplorer"]
)
def test_arrow_keys_read_the_points_of_a_chart(gallery, name):
    """Focus on a chart, two arrow keys, and the point under the cursor stands in words; Escape lets go."""
    widget = explorer(gallery, name)
    chart = widget.locator("figure > svg").last
    chart.focus()
    point, cursor = widget.locator(".iapo-point"), chart.locator(".iapo-cursor circle")
    chart.press("ArrowRight")
    expect(point).not_to_be_empty()
    first = point.inner_text()
    chart.press("ArrowRight")
    expect(point).not_to_have_text(first)
    expect(cursor).to_have_count(1)
    chart.press("Escape")
    expect(cursor).to_have_count(0)


def test_a_success_rate_is_dragged_and_typed(gallery):
    """Dragging prompt A's first rate to the right makes A lead everywhere; an arrow key moves it by 0.01."""
    widget = explorer(gallery, "ScalingExplorer")
    knob = widget.get_by_role("slider", name="prompt A, query 1: success rate")
    box = knob.bounding_box()
    track = widget.locator("figure > svg").first.bounding_box()
    mouse = gallery.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(track["x"] + track["width"] * 0.9, box["y"] + 5, steps=20)
    mouse.up()
    expect(widget.locator(".iapo-summary")).to_contain_text("One prompt leads everywhere")
    gallery.wait_for("scaling.flat[0] > 0.75")
    value = gallery.ask("scaling.flat[0]")
    widget.get_by_role("slider", name="prompt A, query 1: success rate").press("ArrowLeft")
    gallery.wait_for(f"abs(scaling.flat[0] - ({value} - 0.01)) < 1e-6")
    widget.get_by_role("button", name="Reset").click()
    expect(widget.locator(".iapo-summary")).to_contain_text("The order flips")


def test_only_what_changed_is_drawn_anew(gallery):
    """Another N moves its rule and leaves every layer its element; a handle moved by keyboard keeps its own."""
    widget = explorer(gallery, "ScalingExplorer")
    summary = widget.locator(".iapo-summary")
    layers = "[...widget.querySelectorAll('figure > svg > g')]"
    widget.evaluate(f"(widget) => {layers}.forEach((layer) => {{ layer.kept = true; }})")
    before = summary.inner_text()
    widget.get_by_label("N to read", exact=True).press("ArrowRight")
    expect(summary).not_to_have_text(before)
    expect(widget.get_by_role("slider", name="N to read, line")).to_have_attribute("aria-valuenow", "11")
    assert widget.evaluate(f"(widget) => {layers}.filter((layer) => !layer.kept).map((l) => l.innerHTML)") == []
    knob, before = widget.get_by_role("slider", name="prompt A, query 1: success rate"), summary.inner_text()
    knob.press("ArrowRight")
    expect(summary).not_to_have_text(before)
    expect(knob).to_be_focused()
    assert knob.evaluate("(knob) => knob.parentElement.kept") is True
    widget.get_by_role("button", name="Reset").click()
    expect(summary).to_contain_text("The order flips")


def test_a_preset_sets_the_cost_weight(gallery):
    """The button High cost gives cost weight 1, in the kernel and in words."""
    widget = explorer(gallery, "ContextSliders")
    widget.get_by_role("button", name="High cost").click()
    gallery.wait_for("context.context.cost_weight == 1.0")
    expect(widget.locator(".iapo-summary")).to_contain_text("takes 1 off the reward")
    widget.get_by_role("button", name="Reset").click()


def test_a_bad_price_is_refused_beside_its_field(gallery):
    """A negative price shows its error, the trait keeps its value, and a good one takes the error away."""
    widget = explorer(gallery, "BudgetSlider")
    price = widget.get_by_label("Dollars per million")
    price.fill("-3")
    price.press("Tab")
    expect(widget).to_contain_text("price must be finite and at least 0, not -3.0")
    assert gallery.ask("budget.price") == 0.6
    price.fill("2")
    price.press("Tab")
    expect(widget.locator(".iapo-summary")).to_contain_text("16.00 dollars")
    expect(widget).not_to_contain_text("price must be finite")


def test_the_bound_is_measured_and_forgotten(gallery):
    """It opens with a first look; Measure makes more; another gap makes it another task, and all points go."""
    widget = explorer(gallery, "BoundExplorer")
    expect(widget.locator(".iapo-summary")).to_contain_text("At a first look, in 20 simulated trainings")
    widget.get_by_role("button", name="Measure").click()
    expect(widget.locator(".iapo-summary")).to_contain_text("Measured, in 100 simulated trainings", timeout=60_000)
    expect(widget.locator(".iapo-legend").first).to_contain_text("measured error of PSST")
    widget.get_by_label("Gap in success").press("ArrowRight")
    expect(widget.locator(".iapo-summary")).to_contain_text("Not measured yet")


def test_a_study_runs_stops_and_goes_on(gallery):
    """It opens on kept results; Run, Stop keeps what is done, Run goes on from there to the end, in words and bar."""
    widget = explorer(gallery, "StudyExplorer")
    summary = widget.locator(".iapo-summary")
    expect(summary).to_contain_text("(200 kept runs; press Run for 20 runs of your own)")
    expect(widget.locator(".iapo-legend").first).to_contain_text("frugal")
    widget.get_by_role("button", name="Run").click()
    expect(summary).to_contain_text("At T = 5,000 completions, mean regret", timeout=60_000)
    expect(widget.locator(".iapo-legend").first).to_contain_text("frugal, kept runs")
    widget.get_by_role("button", name="Stop").click()
    gallery.wait_for("study.state in ('stopped', 'finished')", 60)
    done = gallery.ask("study.done")
    assert done >= 1
    widget.get_by_role("button", name="Run").click()
    expect(summary).to_contain_text("Finished: 20 of 20 runs done", timeout=120_000)
    assert widget.get_by_label("Own runs").evaluate("(bar) => [bar.value, bar.max]") == [20, 20]
    expect(widget.locator('[data-name="done"] output')).to_have_text("20 of 20 runs")


def test_the_bound_has_its_sizes_behind_a_switch(gallery):
    """More settings brings four lists, the switch keeps the focus, and Reset leaves them open at their first values."""
    widget = explorer(gallery, "BoundExplorer")
    expect(widget.locator('input[type="range"]')).to_have_count(3)
    switch = widget.get_by_label("More settings")
    switch.press("Space")
    expect(widget.get_by_label("Prompts |P|")).to_be_visible()
    expect(switch).to_be_focused()
    widget.get_by_label("Prompts |P|").select_option(label="4")
    gallery.wait_for("bound.prompts == 4")
    widget.get_by_role("button", name="Reset").click()
    gallery.wait_for("bound.prompts == 2")
    switch.press("Space")
    expect(widget.get_by_label("Prompts |P|")).to_have_count(0)


def test_reuse_goes_step_by_step(gallery):
    """Arrow keys and clicks go from blocks to subsets to their worth, each its own picture; another pull is drawn."""
    widget = explorer(gallery, "ReuseExplorer")
    title = widget.locator("figcaption")
    expect(title).to_have_text(["2 blocks of 3, 2 left over"])
    radio = widget.get_by_role("radio", checked=True)
    radio.focus()
    radio.press("ArrowRight")
    expect(title).to_have_text(["2 blocks of 3, 2 left over", "56 subsets of 3"])
    expect(widget.get_by_role("radio", name="2 Subsets")).to_be_focused()
    widget.get_by_role("radio", name="3 Their worth").click()
    expect(title).to_have_text(["What one pull of 8 is worth"])
    gallery.wait_for("reuse.step == 'worth'")
    widget.get_by_role("radio", checked=True).press("ArrowRight")
    gallery.wait_for("reuse.step == 'blocks'")
    before = widget.locator(".iapo-summary").inner_text()
    widget.get_by_role("button", name="Another pull").click()
    expect(widget.locator(".iapo-summary")).not_to_have_text(before)
    widget.get_by_role("button", name="Reset").click()
    gallery.wait_for("reuse.seed == 8")


def test_the_policy_is_copied_as_a_literal(gallery):
    """The table has a row a context and one of means, arrow keys read a row, and the text follows the format."""
    widget = explorer(gallery, "PolicyTable")
    expect(widget.locator("tbody tr")).to_have_count(4)
    first = widget.locator("tbody tr").first
    first.focus()
    expect(widget.locator(".iapo-point")).to_contain_text("low: this policy 0.")
    first.press("End")
    expect(widget.locator("tbody tr").last).to_be_focused()
    expect(widget.locator(".iapo-point")).to_contain_text("Mean over contexts: ")
    widget.locator("summary").click()
    box = widget.get_by_label("Text to copy")
    assert box.evaluate("(area) => area.clientWidth / area.closest('section').clientWidth") > 0.9
    expect(widget.get_by_label("Text to copy")).to_have_value(gallery.ask("table.to_csv()"))
    widget.get_by_label("Copy as").select_option(label="Python")
    expect(widget.get_by_label("Text to copy")).to_have_value(gallery.ask("table.to_python()"))


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.parametrize("name", [*EXPLORERS, *BUTTONED])
def test_no_serious_violation_of_accessibility(gallery, name, theme):
    """axe-core finds nothing serious or critical inside the widget, in the light and in the dark theme."""
    gallery.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    dark = "false" if "Dark" in theme else "true"
    expect(gallery.page.locator("body")).to_have_attribute("data-jp-theme-light", dark)
    explorer(gallery, name)
    found = Axe().run(gallery.page, context={"include": [[f'.iapo-explorer[aria-label="{name}"]']]})
    serious = [v["id"] for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert serious == []


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_lab_has_no_serious_violation_of_accessibility(gallery, theme):
    """axe-core finds nothing serious in the race, nor in its map."""
    gallery.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    dark = "false" if "Dark" in theme else "true"
    expect(gallery.page.locator("body")).to_have_attribute("data-jp-theme-light", dark)
    gallery.show("PSSTLab(math")
    view = gallery.page.locator(".iapo-elimination").first
    expect(policy(view)).to_contain_text("Recommendation for context low")

    def serious(selector):
        found = Axe().run(gallery.page, context={"include": [[selector]]}).response["violations"]
        return {v["id"] for v in found if v["impact"] in ("serious", "critical")}

    assert serious(".iapo-elimination") == set()
    turn_map(view)
    assert serious(".iapo-elimination") == set()
    turn_map(view, on=False)
