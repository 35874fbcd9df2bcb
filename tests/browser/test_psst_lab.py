"""The lab in a real JupyterLab: keyboard, drag, Run to Reset, replay, and what the screen says."""

import re

import pytest
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def lab(start_here):
    """The lab's part of the page."""
    view = start_here.page.locator(".iapo-elimination")
    start_here.show("PSSTLab(task)")
    return start_here.page.locator(".jp-OutputArea-output").filter(has=view)


@pytest.fixture
def fresh(start_here, lab):
    """The lab after Reset, fast enough for a test."""
    press(lab, "Reset")
    expect(status(lab)).to_contain_text("Ready")
    start_here.ask("setattr(lab, 'seconds_per_round', 0.2)")
    return lab


def press(lab, name):
    lab.locator("button.jupyter-button", has_text=name).click()


def status(lab):
    return lab.locator(".iapo-status")


def slider(lab, description):
    """The handle of the stock slider with that label."""
    return lab.locator(".widget-hslider", has_text=description).get_by_role("slider")


def rounds(lab):
    return lab.get_by_label("Round", exact=True)


SLIDERS = {
    "Budget T": "lab.budget",
    "Largest N": "lab.n_max",
    "Weight: correct": "lab.contexts[0].weights[0]",
    "Weight: cost": "lab.contexts[0].cost_weight",
    "A round takes": "lab.seconds_per_round",
}


def test_run_all_raises_nothing_and_starts_nothing(start_here, lab):
    """After Run All no cell has an error, the lab shows its empty picture, and no round has been run."""
    assert start_here.outputs("error") == []
    expect(lab).to_contain_text("No round yet")
    assert start_here.ask("lab.view.n_frames") == 0
    assert start_here.page.locator(".jp-Notebook .jp-RenderedImage img").count() >= 2


@pytest.mark.parametrize("name", SLIDERS)
def test_each_slider_moves_by_keyboard(start_here, fresh, name):
    """An arrow key changes the slider's aria value and the trait behind it."""
    handle = slider(fresh, name)
    before, trait = handle.get_attribute("aria-valuetext"), start_here.ask(SLIDERS[name])
    handle.focus()
    at_end = float(handle.get_attribute("aria-valuenow")) >= float(handle.get_attribute("aria-valuemax"))
    handle.press("ArrowLeft" if at_end else "ArrowRight")
    expect(handle).not_to_have_attribute("aria-valuetext", before)
    start_here.wait_for(f"{SLIDERS[name]} != {trait!r}")


@pytest.mark.parametrize("name", SLIDERS)
def test_each_slider_moves_by_drag(start_here, fresh, name):
    """Dragging the handle by a third of the track changes the trait; the last position is the one that counts."""
    handle = slider(fresh, name)
    track = fresh.locator(".widget-hslider", has_text=name).locator(".noUi-base").bounding_box()
    box, trait, text = handle.bounding_box(), start_here.ask(SLIDERS[name]), handle.get_attribute("aria-valuetext")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    middle = track["x"] + track["width"] / 2
    mouse = start_here.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + (-1 if x > middle else 1) * track["width"] / 3, y, steps=12)
    mouse.up()
    expect(handle).not_to_have_attribute("aria-valuetext", text)
    start_here.wait_for(f"{SLIDERS[name]} != {trait!r}")


def test_run_pause_step_run_stop(start_here, fresh):
    """Pause holds the round where it is, Step adds one, Run goes on, and Stop keeps what is there."""
    start_here.ask("setattr(lab, 'seconds_per_round', 1.5)")
    press(fresh, "Run")
    expect(status(fresh)).to_contain_text("round 1 done")
    press(fresh, "Pause")
    expect(status(fresh)).to_contain_text("Paused")
    held = start_here.ask("lab.view.n_frames")
    start_here.page.wait_for_timeout(1800)
    assert start_here.ask("lab.view.n_frames") == held
    press(fresh, "Step")
    expect(status(fresh)).to_contain_text(f"Paused after round {held + 1}")
    press(fresh, "Run")
    expect(status(fresh)).to_contain_text(f"round {held + 2} done")
    press(fresh, "Stop")
    expect(status(fresh)).to_contain_text("Stopped")
    stopped = start_here.ask("[lab.state, lab.view.n_frames]")
    assert stopped[0] == "stopped" and stopped[1] >= held + 2
    expect(fresh.locator(".iapo-spent")).to_contain_text("of 20,000 completions spent")


