"""The static twin of a page of answers: bars of the tally, and a row for every answer."""

from __future__ import annotations

from typing import Any

from ...plots.picture import BLUE, GREEN, GREY, MARKERS, ORANGE, PURPLE, SKY, VERMILLION
from ...plots.scene import Line, Panel, scale_ticks

HEAD = ("prompt", "number", "read as", "tokens", "text")
SHOWN, START = 24, 60  # characters of an answer and of a text
SILENT = 99  # the place among the colours of what casts no vote

Page = dict[str, Any]


def panels(made: Page, n: int, context: str) -> list[Panel]:
    """What the first ``n`` answers of each prompt come to."""
    return [_panel(made, row, n, context) for row in made["rows"] if row["frames"]]


def table(made: Page, n: int) -> list[list[str]]:
    """A row for each of the first ``n`` answers, under ``HEAD``; the prompt is named in the first of its rows."""
    return [
        [row["name"] if not k else "", str(k + 1), _read(chip)[:SHOWN], str(chip["tokens"]), _start(chip["text"])]
        for row in made["rows"] for k, chip in enumerate(row["chips"][:n])
    ]  # fmt: skip


def _panel(made: Page, row: Page, n: int, context: str) -> Panel:
    frame = row["frames"][min(n, len(row["frames"])) - 1]
    vote = "votes" in frame
    if vote:
        shown = made["classes"]
        bars = [(_named(shown[c]), float(count), c + (not shown[0]["right"])) for c, count in frame["votes"]]
        silent = sum(chip["class"] < 0 for chip in row["chips"][:n])
        bars += [("no vote", float(silent), SILENT)] if silent else []
        high = float(n)  # one scale for all prompts
    else:
        values = [chip["value"] for chip in row["chips"][:n]]
        bars = [(f"number {k + 1}", value, int(k not in frame["best"])) for k, value in enumerate(values)]
        high = max([1.0, *(chip["value"] for each in made["rows"] for chip in each["chips"][:n])])
    colour = [GREEN, ORANGE, SKY, PURPLE, BLUE, VERMILLION]  # what is right, or taken, has the first
    lines = [
        Line("", [v, 0.0], [float(k), float(k)], colour[c] if c < len(colour) else GREY,
             "X" if c == SILENT else MARKERS[c % len(MARKERS)], ":" if c == SILENT else "-", every=2, width=6,
             tell=[f"{name}: {v:g}"] * 2)
        for k, (name, v, c) in enumerate(bars)
    ]  # fmt: skip
    return Panel(
        row["name"], "votes" if vote else f"utility for context {context}", "", lines=lines,
        xlim=(0.0, 1.05 * high), ylim=(max(len(bars), 1) - 0.5, -0.5),
        xticks=scale_ticks(int(high)) if vote else (), height=0.4 + 0.08 * len(bars), width=1.8 / len(made["rows"]),
        yticks=[(k, name[:SHOWN]) for k, (name, _, _) in enumerate(bars)],
    )  # fmt: skip


def _named(answer: Page) -> str:
    return f"{answer['name'][: SHOWN - 2]} \N{CHECK MARK}" if answer["right"] else str(answer["name"])


def _read(chip: dict[str, Any]) -> str:
    said = "no vote" if chip["class"] < 0 else chip["answer"]
    return f"{said} (right)" if chip["right"] else str(said)


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= START else f"{line[: START - 1]}\N{HORIZONTAL ELLIPSIS}"
