"""The form of the lessons: sections, cells, links, pictures, exercises."""

import os
import re
import subprocess
import sys

import pytest

import run_notebooks
from course.answers import LESSONS, notebook
from iapo_widgets.course.exercises import exercises
from iapo_widgets.course.files import course_folder
from iapo_widgets.course.lessons import exercise_cells, predicted_cells, source
from iapo_widgets.widgets.shared.twin import is_twin

ROOT = course_folder().parent
NOTEBOOKS = sorted(course_folder().glob("*.ipynb"))
TAUGHT = sorted({exercise[:2] for exercise in exercises()})  # lessons with exercises
HEADER = ("**Questions.**", "**You will be able to**", "**Time**:", "**You need**")
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)]+)\)")
ARXIV = re.compile(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5})")
DOI = re.compile(r"https://doi\.org/(10\.\d{4,}/\S+)")


def prose(path):
    """All that a reader reads in the markdown cells."""
    return "\n\n".join(source(c) for c in notebook(path)["cells"] if c["cell_type"] == "markdown")


@pytest.mark.parametrize("lesson", TAUGHT)
def test_a_lesson_begins_with_its_plan_and_ends_with_key_points(lesson):
    """Number, questions, objectives, time and needs come first; key points and sources last; a prediction between."""
    cells = [source(c) for c in notebook(LESSONS[lesson])["cells"]]
    assert cells[0].startswith(f"# {lesson} · ") and all(word in cells[0] for word in HEADER)
    assert 20 <= int(re.search(r"\*\*Time\*\*: (\d+) minutes", cells[0]).group(1)) <= 40
    assert "## Key points" in cells[-1] and "## Go further" in cells[-1]
    assert ARXIV.search(cells[-1]) or DOI.search(cells[-1])
    assert "**Before you run: predict.**" in "\n".join(cells)


@pytest.mark.parametrize("lesson", TAUGHT)
def test_a_lesson_computes_moves_and_says_what_is_simulated(lesson):
    """Numbers that nbval compares, a widget with its still twin, and the word for what no model says now."""
    book = notebook(LESSONS[lesson])
    code = [source(c) for c in book["cells"] if c["cell_type"] == "code"]
    assert any("nbval-check-output" in c["metadata"].get("tags", []) for c in book["cells"])
    assert not any("NBVAL" in c for c in code)  # marks for tests are not for readers
    assert any("from iapo_widgets.widgets import" in c for c in code)
    outputs = [o.get("data", {}) for c in book["cells"] for o in c.get("outputs", [])]
    assert any(is_twin({"data": data}) for data in outputs) and any("image/png" in data for data in outputs)
    assert re.search(r"\b(recorded|simulated|stand-ins?)\b", prose(LESSONS[lesson]))


@pytest.mark.parametrize("lesson", TAUGHT)
def test_the_exercises_of_a_lesson_are_those_that_are_checked(lesson):
    """Two to four exercises, in order, each under its heading, with a placeholder and one collapsed solution."""
    book = notebook(LESSONS[lesson])
    found = exercise_cells(book)
    assert [e.id for e in found] == [e for e in exercises() if e.startswith(lesson)] and 2 <= len(found) <= 4
    for exercise in found:
        assert f"### Exercise {exercise.id}" in source(book["cells"][exercise.cell - 1])
        assert "None  # your" in exercise.placeholder
        (output,) = book["cells"][exercise.cell]["outputs"]
        assert "○ Your turn." in "".join(output["data"]["text/html"])
        for line in exercise.solution.splitlines():
            assert len(line) <= 88
    text = prose(LESSONS[lesson])
    answers = text.count("<details><summary>Answer</summary>\n\n")
    assert text.count("<details><summary>Solution</summary>\n\n") == len(found)
    asides = text.count("<details><summary>Aside (optional): ")
    assert text.count("<details>") == len(found) + answers + asides == text.count("\n\n</details>")


@pytest.mark.parametrize("lesson", TAUGHT)
def test_what_is_to_be_predicted_is_folded(lesson):
    """Every output below a prediction is hidden until its cell is run, in JupyterLab and on the site."""
    book = notebook(LESSONS[lesson])
    cells = [book["cells"][i] for i in predicted_cells(book)]
    assert cells and all(cell["metadata"]["jupyter"]["outputs_hidden"] for cell in cells)
    assert all("hide-output" in cell["metadata"]["tags"] for cell in cells)


#: Lessons whose outputs under a prediction begin with a heading: a folded output shows its first line.
HEADED = ("00", "01", "02", "05", "06", "07", "08")


@pytest.mark.parametrize("lesson", HEADED)
def test_the_line_that_a_folded_output_shows_tells_nothing(lesson):
    """No number stands in the first line of what is to be predicted."""
    book = notebook(LESSONS[lesson])
    for i in predicted_cells(book):
        for output in book["cells"][i]["outputs"][:1]:
            text = "".join(output.get("text") or output["data"]["text/plain"])
            assert not re.search(r"\d", text.lstrip("\n").partition("\n")[0]), text


def test_a_prediction_is_told_from_an_exercise_and_from_what_follows():
    """Cells below bold words with "predict" and above the next text; an exercise's reply and later cells stay open."""
    texts = ["**Before you run: predict.** Which?", "1 + 1", 'x = None\ncheck("01-a", x)', "So it is.", "2", "**No**"]
    kinds = ["markdown", "code", "code", "markdown", "code", "markdown"]
    cells = [{"cell_type": kind, "source": text} for kind, text in zip(kinds, texts, strict=True)]
    assert predicted_cells({"cells": cells}) == [1]


