"""How smoothly answers fly, and how soon a race stands there after its cell has ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from on_screen.page import MeasuredPage

SHARE, FIRST = 0.95, 500  # of the frames of an empty canvas; ms
#: Frames a second while ``draw`` is called in each; of an empty canvas of that size where it is not given.
FRAMES = """([canvas, ms]) => new Promise((done) => {
  const empty = canvas.cloneNode();
  canvas.after(empty);
  const pen = empty.getContext("2d"), times = [];
  const step = (now) => {
    pen.clearRect(0, 0, empty.width, empty.height);
    times.push(now);
    if (now - times[0] < ms) requestAnimationFrame(step);
    else { empty.remove(); done(1000 * (times.length - 1) / (now - times[0])); }
  };
  requestAnimationFrame(step);
})"""
#: Frames a second while the flight of a round lasts: from the first dot to the caption that follows it.
FLIGHT = """(race) => new Promise((done) => {
  const times = [], words = race.querySelector(".iapo-caption span");
  const flies = () => words.textContent.includes("on their way");
  const step = (now) => {
    if (flies()) times.push(now);
    if (times.length && !flies()) done(1000 * (times.length - 1) / (times.at(-1) - times[0]));
    else requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  [...race.querySelectorAll("button")].find((button) => button.textContent === "Step").click();
})"""
#: Milliseconds from the end of the active cell to the first bar of a race on screen; 0 where it was there before.
CELL = """async () => {
  const cell = jupyterapp.shell.currentWidget.content.activeCell.node;
  let drawn = null;
  cell.querySelector(".iapo-race-lab")?.remove();
  const look = () => {
    const bar = cell.querySelector(".iapo-race-lab .iapo-leads .iapo-lane-net");
    if (bar && bar.offsetWidth) drawn = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  await jupyterapp.commands.execute("notebook:run-cell");
  const ended = performance.now();
  while (drawn === null && performance.now() - ended < 10000) await new Promise((go) => setTimeout(go, 10));
  return Math.max(0, drawn - ended);
}"""


@dataclass
class Flight:
    """Frames a second of the flight and of an empty canvas; milliseconds to the first picture."""

    flights: list[float]
    empty: list[float]
    first: list[float]

    def table(self) -> str:
        """As a table of Markdown."""
        fly, most = np.median(self.flights), np.median(self.empty)
        first, wanted = np.median(self.first), min(60, SHARE * most)
        return (
            "| | at most, or at least | median | measured | holds |\n|---|---|---|---|---|\n"
            f"| frames a second while answers fly | {wanted:.0f} | {fly:.0f} | {len(self.flights)} rounds"
            f" | {'yes' if fly >= wanted - 0.5 else '**no**'} |\n"
            f"| the same of an empty canvas | | {most:.0f} | {len(self.empty)} times | |\n"
            f"| first picture after the cell's end, ms | {FIRST} | {first:.0f}, worst {max(self.first):.0f}"
            f" | {len(self.first)} runs | {'yes' if max(self.first) <= FIRST else '**no**'} |"
        )


def flight(measured: MeasuredPage, count: int) -> Flight:
    """Play single rounds of the gallery's lab, and run its cell again and again."""
    page, lab = measured.page, measured.show("lab = PSSTLab(math", ".iapo-race-lab")
    measured.notebook.ask("setattr(lab, 'seconds_per_round', 1.2) or lab.show_finished()")
    flights, empty, first = [], [], []
    rounds = int(str(measured.notebook.ask("lab.view.n_frames")))
    for k in range(count):
        if k % (rounds - 2) == 0:
            lab.get_by_role("slider", name="Round").press("Home")
        measured.settle()
        flights.append(float(lab.evaluate(FLIGHT)))
        canvas = lab.locator(".iapo-flight").element_handle()
        empty.append(float(page.evaluate(FRAMES, [canvas, 500])))
    for _ in range(count):
        measured.notebook.show("lab = PSSTLab(math")
        first.append(float(page.evaluate(CELL)))
        measured.settle()
    return Flight(flights, empty, first)
