"""Screen latency of the lab in a real JupyterLab: from key press to changed pixels, and from Stop to stopped.

``python benchmarks/screen.py [--presses 100]`` prints a Markdown table.  Times are taken inside the page, from the
event's own time stamp to the first animation frame whose heat map differs, so the reading of pixels is counted in.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

import numpy as np  # noqa: E402
from playwright.sync_api import Locator, sync_playwright  # noqa: E402

from browser.jupyter import CHROMIUM_FLAGS, NotebookPage, jupyter_server  # noqa: E402
from chromium import find  # noqa: E402

WATCH = """
() => {
  const canvas = document.querySelector('.iapo-heat');
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const print = () => {
    const data = new Uint32Array(pen.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
    let hash = 0;
    for (let i = 0; i < data.length; i += 3) hash = (hash * 31 + data[i]) | 0;
    return hash;
  };
  window.watch = {times: [], bytes: 0, blank: 0, heights: new Set(), last: print(), since: null, print};
  document.addEventListener('keydown', (event) => { watch.since = event.timeStamp; }, true);
  const look = (now) => {
    const hash = print();
    if (hash === 0) watch.blank++; // every pixel transparent
    watch.heights.add(document.querySelector('.iapo-elimination').offsetHeight);
    if (hash !== watch.last) {
      watch.last = hash;
      if (watch.since !== null) { watch.times.push(performance.now() - watch.since); watch.since = null; }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
"""


def measure(notebook: NotebookPage, target: Locator, keys: list[str], presses: int) -> list[float]:
    """Milliseconds of each press that changed the heat map."""
    page = notebook.page
    page.evaluate("watch.times = []; watch.since = null")
    target.focus()
    for i in range(presses):
        seen = page.evaluate("watch.times.length")
        page.keyboard.press(keys[i % len(keys)])
        page.wait_for_function(f"watch.times.length > {seen}", timeout=10_000, polling=20)
    return list(page.evaluate("watch.times"))


def stop_times(notebook: NotebookPage, lab: Locator, runs: int) -> list[float]:
    """Milliseconds from a click on Stop to the line of status that says so."""
    page, times = notebook.page, []
    for _ in range(runs):
        lab.locator("button.jupyter-button", has_text="Run").click()
        page.wait_for_function("document.querySelector('.iapo-status').textContent.includes('round 1 done')")
        lab.locator("button.jupyter-button", has_text="Stop").evaluate(
            """(button) => new Promise((done) => {
                 const line = document.querySelector('.iapo-status');
                 const start = performance.now();
                 const watch = new MutationObserver(() => {
                   if (!line.textContent.includes('Stopped')) return;
                   window.stopped = performance.now() - start;
                   watch.disconnect();
                   done();
                 });
                 watch.observe(line, {childList: true, subtree: true, characterData: true});
                 button.click();
               })"""
        )
        times.append(float(page.evaluate("window.stopped")))
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    presses = parser.parse_args().presses
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        shutil.copy(ROOT / "notebooks" / "00_start_here.ipynb", folder)
        with jupyter_server(folder) as address:
            browser = playwright.chromium.launch(executable_path=find(), args=CHROMIUM_FLAGS)
            page = browser.new_page(viewport={"width": 1600, "height": 1400})
            received = [0]

            def count(frame: str | bytes) -> None:
                received[0] += len(frame)

            page.on("websocket", lambda socket: socket.on("framereceived", count))
            notebook = NotebookPage(page, address, "00_start_here.ipynb")
            notebook.run_all()
            lab = page.locator(".jp-OutputArea-output").filter(has=page.locator(".iapo-elimination"))
            page.locator(".iapo-elimination").scroll_into_view_if_needed()
            page.wait_for_timeout(2000)
            page.evaluate(WATCH)
            lab.locator("button.jupyter-button", has_text="Run").click()
            page.wait_for_function("document.querySelector('.iapo-status').textContent.includes('Finished')")
            rows = []
            before = received[0]
            replay = measure(notebook, lab.get_by_label("Round"), ["ArrowLeft"] * 9 + ["ArrowRight"] * 9, presses)
            rows.append(("replay of a round", 40, replay, (received[0] - before) / presses))
            cost = lab.locator(".widget-hslider", has_text="Weight: cost").get_by_role("slider")
            before = received[0]
            scored = measure(notebook, cost, ["ArrowRight"] * 20 + ["ArrowLeft"] * 20, presses)
            rows.append(("re-scoring after a weight", 100, scored, (received[0] - before) / presses))
            lab.locator("button.jupyter-button", has_text="Reset").click()
            rows.append(("Stop while running", 100, stop_times(notebook, lab, max(5, presses // 10)), float("nan")))
            heights, blank = page.evaluate("[watch.heights.size, watch.blank]")
            browser.close()
    print("| | target p95 ms | median ms | p95 ms | presses | kB down each |\n|---|---|---|---|---|---|")
    for what, target, times, size in rows:
        kilobytes = "" if np.isnan(size) else f"{size / 1000:.1f}"
        middle, late = np.quantile(times, [0.5, 0.95])
        print(f"| {what} | {target} | {middle:.0f} | {late:.0f} | {len(times)} | {kilobytes} |")
    print(f"\nHeights of the view seen: {heights}; frames with an empty heat map: {blank}.")


if __name__ == "__main__":
    main()
