"""Students' copies grade themselves: right, wrong and the fitting hint, from a file that holds no answers."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iapo_widgets
from iapo_widgets.cli import main
from iapo_widgets.course import check, checking, hint
from iapo_widgets.course.exercises import Exercise, exercises
from iapo_widgets.course.kinds import STEPS, AnArm, Choice, Number, NumberOrNone, Numbers
from iapo_widgets.course.pulling import Bandit, Pulling, small_task
from iapo_widgets.course.sealed import FILE, found
from iapo_widgets.course.sealed_checking import of_value
from iapo_widgets.course.sealing import sealed
from iapo_widgets.course.written_cases import read, written

ALL = exercises()
MISTAKES = [(each, k) for each, record in ALL.items() for k, m in enumerate(record.mistakes) if m.gives]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the students' copies lie."""
    folder = tmp_path_factory.mktemp("copies")
    assert main(["export", str(folder), "--without-solutions"]) == 0
    return folder


@pytest.fixture
def beside(folder, monkeypatch):
    """In that folder, as a kernel is, with a package that has no answers."""
    monkeypatch.setattr(checking, "exercises", dict)
    monkeypatch.chdir(folder)


def test_every_exercise_is_carried(folder):
    """The file has all of them; of a function some cases, and hints for the mistakes that have an answer."""
    carried = found(folder)
    assert set(carried) == set(ALL)
    for each, record in ALL.items():
        assert len(carried[each]["mistakes"]) == sum(m.gives is not None for m in record.mistakes)
        assert isinstance(record, Exercise) or len(carried[each]["cases"]) >= 7


def test_no_answer_and_no_explanation_can_be_read(folder):
    """Neither the sentence for a right answer nor a mistake's hint nor a solution's code stands in the copies."""
    text = "".join(path.read_text("utf-8") for path in folder.iterdir())
    for record in ALL.values():
        for words in (record.why, *(m.hint for m in record.mistakes)):
            assert json.dumps(words, ensure_ascii=False)[1:-1] not in text
    assert '"right": ["' in text and "<summary>Solution" not in text


@pytest.mark.parametrize("exercise", ALL)
def test_the_right_answer_is_right_and_says_why(beside, exercise):
    """As with the answers at hand: the value, or the function on the cases that are carried."""
    record = ALL[exercise]
    verdict = check(exercise, record.right() if isinstance(record, Exercise) else record.right)
    assert verdict.right and verdict.message.endswith(record.why)
    assert hint(exercise).message == record.hint


@pytest.mark.parametrize(("exercise", "k"), MISTAKES)
def test_a_mistake_opens_its_hint(beside, exercise, k):
    """A wrong answer that was foreseen gets the same hint as with the answers at hand, and nothing of what is right."""
    record, mistake = ALL[exercise], ALL[exercise].mistakes[k]
    verdict = check(exercise, mistake.gives() if isinstance(record, Exercise) else mistake.gives)
    assert verdict.state == "wrong" and "right is" not in verdict.message
    assert any(verdict.message.startswith(other.hint) for other in record.mistakes)


def test_an_answer_that_nobody_foresaw_gets_the_general_hint(beside):
    """No direction is told, for it is not known; of a function the smallest case that fails."""
    assert check("01-a", 0.7).message == f"0.7 is not it. {ALL['01-a'].hint}"
    told = check("01-b", lambda votes, gold: 0.123).message
    assert told.startswith("For `votes = [0], gold = 0` it returns 0.123, which is not right (wrong in ")
    assert told.endswith(ALL["01-b"].hint)
    assert "raises ZeroDivisionError" in check("01-b", lambda votes, gold: 1 / 0).message
    assert "must take (votes, gold)" in check("01-b", lambda: 1).message
    assert check("01-b", 3).message.endswith("hand over `credit` itself, not a call.")
    assert check("01-a", None).state == "open" and "01-a" in check("01-z", 1).message


def test_a_file_that_is_no_file_of_checks_says_so(tmp_path, monkeypatch):
    """In a verdict, as everything that ``check`` says."""
    monkeypatch.setattr(checking, "exercises", dict)
    monkeypatch.chdir(tmp_path)
    assert "no exercise" in check("01-a", 0.648).message
    for content in ("{", "[]", '{"exercises": 3}', '{"exercises": {"01-a": {}}}', '{"exercises": {"01-a": 1}}'):
        (tmp_path / FILE).write_text(content)
        for verdict in (check("01-a", 0.648), hint("01-a")):
            assert verdict.state == "wrong" and FILE in verdict.message


