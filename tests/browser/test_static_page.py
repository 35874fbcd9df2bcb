"""Every widget in one saved page, opened from a file with no network: alive, legible, accessible."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import LAYOUT
from browser.race import clock, lanes, play, policy, recommended, told, turn_map
from every_widget import WIDGETS, task
from iapo_widgets import load, train
from iapo_widgets.widgets import PolicyTable, PSSTLab, save_html

#: Explorer -> label of the control that works without a kernel.
ALONE = {
    "ContextSliders": "cost",
    "BudgetSlider": "Budget T",
    "ScalingExplorer": "N to read",
    "TradeoffExplorer": "Weight: cost",
    "ReuseExplorer": "Look at",
    "BoundExplorer": "Error accepted",
    "StopExplorer": "Lead that stops",
    "StudyExplorer": "Measure",
    "PolicyTable": "Copy as",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Where the page lies."""
    path = tmp_path_factory.mktemp("page") / "widgets.html"
    save_html(path, *(make() for make in WIDGETS.values()), title="Every widget")
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the page in a context of its own; no error may be told by its end."""
    contexts, errors = [], []

    def open_page(width=1200, **more):
        context = browser.new_context(viewport={"width": width, "height": 1000}, offline=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("request", lambda request: errors.append(request.url) if not request.url.startswith("file:") else None)
        page.add_init_script(path=LAYOUT)
        page.goto(address)
        recommended(page.locator(".iapo-elimination").last)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def explorer(page, name):
    return page.locator(f'.iapo-explorer[aria-label="{name}"]')


@pytest.mark.parametrize("name", ALONE)
def test_one_control_works_alone_and_the_others_say_why_not(opened, name):
    """A key on the control that is named changes what is shown, Reset takes it back; every other one is disabled."""
    page = opened()
    widget = explorer(page, name)
    expect(widget.locator(".iapo-lost")).to_contain_text(f"No running kernel here: “{ALONE[name]}” works without one")
    steps = widget.get_by_role("radiogroup", name=ALONE[name], exact=True).get_by_role("radio", checked=True)
    control = steps if name == "ReuseExplorer" else widget.get_by_label(ALONE[name], exact=True)
    shown = widget.get_by_label("Text to copy") if name == "PolicyTable" else widget.locator(".iapo-summary")
    read = shown.input_value if name == "PolicyTable" else shown.inner_text
    before = read()
    drawn = widget.locator(".iapo-table" if name == "PolicyTable" else ".iapo-panels")
    picture = drawn.inner_html()
    control.press("ArrowDown" if name in ("StudyExplorer", "PolicyTable") else "ArrowRight")
    page.wait_for_function(
        "([element, text]) => (element.value ?? element.innerText) !== text", arg=[shown.element_handle(), before]
    )
    if name != "PolicyTable":  # its picture does not depend on the form of the copy
        assert drawn.inner_html() != picture
    widget.get_by_role("button", name="Reset").press("Enter")
    page.wait_for_function(
        "([element, text]) => (element.value ?? element.innerText) === text", arg=[shown.element_handle(), before]
    )
    assert drawn.inner_html() == picture
    fields = widget.locator(".iapo-field:has(:is(input, select, button):enabled)")
    assert fields.count() == 1 and widget.locator(".iapo-buttons button:enabled").count() == 1  # the one, and Reset


def test_a_race_plays_by_keyboard(opened):
    """Home shows round 1 in words, on the rows and on the map; Play plays to the end, an arrow key reads an arm."""
    page = opened()
    view = page.locator(".iapo-elimination").first
    last, heat = recommended(view), view.locator("canvas.iapo-heat")
    first_row = lanes(view)[0].get_attribute("aria-label")
    clock(view).press("Home")
    expect(policy(view)).to_contain_text("after round 1:")
    assert [told(lane.get_attribute("aria-label")) for lane in lanes(view)] and lanes(view)[0].get_attribute(
        "aria-label"
    ) != first_row
    play(view).press("Enter")
    expect(policy(view)).to_have_text(last, timeout=30_000)
    turn_map(view)
    picture = heat.evaluate("(canvas) => canvas.toDataURL()")
    clock(view).press("Home")
    page.wait_for_function("([canvas, old]) => canvas.toDataURL() !== old", arg=[heat.element_handle(), picture])
    clock(view).press("End")
    heat.focus()
    heat.press("ArrowDown")
    expect(view.locator(".iapo-arm")).to_contain_text("estimated Q")
    view.get_by_role("radio", name=re.compile("^high")).click()
    expect(policy(view)).to_contain_text("for context high")
    view.get_by_role("button", name="Reset view").press("Enter")
    expect(policy(view)).to_have_text(last)
    expect(view.locator(".iapo-lanes").first).to_be_visible()


def test_marks_to_drag_stay_without_a_kernel(opened):
    """A success rate is told to be disabled, and neither key nor drag moves it."""
    page = opened()
    widget = explorer(page, "ScalingExplorer")
    knob = widget.get_by_role("slider", name="prompt A, query 1: success rate")
    expect(knob).to_have_attribute("aria-disabled", "true")
    knob.press("ArrowRight")
    box = knob.bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 5, steps=4)
    page.mouse.up()
    expect(knob).to_have_attribute("aria-valuenow", "0.4")


def test_tab_reaches_everything(opened):
    """From the top of the page Tab alone visits every control and chart that is in use, each with a visible outline."""
    page = opened()
    wanted = page.evaluate(
        """() => {
          const open = (e) => e.checkVisibility() && !e.disabled && e.tabIndex >= 0;
          const kinds = 'input, select, button, textarea, summary, [tabindex]';
          window.wanted = new Set([...document.querySelectorAll(kinds)].filter(open));
          return wanted.size;
        }"""
    )
    assert wanted > 40
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        if page.evaluate(
            """() => { const e = document.activeElement;
                       if (wanted.has(e) && getComputedStyle(e).outlineStyle === 'none') throw new Error(e.outerHTML);
                       wanted.delete(e); return wanted.size === 0; }"""
        ):
            break
    assert page.evaluate("[...wanted].map((e) => e.outerHTML.slice(0, 200))") == []


@pytest.mark.parametrize("density", [1, 2])
@pytest.mark.parametrize("width", [716, 1100])
def test_nothing_overflows_collides_or_blurs(opened, width, density):
    """From 700 px, at 1x and 2x: no label is cut, meets another or is below 10 px; canvases are sharp."""
    page = opened(width, device_scale_factor=density)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    roots = page.locator(".iapo-explorer:not(.iapo-compact), .iapo-elimination:not(.iapo-explorer)")
    assert roots.count() == len(WIDGETS)
    complaints = {name: roots.nth(i).evaluate("complaintsOf") for i, name in enumerate(WIDGETS)}
    assert {name: found for name, found in complaints.items() if found} == {}


@pytest.mark.parametrize("width", [400, 568, 640, 716])
def test_a_policy_fits_a_phone(opened, width):
    """On it rows are cards: nothing is cut or meets, each number has its column's name, and a row is still a row."""
    table = explorer(opened(width), "PolicyTable")
    assert table.evaluate("complaintsOf") == []
    assert table.bounding_box()["x"] + table.bounding_box()["width"] <= width
    row = table.get_by_role("row").filter(has_text="w1=0.5 mid")
    expect(row.get_by_role("cell")).to_have_count(6)
    named = row.locator("td").nth(2).evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert named == ('"worth a question: "' if width < 700 else "none")


