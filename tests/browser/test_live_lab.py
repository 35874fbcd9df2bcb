"""LiveLab in a real JupyterLab, on the simulated endpoint: keyboard, Run to Stop, errors, a key, accessibility."""

import json

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import NotebookPage, jupyter_server
from iapo_widgets.widgets.live.form import PARTS
from run_notebooks import KERNEL

CANARY = "sk-canary-5d1f4be07a9c"
CELL = """from iapo_widgets.widgets import LiveLab

lab = LiveLab("live.sqlite", budget=300, n_max=4)
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
        notebook = NotebookPage(page, address, "live.ipynb")
        notebook.run_all()
        expect(page.locator(".iapo-live")).to_contain_text("press Check")
        yield notebook
        page.close()


@pytest.fixture
def lab(live):
    """The lab after Reset, with an endpoint that answers at once."""
    found = live.page.locator(".iapo-live")
    press(found, "Reset")
    live.wait_for("lab.state == 'idle'")
    expect(found.locator(".iapo-status")).to_contain_text("Fill in the form")
    live.ask("setattr(lab.means.simulator.conduct, 'latency', 0.0)")
    return found


def press(lab, name):
    button(lab, name).click()


def button(lab, name):
    """The button of that text; its accessible name has the icon in it."""
    return lab.locator("button.jupyter-button", has_text=name)


def status(lab):
    return lab.locator(".iapo-status")


def opened(lab, title):
    """The part of the form, or of the results, of that title, opened."""
    head = lab.page.locator(".jupyter-widget-Collapse-header", has_text=title)
    part = lab.locator(".jupyter-widget-Collapse", has=head)
    if not part.locator(".jupyter-widget-Collapse-contents").is_visible():
        head.click()
    expect(part.locator(".jupyter-widget-Collapse-contents")).to_be_visible()
    return part


def save_with_widgets(page):
    """Save the notebook with the state of its widgets; the command that asks for these switches them on and off."""
    page.evaluate(
        """async (command) => {
             if (!jupyterapp.commands.isToggled(command)) await jupyterapp.commands.execute(command);
             await jupyterapp.commands.execute('docmanager:save');
           }""",
        "@jupyter-widgets/jupyterlab-manager:saveWidgetState",
    )


def unfold(part):
    """Show the fields that are folded away."""
    if not part.get_by_label("Timeout, seconds").is_visible():
        press(part, "Advanced")
    expect(part.get_by_label("Timeout, seconds")).to_be_visible()


def theme(live, name):
    """Change to the theme, and wait until the page has it."""
    live.page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
    dark = "false" if "Dark" in name else "true"
    expect(live.page.locator("body")).to_have_attribute("data-jp-theme-light", dark)


def finished(live, lab):
    press(lab, "Check")
    expect(status(lab)).to_contain_text("Checked; nothing was sent")
    press(lab, "Run")
    expect(status(lab)).to_contain_text("Finished after round", timeout=60_000)
    expect(lab).to_contain_text("0 requests in flight")


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
    live.ask("setattr(lab.means.simulator.conduct, 'latency', 0.4)")
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


def test_a_run_ends_with_a_policy_examples_and_an_export(live, lab, folder):
    """The view names the arm, examples show what was read, and Save policy writes a file that names it."""
    finished(live, lab)
    arm = live.ask("[lab.policy['low'].prompt, lab.policy['low'].n]")
    expect(lab.locator(".iapo-policy")).to_contain_text(f"prompt {arm[0]} with N = {arm[1]}")
    examples = opened(lab, "Examples")
    expect(examples).to_contain_text(f"Prompt {arm[0]}:")
    expect(examples.locator("th").first).to_have_text("sample")
    policy = opened(lab, "Policy, and its export")
    expect(policy.locator("tbody tr")).to_have_count(3)
    press(policy, "Save table")
    expect(policy).to_contain_text("Saved as arms.csv; a row for each arm and context.")
    assert (folder / "arms.csv").read_text().count('"yes"') == 3  # an arm for each context
    press(policy, "Save policy")
    expect(policy).to_contain_text("Saved as policy.json; it holds no key.")
    saved = json.loads((folder / "policy.json").read_text())
    assert [saved["contexts"][0]["prompt"], saved["contexts"][0]["n"]] == arm


@pytest.mark.parametrize(
    ("part", "label", "value", "message", "good"),
    [
        ("2. What to ask", "Prompts", "none", "does not hold {query}", None),
        ("2. What to ask", "Max tokens", "0", "at least 1", "400"),
        ("4. How to train", "Largest N", "0", "at least 1", "4"),
        ("5. What it may cost", "Money", "-1", "at least 0", "0"),
    ],
)
def test_an_error_of_the_form_stands_beside_its_field(live, lab, part, label, value, message, good):
    """What is wrong and what would be right shows under the field; a good value takes it away."""
    fields = opened(lab, part)
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
    part = opened(lab, "1. Whom to ask")
    part.get_by_label("Endpoint", exact=True).select_option(label="an endpoint of your own")
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
    part.get_by_role("button", name="Forget key").click()
    expect(part).to_contain_text("No key. Type one")
    assert live.ask("lab.key.secret is None")


def test_a_key_pasted_into_the_address_is_gone_at_once(live, lab, folder):
    """The field empties itself and says why; page, kernel and a notebook saved with its widgets do not have the key."""
    part = opened(lab, "1. Whom to ask")
    part.get_by_label("Endpoint", exact=True).select_option(label="an endpoint of your own")
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
    """Advanced is closed at first; opened, its fields take values, and what is wrong shows under each."""
    part = opened(lab, "1. Whom to ask")
    expect(part.get_by_label("Timeout, seconds")).to_be_hidden()
    unfold(part)
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
    """axe-core finds nothing serious in any part of the form, nor in the results, in both themes."""
    theme(live, name)
    try:
        finished(live, lab)
        for title in (*PARTS, "Examples", "Policy, and its export"):
            part = opened(lab, title)
            if title.startswith("1."):
                unfold(part)
            found = Axe().run(live.page, context={"include": [[".iapo-live"]]}).response["violations"]
            serious = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
            assert serious == [], title
    finally:
        theme(live, "JupyterLab Light")