def test_a_file_that_is_handed_in_decides_nothing(folder, tmp_path, monkeypatch):
    """Where the package has its answers, as where answers are graded, a file beside the notebook is not looked at."""
    carried = json.loads((folder / FILE).read_bytes())
    carried["exercises"]["01-a"] = {**carried["exercises"]["00-c"], "id": "01-a"}
    (tmp_path / FILE).write_text(json.dumps(carried))
    monkeypatch.chdir(tmp_path)
    assert check("01-a", 0.648).right and not check("01-a", 3).right
    monkeypatch.setattr(checking, "exercises", dict)
    assert check("01-a", 3).right


def test_checks_work_where_the_answers_were_deleted(folder, tmp_path):
    """With no module of a lesson, no exam and no notebook in the package, beside the copies all is judged as before."""
    here = Path(iapo_widgets.__file__).parent
    away = shutil.ignore_patterns("lesson_*.py", "exam", "notebooks", "__pycache__")
    shutil.copytree(here, tmp_path / "iapo_widgets", ignore=away)
    code = """
from iapo_widgets.course import check, checking, hint
from iapo_widgets.course.exercises import exercises
halves = lambda votes, gold: 0.0 if votes.count(gold) < max(map(votes.count, votes)) else 0.5
print(len(exercises()), check("01-a", 0.648).right, check("01-a", 0.6).message[:30], check("01-b", halves).state)
print(hint("01-a").message)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, env={"PYTHONPATH": str(tmp_path), "PATH": ""},
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "0 True That is the chance of one comp wrong" and second == ALL["01-a"].hint


@given(st.floats(-50, 50), st.floats(-1.2, 1.2), st.sampled_from([5e-4, 0.01, 0.05]))
def test_numbers_within_the_tolerance_have_the_same_form(value, apart, tolerance):
    """All within it do, none beyond it by more than a step; a form is no number that could be read."""
    other = value + apart * tolerance * 2
    own = Number(tolerance).forms(other)[0][0]
    near = own in Number(tolerance).forms(value)[0]
    distance = abs(other - value)
    assert near or distance > tolerance * (1 - 1e-9)
    assert not near or distance <= tolerance * (1 + 1 / STEPS + 1e-9)


@pytest.mark.parametrize(
    ("kind", "one", "same", "other"),
    [
        (Number(whole=True), 3.0, 3.0, 4.0),
        (NumberOrNone(), None, None, 0.0),
        (NumberOrNone(), 0.5, 0.5004, None),
        (Numbers((None,)), np.array([1.0, 2.0]), np.array([1.0, 2.0004]), np.array([1.0, 2.0, 3.0])),
        (Numbers((2,)), np.array([1.0, 2.0]), np.array([1.0004, 2.0]), np.array([2.0, 1.0])),
        (Choice(("a", "b")), "a", "a", "b"),
        (AnArm(), (1, 2), (1, 2), (2, 1)),
    ],
)
def test_forms_tell_the_same_from_another(kind, one, same, other):
    """Of every kind: as many parts, each own word among the forms, for the same answer alone."""

    def alike(a, b):
        return len(a) == len(b) and all(x[0] in y for x, y in zip(a, b, strict=True))

    assert alike(kind.forms(one), kind.forms(same)) and not alike(kind.forms(one), kind.forms(other))


class Even:
    """A kind without one right answer."""

    def read(self, answer):
        return int(answer)

    def same(self, given, right):
        return given % 2 == 0

    def show(self, value):
        return str(value)

    def compare(self, given, right):
        return f"{given} is odd."


def test_what_is_right_by_a_property_is_judged_by_it():
    """Where many answers are right the kind tells, sealed as well as open, and no answer is kept."""
    carried = sealed(Exercise("01-x", lambda: 4, "Two divide it.", "Divide by two.", [], Even()))
    assert carried.right == [] and carried.mistakes == []
    assert of_value(carried, 8).message == "Two divide it." and of_value(carried, 8).right
    assert of_value(carried, 3).message == "3 is odd. Divide by two."


def test_cases_are_read_as_they_were_written():
    """Numbers, texts, arrays of every kind, sequences, bandits and tasks; what else there is is refused."""
    rng = np.random.default_rng(0)
    plain = [1, 0.1 + 0.2, "a", True, None, [1, (2, 3)], np.array([[True], [False]]), np.zeros((0, 2)), np.float64(0.3)]
    for value in plain:
        again = read(json.loads(json.dumps(written(value))))
        assert np.array_equal(again, value) if isinstance(value, np.ndarray) else again == value
    bandit = Bandit("bandit 1", rng.random((3, 5)))
    again = read(json.loads(json.dumps(written(bandit))))
    assert repr(again) == "bandit 1" and np.array_equal(again(1, 7), bandit(1, 7))
    task = Pulling("task 1", small_task(rng, (2, 2, 3)), seed=4)
    pulls = np.array([[0, 0, 4], [1, 0, 2]])
    assert np.array_equal(read(json.loads(json.dumps(written(task))))(pulls), task(pulls))
    with pytest.raises(TypeError, match="a function has no written form"):
        written(lambda: 1)
