"""The same pictures by ``interactive_output`` and pyplot, beside ours, on one page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import Locator

from on_screen.latency import Timing
from on_screen.page import MeasuredPage

OURS = """\
from iapo_widgets import load
from iapo_widgets.widgets import ScalingExplorer, TradeoffExplorer
helpful = load("helpful-harmless")
scaling = ScalingExplorer()
scaling"""
OURS_TOO = """\
tradeoff = TradeoffExplorer(helpful)
tradeoff"""
# As one would write it in a notebook: the same exact values, curves, marks, legends and map, drawn by pyplot.
SCALING = """\
%matplotlib inline
import ipywidgets as w, matplotlib.pyplot as plt, numpy as np
from iapo_widgets import voting_environment
from iapo_widgets.core.problem import Context

def picture_of_scaling(n):
    rates = np.array([[0.40, 0.90], [0.62, 0.62]])
    env = voting_environment(np.stack([rates, 1 - rates], axis=2), [0, 0], [0, 0], n_max=32,
                             contexts=[Context("here", (1.0,), 1.0)])
    q, scales = env.exact_q()[0], np.arange(1, 33)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    for p, (colour, marker) in enumerate(zip(("#0072b2", "#e69f00"), "os")):
        name = f"prompt {'AB'[p]}"
        left.plot(rates[p], p + np.array([-0.125, 0.125]), marker, color=colour, ms=9, mec="black", label=name)
        right.plot(scales, q[p], color=colour, marker=marker, markevery=3, ms=4.5, label=name)
    best = q.argmax(axis=0)
    for k in range(32):
        right.axvspan(k + 0.5, k + 1.5, color=("#0072b2", "#e69f00")[best[k]], alpha=0.13, lw=0)
    right.plot(q.max(axis=0).argmax() + 1, q.max(), "*", ms=15, mfc="white", mec="black", label="best arm")
    right.axvline(n, color="grey", ls=":", label="N to read")
    left.axvline(0.5, color="grey", ls=":")
    left.set(xlabel="success rate", ylabel="prompt", xlim=(0, 1), ylim=(1.5, -0.5), title="Success rates")
    title = f"At N = {n}: A {q[0, n - 1]:.3f}, B {q[1, n - 1]:.3f}"
    right.set(xlabel="N, completions per query", ylabel="Q", title=title)
    left.legend(); right.legend(); right.grid(alpha=0.3); left.grid(alpha=0.3)
    plt.show()

slider = w.IntSlider(10, 1, 32, description="N to read")
w.VBox([slider, w.interactive_output(picture_of_scaling, {"n": slider})])"""
TRADEOFF = """\
from matplotlib.colors import ListedColormap
costs, shares, scales = np.linspace(0, 2, 11), np.linspace(0, 1, 11), np.arange(1, helpful.n_max + 1)
reward = {s: helpful.with_(contexts=[Context("here", (s, round(1 - s, 6)), 0.0)]).exact_q()[0]
          for s in map(float, [*shares.round(6), 0.5])}
price = helpful.arm_cost
best_of = lambda s, c: np.unravel_index((reward[round(float(s), 6)] - c * price).argmax(), price.shape)
plane = np.array([[best_of(s, c) for s in shares] for c in costs])

def picture_of_tradeoff(cost):
    q = reward[0.5] - cost * price
    best, i = np.unravel_index(q.argmax(), q.shape)
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    order = np.argsort(-q.max(axis=1))
    for p, row in enumerate(q):
        if p in order[:5]:
            left.plot(scales, row, marker="os^Dv"[list(order).index(p)], markevery=4, ms=4.5, label=f"prompt {p}")
        else:
            left.plot(scales, row, color="grey", lw=0.5)
    left.plot(i + 1, q.max(), "*", ms=15, mfc="white", mec="black", label=f"best arm: prompt {best}, N = {i + 1}")
    left.set(xlabel="N, completions per query", ylabel="Q, reward less cost", title="What this user gets")
    left.grid(alpha=0.3); left.legend(fontsize=7.5)
    names, codes = np.unique(plane[..., 0], return_inverse=True)
    right.imshow(codes.reshape(11, 11), cmap=ListedColormap(plt.cm.tab10.colors[:len(names)]), aspect="auto",
                 origin="lower", extent=(-0.05, 1.05, -0.1, 2.1), alpha=0.75)
    for r, c in enumerate(costs):
        for k, s in enumerate(shares):
            right.text(s, c, f"{plane[r, k, 0]}\\u00b7{plane[r, k, 1] + 1}", ha="center", va="center", fontsize=6.5)
    right.plot(0.5, cost, "*", ms=15, mfc="white", mec="black", label="this user")
    right.set(xlabel="weight of the first objective", ylabel="cost weight", title="Who wins where: prompt and N")
    right.legend()
    plt.show()

weight = w.FloatSlider(0.2, min=0, max=2, step=0.05, description="Weight: cost")
w.VBox([weight, w.interactive_output(picture_of_tradeoff, {"cost": weight})])"""
CASES = (
    ("ScalingExplorer", "ScalingExplorer()", "N to read", "picture_of_scaling(n)"),
    ("TradeoffExplorer", "TradeoffExplorer(helpful)", "Weight: cost", "picture_of_tradeoff(cost)"),
)
HEAD = "| picture | drawn by | median ms | p95 ms | kB down each | moves |\n|---|---|---|---|---|---|"


def write(path: Path) -> Path:
    """The notebook with our two widgets and their two rivals."""
    cells = [nbformat.v4.new_code_cell(text) for text in (OURS, OURS_TOO, SCALING, TRADEOFF)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
    return path


def row(timing: Timing) -> str:
    """As a row of Markdown."""
    middle, late = np.quantile(timing.times, [0.5, 0.95])
    cells = [timing.widget, timing.what, f"{middle:.0f}", f"{late:.0f}", f"{timing.kilobytes:.1f}"]
    return f"| {' | '.join([*cells, str(len(timing.times))])} |"


def _time(measured: MeasuredPage, slider: Locator, parts: list[Locator], name: str, how: str, count: int) -> Timing:
    page, keys = measured.page, ["ArrowRight"] * 5 + ["ArrowLeft"] * 5
    slider.focus()
    slider.press("ArrowRight")
    measured.settle()
    measured.watch(parts)
    before = measured.received
    for i in range(count):
        page.keyboard.press(keys[(i + 1) % len(keys)])
        measured.await_change(i)
        measured.settle(200)  # a picture under way would be counted for the next press
    times = [float(t) for t in page.evaluate("stopwatch.times")]
    return Timing(name, how, 0, times, (measured.received - before) / count / 1000)


def comparisons(measured: MeasuredPage, count: int) -> Iterator[Timing]:
    """Each picture by each way, the ways in turn."""
    for name, ours, label, theirs in CASES:
        widget = measured.show(ours, f'.iapo-explorer[aria-label="{name}"]')
        parts = [widget.locator(".iapo-panels svg").last, widget.locator(".iapo-summary")]
        yield _time(measured, widget.get_by_label(label, exact=True), parts, name, "this widget", count)
        measured.notebook.show(theirs)
        output = measured.page.locator(".jp-OutputArea-output").filter(
            has=measured.page.locator(".widget-hslider", has_text=label)
        )
        slider = output.locator(".widget-hslider").get_by_role("slider")
        slider.scroll_into_view_if_needed()
        yield _time(
            measured,
            slider,
            [output.locator(".widget-output").last],
            name,
            "interactive_output, pyplot",
            count,
        )
