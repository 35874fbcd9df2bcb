"""Run notebooks in place and write them in one form, so that everybody commits the same bytes.

    python tools/run_notebooks.py notebooks/01_*.ipynb     runs these and writes them; without names all of them
    python tools/run_notebooks.py --check                  runs nothing, names those that are in another form

Outputs are kept, and folded where the text asks to predict them; times, random identifiers and the kernel's version are
not kept, and of a widget that line which a notebook shows where none is alive.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from iapo_widgets import widgets
from iapo_widgets.course.lessons import fold_predictions
from iapo_widgets.widgets.shared.twin import asleep, is_twin

ROOT = Path(__file__).resolve().parent.parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
VIEW = "application/vnd.jupyter.widget-view+json"
SECONDS = 60  # for one cell


def run(path: Path) -> None:
    """Run the notebook from top to bottom in its folder and write it; raises what a cell raises, writing nothing."""
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=False, record_timing=False, coalesce_streams=True,
    )  # fmt: skip
    client.execute()
    path.write_text(written(normalise(book)), "utf-8")


def normalise(book: Any) -> Any:
    """The notebook in the form that is committed."""
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    book.nbformat_minor = 5
    fold_predictions(book)
    for cell in book.cells:
        cell.metadata.pop("execution", None)
        cell.metadata.pop("collapsed", None)
        cell.metadata.pop("trusted", None)
        if "outputs" in cell:
            cell.outputs = [kept for output in cell.outputs if (kept := _without_view(output))]
    return book


def _without_view(output: Any) -> Any:
    """The output; of one of our widgets its line, of a bar of progress and of a widget's twin nothing."""
    data = output.get("data", {})
    if VIEW not in data:
        return None if is_twin(output) and "text/plain" not in data else output
    plain = "".join(data["text/plain"])
    if (kind := plain.partition("(")[0]) not in widgets.__all__:
        return None
    return nbformat.v4.new_output("display_data", {"text/html": asleep(kind), "text/plain": plain})


def written(book: Any) -> str:
    """The notebook as text."""
    return nbformat.writes(book) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Run or check; 1 where a notebook is in another form."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="run nothing")
    options = parser.parse_args(arguments)
    bad = 0
    for path in options.paths or sorted((ROOT / "notebooks").glob("*.ipynb")):
        if options.check:
            if path.read_text("utf-8") != written(normalise(nbformat.read(path, as_version=4))):
                print(f"{path} is not in the form that tools/run_notebooks.py writes", file=sys.stderr)
                bad = 1
            continue
        start = time.perf_counter()
        run(path)
        print(f"{path.name}: {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1000:.0f} kB")
    return bad


if __name__ == "__main__":
    sys.exit(main())
