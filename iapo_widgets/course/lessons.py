"""A lesson as a document: where its exercises are, what solves them, and the copy that students get."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

CHECK = re.compile(r'^check\("([\w-]+)", (\w+)\)$')
DETAILS = re.compile(r"<details>\s*<summary>Solution[^<]*</summary>\n(.*?)\n</details>\n?", re.S)
FOLDED = re.compile(r"<details>\s*<summary>(?:Solution|Answer)[^<]*</summary>\n(.*?)\n</details>\n?", re.S)
PREDICT = re.compile(r"\*\*[^*\n]*\bpredict\b[^*\n]*\*\*", re.I)
ASKS = re.compile(r"^predict\(", re.M)
TELLS = re.compile(r"^came\(", re.M)
CODE = re.compile(r"```python\n(.*?)\n```", re.S)


@dataclass(frozen=True, slots=True)
class ExerciseCell:
    """One exercise in a lesson: id; cell: index of the cell that checks it; name: what the answer is called there.

    placeholder: the cell's code above the check; solution: what may stand there instead.
    """

    id: str
    cell: int
    name: str
    placeholder: str
    solution: str

    def filled(self, code: str) -> str:
        """The cell's source with ``code`` in place of the placeholder."""
        return f'{code}\ncheck("{self.id}", {self.name})'


def exercise_cells(book: dict[str, Any]) -> list[ExerciseCell]:
    """The exercises of a notebook, in order.

    An exercise is a code cell whose last line is ``check("01-a", name)``; the next cell holds its collapsed solution.
    Raises ``ValueError`` where an exercise has no solution.
    """
    found = []
    for i, cell in enumerate(book["cells"]):
        *above, last = source(cell).splitlines() or [""]
        match = CHECK.match(last)
        if cell["cell_type"] != "code" or match is None:
            continue
        after = source(book["cells"][i + 1]) if i + 1 < len(book["cells"]) else ""
        details = DETAILS.search(after)
        code = CODE.search(details.group(1)) if details else None
        if code is None:
            raise ValueError(f"exercise {match.group(1)} has no collapsed solution with code in the cell below it")
        found.append(ExerciseCell(match.group(1), i, match.group(2), "\n".join(above).strip(), code.group(1)))
    return found


def predicted_cells(book: dict[str, Any]) -> list[int]:
    """Code cells whose output a reader is asked to predict in the text above them, by index.

    Exercises are not among them, nor is a cell that takes a prediction; one that tells what came always is.
    """
    found, asked = [], False
    for i, cell in enumerate(book["cells"]):
        if cell["cell_type"] == "markdown":
            asked = bool(PREDICT.search(source(cell)))
        elif TELLS.search(source(cell)) or (asked and not _asks(source(cell))):
            found.append(i)
    return found


def _asks(code: str) -> bool:
    """Whether something is asked in a cell: a prediction, or an exercise's answer."""
    return bool(ASKS.search(code) or CHECK.match((code.splitlines() or [""])[-1]))


def fold_predictions(book: dict[str, Any]) -> None:
    """Fold the outputs of ``predicted_cells``: they open when the cell is run, or by a click on the bar beside them."""
    for i in predicted_cells(book):
        about = book["cells"][i]["metadata"]
        about["jupyter"] = {**about.get("jupyter", {}), "outputs_hidden": True}  # JupyterLab, Notebook
        about["tags"] = sorted({*about.get("tags", []), "hide-output"})  # the site


def without_solutions(book: dict[str, Any]) -> dict[str, Any]:
    """A copy for students: no solutions and answers, and exercise cells as if they had never run."""
    book = copy.deepcopy(book)
    for exercise in exercise_cells(book):
        book["cells"][exercise.cell].update(outputs=[], execution_count=None)
    book["cells"] = [kept for cell in book["cells"] if (kept := without_folded(cell)) is not None]
    return book


def without_folded(cell: dict[str, Any]) -> dict[str, Any] | None:
    """The cell without folded solutions and answers; ``None`` where it holds nothing else."""
    if cell["cell_type"] != "markdown" or not FOLDED.search(source(cell)):
        return cell
    rest = FOLDED.sub("", source(cell)).strip()
    return {**cell, "source": rest.splitlines(keepends=True)} if rest else None


def source(cell: dict[str, Any]) -> str:
    """What stands in a cell."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)
