"""The gallery in a JupyterLab whose output area is 700 px wide, on a screen of double density, in both themes."""

import pytest
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage
from browser.race import turn_map

WIDTH = 700  # px
THEMES = {"JupyterLab Light": "true", "JupyterLab Dark": "false"}
CELLS = {
    "AnswerExplorer": "AnswerExplorer(words",
    "ContextSliders": "ContextSliders(helpful",
    "BudgetSlider": "BudgetSlider(math",
    "ScalingExplorer": "ScalingExplorer()",
    "TradeoffExplorer": "TradeoffExplorer(helpful",
    "ReuseExplorer": "ReuseExplorer()",
    "PSSTLab": "PSSTLab(math",
    "BoundExplorer": "BoundExplorer()",
    "StudyExplorer": "StudyExplorer()",
    "PolicyTable": "PolicyTable(math",
}


@pytest.fixture(scope="module")
def narrow(lab_address, browser):
    """The gallery, run, its lab finished, in a window made so wide that outputs have 700 px."""
    page = browser.new_page(viewport={"width": 1100, "height": 1300}, device_scale_factor=2)
    page.add_init_script(path=LAYOUT)
    notebook = NotebookPage(page, lab_address, "gallery.ipynb")
    notebook.run_all()
    notebook.show(CELLS["ScalingExplorer"])
    output = page.locator(".jp-OutputArea-output", has=page.locator('[aria-label="ScalingExplorer"]')).first
    expect(output).to_be_visible()
    have = output.evaluate("(element) => element.clientWidth")
    page.set_viewport_size({"width": 1100 + WIDTH - have, "height": 1300})
    page.wait_for_function("([e, width]) => e.clientWidth === width", arg=[output.element_handle(), WIDTH])
    notebook.ask("[setattr(lab, 'seconds_per_round', 0.0), lab.run(), lab.join(60)]")
    yield notebook
    set_theme(notebook, "JupyterLab Light")
    page.close()


def set_theme(notebook, theme):
    notebook.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(notebook.page.locator("body")).to_have_attribute("data-jp-theme-light", THEMES[theme])


def root_of(notebook, name):
    notebook.show(CELLS[name])
    page = notebook.page
    root = page.locator(f'.iapo-explorer[aria-label="{name}"]').first
    expect(root.locator(".iapo-policy" if name == "PSSTLab" else ".iapo-summary")).not_to_be_empty()
    return root


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CELLS)
def test_nothing_overflows_collides_or_blurs(narrow, name, theme):
    """No label is cut, meets another or is below 10 px, canvases are sharp, and words on pictures have contrast."""
    set_theme(narrow, theme)
    root = root_of(narrow, name)
    if name == "PSSTLab":
        expect(root).to_contain_text("after round 10:")
    assert root.evaluate("complaintsOf") == []
    assert root.evaluate("(root) => root.closest('.jp-OutputArea-output').scrollWidth") <= WIDTH
    if name != "PSSTLab":
        assert root.evaluate("svgContrast") >= 4.5


def test_a_shaded_picture_takes_the_new_theme(narrow):
    """The shades of ScalingExplorer are stronger on dark paper, where a little colour does not show."""
    set_theme(narrow, "JupyterLab Light")
    shade = root_of(narrow, "ScalingExplorer").locator("figure > svg").last.locator("rect").first
    expect(shade).to_have_attribute("fill-opacity", "0.15")
    set_theme(narrow, "JupyterLab Dark")
    expect(shade).to_have_attribute("fill-opacity", "0.35")


def test_a_finished_replay_takes_the_new_theme(narrow):
    """Dark draws the curves anew in the dark theme's ink, and light gives back the very picture of before."""
    set_theme(narrow, "JupyterLab Light")
    root = root_of(narrow, "PSSTLab")
    turn_map(root)
    curves = root.locator("canvas.iapo-curves")
    light = curves.evaluate("(canvas) => canvas.toDataURL()")
    set_theme(narrow, "JupyterLab Dark")
    changed = "([canvas, old, same]) => (canvas.toDataURL() === old) === same"
    narrow.page.wait_for_function(changed, arg=[curves.element_handle(), light, False])
    set_theme(narrow, "JupyterLab Light")
    narrow.page.wait_for_function(changed, arg=[curves.element_handle(), light, True])
