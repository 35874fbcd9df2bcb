"""Every exercise of the course: the right answer, wrong ones that learners give, and nonsense."""

import numpy as np
import pytest

from course.answers import LESSONS, WRONG, notebook
from iapo_widgets.course import Verdict, check, functions, hint
from iapo_widgets.course.exercises import Exercise, FunctionExercise, Mistake, exercises
from iapo_widgets.course.lessons import exercise_cells, source

ALL = exercises()
ROWS = [(exercise, code, words) for exercise, rows in WRONG.items() for code, words in rows]


def ids(value):
    return str(value)[:30].replace("\n", " ")


class Hostile:
    """Raises whatever is asked of it."""

    def __repr__(self):
        raise RuntimeError("no")

    def __float__(self):
        raise RuntimeError("no")

    def __array__(self, *_, **__):
        raise RuntimeError("no")

    def __len__(self):
        raise RuntimeError("no")


def raises(*_):
    raise ZeroDivisionError("division by zero")


def never_returns(*_):
    while True:
        pass


def leaves(*_):
    raise SystemExit("good bye")


NONSENSE = {
    "nothing": None, "dots": ..., "empty text": "", "text": "sixty per cent", "NaN": float("nan"), "infinity": np.inf,
    "yes": True, "object": object(), "hostile": Hostile(), "no numbers": [],
    "shape": np.zeros((2, 3)), "dict": {"a": 1},
    "complex": 1j, "texts": ["a", "b"], "raises": raises, "never returns": never_returns, "leaves": leaves,
    "takes nothing": lambda: 1.0, "returns text": lambda *_: "one", "returns NaN": lambda *_: float("nan"),
    "returns a function": lambda *_: raises, "class": Exercise, "built-in": sorted,
}  # fmt: skip


@pytest.fixture
def hurried(monkeypatch):
    """A short limit, so that a test of a function that never returns takes no five seconds."""
    monkeypatch.setattr(functions, "SECONDS", 0.2)


def before(exercise):
    """Names that a learner has when the exercise comes: the lesson's cells above it have run, widgets apart."""
    book = notebook(LESSONS[exercise[:2]])
    (cell,) = [e for e in exercise_cells(book) if e.id == exercise]
    names = {}
    solved = {e.cell: e for e in exercise_cells(book)}
    for i in range(cell.cell):
        if book["cells"][i]["cell_type"] == "code":
            text = source(book["cells"][i])
            exec(solved[i].filled(solved[i].solution) if i in solved else text, names)
    exec(cell.placeholder, names)
    return names, cell


@pytest.fixture(scope="module")
def at():
    """Names at an exercise, computed once."""
    cache = {}

    def names(exercise):
        if exercise not in cache:
            cache[exercise] = before(exercise)
        found, cell = cache[exercise]
        return dict(found), cell

    return names


@pytest.mark.parametrize("exercise", ALL)
def test_the_right_answer_is_right_and_says_why(exercise):
    """The core's own answer is accepted, with the sentence that says why."""
    record = ALL[exercise]
    verdict = check(exercise, record.right() if isinstance(record, Exercise) else record.right)
    assert verdict.right and verdict.message.endswith(record.why) and str(verdict).startswith("✔ Right.")


@pytest.mark.parametrize("exercise", ALL)
def test_the_solution_in_place_of_the_placeholder_is_right(at, exercise):
    """What the collapsed solution says is accepted where the learner would put it."""
    names, cell = at(exercise)
    exec(cell.solution, names)
    assert check(exercise, names[cell.name]).right


