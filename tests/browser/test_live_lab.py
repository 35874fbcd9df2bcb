"""LiveLab in a real JupyterLab, on the simulated endpoint: keyboard, Run to Stop, errors, a key, accessibility."""

import json
import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage, jupyter_server
from browser.live_lab import button, finished, fold, on_face, press, save_with_widgets, status, theme, unfolded
from run_notebooks import KERNEL

CANARY = "sk-canary-5d1f4be07a9c"
CELL = """from iapo_widgets.widgets import LiveLab

lab = LiveLab("live.sqlite", budget=300, n_max=4, latency=0.0)
lab"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the notebook and its ledger are."""
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def live(folder, browser):
    """A notebook of one cell, with the lab, opened and run."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)], metadata={"kernelspec": KERNEL})
    nbformat.write(book, folder / "live.ipynb")
    with jupyter_server(folder) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1200})
        page.add_init_script(path=LAYOUT)
        notebook = NotebookPage(page, address, "live.ipynb")
        notebook.run_all()
        expect(page.locator(".iapo-live")).to_contain_text("press Check")
        yield notebook
        page.close()


@pytest.fixture
def lab(live):
    """The lab after Reset; its endpoint answers at once."""
    found = live.page.locator(".iapo-live")
    press(found, "Reset")
    live.wait_for("lab.state == 'idle'")
    expect(found.locator(".iapo-status")).to_contain_text("Fill in the form")
    return found


def test_check_by_keyboard_shows_the_estimate_and_sends_nothing(live, lab):
    """Enter on Check brings estimate and requests to the screen and frees Run; nothing was delivered."""
    before = live.ask("lab.means.simulator.stats.delivered")
    expect(button(lab, "Run")).to_be_disabled()
    button(lab, "Check").press("Enter")
    expect(status(lab)).to_contain_text("Checked; nothing was sent")
    expect(lab).to_contain_text("Estimate. 300 completions: likely")
    expect(button(lab, "Run")).to_be_enabled()
    lab.get_by_text("What will be sent to").click()
    expect(lab.locator("pre").first).to_contain_text('"max_tokens": 400')
    assert live.ask("lab.means.simulator.stats.delivered") == before


def test_stop_keeps_what_came_and_run_goes_on(live, lab):
    """Stop ends a slow run with some completions; Run then reads these and ends with a policy that can be saved."""
    live.ask("setattr(lab, 'latency', 0.4)")
    press(lab, "Check")
    expect(status(lab)).to_contain_text("Checked; nothing was sent")
    press(lab, "Run")
    live.wait_for("len(lab.ledger) > 0", 30)
    press(lab, "Stop")
    expect(status(lab)).to_contain_text("Run goes on from the ledger")
    live.wait_for("lab.env.finish(20) and lab.state == 'stopped'", 30)
    kept = live.ask("len(lab.ledger)")
    assert 0 < kept < 300
    live.ask("setattr(lab.means.simulator.conduct, 'latency', 0.0)")
    press(lab, "Run")
    expect(status(lab)).to_contain_text("Finished after round", timeout=60_000)
    live.wait_for("lab.env.finish(20)", 30)
    assert live.ask("lab.env.report().replayed") >= kept
    assert live.ask("lab.means.simulator.stats.delivered") == live.ask("lab.ledger.spent().completions") <= 300


def test_a_run_ends_with_answers_a_policy_and_an_export(live, lab, folder):
    """Every prompt has a row with its answers to one question, the race names the arm, Save policy writes its file."""
    finished(live, lab)
    expect(lab.get_by_label("Whom to ask")).to_be_hidden()
    expect(fold(lab, "What is asked")).to_have_attribute("aria-expanded", "false")
    arm = live.ask("[lab.policy['low'].prompt, lab.policy['low'].n]")
    race = lab.locator(".iapo-elimination")
    expect(race.locator(".iapo-policy")).to_contain_text(f"prompt {arm[0]} with N = {arm[1]}")
    expect(race).to_contain_text("The race: who dropped out, and why")
    policy = lab.locator(".iapo-policy-board")
    expect(policy.locator("tbody tr")).to_have_count(3)
    expect(policy).to_contain_text("is probably too high")
    policy.locator("summary", has_text="Show the text").last.click()
    assert policy.get_by_label("Text to copy").last.input_value() == live.ask("lab.results.policy.recipe")
    press(lab, "Save table")
    expect(lab).to_contain_text("Saved as arms.csv; a row for each arm and context.")
    assert (folder / "arms.csv").read_text().count('"yes"') == 3  # an arm for each context
    press(lab, "Save policy")
    expect(lab).to_contain_text("Saved as policy.json; it holds no key.")
    saved = json.loads((folder / "policy.json").read_text())
    assert [saved["contexts"][0]["prompt"], saved["contexts"][0]["n"]] == arm


def test_all_of_it_is_larger_for_a_projector(live, lab):
    """The one button enlarges form, answers, race and policy alike, once, and nothing meets; the kernel may, too."""
    finished(live, lab)
    sizes = """(lab) =>
      ['.iapo-live-buttons', '.iapo-question', '.iapo-lane-name', '.iapo-policy-board td', '.iapo-export']
      .map((name) => lab.querySelector(name)).map((e) => parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom)"""
    before = lab.evaluate(sizes)
    button = lab.locator(".iapo-live-heading").get_by_role("button", name="Projector size")
    button.press("Enter")
    live.wait_for("lab.display == 'projector'")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert lab.evaluate(sizes) == pytest.approx([1.6 * size for size in before])
    lab.locator(".iapo-elimination").get_by_role("button", name="Projector size").press("Enter")
    live.wait_for("lab.results._race.children[0].display == 'projector'")
    assert lab.evaluate(sizes) == pytest.approx([1.6 * size for size in before])
    live.page.wait_for_function("(lab) => complaintsOf(lab).length === 0", arg=lab.element_handle())
    live.ask("setattr(lab, 'display', 'normal')")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(lab).not_to_have_class(re.compile("iapo-projector"))


def test_choices_are_taken_back_by_buttons_and_keys(live, lab):
    """Within the lab a step goes back and forth, a race in it has steps of its own, and the run stays as it is."""
    live.ask("setattr(lab, 'budget', 300)")
    finished(live, lab)
    form = unfolded(lab)
    budget = form.get_by_label("Budget, answers")
    back, forth = (lab.locator(".iapo-live-heading").get_by_role("button", name=name) for name in ("Undo", "Redo"))
    budget.fill("250")
    budget.press("Tab")
    form.get_by_label("Algorithm", exact=True).select_option("uniform")
    live.wait_for("(lab.budget, lab.algorithm) == (250, 'uniform')")
    expect(status(lab)).to_contain_text("Changed since the check")
    form.get_by_label("Algorithm", exact=True).press("Control+z")
    live.wait_for("(lab.budget, lab.algorithm) == (250, 'psst')")
    back.press("Enter")
    expect(budget).to_have_value("300")
    expect(button(lab, "Run")).to_be_enabled()  # what was checked is in force again
    assert live.ask("(lab.budget, lab.state)") == [300, "finished"]
    back.press("Control+Shift+Z")
    expect(budget).to_have_value("250")
    forth.click()
    live.wait_for("lab.algorithm == 'uniform'")
    expect(forth).to_have_attribute("aria-disabled", "true")
    lab.locator(".iapo-elimination .iapo-time").press("Control+z")
    assert live.ask("lab.algorithm") == "uniform"
    lab.locator(".iapo-live-heading").get_by_role("button", name="Copy link").click()
    link = lab.locator(".iapo-live-heading").get_by_label("Link", exact=True)
    expect(link).to_have_value(str(live.ask("lab.link()")))
    assert link.input_value().startswith('LiveLab("live.sqlite", budget=250, algorithm="uniform", ')
    assert live.errors == []


def test_the_board_compares_prompts_on_one_question(live, lab):
    """Rows, votes and verdicts are those of the kernel; keys step along, N and the next question change them."""
    finished(live, lab)
    board = lab.locator(".iapo-answer-board")
    rows = board.locator(".iapo-row")
    expect(rows).to_have_count(6)
    expect(board.locator(".iapo-count")).to_contain_text("every prompt was asked it")
    said = live.ask("[row['frames'][-1]['said'] for row in lab.answers._page['rows']]")
    for k, words in enumerate(said):
        expect(rows.nth(k)).to_contain_text(words)
        expect(rows.nth(k).locator(".iapo-verdict")).to_contain_text("score")
    chip = rows.nth(2).locator(".iapo-chip").first
    height = rows.nth(2).evaluate("(row) => row.getBoundingClientRect().height")
    chip.focus()
    expect(rows.nth(2).locator(".iapo-detail")).to_contain_text("Answer 1")
    chip.press("ArrowRight")
    expect(rows.nth(2).locator(".iapo-detail")).to_contain_text("Answer 2")
    assert rows.nth(2).evaluate("(row) => row.getBoundingClientRect().height") == height  # nothing moves
    page = live.page
    board.get_by_label("N answers", exact=True).fill("1")
    expect(rows.nth(0).locator(".iapo-chip:visible")).to_have_count(1)
    live.wait_for("lab.answers.n == 1")
    first = board.locator(".iapo-question").text_content()
    turn = board.get_by_role("button", name="Question \u2192")
    back = board.get_by_role("button", name="\u2190 Question")
    step, again = (turn, back) if turn.is_enabled() else (back, turn)
    step.click()
    expect(board.locator(".iapo-question")).not_to_have_text(first)
    again.click()
    expect(board.locator(".iapo-question")).to_have_text(first)
    assert page.locator(".iapo-answer-board .iapo-drawn").count() == 6


def test_a_cap_is_met_after_a_new_ledger(live, lab):
    """What is paid for needs no cap; with an empty ledger Check foresees the end, and Run meets it."""
    finished(live, lab)
    live.ask("setattr(lab, 'cap_completions', 100)")
    press(lab, "Check")
    expect(status(lab)).to_contain_text("paid for already: Run asks for none")
    press(lab, "New ledger")
    expect(status(lab)).to_contain_text("A new, empty ledger: live-")
    press(lab, "Check")
    expect(status(lab)).to_contain_text("The cap of 100: it will end the run early")
    press(lab, "Run")
    expect(status(lab)).to_contain_text("the spending limit in completions is reached", timeout=60_000)
    assert live.ask("lab.ledger.spent().completions") <= 100


@pytest.mark.parametrize(("width", "dark"), [(430, False), (700, True), (1300, False)])
def test_nothing_is_cut_or_meets_another(live, lab, width, dark):
    """Board, race and policy fit a narrow and a wide window, and no letter is below 10 px."""
    finished(live, lab)
    page = live.page
    theme(live, "JupyterLab Dark" if dark else "JupyterLab Light")
    page.evaluate("jupyterapp.shell.collapseLeft()")
    try:
        page.set_viewport_size({"width": width, "height": 1200})
        for part in (".iapo-answers", ".iapo-policy-board"):
            root = lab.locator(part)
            root.scroll_into_view_if_needed()
            assert root.evaluate("complaintsOf") == []
        out = lab.evaluate("(root) => root.scrollWidth - root.clientWidth")
        assert out <= 1
    finally:
        page.set_viewport_size({"width": 1300, "height": 1200})
        theme(live, "JupyterLab Light")


@pytest.mark.parametrize(
    ("label", "value", "message", "good"),
    [
        ("Prompts", "none", "does not hold {query}", None),
        ("Max tokens", "0", "at least 1", "400"),
        ("Largest N", "0", "at least 1", "4"),
        ("Money, dollars", "-1", "at least 0", "0"),
    ],
)
def test_an_error_of_the_form_stands_beside_its_field(live, lab, label, value, message, good):
    """What is wrong and what would be right shows under the field; a good value takes it away."""
    fields = unfolded(lab)
    control = fields.get_by_label(label, exact=True)
    before = control.input_value()
    control.fill(value)
    control.press("Tab")
    alarm = fields.get_by_role("alert").filter(has_text=message)
    expect(alarm).to_be_visible()
    control.fill(good or before)
    control.press("Tab")
    expect(alarm).to_have_count(0)


def test_a_typed_key_is_in_the_kernel_only(live, lab, folder):
    """The key arrives in ``lab.key``; page, models, saved notebook, ledger and logs of the server do not have it."""
    part = on_face(lab)
    part.get_by_label("Whom to ask", exact=True).select_option(label="an endpoint of your own")
    part.get_by_label("Base URL").fill(live.ask("lab.means.simulator.base_url"))
    part.get_by_label("Base URL").press("Tab")
    part.get_by_label("Model").fill("simulated-arithmetic-1")
    part.get_by_label("Model").press("Tab")
    field = part.get_by_label("Key", exact=True)
    assert field.get_attribute("type") == "password"
    field.fill(CANARY)
    field.press("Enter")
    expect(part).to_contain_text("A key is held in this kernel's memory")
    expect(field).to_have_value("")
    assert live.ask("lab.key.secret.reveal()") == CANARY
    finished(live, lab)
    page = live.page
    assert CANARY not in page.content()
    shown = page.evaluate("[...document.querySelectorAll('input, textarea')].map((control) => control.value).join(' ')")
    assert CANARY not in shown and "simulated-arithmetic-1" in shown
    states = live.ask("str(lab.get_manager_state())")
    assert CANARY not in states and "A key is held in this kernel" in states
    save_with_widgets(page)
    live.wait_for(f"'A key is held in this kernel' in open({str(folder / 'live.ipynb')!r}).read()")  # with widget state
    for file in (f for f in folder.rglob("*") if f.is_file()):
        assert CANARY.encode() not in file.read_bytes(), file
    on_face(lab).get_by_role("button", name="Forget key").click()
    expect(part).to_contain_text("No key. Type one")
    assert live.ask("lab.key.secret is None")


def test_a_key_pasted_into_the_address_is_gone_at_once(live, lab, folder):
    """The field empties itself and says why; page, kernel and a notebook saved with its widgets do not have the key."""
    part = on_face(lab)
    part.get_by_label("Whom to ask", exact=True).select_option(label="an endpoint of your own")
    field = part.get_by_label("Base URL")
    field.fill(f"https://h.example/v1?key={CANARY}")
    field.press("Tab")
    expect(part.get_by_role("alert").filter(has_text="The field was emptied, since it may hold a key")).to_be_visible()
    expect(field).to_have_value("")
    page = live.page
    shown = page.evaluate("[...document.querySelectorAll('input, textarea')].map((control) => control.value).join(' ')")
    assert CANARY not in shown + page.content() and CANARY not in live.ask("str(lab.form.get_manager_state())")
    save_with_widgets(page)
    live.wait_for(f"'The field was emptied' in open({str(folder / 'live.ipynb')!r}).read()")  # with widget state
    for file in (f for f in folder.rglob("*") if f.is_file()):
        assert CANARY.encode() not in file.read_bytes(), file


def test_the_folded_fields_are_reached_and_complain_beside_themselves(live, lab):
    """More settings are closed at first; opened, its fields take values, and what is wrong shows under each."""
    if on_face(lab).get_by_label("Timeout, seconds").is_visible():
        fold(lab, "More settings").click()
    expect(lab.get_by_label("Timeout, seconds")).to_be_hidden()
    part = unfolded(lab)
    for label, value, message in (
        ("Timeout, seconds", "0", "above 0"), ("Attempts", "0", "at least 1"), ("Top p", "2", "not above 1"),
        ("Stop at", '["a"', "not JSON"), ("Extra body", "top_k", "not JSON"),
    ):  # fmt: skip
        control = part.get_by_label(label, exact=True)
        before = control.input_value()
        control.fill(value)
        control.press("Tab")
        alarm = part.get_by_role("alert").filter(has_text=message)
        expect(alarm).to_be_visible()
        control.fill(before)
        control.press("Tab")
        expect(alarm).to_have_count(0)
    part.get_by_label("Extra body", exact=True).fill('{"top_k": 20}')
    part.get_by_label("Extra body", exact=True).press("Tab")
    live.wait_for("""lab.extra_body == '{"top_k": 20}'""")


@pytest.mark.parametrize("name", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_serious_violation_of_accessibility(live, lab, name):
    """axe-core finds nothing serious in the form with all of its fields, nor in the results, in both themes."""
    theme(live, name)
    try:
        finished(live, lab)
        unfolded(lab).get_by_label("Whom to ask").select_option(label="an endpoint of your own")
        expect(lab.get_by_label("Key", exact=True)).to_be_visible()
        found = Axe().run(live.page, context={"include": [[".iapo-live"]]}).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")] == []
    finally:
        theme(live, "JupyterLab Light")
