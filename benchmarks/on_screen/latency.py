"""From a key press, or a move of the pointer, to what it changed on screen, for every widget of the gallery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from playwright.sync_api import Locator

from on_screen.page import MeasuredPage

ALONE, KERNEL = 50, 100  # ms, p95: what the browser does alone, and what the kernel computes
RIGHT_LEFT = ("ArrowRight",) * 5 + ("ArrowLeft",) * 5
DOWN_UP = ("ArrowDown", "ArrowUp")
PICTURE = (".iapo-panels svg", ".iapo-summary")
RACE = (".iapo-lanes", ".iapo-policy")
FINISHED = "setattr(lab, 'seconds_per_round', 0.0) or lab.show_finished() or setattr(lab.view, 'face', 'race')"


@dataclass(frozen=True)
class Move:
    """Keys on one control, and the parts of the widget in which their effect is awaited.

    control: an accessible label; ``chart`` the last chart itself; ``role=NAME`` a slider by its accessible name;
    ``stock:TEXT`` a stock slider.  keys: in turn; without any the pointer moves from point to point.
    """

    what: str
    control: str
    target: int = KERNEL
    keys: tuple[str, ...] = RIGHT_LEFT
    parts: tuple[str, ...] = PICTURE
    last: bool = False  # only the last of each part: the chart that the kernel computes, not the one that is dragged


@dataclass(frozen=True)
class Subject:
    """A widget: the cell of the gallery that makes it, its element, and its moves."""

    name: str
    cell: str
    moves: tuple[Move, ...]
    root: str = ""
    before: str = ""  # Python run in the kernel first

    @property
    def element(self) -> str:
        """Its selector."""
        return self.root or f'.iapo-explorer[aria-label="{self.name}"]'


READ = Move("arrow keys read a chart", "chart", ALONE, ("ArrowRight",), (".iapo-point", ".iapo-cursor"))
HOVER = Move("pointer reads a chart", "chart", ALONE, (), (".iapo-tip",))
RATE = "role=prompt A, query 1: success rate"
SUBJECTS = (
    Subject("ipywidgets alone", "least, told", (
        Move("a stock slider, repeated by a stock label", "stock:Least", parts=(".least",)),
    ), ".least-widget"),
    Subject("ContextSliders", "ContextSliders(helpful", (Move("cost weight", "cost"), READ)),
    Subject("BudgetSlider", "BudgetSlider(math", (Move("budget", "Budget T"), READ)),
    Subject("ScalingExplorer", "ScalingExplorer()", (
        Move("a success rate: its mark", RATE, ALONE, parts=("figure:first-child svg",)),
        Move("a success rate: the curves", RATE, last=True),
        Move("N to read", "N to read"), READ, HOVER,
    )),
    Subject("TradeoffExplorer", "TradeoffExplorer(helpful", (
        Move("cost weight", "Weight: cost"),
        Move("objectives", "role=helpful against harmless"), READ,
    )),
    Subject("ReuseExplorer", "ReuseExplorer()", (
        Move("n", "n asked about", keys=("ArrowRight", "ArrowLeft")), Move("chance", "Chance of right"), READ,
    ), before="setattr(reuse, 'more', True)"),
    Subject("StopExplorer", "StopExplorer(words)", (
        Move("lead", "Lead that stops", keys=("ArrowRight", "ArrowLeft")), Move("cost weight", "Weight: cost"), READ,
    )),
    Subject("EliminationView", "lab = PSSTLab(math", (
        Move("replay of a round", "role=Round", ALONE, ("ArrowLeft",) * 6 + ("ArrowRight",) * 6, RACE),
    ), ".iapo-race-lab", FINISHED),
    Subject("EliminationView, map", "lab = PSSTLab(math", (
        Move("arrow keys move from arm to arm", "canvas.iapo-heat", ALONE,
             ("ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"), ("canvas.iapo-heat",)),
    ), ".iapo-race-lab", f"{FINISHED} or setattr(lab.view, 'face', 'map')"),
    Subject("PSSTLab", "lab = PSSTLab(math", (
        Move("re-scoring after a weight", "Cost weight", keys=RIGHT_LEFT * 2, parts=RACE),
    ), ".iapo-race-lab", FINISHED),
    Subject("BoundExplorer", "BoundExplorer()", (Move("cost", "Cost of one"), Move("error", "Error accepted"), READ)),
    Subject("StudyExplorer", "StudyExplorer()", (
        Move("measure", "Measure", keys=DOWN_UP), READ,
    ), before="study.run() or study.join()"),
    Subject("PolicyTable", "PolicyTable(math", (
        Move("format to copy", "Copy as", keys=DOWN_UP, parts=("textarea",)),
    )),
)  # fmt: skip


@dataclass
class Timing:
    """What one move took: milliseconds of each press, and bytes that came down for each."""

    widget: str
    what: str
    target: int
    times: list[float]
    kilobytes: float
    extra: dict[str, float] = field(default_factory=dict)

    def row(self) -> str:
        """As a row of Markdown."""
        middle, late = np.quantile(self.times, [0.5, 0.95])
        return (
            f"| {self.widget} | {self.what} | {self.target} | {middle:.0f} | {late:.0f} | {len(self.times)} "
            f"| {self.kilobytes:.1f} | {'yes' if late <= self.target and self.kilobytes <= 20 else '**no**'} |"
        )


HEAD = (
    "| widget | what is moved | p95 at most, ms | median ms | p95 ms | moves | kB down each | holds |\n"
    "|---|---|---|---|---|---|---|---|"
)


def control_of(measured: MeasuredPage, widget: Locator, name: str) -> Locator:
    """The control of that name; see ``Move``."""
    if name == "chart":
        return widget.locator("figure > svg").last
    if name.startswith("canvas"):
        return widget.locator(name)
    if name.startswith("role="):
        return widget.get_by_role("slider", name=name.removeprefix("role="))
    if name.startswith("stock:"):
        text = name.removeprefix("stock:")
        return measured.page.locator(".widget-hslider", has_text=text).first.get_by_role("slider")
    return widget.locator(".iapo-form").get_by_label(name, exact=True)


def parts_of(widget: Locator, move: Move) -> list[Locator]:
    """The elements to watch."""
    found = [widget.locator(part) for part in move.parts]
    return [each for part in found for each in ([part.last] if move.last else part.all())]


def time_move(measured: MeasuredPage, subject: Subject, move: Move, count: int) -> Timing:
    """Make the move ``count`` times, each when the one before is on screen."""
    page = measured.page
    widget = page.locator(subject.element).first
    control = control_of(measured, widget, move.control)
    if move.keys:
        control.press(move.keys[0])  # so that a cursor is there, and nothing is the first of its kind
    measured.settle()
    points = [] if move.keys else control.evaluate("(chart) => stopwatch.points(chart)")
    measured.watch(parts_of(widget, move))
    before = measured.received
    for i in range(count):
        if move.keys:
            page.keyboard.press(move.keys[(i + 1) % len(move.keys)])
        else:
            page.mouse.move(*points[(i * 7) % len(points)])
        measured.await_change(i)
    measured.settle()
    times = [float(t) for t in page.evaluate("stopwatch.times")]
    return Timing(subject.name, move.what, move.target, times, (measured.received - before) / count / 1000)


def check_canvas(measured: MeasuredPage, move: Move) -> None:
    """Every time that was taken was one of a picture that did change, and no frame of a few more moves is empty."""
    unchanged = measured.page.evaluate("stopwatch.unchanged")
    assert unchanged == 0, f"{move.what}: {unchanged} times were taken of a canvas that showed the same as before"
    measured.page.evaluate("stopwatch.guard()")
    for key in move.keys:
        measured.page.keyboard.press(key)
        measured.page.wait_for_timeout(100)
    heights, blank = measured.page.evaluate("[stopwatch.heights.length, stopwatch.blank]")
    assert heights == 1 and blank == 0, f"the view flickered: {heights} heights, {blank} empty frames"


def stop_times(measured: MeasuredPage, runs: int) -> list[float]:
    """Milliseconds from a click on the lab's Stop to the line of status that says so."""
    page, times = measured.page, []
    lab = measured.show("lab = PSSTLab(math", ".iapo-race-lab")
    measured.notebook.ask("setattr(lab, 'seconds_per_round', 0.6)")
    for _ in range(runs):
        measured.notebook.ask("lab.run()")
        page.wait_for_function("document.querySelector('.iapo-status').textContent.includes('round 1 done')")
        lab.locator("[data-name=stop]").evaluate(
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


def shown(measured: MeasuredPage, only: str) -> Iterator[Subject]:
    """Every widget whose name holds ``only``, on screen and made ready."""
    for subject in SUBJECTS:
        if only.lower() in subject.name.lower():
            measured.show(subject.cell, subject.element)
            if subject.before:
                measured.notebook.ask(subject.before)
            yield subject


def latencies(measured: MeasuredPage, count: int, only: str) -> Iterator[Timing]:
    """Every move of every widget whose name holds ``only``."""
    for subject in shown(measured, only):
        for move in subject.moves:
            yield time_move(measured, subject, move, count)
            if "canvas.iapo-heat" in move.parts:
                check_canvas(measured, move)
        if subject.name == "PSSTLab":
            yield Timing(subject.name, "Stop while running", KERNEL, stop_times(measured, max(5, count // 10)), 0.0)
