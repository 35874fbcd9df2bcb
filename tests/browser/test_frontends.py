"""The gallery in Notebook 7 and in Voila: the same widgets, alive."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from iapo_widgets.course.files import course_folder

COMMANDS = {
    "notebook": ["notebook", "--JupyterNotebookApp.expose_app_in_browser=True", "--IdentityProvider.token="],
    "voila": ["voila", "gallery.ipynb", "--show_tracebacks=True"],
}
PORTS = {"notebook": "--ServerApp.port={}", "voila": "--port={}"}


@contextmanager
def served(kind, folder):
    """The front end of that name on the gallery; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{name}"] = str(folder / f".{kind}-{name.lower()}")
    root = ["--allow-root"] if kind == "notebook" else []
    command = [sys.executable, "-m", *COMMANDS[kind], "--no-browser", *root, PORTS[kind].format(port)]
    log = (folder / f"{kind}.log").open("w")
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + 90
        while True:
            assert server.poll() is None, (folder / f"{kind}.log").read_text()[-3000:]
            assert time.monotonic() < end, f"{kind} did not answer"
            try:
                # Voila's own page runs the notebook: asking for it only to see that it is there would run it twice.
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                time.sleep(0.2)
        if kind == "notebook":
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=30).read()
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


@pytest.fixture(scope="module", params=["notebook", "voila"])
def page(request, browser, tmp_path_factory):
    """The gallery, run from top to bottom in that front end."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copy(course_folder() / "gallery.ipynb", folder)
    with served(request.param, folder) as address:
        page = browser.new_page(viewport={"width": 1300, "height": 1200})
        if request.param == "notebook":
            page.goto(f"{address}notebooks/gallery.ipynb")
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=90_000)
            page.wait_for_function(
                "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'", timeout=90_000
            )
            page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        else:
            page.goto(address, timeout=120_000)
        expect(page.locator('.iapo-explorer[aria-label="ScalingExplorer"]')).to_be_attached(timeout=120_000)
        yield page
        page.close()


@pytest.mark.parametrize(
    ("name", "label"),
    [("ScalingExplorer", "N to read"), ("TradeoffExplorer", "Weight: cost"), ("ReuseExplorer", "n asked about")],
)
def test_widgets_live_in_other_front_ends(page, name, label):
    """A slider moved by keyboard reaches the kernel, whose words come back."""
    widget = page.locator(f'.iapo-explorer[aria-label="{name}"]').first
    widget.scroll_into_view_if_needed()
    summary = widget.locator(".iapo-summary")
    before = summary.inner_text()
    widget.get_by_label(label, exact=True).press("ArrowRight")
    expect(summary).not_to_have_text(before)


def test_the_lab_runs_in_other_front_ends(page):
    """Run ends with a recommendation in the elimination view."""
    lab = page.locator(".iapo-elimination").first
    lab.scroll_into_view_if_needed()
    page.locator("button.jupyter-button", has_text="Run").first.click()
    expect(lab).to_contain_text("Recommendation for context low", timeout=30_000)
