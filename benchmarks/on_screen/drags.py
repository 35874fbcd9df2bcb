"""How long after the pointer comes to rest a drag of many steps shows, and the kernel has, its last value."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from on_screen.latency import PICTURE, RACE, RATE, SUBJECTS, control_of
from on_screen.page import MeasuredPage

STEPS, TARGET = 150, 150  # moves of the pointer, ms
SUBJECT = {subject.name: subject for subject in SUBJECTS}


@dataclass(frozen=True)
class Drag:
    """A control to drag, by its name in ``latency.Move``; ``value`` is the kernel's, ``shown`` its words on screen."""

    widget: str
    what: str
    control: str
    value: str
    parts: tuple[str, ...] = PICTURE
    shown: str = ""


DRAGS = (
    Drag("ScalingExplorer", "a success rate, by its mark", RATE, "scaling.flat[0]", shown="scaling.summary"),
    Drag("ScalingExplorer", "N to read", "N to read", "scaling.n", shown="scaling.summary"),
    Drag("TradeoffExplorer", "cost weight", "Weight: cost", "tradeoff.cost_weight", shown="tradeoff.summary"),
    Drag("BoundExplorer", "gap", "Gap in success", "bound.gap", shown="bound.summary"),
    Drag("ScalingExplorer", "N to read, by its line", "role=N to read", "scaling.n", shown="scaling.summary"),
    Drag("TradeoffExplorer", "the user, in the map", "role=this user", "tradeoff.share", shown="tradeoff.summary"),
    Drag("EliminationView", "round", "role=Round", "lab.view.round or lab.view.n_frames", RACE),
    Drag("PSSTLab", "cost weight", "Cost weight", "lab.contexts[0].cost_weight", RACE),
)


@dataclass
class Rest:
    """Of each drag: milliseconds from the last move to the last change on screen; pictures shown on the way."""

    widget: str
    what: str
    times: list[float]
    pictures: list[int]
    kilobytes: float

    def row(self) -> str:
        """As a row of Markdown."""
        holds = "yes" if max(self.times) <= TARGET and self.kilobytes <= 20 else "**no**"
        return (
            f"| {self.widget} | {self.what} | {np.median(self.times):.0f} | {max(self.times):.0f} | {len(self.times)} "
            f"| {np.median(self.pictures):.0f} | {self.kilobytes:.1f} | {holds} |"
        )


HEAD = (
    f"| widget | what is dragged | median ms | worst ms (at most {TARGET}) | drags | pictures on the way "
    "| kB down each picture | holds |\n|---|---|---|---|---|---|---|---|"
)


def drag(measured: MeasuredPage, one: Drag, count: int) -> Rest:
    """Drag to and fro, ``count`` times in all, and check each end against the kernel."""
    page, subject = measured.page, SUBJECT[one.widget]
    widget = measured.show(subject.cell, subject.element)
    control = control_of(measured, widget, one.control)
    measured.settle()
    times, pictures, before = [], [], measured.received
    for k in range(count):
        box = control.bounding_box()
        assert box is not None
        left, y, far = box["x"], box["y"] + box["height"] / 2, 320.0
        native = control.evaluate("(element) => element.tagName === 'INPUT'")
        if native:  # from where the track is pressed
            a, b = left + 0.05 * box["width"], left + 0.9 * box["width"]
            start, end = (a, b) if k % 2 == 0 else (b, a)
        else:  # from the handle itself
            start = left + box["width"] / 2
            end = start + (far / 2 if k % 2 == 0 else -far / 2)
        measured.watch([each for part in one.parts for each in widget.locator(part).all()])
        page.mouse.move(start, y)
        page.mouse.down()
        for i in range(1, STEPS + 1):
            page.mouse.move(start + (end - start) * i / STEPS, y)
        page.wait_for_timeout(1000)
        moved, last, changes = page.evaluate("[stopwatch.moved, stopwatch.last, stopwatch.changes]")
        page.mouse.up()
        times.append(max(0.0, last - moved))
        pictures.append(changes)
        check(measured, one)
    measured.settle()
    return Rest(one.widget, one.what, times, pictures, (measured.received - before) / max(1, sum(pictures)) / 1000)


def check(measured: MeasuredPage, one: Drag, seconds: float = 2.0) -> None:
    """The control, the kernel and the words agree; raises ``AssertionError`` where they do not."""
    subject = SUBJECT[one.widget]
    widget = measured.page.locator(subject.element).first
    control = control_of(measured, widget, one.control)
    reached = float(control.evaluate("(e) => e.tagName === 'INPUT' ? e.value : e.getAttribute('aria-valuenow')"))
    end = time.monotonic() + seconds
    while abs(float(str(measured.notebook.ask(one.value))) - reached) > 1e-6:
        assert time.monotonic() < end, f"{one.widget}: the screen ended on {reached}, the kernel elsewhere"
    if one.shown:
        assert widget.locator(".iapo-summary").text_content() == measured.notebook.ask(one.shown)


def rests(measured: MeasuredPage, count: int, only: str) -> Iterator[Rest]:
    """Every drag of the widgets whose name holds ``only``."""
    run = {s.name: s.before for s in SUBJECTS}
    for one in DRAGS:
        if only.lower() in one.widget.lower():
            if run[one.widget]:
                measured.notebook.ask(run[one.widget])
            yield drag(measured, one, count)
