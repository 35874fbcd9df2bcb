"""What was set in a widget: a step back and forth, the address that brings it again, and the size for a projector."""

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from browser.race import clock, policy
from browser.steps import link_of, made_by
from every_widget import WIDGETS
from iapo_widgets.widgets import ScalingExplorer, save_html
from iapo_widgets.widgets.shared.assets import module

REMEMBERED = module("shared/canvas", "shared/kernel", "shared/state") + "\nexport { remembered };"
BEGINNING = "before the first round"
#: A model with a kernel that answers what is set: weights are made to sum to one, and Low is a preset.
KERNEL = """async (code) => {
  const { remembered } = await import(URL.createObjectURL(new Blob([code], {type: 'text/javascript'})));
  const state = { _public: ['weights', 'cost'], weights: [0.5, 0.5], cost: 0.2, more: 1 }, listeners = {};
  const put = (name, value) => { state[name] = value; (listeners[`change:${name}`] ?? []).forEach((each) => each()); };
  const raw = {
    get: (name) => state[name], set: put,
    save_changes() { const [a] = state.weights; if (state.weights[1] !== 1 - a) put('weights', [a, 1 - a]); },
    send({ press }) { if (press === 'low') put('cost', 0); if (press === 'run') put('cost', 9); },
    on(event, listener) { (listeners[event] ??= []).push(listener); }, off() {},
  };
  const model = remembered(raw);
  const set = (name, value) => { model.set(name, value); model.save_changes(); };
  const seen = [], look = () => seen.push([...state.weights, state.cost]);
  const act = (then) => { model.begin(); then(); look(); };
  act(() => { for (const v of [0.6, 0.7, 0.75]) set('weights', [v, state.weights[1]]); });
  act(() => set('more', 2));
  act(() => set('cost', 0.2));
  act(() => model.send({ press: 'low' }));
  model.begin();
  put('cost', 0.4);
  model.send({ press: 'run' });
  look();
  for (let i = 0; i < 3; i++) { model.travel('back', 'forth'); look(); }
  for (let i = 0; i < 3; i++) { model.travel('forth', 'back'); look(); }
  model.travel('back', 'forth');
  act(() => set('weights', [0.25, 0.75]));
  return [seen, model.can('forth'), state.more];
}"""


