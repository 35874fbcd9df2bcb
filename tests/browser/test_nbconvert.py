"""Notebooks as pages: by our exporter, which needs nothing else, and by Jupyter's own with html-manager."""

import hashlib
import io
import sys
import tarfile
import threading
import urllib.request
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from playwright.sync_api import expect
from traitlets.config import Config

from browser.race import clock
from iapo_widgets.course.page import OfflinePageExporter

CELLS = [
    "from iapo_widgets import load, train\nfrom iapo_widgets.widgets import EliminationView, PSSTLab, ScalingExplorer",
    "env = load('math')\nEliminationView(env, 2_000, train('psst', env, 2_000, seed=0).rounds)",
    "ScalingExplorer()",
    "lab = PSSTLab(env, budget=2_000, seconds_per_round=0.0)\nlab.run()\nlab.join(60)\nlab",
    "import ipywidgets\nipywidgets.IntSlider()",
]
#: From the npm registry, with the SHA-256 of their archives; only this test needs them.
PACKAGES = {
    "@jupyter-widgets/html-manager": ("1.0.14", "9d647396585ef74da93f87f645c5dcc14bebf5784192c577f72b199597614e81"),
    "requirejs": ("2.3.7", "31f3330c978fb28684622fe71165dc946432cf0210b2ea8a1ca0233e70f2737d"),
}


@pytest.fixture(scope="module")
def notebook():
    """A notebook that was run, with the state of its widgets."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    return NotebookClient(book, kernel_name="python3").execute()


def replays(view):
    """The view answers Home with its first round."""
    expect(view.locator(".iapo-policy")).to_contain_text("Recommendation for context low")
    clock(view).press("Home")
    expect(view.locator(".iapo-policy")).to_contain_text("after round 1:")


def test_our_exporter_is_found_by_name():
    """``jupyter nbconvert --to iapo-page`` finds it."""
    (found,) = entry_points(group="nbconvert.exporters", name="iapo-page")
    assert found.load() is OfflinePageExporter


def test_our_page_needs_no_network(notebook, browser, tmp_path):
    """From a file, offline: replays play, the explorer shows its picture, a stock slider says what it lacks."""
    text, _ = OfflinePageExporter().from_notebook_node(notebook)
    path = tmp_path / "page.html"
    path.write_text(text, "utf-8")
    assert "widgets" in notebook.metadata  # the notebook that was given stays as it was
    page, errors = browser.new_page(offline=True), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: errors.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(path.as_uri())
    views = page.locator(".iapo-elimination")
    expect(views).to_have_count(2)
    for k in range(2):
        replays(views.nth(k))
    explorer = page.locator('.iapo-explorer[aria-label="ScalingExplorer"]')
    expect(explorer.locator(".iapo-summary")).to_contain_text("The order flips")
    expect(explorer.locator(".iapo-form").get_by_label("N to read")).to_be_disabled()
    expect(page.get_by_text("This control needs a running kernel.")).to_be_visible()
    page.close()
    assert errors == []


def test_a_lab_that_is_only_shown_is_a_finished_race_and_a_live_one_says_why_it_is_none(browser, tmp_path):
    """Nobody pressed Run: the lab plays all rounds, LiveLab says that it asks only when told to, and shows no field."""
    sources = [CELLS[0], "PSSTLab(load('real-words'), budget=3_000)",
               "from iapo_widgets.widgets import LiveLab\nLiveLab()"]  # fmt: skip
    page = saved(sources, browser, tmp_path)
    lab = page.locator(".iapo-race-lab")
    replays(lab)
    expect(page.get_by_text("No round was saved")).to_have_count(0)
    expect(page.get_by_text("LiveLab asks a language model")).to_be_visible()
    expect(page.locator(".iapo-secret")).to_have_count(0)
    expect(page.locator(".iapo-twin")).to_have_count(0)  # beside what plays no still picture
    page.close()


@pytest.mark.parametrize("metadata", [{"jupyter": {"outputs_hidden": True}}, {"tags": ["hide-output"]}])
def test_what_a_notebook_folds_is_folded(browser, tmp_path, metadata):
    """The output of a cell that is folded for a prediction opens by a click; others are in sight."""
    page = saved(["print('seen')", "print('predicted')"], browser, tmp_path, [{}, metadata])
    expect(page.get_by_text("seen", exact=True)).to_be_visible()
    expect(page.get_by_text("predicted", exact=True)).not_to_be_visible()
    page.get_by_text("predict it, then open it").click()
    expect(page.get_by_text("predicted", exact=True)).to_be_visible()
    page.close()


def saved(sources, browser, folder, metadata=()):
    """The page of a notebook of these cells, run and opened from its file."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    for cell, about in zip(cells, metadata, strict=False):
        cell.metadata.update(about)
    book = NotebookClient(nbformat.v4.new_notebook(cells=cells), kernel_name="python3").execute()
    path = folder / "page.html"
    path.write_text(OfflinePageExporter().from_notebook_node(book)[0], "utf-8")
    page = browser.new_page(offline=True)
    page.goto(path.as_uri())
    return page


@pytest.fixture(scope="module")
def site(notebook, tmp_path_factory):
    """Address of the page that Jupyter's own exporter makes, with html-manager, require.js and anywidget beside it."""
    folder = tmp_path_factory.mktemp("site")
    for name, (version, checksum) in PACKAGES.items():
        try:
            address = f"https://registry.npmjs.org/{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
            with urllib.request.urlopen(address, timeout=60) as answer:
                archive = answer.read()
        except OSError as error:
            pytest.skip(f"{name} cannot be fetched from the npm registry: {error}")
        assert hashlib.sha256(archive).hexdigest() == checksum
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(folder / name, filter="data")
    (anywidget,) = Path(sys.prefix).glob("share/jupyter/nbextensions/anywidget/index.js")
    (folder / "anywidget.js").write_bytes(anywidget.read_bytes())
    manager = "@jupyter-widgets/html-manager/package/dist/embed-amd.js"
    config = {"widget_renderer_url": manager, "require_js_url": "requirejs/package/require.js", "mathjax_url": ""}
    text, _ = HTMLExporter(config=Config({"HTMLExporter": config})).from_notebook_node(notebook)
    (folder / "page.html").write_text(text, "utf-8")
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_the_page_of_jupyter_itself_plays_too(site, browser):
    """With html-manager replays play, what needs a kernel is disabled and says so, and no script fails."""
    page, errors = browser.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(site) else route.abort())
    page.goto(f"{site}page.html")
    views = page.locator(".iapo-elimination")
    expect(views).to_have_count(2)
    for k in range(2):
        replays(views.nth(k))
    explorer = page.locator('.iapo-explorer[aria-label="ScalingExplorer"]')
    expect(explorer.locator(".iapo-lost")).to_contain_text("No running kernel here")
    expect(explorer.locator(".iapo-form").get_by_label("N to read")).to_be_disabled()
    lab = page.locator(".iapo-race-lab")
    expect(lab.locator(".iapo-lost")).to_contain_text("No running kernel here: the race plays")
    for what in (lab.get_by_label("Budget", exact=True), lab.get_by_role("button", name="New draw")):
        expect(what).not_to_be_visible()  # what can't move doesn't ask to be moved
    page.close()
    assert errors == []