def test_a_run_ends_with_a_policy_and_never_moves_the_page(start_here, fresh):
    """The rounds arrive in order, the last names one arm a context, and the view keeps its height throughout."""
    height = fresh.locator(".iapo-elimination").bounding_box()["height"]
    press(fresh, "Run")
    expect(status(fresh)).to_contain_text("Finished after round 10", timeout=40_000)
    expect(rounds(fresh)).to_have_attribute("aria-valuetext", "round 10 of 10")
    prompt, n = start_here.ask("[lab.result.policy['low'].prompt, lab.result.policy['low'].n]")
    expect(fresh.locator(".iapo-policy")).to_contain_text(f"prompt {prompt} with N = {n}")
    assert fresh.locator(".iapo-elimination").bounding_box()["height"] == height
    assert int(fresh.get_by_role("progressbar").get_attribute("aria-valuenow")) == start_here.ask("lab.result.spent")


def finished(start_here, lab):
    start_here.ask("setattr(lab, 'seconds_per_round', 0.0)")
    press(lab, "Run")
    expect(status(lab)).to_contain_text("Finished after round 10")
    expect(rounds(lab)).to_have_attribute("aria-valuetext", "round 10 of 10")


def test_replay_by_keyboard_and_by_play(start_here, fresh):
    """Arrow keys step through the rounds, Replay plays them from the first to the last and ends by itself."""
    finished(start_here, fresh)
    rounds(fresh).focus()
    rounds(fresh).press("ArrowLeft")
    expect(rounds(fresh)).to_have_attribute("aria-valuetext", "round 9 of 10")
    expect(rounds(fresh)).to_be_focused()
    rounds(fresh).press("Home")
    expect(fresh.locator(".iapo-policy")).to_contain_text("after round 1:")
    start_here.wait_for("lab.view.round == 1")
    rounds(fresh).press("End")
    expect(fresh.locator(".iapo-policy")).to_contain_text("after round 10:")
    play = fresh.locator(".iapo-elimination button[aria-pressed]")
    rounds(fresh).evaluate(
        """(slider) => { window.seen = []; new MutationObserver(() => seen.push(slider.getAttribute('aria-valuetext')))
                           .observe(slider, {attributeFilter: ['aria-valuetext']}); }"""
    )
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(play).to_have_attribute("aria-pressed", "false")
    played = start_here.page.evaluate("seen.filter((text, i) => text !== seen[i - 1])")
    assert played == [f"round {r} of 10" for r in range(1, 11)]


def test_replay_needs_no_kernel(start_here, fresh):
    """With the kernel busy the rounds still replay, for they are all in the browser."""
    finished(start_here, fresh)
    start_here.page.evaluate(
        """() => { jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
             {code: 'import time; time.sleep(3)', store_history: false}); }"""
    )
    rounds(fresh).focus()
    rounds(fresh).press("Home")
    expect(rounds(fresh)).to_have_attribute("aria-valuetext", "round 1 of 10", timeout=1500)
    expect(fresh.locator(".iapo-policy")).to_contain_text("after round 1:", timeout=1500)
    assert start_here.ask("1") == 1  # the kernel is free again


def test_an_arm_tells_its_fate_by_keyboard_and_by_pointer(start_here, fresh):
    """Arrow keys on the heat map move the arm in focus; its estimate, pulls, cost and fate are said in words."""
    finished(start_here, fresh)
    heat, arm = fresh.locator("canvas.iapo-heat"), fresh.locator(".iapo-arm")
    start_here.ask("setattr(lab.view, 'arm', [3, 5])")
    expect(arm).to_contain_text("prompt 3, N = 5")
    heat.focus()
    heat.press("ArrowDown")
    heat.press("ArrowRight")
    expect(arm).to_have_text(
        re.compile(r"prompt 4, N = 6 · estimated Q [-\d.]+ · (never pulled|pulled .*) at this N, "
                   r"[\d,]+ completions of this prompt seen · costs [\d.]+ a query · "
                   r"(trimmed in round \d+|still in the race)\.")
    )  # fmt: skip
    start_here.wait_for("lab.view.arm == [4, 6]")
    expect(heat).to_be_focused()
    box = heat.bounding_box()
    start_here.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    expect(fresh.locator(".iapo-tip")).to_contain_text(re.compile(r"prompt \d+, N = \d+"))
    heat.press("Escape")
    expect(arm).to_contain_text("Hover or focus")


