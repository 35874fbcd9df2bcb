"""Lessons as sources of nbgrader and otter-grader: marked as these tools want, solved in the source, not in copies."""

import json
import re
import subprocess
import sys

import nbformat
import pytest

from course.answers import LESSONS, notebook
from iapo_widgets.cli import main
from iapo_widgets.course.exercises import exercises
from iapo_widgets.course.grading import assignment, write_assignments
from iapo_widgets.course.lessons import exercise_cells, source

TAUGHT = sorted({exercise[:2] for exercise in exercises()})


@pytest.mark.parametrize("form", ["nbgrader", "otter"])
@pytest.mark.parametrize("lesson", TAUGHT)
def test_each_exercise_is_worth_a_point_and_everything_else_stays(lesson, form):
    """A valid notebook, its cells in order with other ids each, one graded test an exercise, no outputs, no folds."""
    book = notebook(LESSONS[lesson])
    made = assignment(book, form)
    nbformat.validate(nbformat.from_dict(made))
    found, text = exercise_cells(book), "\n".join(source(c) for c in made["cells"])
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids) and "<summary>Solution" not in text and "<summary>Answer" not in text
    points = [c for c in made["cells"] if c["id"].startswith("point-")]
    assert [c["id"] for c in points] == [f"point-{e.id}" for e in found]
    assert not any(c.get("outputs") for c in made["cells"] if c not in points)
    checked = {e.cell for e in found}
    code = [source(c) for i, c in enumerate(book["cells"]) if c["cell_type"] == "code" and i not in checked]
    kept = [source(c) for c in made["cells"] if c["cell_type"] == "code"]
    assert [each for each in kept if each in code] == code


@pytest.mark.parametrize("lesson", TAUGHT)
def test_marks_of_nbgrader(lesson):
    """Answers are solutions that are not graded, tests are locked and worth a point, ids of both are unique."""
    cells = assignment(notebook(LESSONS[lesson]), "nbgrader")["cells"]
    marked = [c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]]
    assert len({m["grade_id"] for m in marked}) == len(marked) > 0 and {m["schema_version"] for m in marked} == {3}
    for cell in cells:
        if (mark := cell["metadata"].get("nbgrader")) is None:
            assert "BEGIN SOLUTION" not in source(cell)
        elif mark["solution"]:
            assert re.fullmatch(r"### BEGIN SOLUTION\n(.+)\n### END SOLUTION", source(cell), re.S) and not mark["grade"]
        else:
            assert mark["grade"] and mark["locked"] and mark["points"] == 1


@pytest.mark.parametrize("lesson", TAUGHT)
def test_marks_of_otter(lesson):
    """Raw cells open and close in the order that otter reads, and its test expects True."""
    cells = assignment(notebook(LESSONS[lesson]), "otter")["cells"]
    assert source(cells[0]).startswith("# ASSIGNMENT CONFIG")
    raw = [source(c).splitlines()[0].removeprefix("# ") for c in cells if c["cell_type"] == "raw"][1:]
    turn = ["BEGIN QUESTION", "BEGIN SOLUTION", "END SOLUTION", "BEGIN TESTS", "END TESTS", "END QUESTION"]
    assert raw == turn * (len(raw) // 6) and raw
    tests = [c for c in cells if c["id"].startswith("point-")]
    assert all(c["outputs"][0]["data"]["text/plain"] == ["True"] for c in tests)


def test_files_lie_where_the_tools_look_and_nothing_is_overwritten(tmp_path, capsys):
    """By the command; a second time it says what is there and writes nothing; a wrong form is refused."""
    for form, place in (("nbgrader", "source/00_start_here"), ("otter", "00_start_here")):
        folder = tmp_path / form
        assert main(["export", str(folder), "--format", form]) == 0
        assert (folder / place / "00_start_here.ipynb").is_file()
        assert (folder / "nbgrader_config.py").exists() == (form == "nbgrader")
        before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        assert main(["export", str(folder), "--format", form]) == 2
        assert "name a new folder" in capsys.readouterr().err
        assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["export", str(tmp_path / "x"), "--format", "otter", "--without-solutions"]) == 2
    assert "leave out" in capsys.readouterr().err and not (tmp_path / "x").exists()
    with pytest.raises(ValueError, match="none of nbgrader, otter"):
        write_assignments(tmp_path / "y", "moodle")


def test_nbgrader_makes_copies_without_solutions(tmp_path):
    """The tool itself: its copy of lesson 00 holds placeholders and no solution."""
    pytest.importorskip("nbgrader", reason="nbgrader is not installed here")
    write_assignments(tmp_path, "nbgrader")
    made = subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", "00_start_here"], cwd=tmp_path, capture_output=True
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    copy = (tmp_path / "release" / "00_start_here" / "00_start_here.ipynb").read_text("utf-8")
    answers = [c for c in json.loads(copy)["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    assert answers and all("raise NotImplementedError" in source(c) for c in answers)


def test_otter_makes_copies_without_solutions(tmp_path):
    """The tool itself: its copy of lesson 00 holds our placeholders and no solution."""
    pytest.importorskip("otter", reason="otter-grader is not installed here")
    write_assignments(tmp_path, "otter")
    command = [sys.executable, "-m", "otter", "assign", "--no-run-tests", "00_start_here.ipynb", "made"]
    made = subprocess.run(command, cwd=tmp_path / "00_start_here", capture_output=True)
    assert made.returncode == 0, made.stderr
    copy = json.loads((tmp_path / "00_start_here" / "made" / "student" / "00_start_here.ipynb").read_text("utf-8"))
    answers = [source(c) for c in copy["cells"] if c["id"].startswith("answer-")]
    assert answers == [e.placeholder for e in exercise_cells(notebook(LESSONS["00"]))]
