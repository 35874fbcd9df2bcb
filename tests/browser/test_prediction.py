"""A prediction in JupyterLab, in Notebook 7 and on a saved page: entered by every way, kept, legible, accessible."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from browser.jupyter import LAYOUT, NotebookPage, served
from browser.steps import step
from every_widget import PREDICTED, PREDICTIONS
from iapo_widgets.widgets import save_html

CELLS = [
    'from iapo_widgets.course import came, predict\npredict("07-p1", "Regret of halving", between=(0, 0.2))',
    'predict("07-p2", "Who is ahead?", choices=("halving", "uniform", "psst"))',
    'predict("07-p3", "Best first", order=("halving", "uniform", "psst"))',
]
CAME = [
    'print("What came")\ncame("07-p1", 0.123)',
    'came("07-p2", "psst")',
    'came("07-p3", ["psst", "uniform", "halving"])',
]
WIDTHS = [(400, 1), (640, 1), (1000, 1), (500, 2)]  # px of the window, and of the screen in one of these
HALLS = [(700, 1), (1000, 1)]


def written(folder, name):
    """A notebook with three predictions, each followed by what came."""
    cells = [nbformat.v4.new_code_cell(code) for pair in zip(CELLS, CAME, strict=True) for code in pair]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / name)


@pytest.fixture(scope="module")
def asked(browser, tmp_path_factory):
    """That notebook in JupyterLab, run."""
    folder = tmp_path_factory.mktemp("predictions")
    written(folder, "asked.ipynb")
    with served("lab", folder, f"--ServerApp.root_dir={folder}") as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1700})
        page.add_init_script(path=LAYOUT)
        notebook = NotebookPage(page, address, "asked.ipynb")
        notebook.run_all()
        yield notebook
        assert notebook.errors == []
        page.close()


def root(page, what):
    """The prediction of that, in sight."""
    widget = page.get_by_role("region", name=f"Prediction: {what}", exact=True)
    widget.scroll_into_view_if_needed()
    return widget


def kept(widget):
    """Where it says what it keeps."""
    return widget.locator(".iapo-summary")


def test_a_number_is_typed_and_slid(asked):
    """Either way it is kept, both show it; what is outside is told and changes nothing; undo takes a step back."""
    widget = root(asked.page, "Regret of halving")
    field, slider = widget.get_by_label("by typing"), widget.get_by_label("by slider")
    field.fill("0.05")
    field.press("Enter")
    expect(kept(widget)).to_have_text("Kept: 0.05. Run the next cell to see what comes.")
    expect(slider).to_have_value("0.05")
    slider.press("ArrowRight")
    expect(kept(widget)).to_contain_text("Kept: 0.051.")
    expect(field).to_have_value("0.051")
    field.fill("3")
    field.press("Enter")
    expect(widget.get_by_text("3 is outside: a number from 0 to 0.2 is asked for")).to_be_visible()
    expect(kept(widget)).to_contain_text("Kept: 0.051.")
    expect(field).to_have_value("0.051")  # what is kept comes back
    slider.press("ArrowLeft")
    expect(kept(widget)).to_contain_text("Kept: 0.05.")
    expect(widget.get_by_text("outside")).to_have_count(0)
    step(widget, "Undo")
    expect(kept(widget)).to_contain_text("Kept: 0.051.")


def test_a_word_is_picked_by_keys_and_cleared(asked):
    """Nothing is picked at first and Tab gets there all the same; arrows pick; Clear picks nothing."""
    widget = root(asked.page, "Who is ahead?")
    words = widget.get_by_role("radio")
    expect(widget.get_by_role("radio", checked=True)).to_have_count(0)
    expect(words.first).to_have_attribute("tabindex", "0")
    words.first.press("ArrowLeft")
    expect(kept(widget)).to_contain_text("Kept: psst.")
    words.last.press("ArrowRight")
    expect(kept(widget)).to_contain_text("Kept: halving.")
    widget.get_by_role("button", name="Clear").click()
    expect(kept(widget)).to_have_text("Nothing predicted yet.")
    words.nth(1).click()
    expect(kept(widget)).to_contain_text("Kept: uniform.")


def test_an_order_is_dragged_keyed_and_pressed(asked):
    """A row goes where it is dropped, by arrow keys with its focus, by its buttons; as it stands by Keep."""
    widget = root(asked.page, "Best first")
    widget.get_by_role("button", name="Keep this order").click()
    expect(kept(widget)).to_contain_text("Kept: halving, uniform, psst.")
    rows = widget.locator(".iapo-word")
    rows.first.drag_to(rows.last, target_position={"x": 40, "y": 24})
    expect(kept(widget)).to_contain_text("Kept: uniform, psst, halving.")
    expect(rows).to_have_text(["uniform", "psst", "halving"])
    rows.last.press("ArrowUp")
    expect(kept(widget)).to_contain_text("Kept: uniform, halving, psst.")
    moved = widget.get_by_role("button", name=re.compile("^halving, place 2 of 3"))
    expect(moved).to_be_focused()
    moved.press("Home")
    expect(kept(widget)).to_contain_text("Kept: halving, uniform, psst.")
    widget.get_by_role("button", name="Move psst up").click()
    expect(kept(widget)).to_contain_text("Kept: halving, psst, uniform.")
    expect(widget.get_by_role("button", name="Move halving up")).to_be_disabled()


def test_what_was_predicted_stands_beside_what_came(asked):
    """After a run of all cells the predictions are there again, and each is compared."""
    page, widget = asked.page, root(asked.page, "Regret of halving")
    widget.get_by_label("by typing").fill("0.1")
    widget.get_by_label("by typing").press("Enter")
    expect(kept(widget)).to_contain_text("Kept: 0.1.")
    page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    expect(page.get_by_text("You predicted 0.1; it is 0.123, more by 0.023.")).to_be_visible()
    expect(page.get_by_text("You predicted uniform; it is psst.")).to_be_visible()
    expect(page.get_by_text("You predicted halving, psst, uniform; it is psst, uniform, halving")).to_be_visible()
    expect(kept(root(page, "Regret of halving"))).to_contain_text("Kept: 0.1.")
    expect(page.locator(".iapo-twin:visible")).to_have_count(0)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_it_is_legible_and_accessible_alive(asked, theme):
    """In both themes nothing is cut or meets, and axe finds nothing serious."""
    page = asked.page
    page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', {theme})", theme)
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme.endswith("Light")).lower())
    for what in ("Regret of halving", "Who is ahead?", "Best first"):
        assert root(page, what).evaluate("complaintsOf") == []
    assert serious(page, ".iapo-prediction") == []


def test_what_was_predicted_stands_when_the_kernel_is_gone(asked):
    """After a restart the last state is there, a line says what to do, and nothing pretends to be kept."""
    page = asked.page
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    gone = page.locator(".iapo-lost:visible", has_text="The kernel was restarted or has ended: run this cell again")
    expect(gone).to_have_count(3)
    expect(kept(root(page, "Who is ahead?"))).to_contain_text("Kept: uniform.")
    expect(page.locator(".iapo-prediction :is(.iapo-form, .iapo-order) :is(input, button):enabled")).to_have_count(0)


def serious(page, where):
    """What axe holds against that part of a page."""
    found = Axe().run(page, context=where).response["violations"]
    return [(v["id"], v["nodes"][0]["html"]) for v in found if v["impact"] in ("serious", "critical")]


def test_it_takes_a_prediction_in_notebook_7(browser, tmp_path):
    """Typed there, it is kept and compared."""
    written(tmp_path, "asked.ipynb")
    with served("notebook", tmp_path, f"--ServerApp.root_dir={tmp_path}") as address:
        page = browser.new_page(viewport={"width": 1200, "height": 1700})
        page.goto(f"{address}notebooks/asked.ipynb")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
        page.wait_for_function(
            "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
        )
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        field = root(page, "Regret of halving").get_by_label("by typing")
        field.fill("0.05")
        field.press("Enter")
        expect(kept(root(page, "Regret of halving"))).to_contain_text("Kept: 0.05.")
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        expect(page.get_by_text("You predicted 0.05; it is 0.123, more by 0.073.")).to_be_visible()
        page.close()


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Address of a saved page with one of each, some with a value."""
    path = tmp_path_factory.mktemp("page") / "predictions.html"
    made = [make(value=value) for kind, make in PREDICTIONS.items() for value in (None, PREDICTED[kind])]
    save_html(path, *made, title="Predictions")
    return path.as_uri()


