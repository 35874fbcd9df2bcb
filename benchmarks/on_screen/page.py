"""One notebook open in a real JupyterLab, with a stopwatch in the page and a count of the bytes that come down."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, sync_playwright

from browser.jupyter import CHROMIUM_FLAGS, NotebookPage, jupyter_server
from chromium import find

HERE = Path(__file__).resolve().parent
#: The least that a widget with a kernel can do, for comparison: a stock slider that a stock label repeats.
LEAST = """\
import ipywidgets
least, told = ipywidgets.IntSlider(50, description="Least"), ipywidgets.Label("50").add_class("least")
least.observe(lambda change: setattr(told, "value", str(change["new"])), "value")
ipywidgets.VBox([least, told]).add_class("least-widget")"""


class MeasuredPage:
    """A notebook whose cells have all run; ``received`` counts payload bytes of all websocket frames so far."""

    def __init__(self, notebook: NotebookPage) -> None:
        self.notebook, self.page, self.received = notebook, notebook.page, 0
        self.devtools = self.page.context.new_cdp_session(self.page)

    def count(self, frame: str | bytes) -> None:
        """Add a frame."""
        self.received += len(frame.encode() if isinstance(frame, str) else frame)

    def show(self, cell: str, root: str) -> Locator:
        """Scroll to the widget ``root`` of the cell that holds that source."""
        self.notebook.show(cell)
        found = self.page.locator(root).first
        found.wait_for()
        found.scroll_into_view_if_needed()
        self.page.wait_for_timeout(500)
        return found

    def watch(self, parts: Sequence[Locator]) -> None:
        """Let the stopwatch look at these elements."""
        self.page.evaluate("(elements) => stopwatch.watch(elements)", [part.element_handle() for part in parts])

    def await_change(self, seen: int) -> None:
        """Wait, without asking the page again and again, until more than ``seen`` times have been taken."""
        self.page.evaluate("(seen) => stopwatch.next(seen)", seen)

    def settle(self, quiet: int = 300) -> None:
        """Wait until nothing has come down for ``quiet`` milliseconds."""
        before = -1
        while before != self.received:
            before = self.received
            self.page.wait_for_timeout(quiet)

    def heap(self) -> float:
        """The page's JavaScript heap after a collection, MB."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        return float(self.devtools.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    def nodes(self) -> int:
        """DOM nodes alive."""
        return int(self.devtools.send("Memory.getDOMCounters")["nodes"])

    def kernel(self) -> float:
        """The kernel's resident memory, MB."""
        value = self.notebook.ask(
            "__import__('gc').collect() and 0 or __import__('psutil').Process().memory_info().rss"
        )
        return float(str(value)) / 1e6


@contextmanager
def opened(notebook: Path) -> Iterator[MeasuredPage]:
    """A copy of that notebook, opened and run, with one cell more: ``LEAST``."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        content = json.loads(notebook.read_text("utf-8"))
        cell = {"cell_type": "code", "id": "least", "metadata": {}, "execution_count": None, "outputs": []}
        content["cells"].append({**cell, "source": LEAST})
        (folder / notebook.name).write_text(json.dumps(content), "utf-8")
        with jupyter_server(folder) as address:
            browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            sockets: list[MeasuredPage] = []

            def count(frame: str | bytes) -> None:
                for measured in sockets:
                    measured.count(frame)

            page.on("websocket", lambda socket: socket.on("framereceived", count))
            measured = MeasuredPage(NotebookPage(page, address, notebook.name))
            sockets.append(measured)
            measured.notebook.run_all()
            page.wait_for_timeout(2000)
            page.evaluate((HERE / "stopwatch.js").read_text("utf-8"))
            yield measured
            browser.close()
