"""The site in a browser without a network, opened from files."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.race import clock, turn_map


@pytest.fixture
def opened(browser, site):
    """Opens a page of the site; by the end no script may have failed and nothing may have been asked from elsewhere."""
    contexts, errors = [], []

    def open_page(name, query="", **more):
        context = browser.new_context(viewport={"width": 1300, "height": 1000}, offline=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda r: errors.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
        page.on("requestfailed", lambda request: errors.append(f"failed: {request.url}"))
        page.goto((site / name).as_uri() + query)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_elimination_replays_by_keyboard(opened, scheme):
    """Without kernel and network the rounds move by arrow keys, an arm can be read, another user chosen."""
    page = opened("elimination.html", color_scheme=scheme)
    view = page.locator(".iapo-elimination")
    policy, slider = view.locator(".iapo-policy"), clock(view)
    expect(policy).to_contain_text("after round 10")
    turn_map(view)
    heat = view.locator("canvas.iapo-heat")
    last = heat.evaluate("canvas => canvas.toDataURL()")
    slider.press("Home")
    expect(policy).to_contain_text("after round 1:")
    assert heat.evaluate("canvas => canvas.toDataURL()") != last
    slider.press("ArrowRight")
    expect(policy).to_contain_text("after round 2:")
    heat.press("ArrowDown")
    expect(view).to_contain_text(re.compile(r"prompt \d+, N = \d+"))
    view.get_by_role("radio", name=re.compile("high")).press("Enter")
    expect(policy).to_contain_text("context high after round 2:")
    expect(view).to_contain_text("Simulated")
    unfetched = {"preload": False}  # axe would fetch the style sheets, which browsers refuse to pages opened from files
    assert Axe().run(page, ".iapo-elimination", unfetched).violations_count == 0


def test_every_live_widget_is_alive(opened):
    """Each widget of the page has drawn its picture and says it in words."""
    page = opened("widgets.html")
    widgets = page.locator(".live-widget .iapo-explorer")
    expect(widgets).to_have_count(page.locator(".live-widget").count())
    for i in range(widgets.count()):
        expect(widgets.nth(i).locator(".iapo-summary")).not_to_be_empty()
        drawn = widgets.nth(i).locator(".iapo-panels canvas, .iapo-panels svg, .iapo-chip, .iapo-strip")
        expect(drawn.first).to_be_visible()


def test_search_finds_an_algorithm_offline(opened):
    """Typing a name and Enter leads to its place in the API."""
    page = opened("search.html", "?q=allocate")
    expect(page.locator("#search-results a[href*='iapo_widgets.core.psst.allocate']").first).to_be_visible()


def test_a_formula_is_laid_out(opened):
    """MathML is drawn: a fraction is higher than the letter beside it."""
    page = opened("summary.html")
    fraction, letter = page.locator("math mfrac").first, page.locator("math mi").first
    assert fraction.bounding_box()["height"] > 1.5 * letter.bounding_box()["height"]


def test_the_summary_prints_on_one_sheet(opened):
    """The method on one page makes a PDF of exactly one page of A4."""
    pdf = opened("summary.html").pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1 and {tuple(round(float(v)) for v in box) for box in boxes} == {
        (595, 842)
    }


@pytest.mark.parametrize("name", ["index.html", "lessons/00_start_here.html", "api/algorithms.html"])
def test_pages_read_in_light_and_dark(opened, name):
    """A lesson, the API and the front page open in the reader's scheme, and their text does not run out of the page."""
    for scheme in ("light", "dark"):
        page = opened(name, color_scheme=scheme)
        expect(page.locator("html")).to_have_attribute("data-theme", scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_notes_in_lessons_are_legible_in_the_dark(opened):
    """What stands in place of a widget has the contrast that axe asks for, in both schemes."""
    for scheme in ("light", "dark"):
        page = opened("lessons/00_start_here.html", color_scheme=scheme)
        options = {"preload": False, "runOnly": ["color-contrast"]}
        assert page.locator(".absent-widget").count() == 4  # two widgets, two predictions
        assert Axe().run(page, ".absent-widget", options).violations_count == 0


def test_pictures_in_lessons_keep_their_shape(opened):
    """Made narrower to fit the page, a picture is lower by the same factor."""
    shapes = opened("lessons/00_start_here.html").evaluate(
        "[...document.querySelectorAll('.cell_output img')]"
        ".map((i) => [i.width / i.height, i.naturalWidth / i.naturalHeight])"
    )
    assert shapes and all(abs(shown / drawn - 1) < 0.02 for shown, drawn in shapes)