def test_a_moved_weight_rescores_without_new_pulls(start_here, fresh):
    """The cost weight changes estimates and recommendation, spends nothing, and says what it leaves as it was."""
    finished(start_here, fresh)
    before = start_here.ask("[lab.view.rounds[-1].spent, lab.recommendation.n]")
    start_here.ask("setattr(lab.view, 'arm', [0, 32])")
    expect(fresh.locator(".iapo-arm")).to_contain_text("trimmed in round")
    text = fresh.locator(".iapo-arm").inner_text()
    handle = slider(fresh, "Weight: cost")
    handle.focus()
    for _ in range(12):
        handle.press("ArrowRight")
    expect(fresh.locator(".iapo-changed")).to_contain_text("cost 0.6")
    expect(fresh.locator(".iapo-changed")).to_contain_text("trimmed under the earlier weights")
    expect(fresh.locator(".iapo-arm")).not_to_have_text(text)
    start_here.wait_for(f"lab.recommendation.n < {before[1]}")
    assert start_here.ask("lab.view.rounds[-1].spent") == before[0]
    for _ in range(12):
        handle.press("ArrowLeft")
    expect(fresh.locator(".iapo-changed")).to_have_text("")
    expect(fresh.locator(".iapo-arm")).to_have_text(text)


def test_a_bad_value_is_told_beside_its_control(start_here, fresh):
    """A negative seed shows why it is refused next to the field, and the last good seed stays in force."""
    field = fresh.get_by_label("Seed")
    field.fill("-4")
    field.press("Tab")
    expect(fresh.get_by_role("alert").filter(has_text="seed must be")).to_be_visible()
    assert start_here.ask("lab.seed") == 0
    field.fill("7")
    field.press("Tab")
    expect(fresh.get_by_role("alert").filter(has_text="seed must be")).to_have_count(0)
    start_here.wait_for("lab.seed == 7")


def test_context_and_reset_twice(start_here, fresh):
    """Another context shows its own arm; Reset empties the picture and restores the controls, twice the same."""
    for _ in range(2):
        finished(start_here, fresh)
        fresh.get_by_role("radio", name="high").click()
        expect(fresh.locator(".iapo-policy")).to_contain_text("for context high")
        expect(slider(fresh, "Weight: cost")).to_have_attribute("aria-valuenow", re.compile(r"^1(\.0*)?$"))
        press(fresh, "Reset")
        expect(fresh.locator(".iapo-policy")).to_contain_text("No round yet")
        expect(status(fresh)).to_contain_text("Ready")
        start_here.wait_for("[lab.context, lab.state, lab.view.n_frames, lab.budget] == ['low', 'idle', 0, 20_000]")
    assert start_here.errors == []


def test_contexts_are_picked_in_the_strip_by_keyboard(start_here, fresh):
    """One stop for Tab, arrow keys pick, and each context says what is recommended for it."""
    finished(start_here, fresh)
    strip = fresh.get_by_role("radiogroup", name="Context")
    chips = strip.get_by_role("radio")
    expect(chips).to_have_count(3)
    chips.first.focus()
    chips.first.press("ArrowRight")
    expect(chips.nth(1)).to_be_focused()
    expect(chips.nth(1)).to_have_attribute("aria-checked", "true")
    assert strip.locator("[tabindex='0']").count() == 1
    start_here.wait_for("lab.context == 'mid'")
    for i, name in enumerate(["low", "mid", "high"]):
        prompt, n = start_here.ask(f"[lab.result.policy['{name}'].prompt, lab.result.policy['{name}'].n]")
        expect(chips.nth(i)).to_have_attribute("aria-label", f"{name}: prompt {prompt}, N = {n}")


def test_two_runs_side_by_side(start_here, fresh):
    """Comparing shows two views beside each other; a round of one brings the other's of the same spending."""
    fresh.get_by_label("Compare with").select_option("frugal")
    views = fresh.locator(".iapo-elimination")
    expect(views).to_have_count(2)
    start_here.ask("setattr(lab, 'seconds_per_round', 0.0)")
    press(fresh, "Run")
    expect(status(fresh)).to_contain_text("frugal: Finished")
    expect(status(fresh)).to_contain_text("psst: Finished after round 10")
    left, right = (views.nth(i).bounding_box() for i in range(2))
    assert left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
    views.nth(0).get_by_label("Round").press("Home")
    start_here.wait_for("lab.views[0].round == 1 and lab.views[1].round == 1")
    expect(views.nth(1).locator(".iapo-policy")).to_contain_text("after round 1:")
    fresh.get_by_label("Compare with").select_option("nothing")
    expect(views).to_have_count(1)
    assert start_here.errors == []
