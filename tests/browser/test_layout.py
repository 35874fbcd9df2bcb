"""Widgets at every width, at projector size, on paper, and in both of JupyterLab's themes: nothing is cut or meets."""

import re

import pytest
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage
from browser.race import recommended, turn_map
from every_widget import WIDGETS
from iapo_widgets.widgets import save_html

WIDTH = 700  # px
THEMES = {"JupyterLab Light": "true", "JupyterLab Dark": "false"}
CELLS = {
    "AnswerExplorer": "AnswerExplorer(words",
    "ContextSliders": "ContextSliders(helpful",
    "BudgetSlider": "BudgetSlider(math",
    "ScalingExplorer": "ScalingExplorer()",
    "TradeoffExplorer": "TradeoffExplorer(helpful",
    "ReuseExplorer": "ReuseExplorer()",
    "StopExplorer": "StopExplorer(words)",
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


BORDERS = 16  # px that a saved page has beside its widgets
SIZES = {"400": (400, 1), "568": (568, 1), "700": (700, 1), "1000": (1000, 1), "1600": (1600, 1), "200 %": (500, 2)}
PAPER = 718  # px of A4 between margins of 10 mm
ROOTS = ".iapo-explorer:not(.iapo-compact), .iapo-elimination:not(.iapo-explorer)"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Address of a saved page with every widget, which may be as wide as its window."""
    path = tmp_path_factory.mktemp("layout") / "widgets.html"
    save_html(path, *(make() for make in WIDGETS.values()))
    path.write_text(path.read_text("utf-8").replace("max-width: 1100px", ""), "utf-8")
    return path.as_uri()


@pytest.fixture
def opened(browser, saved):
    """Opens the page in a window whose widgets have that width; ``face``: of its races."""
    contexts = []

    def open_page(width, density=1, face="race", **more):
        viewport = {"width": width + BORDERS, "height": 900}
        context = browser.new_context(viewport=viewport, device_scale_factor=density, offline=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(path=LAYOUT)
        page.goto(f'{saved}#EliminationView.face="{face}"&PSSTLab.first.face="{face}"')
        recommended(page.locator(".iapo-elimination").last)
        return page

    yield open_page
    for context in contexts:
        context.close()


def complaints(page):
    """What is wrong with each widget of the page, and whether it scrolls sideways."""
    page.wait_for_function(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    roots = page.locator(ROOTS)
    assert roots.count() == len(WIDGETS)
    found = {name: roots.nth(i).evaluate("complaintsOf") for i, name in enumerate(WIDGETS)}
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return {name: each for name, each in {**found, "page": [wide] if wide > 0 else []}.items() if each}


@pytest.mark.parametrize("face", ["race", "map"])
@pytest.mark.parametrize("size", SIZES)
def test_every_widget_fits_every_width(opened, size, face):
    """From a phone to a wide screen and at 200 % zoom nothing is clipped, meets, overflows or blurs."""
    assert complaints(opened(*SIZES[size], face=face)) == {}


@pytest.mark.parametrize("width", [700, 1000, 1600])
@pytest.mark.parametrize("face", ["race", "map"])
def test_every_widget_fits_at_projector_size(opened, width, face):
    """So it is where everything is enlarged for a hall."""
    page = opened(width, face=face)
    for button in page.get_by_role("button", name="Projector size").all():
        button.click()
    assert page.locator(".iapo-projector").count() == len(WIDGETS)
    assert complaints(page) == {}


def test_a_pointer_finds_what_it_points_at_for_a_projector(opened):
    """On the enlarged map and on an enlarged curve the words are of what lies under the pointer."""
    page = opened(1000, face="map")
    for name, kind in [("EliminationView", "canvas.iapo-heat"), ("BoundExplorer", "svg[role=application]")]:
        root = page.locator(f'[aria-label="{name}"]')
        picture, tip = root.locator(kind).first, root.locator(".iapo-tip").first
        told = []
        for _ in range(2):
            picture.scroll_into_view_if_needed()
            box = picture.bounding_box()
            for x in (0.35, 0.6):
                page.mouse.move(
                    box["x"] + box["width"] * x, box["y"] + box["height"] * (0.5 if "heat" in kind else 0.04)
                )
                expect(tip).to_be_visible()
                told.append(re.sub(r"T = .*?:", "", tip.inner_text()))
            root.get_by_role("button", name="Projector size").click()
        assert told[:2] == told[2:]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_widget_prints(opened, scheme):
    """On A4 nothing is clipped or meets, ink is dark, bars and swatches keep their colours, and buttons stay away."""
    page = opened(1600, face="map", color_scheme=scheme)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # the screen is wide, and what is drawn must fit the paper
    for picture in page.locator("figure > svg, canvas:not([aria-hidden])").all():
        assert picture.evaluate("(e) => e.viewBox?.baseVal.width ?? e.width / devicePixelRatio") <= PAPER
    page.set_viewport_size({"width": PAPER + BORDERS, "height": 1040})
    page.emulate_media(media="print")
    assert complaints(page) == {}
    for root in page.locator(ROOTS).all():
        assert root.evaluate("(e) => getComputedStyle(e).color") == "rgb(0, 0, 0)"
        assert root.evaluate("(e) => getComputedStyle(e).printColorAdjust") == "exact"
        assert root.locator(".iapo-tools").is_hidden()
    for canvas in page.locator("canvas:not([aria-hidden])").all():
        assert canvas.evaluate("(e) => getComputedStyle(e).objectFit") == "contain"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("[style*='690px']").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_shadow_root_shows_the_same(opened, scheme):
    """Where style sheets register no property, as in marimo, canvases have the same colours, and panels still stack."""
    page = opened(700, face="map", color_scheme=scheme)
    canvas = page.locator('[aria-label="EliminationView"] canvas.iapo-curves')
    before = canvas.evaluate("(e) => e.toDataURL()")
    page.evaluate(
        """() => {
          const styles = [...document.querySelectorAll("body style")];
          for (const place of document.querySelectorAll('main > div[id^="iapo-"]')) {
            const host = document.createElement("div");
            place.replaceWith(host);
            host.attachShadow({ mode: "open" }).append(...styles.map((each) => each.cloneNode(true)), place);
          }
          for (const each of styles) each.remove();
          dispatchEvent(new Event("afterprint")); // draws anew
        }"""
    )
    page.wait_for_function(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--iapo-ink')") == ""
    assert canvas.evaluate("(e) => e.toDataURL()") == before
    page.set_viewport_size({"width": 500, "height": 900})
    panels = page.locator('[aria-label="ScalingExplorer"] figure')
    page.wait_for_function("([a, b]) => b.getBoundingClientRect().top > a.getBoundingClientRect().bottom",
                           arg=[panels.nth(0).element_handle(), panels.nth(1).element_handle()])  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_are_used(opened, scheme):
    """Words, lines and canvases take the system's colours where it forces them; what a colour tells keeps its own."""
    page = opened(1000, face="map", color_scheme=scheme, forced_colors="active")
    root = page.locator('[aria-label="EliminationView"]')
    system = page.evaluate(
        """() => { const e = document.createElement("i"); e.style.color = "CanvasText"; document.body.append(e);
                   const colour = getComputedStyle(e).color; e.remove(); return colour; }"""
    )
    ink = "(e) => getComputedStyle(e).getPropertyValue('--iapo-ink')"
    assert root.evaluate(ink) == system
    text = page.locator('[aria-label="ScalingExplorer"] figure text').first
    assert text.evaluate("(e) => getComputedStyle(e).fill") == system
    assert complaints(page) == {}
