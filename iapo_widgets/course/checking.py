"""``check`` and ``hint``: an answer in, a verdict out, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import functions, sealed
from .apart import Clock, Died, judged_apart
from .exercises import AnyExercise, Exercise, FunctionExercise, exercises
from .kinds import Unreadable, shown
from .limit import Ended, TooLong
from .sealed import Sealed
from .sealed_checking import of_value
from .verdict import Verdict


def check(exercise_id: str, answer: Any = None) -> Verdict:
    """Say whether ``answer`` solves the exercise, and why; a wrong one gets a hint that fits it.

    Anything may be handed over: what is no answer, a function that raises or never returns, or an object that does harm
    when it is looked at, gets a helpful verdict.  The answer is looked at in a process of its own (on Windows and macOS
    in a thread; see ``apart``), so that what it changes, but for what it prints, stays there.
    """
    try:
        exercise = _find(exercise_id)
    except ValueError as error:
        return Verdict("wrong", f"{error}.")
    if exercise is None:
        return Verdict("wrong", _unknown(exercise_id))
    if answer is None or answer is Ellipsis:
        return Verdict("open", "Put your answer where the placeholder stands, and run the cell again.")
    clock, judge = Clock(), _judge_of(exercise)
    if isinstance(exercise, Exercise):
        exercise.right()  # what it keeps for the next time is kept here, not in the process

    def work(step: Callable[[int], None]) -> Verdict:
        try:
            return judge.verdict(answer, step) if judge else _judged(exercise, answer)
        except Unreadable as error:
            return Verdict("wrong", str(error))
        except Ended:
            raise
        except BaseException as error:  # an object whose methods raise: still no traceback for the learner
            return Verdict("wrong", f"This answer cannot be read ({type(error).__name__}): {shown(answer)}.")

    where = judge.where if judge else lambda _: ""
    try:
        return judged_apart(functions.SECONDS, work, clock)
    except TooLong as error:
        after = "It was stopped." if error.ended else "It could not be stopped: restart the kernel."
        what = where(clock.step)
        did = f"The function did not return within 5 seconds, {what}" if what else "It takes too long to read"
        return Verdict("wrong", f"{did}. {after}" if what else f"{did} this answer. {after}")
    except Died:
        what = where(clock.step)
        did = f"The function ended Python itself, {what}" if what else "Looking at this answer ended Python itself"
        return Verdict("wrong", f"{did}. Your notebook goes on.")


def hint(exercise_id: str) -> Verdict:
    """The first hint of an exercise, for who is stuck before having an answer."""
    try:
        exercise = _find(exercise_id)
    except ValueError as error:
        return Verdict("wrong", f"{error}.")
    return Verdict("wrong", _unknown(exercise_id)) if exercise is None else Verdict("hint", exercise.hint)


def _find(exercise_id: Any) -> AnyExercise | Sealed | None:
    """The package's own exercise, and where it has none the sealed one beside the notebook.

    In this order, so that no file that a learner hands in decides what is right where answers are graded.  Raises
    ``ValueError`` as ``sealed.find``.
    """
    if type(exercise_id) is not str:
        return None
    return exercises().get(exercise_id) or sealed.find(exercise_id)


def _judge_of(exercise: AnyExercise | Sealed) -> functions.Judge | None:
    """Who judges a function, ``None`` where a value is asked for."""
    if isinstance(exercise, FunctionExercise) or (isinstance(exercise, Sealed) and exercise.cases):
        return functions.prepared(exercise)
    return None


def _judged(exercise: AnyExercise | Sealed, answer: Any) -> Verdict:
    if isinstance(exercise, Sealed):
        return of_value(exercise, answer)
    assert isinstance(exercise, Exercise)
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
    known = sorted({*exercises(), *sealed.found()})
    text = exercise_id if type(exercise_id) is str else ""
    near = [i for i in known if i.startswith(text[:2])] or known
    asked = shown(text) if type(exercise_id) is str else "of that name, which is no text"
    return f"There is no exercise {asked}; there are {', '.join(near)}."
