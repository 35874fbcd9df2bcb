"""Wrong answers as learners write them: ``wrong_01`` and so on, one table a lesson, join by being there.

A table maps an exercise to rows (code in place of the placeholder, words of the hint that it must get).
"""

import importlib
import json
from pathlib import Path

from iapo_widgets.course.files import course_folder

HERE = Path(__file__).parent
WRONG = {
    exercise: rows
    for path in sorted(HERE.glob("wrong_*.py"))
    for exercise, rows in importlib.import_module(f"course.{path.stem}").WRONG.items()
}
#: Lessons by number, "01" -> path.
LESSONS = {path.name[:2]: path for path in sorted(course_folder().glob("[0-9][0-9]_*.ipynb"))}


def notebook(path):
    """A notebook as it lies in the file."""
    return json.loads(path.read_text("utf-8"))
