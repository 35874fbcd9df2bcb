"""``check`` and ``hint``: an answer in, a verdict out, never a traceback."""

from __future__ import annotations

from typing import Any

from .exercises import AnyExercise, Exercise, exercises
from .functions import judge_function
from .kinds import Unreadable, shown
from .verdict import Verdict


def check(exercise_id: str, answer: Any = None) -> Verdict:
    """Say whether ``answer`` solves the exercise, and why; a wrong one gets a hint that fits it.

    Anything may be handed over: what is no answer, or a function that raises or never returns, gets a helpful verdict.
    """
    exercise = exercises().get(exercise_id) if isinstance(exercise_id, str) else None
    if exercise is None:
        return Verdict("wrong", _unknown(exercise_id))
    if answer is None or answer is Ellipsis:
        return Verdict("open", "Put your answer where the placeholder stands, and run the cell again.")
    try:
        return _judge(exercise, answer) if isinstance(exercise, Exercise) else judge_function(exercise, answer)
    except Unreadable as error:
        return Verdict("wrong", str(error))
    except Exception as error:  # an object whose methods raise: still no traceback for the learner
        return Verdict("wrong", f"This answer cannot be read ({type(error).__name__}): {shown(answer)}.")


def hint(exercise_id: str) -> Verdict:
    """The first hint of an exercise, for who is stuck before having an answer."""
    exercise = exercises().get(exercise_id) if isinstance(exercise_id, str) else None
    return Verdict("wrong", _unknown(exercise_id)) if exercise is None else Verdict("hint", exercise.hint)


def _judge(exercise: Exercise, answer: Any) -> Verdict:
    kind = exercise.kind
    given, right = kind.read(answer), exercise.right()
    if kind.same(given, right):
        return Verdict("right", exercise.why)
    for mistake in exercise.mistakes:
        made = mistake.when(given) if mistake.when else mistake.gives and kind.same(given, mistake.gives())
        if made:
            return Verdict("wrong", mistake.hint)
    return Verdict("wrong", f"{kind.compare(given, right)} {exercise.hint}")


def _unknown(exercise_id: Any) -> str:
    known: dict[str, AnyExercise] = exercises()
    lesson = exercise_id[:2] if isinstance(exercise_id, str) else ""
    near = [i for i in known if i.startswith(lesson)] or list(known)
    return f"There is no exercise {shown(exercise_id)}; there are {', '.join(near)}."
