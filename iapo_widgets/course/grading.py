"""Lessons as assignments of nbgrader or otter-grader: sources from which these tools make the students' copies."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.files import replacing
from .files import course_folder
from .lessons import ExerciseCell, exercise_cells, without_folded

Cells = list[dict[str, Any]]

_NBGRADER_CONFIG = """c = get_config()
c.CourseDirectory.course_id = "iapo"
"""


def write_assignments(target: str | os.PathLike[str], form: str) -> list[Path]:
    """Write every lesson with exercises to ``target`` as a source of ``form``, ``nbgrader`` or ``otter``.

    nbgrader: ``source/NAME/NAME.ipynb`` and a configuration, for ``nbgrader generate_assignment NAME``.  otter:
    ``NAME/NAME.ipynb``, for ``otter assign NAME.ipynb DIST``.  An exercise is worth one point, given by ``check``.
    Returns what was written.  Raises ``ValueError`` for another form, ``FileExistsError`` where a file is there,
    before anything is written.
    """
    if form not in FORMS:
        raise ValueError(f"form {form!r} is none of {', '.join(sorted(FORMS))}")
    files = {path: json.dumps(book, ensure_ascii=False, indent=1) + "\n" for path, book in _books(form)}
    if form == "nbgrader":
        files[Path("nbgrader_config.py")] = _NBGRADER_CONFIG
    there = [str(path) for path in files if os.path.lexists(Path(target) / path)]
    if there:
        raise FileExistsError(f"in {target} there is already {', '.join(there[:3])}; name a new folder")
    for path, text in files.items():
        (Path(target) / path).parent.mkdir(parents=True, exist_ok=True)
        with replacing(Path(target) / path, keep=True) as file:
            file.write(text.encode())
    return [Path(target) / path for path in files]


def _books(form: str) -> list[tuple[Path, dict[str, Any]]]:
    found = []
    for source in sorted(course_folder().glob("*.ipynb")):
        book = json.loads(source.read_text("utf-8"))
        if exercise_cells(book):
            place = Path(source.stem) / source.name
            found.append((Path("source") / place if form == "nbgrader" else place, assignment(book, form)))
    return found


def assignment(book: dict[str, Any], form: str) -> dict[str, Any]:
    """A lesson in which each exercise is what ``form`` grades: one point for an answer that ``check`` calls right.

    Solutions and answers in folds are out, and so are outputs; the solution stands where the form wants it.
    """
    exercises = {each.cell: each for each in exercise_cells(book)}
    before, around = FORMS[form]
    book = copy.deepcopy(book)
    cells: Cells = list(before)
    for i, cell in enumerate(book["cells"]):
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        if i in exercises:
            cells += around(exercises[i])
        elif (kept := without_folded(cell)) is not None:
            cells.append(kept)
    book["cells"] = cells
    return book


def _code(name: str, text: str, about: dict[str, Any] | None = None, outputs: Cells | None = None) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": name, "metadata": about or {}, "execution_count": None, "outputs": outputs or [],
        "source": text.splitlines(keepends=True),
    }  # fmt: skip


def _raw(name: str, text: str) -> dict[str, Any]:
    return {"cell_type": "raw", "id": name, "metadata": {}, "source": text.splitlines(keepends=True)}


def _for_nbgrader(exercise: ExerciseCell) -> Cells:
    """The answer's cell with its solution marked, the check that helps, and a locked cell that is worth a point."""

    def marks(kind: str, **more: Any) -> dict[str, Any]:
        base = {"grade_id": f"{kind}-{exercise.id}", "schema_version": 3, "task": False}
        return {"nbgrader": {**base, **more}}

    answer = f"### BEGIN SOLUTION\n{exercise.solution}\n### END SOLUTION"
    test = f'assert (verdict := check("{exercise.id}", {exercise.name})).right, verdict'
    return [
        _code(f"answer-{exercise.id}", answer, marks("answer", grade=False, locked=False, solution=True)),
        _code(f"check-{exercise.id}", f'check("{exercise.id}", {exercise.name})'),
        _code(f"point-{exercise.id}", test, marks("point", grade=True, locked=True, solution=False, points=1)),
    ]


def _for_otter(exercise: ExerciseCell) -> Cells:
    """A question with its solution and placeholder, a test of one point, and the check that helps."""
    name = "q" + exercise.id.replace("-", "_")
    answer = (
        f'# BEGIN SOLUTION NO PROMPT\n{exercise.solution}\n# END SOLUTION\n""" # BEGIN PROMPT\n'
        f'{exercise.placeholder}\n""" # END PROMPT'
    )
    test = f'bool(check("{exercise.id}", {exercise.name}).right)'
    true = [
        {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": ["True"]}}
    ]
    return [
        _raw(f"begin-{exercise.id}", f"# BEGIN QUESTION\nname: {name}\npoints: 1"),
        _raw(f"solution-{exercise.id}", "# BEGIN SOLUTION"),
        _code(f"answer-{exercise.id}", answer),
        _raw(f"solved-{exercise.id}", "# END SOLUTION"),
        _raw(f"tests-{exercise.id}", "# BEGIN TESTS"),
        _code(f"point-{exercise.id}", test, outputs=true),
        _raw(f"tested-{exercise.id}", "# END TESTS"),
        _raw(f"end-{exercise.id}", "# END QUESTION"),
        _code(f"check-{exercise.id}", f'check("{exercise.id}", {exercise.name})'),
    ]


_CONFIGURED = _raw("config", "# ASSIGNMENT CONFIG\ninit_cell: true\nexport_cell: true\nsolutions_pdf: false")

#: What comes first in a notebook of the form, and what an exercise becomes.
FORMS: dict[str, tuple[Cells, Callable[[ExerciseCell], Cells]]] = {
    "nbgrader": ([], _for_nbgrader),
    "otter": ([_CONFIGURED], _for_otter),
}
