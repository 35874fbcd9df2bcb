"""``check`` and ``hint``: an answer in, a verdict out, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import functions
from .apart import Clock, Died, judged_apart
from .exercises import AnyExercise, Exercise, exercises
from .kinds import Unreadable, shown
from .limit import Ended, TooLong
from .verdict import Verdict


def check(exercise_id: str, answer: Any = None) -> Verdict:
    """Say whether ``answer`` solves the exercise, and why; a wrong one gets a hint that fits it.

    Anything may be handed over: what is no answer, a function that raises or never returns, or an object that does harm
    when it is looked at, gets a helpful verdict.  The answer is looked at in a process of its own (on Windows and macOS
    in a thread; see ``apart``), so that what it changes, but for what it prints, stays there.
    """
    exercise = _find(exercise_id)
    if exercise is None:
        return Verdict("wrong", _unknown(exercise_id))
    if answer is None or answer is Ellipsis:
        return Verdict("open", "Put your answer where the placeholder stands, and run the cell again.")
    clock, judge = Clock(), functions.prepared(exercise) if not isinstance(exercise, Exercise) else None
    if isinstance(exercise, Exercise):
        exercise.right()  # what it keeps for the next time is kept here, not in the process

    def work(step: Callable[[int], None]) -> Verdict:
        try:
            return _judge(exercise, answer) if judge is None else judge.verdict(answer, step)
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
    exercise = _find(exercise_id)
    return Verdict("wrong", _unknown(exercise_id)) if exercise is None else Verdict("hint", exercise.hint)


def _find(exercise_id: Any) -> AnyExercise | None:
    return exercises().get(exercise_id) if type(exercise_id) is str else None


def _judge(exercise: AnyExercise, answer: Any) -> Verdict:
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
    known: dict[str, AnyExercise] = exercises()
    text = exercise_id if type(exercise_id) is str else ""
    near = [i for i in known if i.startswith(text[:2])] or list(known)
    asked = shown(text) if type(exercise_id) is str else "of that name, which is no text"
    return f"There is no exercise {asked}; there are {', '.join(near)}."
