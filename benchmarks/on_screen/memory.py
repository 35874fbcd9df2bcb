"""Whether memory stays where it is: the page's heap and the kernel's, before and after many updates of each widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from on_screen.latency import SUBJECTS, control_of, parts_of
from on_screen.page import MeasuredPage

WARM = 200  # updates first, so that caches are full
DRIVEN: dict[str, tuple[str, list[Any]]] = {  # a move of ``latency``; values of a native control, keys of ours
    "ContextSliders": ("cost weight", [0.1 * k for k in range(20)]),
    "BudgetSlider": ("budget", [2 + 0.05 * k for k in range(60)]),
    "ScalingExplorer": ("N to read", list(range(1, 33))),
    "TradeoffExplorer": ("cost weight", [0.1 * k for k in range(20)]),
    "ReuseExplorer": ("n", [1, 2, 3, 4]),
    "EliminationView": ("replay of a round", ["ArrowLeft"] * 6 + ["ArrowRight"] * 6),
    "BoundExplorer": ("cost", [0.05 * k for k in range(1, 8)]),
    "StudyExplorer": ("measure", [1, 0]),
    "PolicyTable": ("format to copy", [1, 2, 0]),
    "PSSTLab": ("re-scoring after a weight", [0.1 * k for k in range(10)]),
}


@dataclass
class Memory:
    """Heap of the page after a collection, MB; DOM nodes; resident memory of the kernel, MB: before and after."""

    widget: str
    updates: int
    heap: tuple[float, float]
    nodes: tuple[int, int]
    kernel: tuple[float, float]

    def row(self) -> str:
        """As a row of Markdown."""
        heap, kernel = (f"{a:.1f} to {b:.1f}" for a, b in (self.heap, self.kernel))
        return f"| {self.widget} | {self.updates:,} | {heap} | {self.nodes[0]:,} to {self.nodes[1]:,} | {kernel} |"


HEAD = f"""\
| widget | updates, after {WARM} to warm up | heap of the page, MB | DOM nodes | kernel, MB |
|---|---|---|---|---|"""


def memories(measured: MeasuredPage, updates: int, only: str) -> Iterator[Memory]:
    """Drive each widget whose name holds ``only`` by ``updates`` changes."""
    for subject in SUBJECTS:
        if subject.name not in DRIVEN or only.lower() not in subject.name.lower():
            continue
        what, values = DRIVEN[subject.name]
        (move,) = (m for m in subject.moves if m.what == what)
        widget = measured.show(subject.cell, subject.element)
        if subject.before:
            measured.notebook.ask(subject.before)
        measured.settle()
        control = control_of(measured, widget, move.control).element_handle()
        measured.watch(parts_of(widget, move))

        def drive(count: int, control: object = control, values: list[Any] = values) -> tuple[float, int, float]:
            measured.page.evaluate(
                "([c, values, count]) => stopwatch.drive(c, values, count)", [control, values, count]
            )
            measured.settle()
            return measured.heap(), measured.nodes(), measured.kernel()

        first, after = drive(WARM), drive(updates)
        yield Memory(subject.name, updates, (first[0], after[0]), (first[1], after[1]), (first[2], after[2]))
