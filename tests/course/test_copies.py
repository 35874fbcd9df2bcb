"""The students' copies."""

import json
import re

import pytest

from course.answers import LESSONS, notebook
from iapo_widgets.cli import main
from iapo_widgets.course.exercises import exercises
from iapo_widgets.course.lessons import (
    CHECK,
    FOLDED,
    exercise_cells,
    fold_predictions,
    predicted_cells,
    source,
    without_solutions,
)


def test_students_get_lessons_without_solutions(tmp_path, capsys):
    """No solution is left, exercises are as if never run, and all else is there."""
    assert main(["export", str(tmp_path), "--without-solutions"]) == 0
    assert f"written to {tmp_path} without solutions" in capsys.readouterr().out
    for number in {exercise[:2] for exercise in exercises()}:
        ours, theirs = notebook(LESSONS[number]), notebook(tmp_path / LESSONS[number].name)
        assert not re.search(r"<summary>\s*(Solution|Answer)", json.dumps(theirs))  # asides stay
        solved = exercise_cells(ours)
        assert len(theirs["cells"]) == len(ours["cells"]) - len(solved)
        asked = [c for c in theirs["cells"] if CHECK.match((source(c).splitlines() or [""])[-1])]
        assert len(asked) == len(solved) and all(c["outputs"] == [] and c["execution_count"] is None for c in asked)
        kept = {c["id"]: c["source"] for c in theirs["cells"]}
        gone = {c["id"] for c in ours["cells"]} - set(kept)
        assert gone == {ours["cells"][e.cell + 1]["id"] for e in solved}


def test_an_export_never_overwrites(tmp_path, capsys):
    """A file that is there stays, and is named; without the option the copies are the lessons themselves."""
    mine = tmp_path / LESSONS["01"].name
    mine.write_text("my notes")
    assert main(["export", str(tmp_path), "--without-solutions"]) == 0
    out = capsys.readouterr().out
    assert mine.read_text() == "my notes" and "1 were there and are left as they are" in out and mine.name in out
    assert main(["export", str(tmp_path / "all")]) == 0
    assert (tmp_path / "all" / LESSONS["01"].name).read_bytes() == LESSONS["01"].read_bytes()
    assert main(["export", str(mine)]) == 2


def test_text_beside_a_solution_stays():
    """Only the collapsed part of a cell goes; an exercise without a solution is an error."""
    ask = {"cell_type": "code", "source": 'x = None  # your answer\ncheck("01-a", x)', "outputs": [], "metadata": {}}
    tell = "<details><summary>Solution</summary>\n\n```python\nx = 1\n```\n\n</details>\n\nGo on."
    look = "**Try** it.\n\n<details><summary>Answer</summary>\n\nIt falls.\n\n</details>"
    book = {"cells": [ask, *({"cell_type": "markdown", "source": text, "metadata": {}} for text in (tell, look))]}
    assert [source(c) for c in without_solutions(book)["cells"]] == [ask["source"], "Go on.", "**Try** it."]
    with pytest.raises(ValueError, match="01-a has no collapsed solution"):
        exercise_cells({"cells": [ask]})


def test_predictions_are_not_spoiled_in_a_copy():
    """What is to be predicted stays folded, its widget stays open, and what answers a list of things to try is out."""
    cells = [
        ("markdown", "**Before you run: predict.** How much?"),
        ("code", 'predict("01-p1", "x", between=(0, 1))'),
        ("code", 'print("So it is")\ncame("01-p1", 0.5)'),
        ("markdown", "- Move it.\n\n<details><summary>Answer</summary>\n\nIt falls.\n\n</details>"),
    ]
    book = {"cells": [{"cell_type": k, "source": s, "metadata": {}, "outputs": [k]} for k, s in cells]}
    fold_predictions(book)
    copied = without_solutions(book)["cells"]
    assert [source(c) for c in copied] == [*(s for _, s in cells[:3]), "- Move it."]
    assert copied[1]["metadata"] == {} and copied[1]["outputs"] == copied[2]["outputs"] == ["code"]
    assert copied[2]["metadata"] == {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_copy_hides_what_the_lesson_hides(lesson):
    """In every copy the outputs below a prediction are folded, and no answer is left to read."""
    book = without_solutions(notebook(LESSONS[lesson]))
    predicted = [book["cells"][i]["metadata"] for i in predicted_cells(book)]
    assert predicted and all(about["jupyter"]["outputs_hidden"] for about in predicted)
    assert not any(FOLDED.search(source(cell)) for cell in book["cells"])
