"""How much work a press makes: CPU time of the page and of the kernel, which a busy machine distorts less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from on_screen.latency import Move, Subject, control_of, shown
from on_screen.page import MeasuredPage

PAUSE = 120  # ms between two presses
PARTS = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


@dataclass
class Work:
    """Of each press: CPU milliseconds of the main thread, in all and of its parts, and of the kernel."""

    widget: str
    what: str
    page: list[float]
    kernel: float

    def row(self) -> str:
        """As a row of Markdown."""
        return f"| {self.widget} | {self.what} | {' | '.join(f'{v:.1f}' for v in self.page)} | {self.kernel:.1f} |"


HEAD = """\
| widget | what is moved | page, CPU ms | of it scripts | layout | styles | kernel, CPU ms |
|---|---|---|---|---|---|---|"""


def works(measured: MeasuredPage, count: int, only: str) -> Iterator[Work]:
    """Every move by keys of every widget whose name holds ``only``."""
    measured.devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    for subject in shown(measured, only):
        for move in subject.moves:
            if move.keys:
                yield _work(measured, subject, move, count)


def _work(measured: MeasuredPage, subject: Subject, move: Move, count: int) -> Work:
    def page() -> list[float]:
        found = {each["name"]: each["value"] for each in measured.devtools.send("Performance.getMetrics")["metrics"]}
        return [1000 * found[name] for name in PARTS]

    def kernel() -> float:
        spent = 1000 * float(str(measured.notebook.ask("__import__('time').process_time()")))
        measured.settle()
        return spent

    control = control_of(measured, measured.page.locator(subject.element).first, move.control)
    control.press(move.keys[0])
    measured.settle()
    kernel_before, page_before = kernel(), page()
    for i in range(count):
        measured.page.keyboard.press(move.keys[(i + 1) % len(move.keys)])
        measured.page.wait_for_timeout(PAUSE)
    measured.settle()
    spent = [(after - before) / count for before, after in zip(page_before, page(), strict=True)]
    return Work(subject.name, move.what, spent, (kernel() - kernel_before) / count)