@pytest.mark.parametrize("width", [400, 480, 568, 716])
def test_what_stands_in_a_cell_stays_there(browser, tmp_path, width):
    """With prompts of many words and costs of a unit, what stands in a cell stays in it."""
    env = load("real-words")
    save_html(tmp_path / "policy.html", PolicyTable(env, train("uniform", env, 2_000, seed=0)))
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(path=LAYOUT)
    page.goto((tmp_path / "policy.html").as_uri())
    rows = page.locator(".iapo-policies tbody tr")
    expect(rows).to_have_count(len(env.contexts) + 1)
    spilt = page.evaluate(
        """() => [...document.querySelectorAll('.iapo-policies :is(td, th)')]
             .filter((cell) => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth + 1)
             .map((cell) => cell.dataset.head + cell.textContent)"""
    )
    assert spilt == [] and page.locator(".iapo-policies").evaluate("complaintsOf") == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_in_both_themes(opened, scheme):
    """axe finds nothing serious in the whole page, and words on the pictures have a contrast of at least 4.5."""
    page = opened(color_scheme=scheme)
    found = Axe().run(page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")] == []
    paper = page.locator(".iapo-explorer").first.evaluate("(root) => getComputedStyle(root).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 22, 22)"}[scheme]
    for name in ALONE:
        assert explorer(page, name).evaluate("svgContrast") >= 4.5, name


def test_a_page_that_turns_dark_draws_the_replay_anew(opened):
    """The canvases follow the page's theme at once, though no round has come."""
    page = opened(color_scheme="light")
    turn_map(page.locator(".iapo-elimination").first)
    heat = page.locator("canvas.iapo-curves").first
    light = heat.evaluate("(canvas) => canvas.toDataURL()")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("([canvas, old]) => canvas.toDataURL() !== old", arg=[heat.element_handle(), light])
    page.emulate_media(color_scheme="light")
    page.wait_for_function("([canvas, old]) => canvas.toDataURL() === old", arg=[heat.element_handle(), light])


def test_a_saved_lab_opens_the_answers_of_each_arm(browser, tmp_path):
    """A row that is pressed shows what its prompt was answered; the page is titled by what the lab asks, once."""
    lab = PSSTLab(task("real-words"), budget=3_000)
    lab.show_finished()
    lab.join(60)
    save_html(tmp_path / "lab.html", lab)
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto((tmp_path / "lab.html").as_uri())
    assert page.title() == "Which prompt, and how many answers?"
    assert page.get_by_role("heading", name=page.title()).count() == 1
    root = page.locator(".iapo-race-lab")
    for lane in lanes(root)[:4]:
        lane.click()
        number = re.search(r"prompt (\d+):", lane.get_attribute("aria-label"))[1]
        expect(root.locator(".iapo-prompt > summary").first).to_contain_text(f"Prompt {number}")
        assert f"first.arm=%5B{number}%2C" in page.evaluate(COPIED)
    page.close()


#: The address that the lab's button gives.
COPIED = """() => { const root = document.querySelector('.iapo-race-lab');
  root.querySelector('.iapo-tool[aria-label="Copy link"]').click();
  return root.querySelector('.iapo-link input').value; }"""
