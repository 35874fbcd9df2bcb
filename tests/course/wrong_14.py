"""Wrong answers to lesson 14."""

START = "from iapo_widgets import load\nimport numpy as np\n"
LATER = "import tempfile\nfrom pathlib import Path\nfrom iapo_widgets.course.lesson_14 import report as made\n"
SAVED = LATER + 'page = made().save(Path(tempfile.mkdtemp()) / "report.html")\ntext = page.read_text("utf-8")\n'

WRONG = {
    "14-a": [
        (START + 'parts = load("real-words"), load("real-words").part("test")', "no test"),
        (START + 'parts = load("real-words").split(0.95, seed=1)', "too small"),
        (START + 'parts = load("real-words").split(0.2, seed=1)', "larger part is held out"),
        ("parts = 0.7", "as `task.split(...)` returns them"),
        (START + 'parts = load("math").split(0.7, seed=1)', "questions in words"),
    ],
    "14-b": [
        (
            """
import numpy as np
from iapo_widgets.core.paired_test import critical_value
def interval(differences):
    reach = critical_value(0.025, len(differences) - 1) * np.std(differences, ddof=1)
    return np.mean(differences) - reach, np.mean(differences) + reach
""",
            "spread of single questions",
        ),
        (
            """
import numpy as np
def interval(differences):
    reach = np.std(differences, ddof=1) / len(differences) ** 0.5
    return np.mean(differences) - reach, np.mean(differences) + reach
""",
            "two times in three",
        ),
        (
            """
import numpy as np
def interval(differences):
    reach = 1.96 * np.std(differences, ddof=1) / len(differences) ** 0.5
    return np.mean(differences) - reach, np.mean(differences) + reach
""",
            "Student's t is larger",
        ),
        (
            """
import numpy as np
from iapo_widgets.core.paired_test import critical_value
def interval(differences):
    n = len(differences)
    reach = critical_value(0.025, n - 1) * np.std(differences) / n**0.5
    return np.mean(differences) - reach, np.mean(differences) + reach
""",
            "divide by n in the spread",
        ),
        (
            """
import numpy as np
from iapo_widgets.core.paired_test import critical_value
def interval(differences):
    n = len(differences)
    reach = critical_value(0.05, n - 1) * np.std(differences, ddof=1) / n**0.5
    return np.mean(differences) - reach, np.mean(differences) + reach
""",
            "leave 5 % on each side",
        ),
    ],
    "14-c": [
        (
            LATER + "from iapo_widgets.course.capstone import CapstoneReport\n"
            'page = CapstoneReport({**made().facts, "limits": ""})',
            "still to be written",
        ),
        (SAVED + 'page.write_text(text.replace("not told apart", "ahead", 1), "utf-8")', "mended by hand"),
    ],
}
