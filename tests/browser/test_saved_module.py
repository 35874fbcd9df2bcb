"""A widget as a module in a page that shows modules of anywidget and has no kernel, as MyST and Jupyter Book 2 do."""

import ipywidgets
import pytest
from playwright.sync_api import expect

from browser.folder_server import served
from browser.race import clock, play, policy, recommended
from iapo_widgets import load
from iapo_widgets.widgets import AnswerExplorer, LiveLab, PSSTLab, ScalingExplorer, save_module

#: What such a page does: each module gets an element in a shadow root, and a model of what stands in the directive.
PAGE = """<!doctype html><title>Modules</title><link rel="icon" href="data:,"><body><script type="module">
for (const name of ["race", "scaling", "answers"]) {
  const { default: widget } = await import(`./${name}.mjs`);
  const place = document.body.appendChild(document.createElement("div"));
  const el = place.attachShadow({ mode: "open" }).appendChild(document.createElement("div"));
  const model = { get: () => undefined, set() {}, save_changes() {}, on() {}, off() {}, send() {} };
  await widget.initialize?.({ model });
  await widget.render({ model, el });
}
</script>"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Address of a page with three modules."""
    folder = tmp_path_factory.mktemp("modules")
    save_module(folder / "race.mjs", PSSTLab(load("real-words"), budget=3_000))
    save_module(folder / "scaling.mjs", ScalingExplorer())
    save_module(folder / "answers.mjs", AnswerExplorer(load("real-words")))
    (folder / "index.html").write_text(PAGE)
    with served(folder) as address:
        yield address


def test_modules_play_without_a_kernel(address, browser):
    """The race plays, an explorer's one control moves its words, answers are turned; what needs a kernel says so."""
    page, errors = browser.new_page(viewport={"width": 1200, "height": 1000}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(address)
    lab, scaling = page.locator(".iapo-race-lab"), page.locator('[aria-label="ScalingExplorer"]')
    last = recommended(lab)
    clock(lab).press("Home")
    expect(policy(lab)).to_contain_text("after round 1:")
    play(lab).press("Enter")
    expect(policy(lab)).to_have_text(last, timeout=30_000)
    expect(lab.locator(".iapo-lost").first).to_contain_text("No running kernel here")
    words = scaling.locator(".iapo-summary")
    before = words.text_content()
    scaling.locator(".iapo-form").get_by_label("N to read").press("ArrowRight")
    expect(words).not_to_have_text(before)
    answers = page.locator('[aria-label="AnswerExplorer"]')
    expect(answers.locator(".iapo-summary")).not_to_be_empty()
    count = answers.locator(".iapo-chip:visible").count()
    answers.get_by_label("N answers").press("ArrowLeft")
    expect(answers.locator(".iapo-chip:visible")).to_have_count(count - 2)  # of two prompts one each
    page.close()
    assert errors == []


@pytest.mark.parametrize("make", [LiveLab, ipywidgets.IntSlider])
def test_what_is_no_single_widget_of_ours_is_refused(make, tmp_path):
    """A box of stock widgets has no module."""
    with pytest.raises(ValueError, match="no single widget of iapo_widgets"):
        save_module(tmp_path / "no.mjs", make())
    assert not list(tmp_path.glob("*.mjs"))