@pytest.fixture
def opened(browser, saved):
    """Opens that page."""
    contexts = []

    def open_page(width=1000, density=1, **more):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=density,
                                            offline=True, **more))  # fmt: skip
        page = contexts[-1].new_page()
        page.add_init_script(path=LAYOUT)
        page.goto(saved)
        expect(page.locator(".iapo-prediction")).to_have_count(2 * len(PREDICTIONS))
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_saved_page_shows_the_last_state_and_says_why_it_rests(opened):
    """What was predicted stands there, nothing can be moved, and a line says so."""
    page = opened()
    expect(page.locator(".iapo-lost", has_text="this is the prediction as it was saved")).to_have_count(8)
    told = [text for text in page.locator(".iapo-summary").all_inner_texts() if text.startswith("Kept")]
    assert [text.split(". ")[0] for text in told] == [
        "Kept: 0.05", "Kept: 1,200", "Kept: uniform", "Kept: psst, uniform, halving",
    ]  # fmt: skip
    rows = page.locator(".iapo-prediction").last.locator(".iapo-word")
    expect(rows).to_have_text(["psst", "uniform", "halving"])
    enabled = page.locator(".iapo-prediction :is(input, select, .iapo-form button, .iapo-order button):enabled")
    assert enabled.evaluate_all("(all) => all.filter((e) => !e.closest('.iapo-heading')).length") == 0


@pytest.mark.parametrize(
    ("size", "projector"), [*((size, False) for size in WIDTHS), *((size, True) for size in HALLS)]
)
def test_it_fits_every_width(opened, size, projector):
    """From a phone to a wide screen, at 200 % and for the last row, nothing is cut, meets or runs over."""
    page = opened(*size)
    if projector:
        for button in page.get_by_role("button", name="Projector size").all():
            button.click()
        assert page.locator(".iapo-projector").count() == 2 * len(PREDICTIONS)
    complaints = [each.evaluate("complaintsOf") for each in page.locator(".iapo-prediction").all()]
    assert [found for found in complaints if found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_saved_page_is_accessible(opened, scheme):
    """axe finds nothing serious in either scheme; forced colours reach the words."""
    page = opened(color_scheme=scheme)
    assert serious(page, "main") == []
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    ink = page.locator(".iapo-prediction").first.evaluate("(e) => getComputedStyle(e).getPropertyValue('--iapo-ink')")
    system = page.evaluate(
        """() => { const e = document.createElement("i"); e.style.color = "CanvasText"; document.body.append(e);
                   return getComputedStyle(e).color; }"""
    )
    assert ink == system