def test_a_step_is_a_gesture_and_not_what_the_kernel_makes_of_it(browser):
    """A drag is one step, a preset is one; what the kernel alters afterwards, and what no one may see, is none."""
    page = browser.new_page()
    seen, forth, more = page.evaluate(KERNEL, REMEMBERED)
    page.close()
    moved, low, ran, begun = [0.75, 0.25, 0.2], [0.75, 0.25, 0], [0.75, 0.25, 9], [0.5, 0.5, 0.2]
    assert seen[:5] == [moved, moved, moved, low, ran]
    assert seen[5:8] == [moved, begun, begun]
    assert seen[8:11] == [moved, ran, ran]
    assert seen[11][:2] == [0.25, 0.75] and not forth and more == 2


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A saved page with every widget, and a second ScalingExplorer."""
    path = tmp_path_factory.mktemp("state") / "widgets.html"
    save_html(path, *(make() for make in WIDGETS.values()), ScalingExplorer(n=20))
    return path.as_uri()


@pytest.fixture
def opened(browser, address):
    """Opens the page at a fragment; no error may be told by its end."""
    contexts, errors = [], []

    def open_page(fragment="", shown="Recommendation", **more):
        context = browser.new_context(viewport={"width": 1200, "height": 1000}, offline=True, **more)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(f"{address}#{fragment}")
        expect(page.locator(".iapo-elimination .iapo-policy").last).to_contain_text(shown)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def root(page, name, k=0):
    return page.locator(f'.iapo-widget[aria-label="{name}"]').nth(k)


def n_slider(page, k=0):
    return root(page, "ScalingExplorer", k).get_by_label("N to read", exact=True)


def test_a_drag_is_taken_back_without_a_kernel(opened):
    """One step for many moves of the mouse; keys and buttons go back and forth, each widget for itself."""
    page = opened()
    widget, slider = root(page, "ScalingExplorer"), n_slider(page)
    back, forth = (widget.get_by_role("button", name=name, exact=True) for name in ("Undo", "Redo"))
    expect(back).to_have_attribute("aria-disabled", "true")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()
    dragged = slider.input_value()
    assert int(dragged) > 15
    slider.press("ArrowRight")
    n_slider(page, 1).press("ArrowRight")
    slider.press("Control+z")
    expect(slider).to_have_value(dragged)
    slider.press("Control+z")
    expect(slider).to_have_value("10")
    expect(widget.locator(".iapo-summary")).to_contain_text("At N = 10")
    expect(back).to_have_attribute("aria-disabled", "true")
    slider.press("Control+Shift+Z")
    expect(slider).to_have_value(dragged)
    forth.press("Enter")
    expect(slider).to_have_value(str(int(dragged) + 1))
    expect(n_slider(page, 1)).to_have_value("21")
    widget.get_by_role("button", name="Reset").click()
    expect(slider).to_have_value("10")
    back.click()
    expect(slider).to_have_value(str(int(dragged) + 1))


def test_a_race_is_taken_back_without_a_kernel(opened):
    """Map, context and round are steps as well, in a view and in a lab."""
    page = opened()
    for name in ("EliminationView", "PSSTLab"):
        widget = root(page, name)
        words = widget.locator(".iapo-policy").first
        before = words.inner_text()
        widget.get_by_role("radio", name=re.compile("^high")).click()
        expect(words).to_contain_text("for context high")
        widget.locator(".iapo-time").press("Home")
        expect(words).to_contain_text("after round 1:")
        widget.get_by_role("button", name="Map").click()
        expect(widget.locator(".iapo-lanes").first).to_be_hidden()
        for _ in range(3):
            widget.locator(".iapo-time").press("Meta+z")
        expect(words).to_have_text(before)
        expect(widget.locator(".iapo-lanes").first).to_be_visible()


def test_the_address_brings_the_state_again(opened):
    """The copied address opens another page as this one stands: of both of a kind, of explorers, races and answers."""
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    n_slider(page).press("End")
    for k in (0, 1):
        n_slider(page, k).press("ArrowLeft")
    for name in ("EliminationView", "PSSTLab"):
        root(page, name).locator(".iapo-time").press("Home")
        root(page, name).get_by_role("button", name="Map").click()
    root(page, "AnswerExplorer").get_by_label("N answers").press("ArrowRight")
    told = []
    for name, k in [
        ("ScalingExplorer", 0),
        ("ScalingExplorer", 1),
        ("EliminationView", 0),
        ("PSSTLab", 0),
        ("AnswerExplorer", 0),
    ]:
        root(page, name, k).get_by_role("button", name="Copy link").first.click()
        link = root(page, name, k).get_by_label("Link", exact=True)
        expect(link).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link.input_value()
        told.append(link.input_value().partition("#")[2])
    other = opened("&".join(told))
    expect(n_slider(other)).to_have_value("31")
    expect(n_slider(other, 1)).to_have_value("19")
    expect(root(other, "ScalingExplorer").locator(".iapo-summary")).to_contain_text("At N = 31")
    for name in ("EliminationView", "PSSTLab"):
        expect(root(other, name).locator(".iapo-policy").first).to_contain_text("after round 1:")
        expect(root(other, name).locator("canvas.iapo-heat").first).to_be_visible()
    expect(root(other, "AnswerExplorer").get_by_label("N answers")).to_have_value("6")
    other.evaluate("location.hash = 'ScalingExplorer.n=5'")
    expect(n_slider(other)).to_have_value("5")


def test_the_address_brings_the_beginning_again(opened):
    """Before the first round is a place like another: the address holds it, a step back leaves it."""
    page, told = opened(), []
    for name in ("EliminationView", "PSSTLab"):
        clock(root(page, name)).press("Home")
        clock(root(page, name)).press("ArrowLeft")
        expect(clock(root(page, name))).to_have_attribute("aria-valuetext", BEGINNING)
        told.append(link_of(root(page, name)).partition("#")[2])
    other = opened("&".join(told), shown="")
    for name in ("EliminationView", "PSSTLab"):
        expect(clock(root(other, name))).to_have_attribute("aria-valuetext", BEGINNING)
        expect(policy(root(other, name))).to_have_text("")
        clock(root(other, name)).press("ArrowRight")
        expect(policy(root(other, name))).to_contain_text("after round 1:")
        clock(root(other, name)).press("Control+z")
        expect(clock(root(other, name))).to_have_attribute("aria-valuetext", BEGINNING)


PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
HOSTILE = {
    "ScalingExplorer.n": ['"<img src=x onerror=alert(1)>"', "1e99", "-1", "null", "[7]", "{", "true", '{"x": 1}'],
    "ScalingExplorer.flat": ["[0, 0, 0, 0]"],
    "ScalingExplorer._scene": ["null", '{"panels": []}'],
    "ScalingExplorer.__proto__": ['{"n": 3}'],
    "PolicyTable.copy_as": ['"PDF"', "0"],
    "EliminationView.round": ["99", "-2", "1.5", '"1"', "[]"],
    "EliminationView.arm": ["[99, 1]", "[0, 0]", "[0]", "{}", '"ab"', "[null, null]"],
    "EliminationView.face": ['"<b>"', "1"],
    "EliminationView.context": ['"nobody"', "0", "null", '["low"]'],
    "EliminationView.truth": ['"yes"', "1"],
    "EliminationView._about": ["null"],
    "PSSTLab.first.round": ["99", "null"],
    "PSSTLab._parts": ['["x"]'],
    "AnswerExplorer.question": ["100000", "-1", '"3"'],
    "AnswerExplorer.seed": ["77777", "{}"],
    "AnswerExplorer.n": ["0", "1e9", "[]"],
}  # fmt: skip


def test_a_hostile_address_changes_nothing(opened):
    """Unknown names, wrong types, values out of range and markup: the page is as without, and no script errs."""
    page = opened()
    words = "document.querySelector('main').innerText"
    shown = page.evaluate(words)
    for k in range(max(map(len, HOSTILE.values()))):
        fragment = "&".join(f"{name}={quote(values[k % len(values)])}" for name, values in HOSTILE.items())
        page.evaluate("(hash) => { location.hash = hash; }", fragment)
        page.wait_for_function(
            "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
        )
        assert page.evaluate(words) == shown, fragment
    assert opened("%E0%A4%A&&==&ScalingExplorer.n=%").evaluate(words) == shown
    assert page.locator("img").count() == 0


def test_python_tells_the_address_of_a_page(opened, address):
    """What ``link(page)`` holds is what the page takes."""
    widget = WIDGETS["EliminationView"]()
    widget.round, widget.arm, widget.context = 2, [1, 3], "high"
    link = widget.link(address)
    assert json.loads('"' + address + '"') == link.partition("#")[0]
    page = opened(link.partition("#")[2])
    expect(root(page, "EliminationView").locator(".iapo-policy")).to_contain_text("for context high after round 2")


@pytest.mark.parametrize("name", WIDGETS)
def test_everything_is_larger_for_a_projector(opened, name):
    """At projector size every word is at least 1.5 times as large, and so is every target; pictures too; undo not."""
    page = opened()
    widget = root(page, name)
    measure = """(root) => [...root.querySelectorAll('*')]
      .filter((e) => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
      .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
      .map((e) => parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom)"""
    button = widget.get_by_role("button", name="Projector size").first
    small, before = min(widget.evaluate(measure)), button.bounding_box()
    button.click()
    expect(widget).to_have_class(re.compile("iapo-projector"))
    assert min(widget.evaluate(measure)) >= 1.5 * small
    assert button.bounding_box()["height"] >= 1.5 * before["height"]
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(widget).not_to_have_class(re.compile("iapo-projector"))


def test_a_step_back_reaches_the_kernel(start_here):
    """In JupyterLab a dragged budget is one step: the lab trains with the old one again, and its link is Python."""
    page = start_here.page
    start_here.show("PSSTLab(task)")
    lab = page.locator(".iapo-race-lab").first
    expect(lab.locator(".iapo-policy").first).to_contain_text("Recommendation")
    slider = lab.get_by_label("Budget", exact=True)
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2, steps=8)
    page.mouse.up()
    start_here.wait_for("lab.budget < 2_000 and lab.state == 'finished'")
    lab.get_by_role("button", name="Map").press("Enter")
    start_here.wait_for("lab.view.face == 'map'")
    lab.get_by_role("button", name="Copy link").first.click()
    link = lab.get_by_label("Link", exact=True)
    expect(link).to_have_value(str(start_here.ask("lab.link()")))
    assert link.input_value().startswith('PSSTLab(load("math"), context="low", budget=')
    assert made_by(link.input_value()).link() == link.input_value()
    slider.press("Control+z")
    start_here.wait_for("lab.view.face == 'race'")
    slider.press("Control+z")
    start_here.wait_for("lab.budget == 20_000 and lab.state == 'finished' and lab.result.spent > 19_000")
    lab.get_by_role("button", name="Undo").press("Control+Shift+Z")
    start_here.wait_for("lab.budget < 2_000")
    slider.press("Control+z")
    start_here.wait_for("lab.budget == 20_000")
    lab.get_by_role("button", name="Projector size").click()
    start_here.wait_for("lab.display == 'projector'")
    start_here.ask("setattr(lab, 'display', 'normal')")
    expect(lab).not_to_have_class(re.compile("iapo-projector"))
    assert start_here.errors == []