def test_a_cell_that_takes_a_prediction_stays_open_and_one_that_tells_what_came_is_folded():
    """The widget is to be used before what follows is run; what came is folded below any text."""
    texts = ["**Before you run: predict.**", 'predict("01-p1", "x", between=(0, 1))', 'print(1)\ncame("01-p1", 1)',
             "So.", "print(2)", 'came("01-p1", 2)']  # fmt: skip
    kinds = ["markdown", "code", "code", "markdown", "code", "code"]
    cells = [{"cell_type": k, "source": s, "metadata": {}} for k, s in zip(kinds, texts, strict=True)]
    assert predicted_cells({"cells": cells}) == [2, 5]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_links_and_references_resolve(path):
    """A relative link names a file; an arXiv link shows its number, a DOI its name; lessons spoken of are there."""
    for text, target in LINK.findall(prose(path)):
        arxiv, doi = ARXIV.fullmatch(target), DOI.fullmatch(target)
        if arxiv:
            assert text == f"arXiv {arxiv.group(1)}"
        elif doi:
            assert text == f"doi:{doi.group(1)}"
        else:
            assert "://" not in target and (course_folder() / target.partition("#")[0]).is_file(), target
    for number in re.findall(r"[Ll]essons? (\d\d)\b", prose(path)):
        assert number in LESSONS


def test_every_table_and_record_has_its_lesson():
    """No exercise without a notebook."""
    assert set(TAUGHT) <= set(LESSONS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_notebooks_are_in_the_committed_form(path, capsys):
    """What lies there is what ``tools/run_notebooks.py`` writes, and small enough to open over a slow line."""
    assert run_notebooks.main(["--check", str(path)]) == 0, capsys.readouterr().err
    assert path.stat().st_size < 700_000


def test_running_a_notebook_twice_gives_the_same_bytes(tmp_path):
    """Widgets, pictures and prints come out the same, without times or state."""
    cells = ["print('a')\nprint(1 / 3)", "from iapo_widgets.widgets import ScalingExplorer\nw = ScalingExplorer()\nw",
             "w.figure()"]  # fmt: skip
    book = run_notebooks.nbformat.v4.new_notebook(cells=[run_notebooks.nbformat.v4.new_code_cell(c) for c in cells])
    for i, cell in enumerate(book.cells):
        cell["id"] = f"cell-{i}"
    path, written = tmp_path / "one.ipynb", []
    path.write_text(run_notebooks.written(book))
    for _ in range(2):
        run_notebooks.run(path)
        written.append(path.read_bytes())
    assert written[0] == written[1] and b"0.333" in written[0] and b"image/png" in written[0]
    assert "widgets" not in notebook(path)["metadata"] and b"execution_count" in written[0]


def test_a_run_folds_what_came_and_leaves_the_question_open(tmp_path):
    """The widget's cell keeps its line of what to do in sight; the cell below it is folded, and says how to predict."""
    new = run_notebooks.nbformat.v4
    cells = [new.new_markdown_cell("**Before you run: predict.** How much?"),
             new.new_code_cell('from iapo_widgets.course import came, predict\npredict("01-p1", "x", between=(0, 1))'),
             new.new_code_cell('print("So much")\ncame("01-p1", 0.5)')]  # fmt: skip
    path = tmp_path / "one.ipynb"
    path.write_text(run_notebooks.written(new.new_notebook(cells=cells)))
    run_notebooks.run(path)
    _, asks, tells = notebook(path)["cells"]
    assert asks["metadata"] == {} and is_twin(asks["outputs"][0])
    assert "run this cell (Shift + Enter) to predict." in "".join(asks["outputs"][0]["data"]["text/html"])
    assert tells["metadata"] == {"jupyter": {"outputs_hidden": True}, "tags": ["hide-output"]}
    assert "".join(tells["outputs"][1]["data"]["text/plain"]).startswith("○ No prediction. It is 0.5.")


def test_a_notebook_that_raises_is_not_written(tmp_path):
    """The error comes through, and the file keeps what it had."""
    book = run_notebooks.nbformat.v4.new_notebook(cells=[run_notebooks.nbformat.v4.new_code_cell("1 / 0")])
    path = tmp_path / "bad.ipynb"
    path.write_text(run_notebooks.written(book))
    before = path.read_bytes()
    with pytest.raises(Exception, match="ZeroDivisionError"):
        run_notebooks.run(path)
    assert path.read_bytes() == before


FOREIGN = "ans,reponse"  # names of columns in files of others


def test_prose_is_spelled_well(tmp_path):
    """codespell knows no misspelling in lessons, README and docs."""
    for path in NOTEBOOKS:
        (tmp_path / f"{path.stem}.md").write_text(prose(path), "utf-8")
    texts = [p for folder in (ROOT, ROOT / "docs", course_folder()) for p in sorted(folder.glob("*.md"))]
    check = [sys.executable, "-m", "codespell_lib", "--skip", "*.png", "--ignore-words-list", FOREIGN]
    done = subprocess.run([*check, *map(os.fspath, (tmp_path, *texts))], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    (tmp_path / "bad.md").write_text("a seperate prompt", "utf-8")
    assert subprocess.run([*check, os.fspath(tmp_path)], capture_output=True).returncode != 0
