"""Wrong answers as learners write them: ``wrong_01`` and so on, one table a lesson, join by being there.

A table maps an exercise to rows (code in place of the placeholder, words of the hint that it must get).
"""

import importlib
import json
from functools import cache
from pathlib import Path

from iapo_widgets.course.files import course_folder
from iapo_widgets.course.lessons import source

HERE = Path(__file__).parent
WRONG = {
    exercise: rows
    for path in sorted(HERE.glob("wrong_*.py"))
    for exercise, rows in importlib.import_module(f"course.{path.stem}").WRONG.items()
}
#: Lessons by number, "01" -> path.
LESSONS = {path.name[:2]: path for path in sorted(course_folder().glob("[0-9][0-9]_*.ipynb"))}
#: Lessons that are held to the tests of their words: those whose claims have tests, ``test_claims_01.py`` and so on.
CONVERTED = sorted(path.stem.removeprefix("test_claims_") for path in HERE.glob("test_claims_[0-9][0-9].py"))


def notebook(path):
    """A notebook as it lies in the file."""
    return json.loads(path.read_text("utf-8"))


@cache
def prose(lesson):
    """The lesson's markdown, on one line."""
    cells = notebook(LESSONS[lesson])["cells"]
    return " ".join(" ".join(source(c) for c in cells if c["cell_type"] == "markdown").split())


def printed(lesson, words):
    """What the one cell of a lesson whose code holds ``words`` printed and returned, as text; "07" -> that lesson."""
    cells = [c for c in notebook(LESSONS[lesson])["cells"] if c["cell_type"] == "code" and words in source(c)]
    if len(cells) != 1:
        raise ValueError(f"{len(cells)} cells of lesson {lesson} hold {words!r}; one is needed")
    parts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cells[0]["outputs"]]
    return "\n".join("".join(part) for part in parts)
