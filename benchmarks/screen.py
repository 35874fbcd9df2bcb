"""Latency, work, drags, flight and memory of the widgets in a real JupyterLab in a real browser, on one page.

``python benchmarks/screen.py [--part PART] [--only WIDGET] [--count 100] [--updates 1000]``, PART one of latency, work,
drag, flight, memory and pyplot, prints Markdown tables.  The page is the gallery, run from top to bottom; how time is
taken stands in ``on_screen/stopwatch.js``.  All parts together take about ten minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

from on_screen import drags, flight, latency, memory, pyplot, work  # noqa: E402
from on_screen.page import opened  # noqa: E402

PARTS = ("latency", "work", "drag", "flight", "memory", "pyplot")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, action="append", help="one part; may be given again (default: all)")
    parser.add_argument("--only", default="", help="widgets whose name holds this text")
    parser.add_argument("--count", type=int, default=100, help="moves of each control; a tenth as many drags")
    parser.add_argument("--updates", type=int, default=1_000, help="updates of each widget for the memory")
    options = parser.parse_args()
    parts = options.part or PARTS
    if {"latency", "work", "drag", "flight", "memory"} & set(parts):
        with opened(ROOT / "notebooks" / "gallery.ipynb") as measured:
            for part, head, rows in (
                ("latency", latency.HEAD, latency.latencies(measured, options.count, options.only)),
                ("work", work.HEAD, work.works(measured, options.count, options.only)),
                ("drag", drags.HEAD, drags.rests(measured, max(2, options.count // 10), options.only)),
                ("memory", memory.HEAD, memory.memories(measured, options.updates, options.only)),
            ):
                if part in parts:
                    print(f"\n{head}", flush=True)
                    for row in rows:
                        print(row.row(), flush=True)
            if "flight" in parts and options.only.lower() in "psstlab":
                print(f"\n{flight.flight(measured, max(3, options.count // 10)).table()}", flush=True)
            assert measured.notebook.errors == [], measured.notebook.errors
    if "pyplot" in parts:
        with tempfile.TemporaryDirectory() as folder, opened(pyplot.write(Path(folder) / "compare.ipynb")) as measured:
            print(f"\n{pyplot.HEAD}", flush=True)
            for each in pyplot.comparisons(measured, options.count):
                print(pyplot.row(each), flush=True)


if __name__ == "__main__":
    main()
