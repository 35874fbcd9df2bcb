"""The lab in a real JupyterLab: one screen, alive on opening, by keyboard, pointer and drag."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage, jupyter_server
from browser.race import caption, clock, lanes, play, policy, told, turn_map

CELLS = [
    "from iapo_widgets import load\nfrom iapo_widgets.widgets import PSSTLab\ntask = load('real-words')",
    "lab = PSSTLab(task, budget=6_000, seconds_per_round=0.4)\nlab",
]
ROUNDS = 8  # of 10 prompts by 16


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    """A notebook with a lab on real answers, run from top to bottom."""
    folder = tmp_path_factory.mktemp("race")
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "race.ipynb")
    with jupyter_server(folder) as address:
        page = browser.new_page(viewport={"width": 1600, "height": 1100})
        page.add_init_script(path=LAYOUT)
        opened = NotebookPage(page, address, "race.ipynb")
        opened.run_all()
        yield opened
        page.close()


@pytest.fixture
def lab(notebook):
    """The lab as it opens."""
    root = notebook.page.locator(".iapo-race-lab")
    drawer(root, True)
    root.get_by_role("button", name="Reset", exact=True).first.click()
    drawer(root, False)
    expect(clock(root)).to_have_attribute("aria-valuetext", f"round {ROUNDS} of {ROUNDS}")
    notebook.wait_for("[lab.state, lab.budget, lab.seed, lab.context, lab.compare] == ['finished', 6000, 0, 'low', '']")
    notebook.page.mouse.move(5, 5)
    return root


def drawer(root, on):
    """Open or shut what is folded away."""
    if (root.locator("details.iapo-more-controls").get_attribute("open") is not None) != on:
        root.get_by_text("More", exact=True).click()


def test_it_opens_on_a_finished_race_with_real_answers(notebook, lab):
    """No cell has an error; prompts stand by their words, one leads, and answers to a question stand beside it."""
    assert notebook.outputs("error") == []
    rows = [told(row.get_attribute("aria-label")) for row in lanes(lab)]
    prompt, n = notebook.ask("[lab.recommendation.prompt, lab.recommendation.n]")
    assert rows[0] == (True, prompt, rows[0][2]) and f"vote of {n}" in rows[0][2]
    assert [leads for leads, *_ in rows[1:]] == [False] * 9
    expect(policy(lab)).to_contain_text(
        f"Recommendation for context low after round {ROUNDS}: prompt {prompt} with N = {n}, "
    )
    expect(lab.get_by_text("Answer with one word.").first).to_be_visible()
    chips = lab.locator(".iapo-side .iapo-chip:visible")
    expect(chips).to_have_count(n)
    assert lab.bounding_box()["height"] <= 700


def test_rows_say_who_went_when_and_the_caption_why(notebook, lab):
    """In the round in which its last arm was trimmed a prompt is out, below all that stay, and the caption names it."""
    out = notebook.ask("[next((d.number for d in lab.view.rounds if not d.active[0, p].any()), 0) for p in range(10)]")
    clock(lab).press("Home")
    for number in range(1, ROUNDS + 1):
        expect(clock(lab)).to_have_attribute("aria-valuetext", f"round {number} of {ROUNDS}")
        expect(policy(lab)).to_contain_text(f"after round {number}:")
        rows = [told(row.get_attribute("aria-label")) for row in lanes(lab)]
        gone = {p: int(found[1]) for _, p, words in rows if (found := re.search(r"out in round (\d+)", words))}
        assert gone == {p: r for p, r in enumerate(out) if 0 < r <= number}
        order = [gone.get(p, 99) for _, p, _ in rows]
        assert order == sorted(order, reverse=True)
        expect(caption(lab)).to_contain_text(f"Round {number} of {ROUNDS} asks for")
        if number in gone.values():
            expect(caption(lab)).to_contain_text("Out: ")
        clock(lab).press("ArrowRight")
    expect(caption(lab)).to_contain_text("May be reported:")


def test_play_plays_every_round_in_order_and_ends_by_itself(notebook, lab):
    """From before the first round to the last, each once; answers fly, and what they say comes after them."""
    clock(lab).evaluate(
        """(slider) => { window.seen = []; new MutationObserver(() => seen.push(slider.getAttribute('aria-valuetext')))
                           .observe(slider, {attributeFilter: ['aria-valuetext']}); }"""
    )
    play(lab).click()
    expect(play(lab)).to_have_attribute("aria-pressed", "true")
    expect(lab.locator(".iapo-dots")).to_contain_text("a dot that flies is")
    expect(play(lab)).to_have_attribute("aria-pressed", "false")
    played = notebook.page.evaluate("seen.filter((text, i) => text !== seen[i - 1])")
    assert played == ["before the first round", *(f"round {r} of {ROUNDS}" for r in range(1, ROUNDS + 1))]


def test_pause_and_step(notebook, lab):
    """Pause holds the race where it is; Step plays one round more."""
    play(lab).click()
    expect(policy(lab)).to_contain_text(re.compile("after round [2-7]:"))
    play(lab).click()
    held = clock(lab).get_attribute("aria-valuenow")
    notebook.page.wait_for_timeout(900)
    assert clock(lab).get_attribute("aria-valuenow") == held
    lab.get_by_role("button", name="Step", exact=True).click()
    expect(policy(lab)).to_contain_text(f"after round {int(held) + 1}:")
    notebook.page.wait_for_timeout(900)
    assert int(clock(lab).get_attribute("aria-valuenow")) == int(held) + 1


def test_it_plays_with_the_kernel_busy(notebook, lab):
    """All rounds are in the browser."""
    notebook.page.evaluate(
        """() => { jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute(
             {code: 'import time; time.sleep(12)', store_history: false}); }"""
    )
    clock(lab).press("Home")
    expect(policy(lab)).to_contain_text("after round 1:", timeout=11_000)
    assert notebook.ask("1") == 1  # the kernel is free again


def test_the_clock_is_dragged(notebook, lab):
    """From the end to the middle, and to the very beginning, where nothing is known."""
    box = clock(lab).bounding_box()
    mouse, y = notebook.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] - 3, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, y, steps=8)
    expect(clock(lab)).to_have_attribute("aria-valuetext", re.compile(r"round [345] of 8"))
    mouse.move(box["x"], y, steps=8)
    mouse.up()
    expect(clock(lab)).to_have_attribute("aria-valuetext", "before the first round")
    expect(caption(lab)).to_contain_text("160 arms, and nothing is known of any")


@pytest.mark.parametrize(
    ("label", "value"), [("Budget", "lab.budget"), ("Cost weight", "lab.weights[1]")], ids=["budget", "cost weight"]
)
@pytest.mark.parametrize("how", ["key", "drag"])
def test_sliders_change_the_race_at_once(notebook, lab, label, value, how):
    """By keyboard and by drag: the trait follows, the race is that of the new value, and it stays at its end."""
    slider = lab.get_by_label(label, exact=True)
    before = notebook.ask(value)
    if how == "key":
        for _ in range(4):
            slider.press("ArrowLeft" if label == "Budget" else "ArrowRight")
    else:
        box = slider.bounding_box()
        mouse, y = notebook.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] * 0.3, y)
        mouse.down()
        mouse.move(box["x"] + box["width"] * 0.6, y, steps=10)
        mouse.up()
    notebook.wait_for(f"{value} != {before!r} and lab.state == 'finished' and lab.view.finished")
    prompt, n = notebook.ask("[lab.recommendation.prompt, lab.recommendation.n]")
    expect(policy(lab)).to_contain_text(re.compile(rf"after round \d+: prompt {prompt} with N = {n}, "))
    if label == "Budget":
        assert notebook.ask("lab.view.budget == lab.budget and lab.result.spent <= lab.budget")
    else:
        expect(lab.locator(".iapo-changed")).to_contain_text("the arms were trimmed under the earlier weights")


def test_another_user_is_chosen_by_keyboard(notebook, lab):
    """One stop for Tab; arrow keys pick, and each user has a recommendation of its own."""
    group = lab.get_by_role("radiogroup", name="Context")
    chips = group.get_by_role("radio")
    expect(chips).to_have_count(3)
    chips.first.focus()
    chips.first.press("ArrowRight")
    expect(chips.nth(1)).to_be_focused()
    expect(chips.nth(1)).to_have_attribute("aria-checked", "true")
    assert group.locator("[tabindex='0']").count() == 1
    notebook.wait_for("lab.context == 'mid' and lab.weights == [1.0, 0.2]")
    for i, name in enumerate(["low", "mid", "high"]):
        prompt, n = notebook.ask(f"[lab.result.policy['{name}'].prompt, lab.result.policy['{name}'].n]")
        expect(chips.nth(i)).to_have_attribute("aria-label", f"{name}: prompt {prompt}, N = {n}")
    expect(policy(lab)).to_contain_text("for context mid")


def test_an_arm_opens_its_answers(notebook, lab):
    """A row shows the answers to its prompt at its N, and the next question keeps the prompt."""
    row = lanes(lab)[4]
    prompt = told(row.get_attribute("aria-label"))[1]
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    notebook.wait_for(f"lab.answers.prompt == {prompt} and lab.answers.n == lab.view.arm[1]")
    side = lab.locator(".iapo-side")
    name = notebook.ask("lab.env.prompts[lab.answers.prompt].text")
    expect(side.locator(".iapo-prompt")).to_contain_text(name.replace("{query}", "").strip()[:20] or "the question")
    text = notebook.ask("lab.env.completions(lab.answers.prompt, lab.answers.question)[0].text")
    side.locator(".iapo-chip").first.hover()
    expect(side.locator(".iapo-whole")).to_contain_text(text.strip()[:30])
    question = notebook.ask("lab.answers.question")
    side.get_by_role("button", name="Question →").click()
    notebook.wait_for(f"lab.answers.question == {question} + 1 and lab.answers.prompt == {prompt}")


def test_the_truth_is_one_switch_away(notebook, lab):
    """Exact values stand on the rows, and words say whether luck took part."""
    expect(lab.locator(".iapo-lane-exact:visible")).to_have_count(0)
    lab.get_by_role("button", name="Was it lucky?").click()
    expect(lab.locator(".iapo-lucky")).to_contain_text(re.compile(r"The truth: .* is worth 0\.\d\d"))
    expect(lab.locator(".iapo-lane-exact:visible")).to_have_count(10)
    worth = notebook.ask("float(lab.env.exact_q()[0, lab.recommendation.prompt, lab.recommendation.n - 1])")
    expect(lab.locator(".iapo-lucky")).to_contain_text(f"is worth {worth:.2f}")
    lab.get_by_role("button", name="Was it lucky?").click()
    expect(lab.locator(".iapo-lucky")).to_have_text("")


def test_two_algorithms_on_one_clock(notebook, lab):
    """Named before and after, side by side on one axis; each shows its last round by which no more was spent."""
    drawer(lab, True)
    lab.get_by_label("Compare with").select_option("frugal")
    drawer(lab, False)
    expect(lab.locator(".iapo-title")).to_have_text(["psst, seed 0", "frugal, seed 0"])
    boards = lab.locator(".iapo-board")
    expect(boards).to_have_count(2)
    left, right = (boards.nth(i).bounding_box() for i in range(2))
    assert left["y"] == right["y"] and left["x"] + left["width"] <= right["x"]
    notebook.wait_for("lab.state == 'finished' and all(view.finished for view in lab.views)")
    clock(lab).press("Home")
    for k, view in enumerate(["views[0]", "views[1]"]):
        spent = notebook.ask("int(min(v.rounds[0].spent for v in lab.views))")
        number = notebook.ask(f"max([d.number for d in lab.{view}.rounds if d.spent <= {spent}], default=0)")
        expect(caption(lab, k)).to_contain_text(f"Round {number} of" if number else "Before the first round")
    drawer(lab, True)
    lab.get_by_label("Compare with").select_option("nothing")
    expect(boards).to_have_count(1)
    assert notebook.errors == []


def test_keys_may_be_faster_than_the_screen(notebook, lab):
    """Presses within one frame each count, on the clock and on the map."""
    press = "(e, keys) => keys.forEach((key) => e.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})))"
    clock(lab).evaluate(press, ["Home", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"])
    expect(clock(lab)).to_have_attribute("aria-valuetext", f"round 3 of {ROUNDS}")
    turn_map(lab)
    notebook.ask("setattr(lab.view, 'arm', [3, 5])")
    expect(lab.locator(".iapo-arm")).to_contain_text("prompt 3, N = 5")
    lab.locator("canvas.iapo-heat").evaluate(press, ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight"])
    notebook.wait_for("lab.view.arm == [5, 7]")
    turn_map(lab, on=False)


def test_the_map_is_a_second_view(notebook, lab):
    """Every prompt with every N; arrow keys move from arm to arm, whose fate is told, and whose answers open."""
    turn_map(lab)
    notebook.ask("setattr(lab.view, 'arm', [3, 5])")
    heat, arm = lab.locator("canvas.iapo-heat"), lab.locator(".iapo-arm")
    expect(arm).to_contain_text("prompt 3, N = 5")
    heat.focus()
    heat.press("ArrowDown")
    heat.press("ArrowRight")
    expect(arm).to_have_text(
        re.compile(r"prompt 4, N = 6 · “.*” · estimated Q [-\d.]+ · (never pulled|pulled .*) at this N, "
                   r"[\d,]+ completions of this prompt seen · costs [\d.]+ kilotokens a query · "
                   r"(trimmed in round \d+|still in the race)\.")
    )  # fmt: skip
    notebook.wait_for("lab.view.arm == [4, 6] and lab.answers.prompt == 4")
    expect(heat).to_be_focused()
    heat.press("Escape")
    expect(arm).to_contain_text("Hover or focus")
    turn_map(lab, on=False)


def test_a_bad_value_is_told_beside_its_control(notebook, lab):
    """A negative seed shows why it is refused next to the field, and the last good seed stays in force."""
    drawer(lab, True)
    field = lab.get_by_label("Seed")
    field.fill("-4")
    field.press("Tab")
    expect(lab.get_by_role("alert").filter(has_text="seed must be")).to_be_visible()
    assert notebook.ask("lab.seed") == 0
    field.fill("7")
    field.press("Tab")
    expect(lab.get_by_role("alert").filter(has_text="seed must be")).to_have_count(0)
    notebook.wait_for("lab.seed == 7 and lab.state == 'finished'")


def test_a_run_is_watched_as_it_comes_and_stopped(notebook, lab):
    """Run trains a round at a time, each shown as it comes; Stop keeps what is there."""
    notebook.ask("setattr(lab, 'seconds_per_round', 0.8)")
    drawer(lab, True)
    lab.get_by_role("button", name="Run", exact=True).click()
    expect(policy(lab)).to_contain_text("after round 2:")
    lab.get_by_role("button", name="Stop", exact=True).click()
    expect(lab.locator(".iapo-status")).to_contain_text("Stopped")
    state, frames = notebook.ask("[lab.state, lab.view.n_frames]")
    assert state == "stopped" and 2 <= frames < ROUNDS


def test_new_draws_give_new_races(notebook, lab):
    """The next seed, trained at once."""
    lab.get_by_role("button", name="New draw").click()
    notebook.wait_for("lab.seed == 1 and lab.state == 'finished'")
    assert notebook.ask("lab.result.policy == __import__('iapo_widgets').train('psst', task, 6_000, seed=1).policy")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_violation_of_accessibility(notebook, lab, theme):
    """axe-core finds nothing serious on the race, its answers and its drawer, in both themes."""
    page = notebook.page
    page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false" if "Dark" in theme else "true")
    drawer(lab, True)
    found = Axe().run(page, context={"include": [[".iapo-race-lab"]]}).response["violations"]
    serious = [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]
    page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
    assert serious == []


@pytest.mark.parametrize("width", [400, 568, 700, 1000, 1250])
def test_nothing_is_cut_or_meets_at_any_width(notebook, lab, width):
    """From a phone's width to a wide screen: no label is cut, none meets another, and the race is one screen high."""
    page = notebook.page
    output = page.locator(".jp-OutputArea-output", has=lab).first
    before = page.viewport_size
    try:
        page.set_viewport_size(
            {"width": before["width"] + width - output.evaluate("(e) => e.clientWidth"), "height": 1100}
        )
        page.wait_for_function("([e, w]) => Math.abs(e.clientWidth - w) <= 1", arg=[output.element_handle(), width])
        page.wait_for_timeout(400)
        assert lab.evaluate("complaintsOf") == []
        assert width < 560 or lab.bounding_box()["height"] <= 700
    finally:
        page.set_viewport_size(before)