@pytest.mark.parametrize("lesson", sorted({exercise[:2] for exercise in ALL}))
def test_solutions_are_right_after_run_all_too(lesson):
    """Who runs the whole lesson first and answers afterwards finds no name overwritten by a later cell."""
    book, names = notebook(LESSONS[lesson]), {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec(source(cell), names)
    for exercise in exercise_cells(book):
        exec(exercise.solution, names)
        assert check(exercise.id, names[exercise.name]).right, exercise.id


@pytest.mark.parametrize("exercise", ALL)
def test_an_unfilled_exercise_asks_for_an_answer(at, exercise):
    """The placeholder is no mistake: the learner is told that it is their turn."""
    names, cell = at(exercise)
    verdict = check(exercise, names[cell.name])
    assert verdict.state == "open" and not verdict.right


@pytest.mark.parametrize(("exercise", "code", "words"), ROWS, ids=ids)
def test_a_wrong_answer_gets_the_hint_of_its_mistake(at, exercise, code, words):
    """A mistake that learners make is recognised, and its hint differs from the hint for everything else."""
    names, cell = at(exercise)
    exec(code, names)
    verdict = check(exercise, names[cell.name])
    assert verdict.state == "wrong" and words in verdict.message
    assert ALL[exercise].hint not in verdict.message


@pytest.mark.parametrize("exercise", ALL)
def test_every_mistake_has_a_wrong_answer_in_the_table(exercise):
    """At least two wrong answers an exercise, and no hint that none of them reaches."""
    assert len(WRONG[exercise]) >= 2 and len(ALL[exercise].mistakes) >= 2
    for mistake in ALL[exercise].mistakes:
        assert any(words in mistake.hint for _, words in WRONG[exercise]), mistake.hint


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("exercise", ALL)
def test_nonsense_gets_a_helpful_answer(hurried, exercise, nonsense):
    """Whatever is handed over, a verdict comes back that says what would be right to hand over."""
    verdict = check(exercise, NONSENSE[nonsense])
    assert isinstance(verdict, Verdict) and not verdict.right
    assert len(verdict.message) > 20 and "Traceback" not in verdict.message
    assert (verdict.state == "open") == (nonsense in ("nothing", "dots"))


@pytest.mark.parametrize("exercise", [e for e in ALL if isinstance(ALL[e], FunctionExercise)])
def test_a_function_gets_fresh_arguments_and_may_spoil_them(exercise):
    """Our own function, wrapped to destroy what it was given, is still right."""

    def spoiling(*arguments):
        out = ALL[exercise].right(*arguments)
        for value in arguments:
            if isinstance(value, list):
                value.clear()
            elif isinstance(value, np.ndarray):
                value[...] = 0
        return out

    assert check(exercise, spoiling).right


@pytest.mark.parametrize("exercise", ALL)
def test_hints_are_given_before_an_answer(exercise):
    """``hint`` tells the first clue, and neither it nor any message gives the answer away in its repr."""
    clue = hint(exercise)
    assert clue.message == ALL[exercise].hint and not clue.right and str(clue).startswith("→ Hint.")


def test_an_unknown_exercise_names_those_that_exist():
    """A slip in the id is met with the ids of that lesson, or with all."""
    assert check("01-z", 1).message.endswith("there are 01-a, 01-b, 01-c, 01-d.")
    for unknown in ("99-a", "", None, 3, ["01-a"]):
        assert "01-a" in check(unknown, 1).message and "01-a" in hint(unknown).message


def test_per_cent_is_recognised():
    """A right answer in per cent is told to be one."""
    assert "per cent" in check("01-a", 64.8).message


def test_too_high_and_too_low_are_said():
    """An answer that nobody foresaw is told its direction and the general hint."""
    assert check("01-a", 0.7).message == f"0.7 is too high. {ALL['01-a'].hint}"
    assert check("01-a", np.float64(0.5)).message.startswith("0.5 is too low.")


def test_a_verdict_shows_itself_without_colour_and_escapes():
    """Mark and word say what the colour says; what a learner typed cannot become markup; the repr is stable."""
    verdict = Verdict("wrong", "you gave `<b>*x*</b>` & _more_")
    shown = verdict._repr_html_()
    assert "✘ Not yet." in shown and "<code>&lt;b&gt;*x*&lt;/b&gt;</code> &amp;" in shown and 'role="status"' in shown
    assert verdict._repr_markdown_() == r"**✘ Not yet.** you gave `<b>*x*</b>` & \_more\_"
    assert repr(verdict) == "Verdict(right=False, message='you gave `<b>*x*</b>` & _more_')"
    with pytest.raises(AttributeError):
        verdict.state = "right"


def test_a_mistake_is_told_by_its_answer_or_by_a_test():
    """A mistake without either, or with both, is refused."""
    for arguments in ({}, {"gives": float, "when": bool}):
        with pytest.raises(ValueError, match="either gives or when"):
            Mistake("hint", **arguments)


@pytest.mark.parametrize(
    ("message", "markdown"),
    [
        ("a ` b <img src=x>", r"a \` b \<img src=x\>"),
        ("`x` and ` <b>", r"`x` and \` \<b\>"),
        ("``<b>``", r"\`\`\<b\>\`\`"),
        ("`<b>` & [a](b)", r"`<b>` & \[a\](b)"),
        ("one\n\n# two `x\ny`", r"one  \# two \`x y\`"),
        ("a ``` b `c` d", r"a \`\`\` b `c` d"),
    ],
)
def test_a_backtick_without_its_pair_opens_nothing(message, markdown):
    """Only what stands between two single backticks of a line is code; everything else is escaped, on one line."""
    assert Verdict("wrong", message)._repr_markdown_() == f"**✘ Not yet.** {markdown}"
