"""A learner's function beside ours, on random cases from the smallest on."""

from __future__ import annotations

import copy
import inspect
import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .exercises import FunctionExercise
from .kinds import Unreadable, shown
from .limit import Ended
from .sealed import Sealed
from .sealed_checking import of_returned
from .verdict import Verdict

SECONDS = 4.5  # for all cases together, and for reading what came; a learner waits 5 s at most
SEED = 0

Case = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges functions for ``exercise`` on ``cases``."""

    exercise: FunctionExercise | Sealed
    cases: Sequence[Case]

    def verdict(self, function: Any, step: Callable[[int], None]) -> Verdict:
        """The smallest case on which a function differs from ours, and the hint of the mistake it makes.

        ``step(i + 1)`` is called before the i-th case, ``step(0)`` where nothing of the function runs any more.
        """
        exercise, returned, home = self.exercise, [], os.getpid()
        if not callable(function):
            raise Unreadable(
                f"A function is asked for, not {shown(function)}: hand over `{exercise.name}` itself, not a call."
            )
        _check_parameters(exercise, function)
        for number, case in enumerate(self.cases):
            step(number + 1)
            try:
                returned.append(function(*copy.deepcopy(case)))  # a copy, for the function may change it
            except Ended:
                raise
            except BaseException as error:  # also ``SystemExit``: a learner's exit() must not end the lesson
                if os.getpid() == home:
                    return Verdict("wrong", _raised(exercise, function, case, error))
            if os.getpid() != home:  # the function made a copy of this process, which must not go on as well
                os._exit(0)
        step(0)
        if all(value is None for value in returned):
            return Verdict("open", "The function returns nothing yet: write its body, and end it with `return`.")
        return _compare(exercise, self.cases, returned)

    def where(self, step: int) -> str:
        """The case of that step in words, empty where there is none."""
        return f"for {_call(self.exercise, self.cases[step - 1])}" if 1 <= step <= len(self.cases) else ""


def prepared(exercise: FunctionExercise | Sealed) -> Judge:
    """A judge with the cases drawn, or those that a sealed exercise carries."""
    if isinstance(exercise, Sealed):
        return Judge(exercise, exercise.cases)
    return Judge(exercise, list(exercise.cases(np.random.default_rng(SEED))))


def _compare(exercise: FunctionExercise | Sealed, cases: Sequence[Case], returned: list[Any]) -> Verdict:
    kind, read = exercise.kind, []
    for case, value in zip(cases, returned, strict=True):
        try:
            read.append(kind.read(value))
        except Unreadable as error:
            return Verdict("wrong", f"For {_call(exercise, case)} the function returns {shown(value)}. {error}")
    if isinstance(exercise, Sealed):
        return of_returned(exercise, [_call(exercise, case) for case in cases], read)
    right = [exercise.right(*copy.deepcopy(case)) for case in cases]
    wrong = [i for i in range(len(cases)) if not kind.same(read[i], right[i])]
    if not wrong:
        return Verdict("right", f"It agrees with ours on {len(cases)} cases. {exercise.why}")
    i = wrong[0]
    fact = (
        f"For {_call(exercise, cases[i])} it returns {kind.show(read[i])}; right is "
        f"{kind.show(kind.read(right[i]))} (wrong in {len(wrong)} of {len(cases)} cases, this is the smallest)."
    )
    for mistake in exercise.mistakes:
        other = mistake.gives
        if other is not None and all(
            kind.same(given, kind.read(other(*copy.deepcopy(case)))) for given, case in zip(read, cases, strict=True)
        ):
            return Verdict("wrong", f"{mistake.hint} {fact}")
    return Verdict("wrong", f"{fact} {exercise.hint}")


def _check_parameters(exercise: FunctionExercise | Sealed, function: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-ins have none
        return
    try:
        signature.bind(*exercise.parameters)
    except TypeError:
        wanted = ", ".join(exercise.parameters)
        raise Unreadable(f"The function must take ({wanted}); yours takes {signature}.") from None


def _call(exercise: FunctionExercise | Sealed, case: Case) -> str:
    """The arguments of a case as one would write them."""
    plain = (value.tolist() if isinstance(value, np.ndarray) else value for value in case)
    return "`" + ", ".join(f"{name} = {value!r}" for name, value in zip(exercise.parameters, plain, strict=True)) + "`"


def _raised(exercise: FunctionExercise | Sealed, function: Callable[..., Any], case: Case, error: BaseException) -> str:
    code = getattr(function, "__code__", None)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    where = f" in line {lines[-1]} of its cell" if lines else ""
    text = next(iter(str(error)[:200].splitlines()), "")
    what = f"{type(error).__name__}{f': {text}' if text else ''}"
    return f"For {_call(exercise, case)} the function raises {what}{where}. {exercise.hint}"
