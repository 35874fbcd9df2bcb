"""A learner's function beside ours, on random cases from the smallest on."""

from __future__ import annotations

import copy
import inspect
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .exercises import FunctionExercise
from .kinds import Unreadable, shown
from .limit import Ended, TooLong, run_within
from .verdict import Verdict

SECONDS = 4.5  # for all cases together; with the grace of ``limit`` a learner waits 5 s at most
SEED = 0

Case = tuple[Any, ...]


@dataclass(slots=True)
class _Run:
    """What came of the cases so far; ``error`` is what the one after ``returned`` raised."""

    returned: list[Any] = field(default_factory=list)
    error: BaseException | None = None


def judge_function(exercise: FunctionExercise, function: Any) -> Verdict:
    """Verdict on a function: the smallest case on which it differs from ours, and the hint of the mistake it makes."""
    if not callable(function):
        name = exercise.right.__name__
        raise Unreadable(f"A function is asked for, not {shown(function)}: hand over `{name}` itself, not a call.")
    _check_parameters(exercise, function)
    cases = list(exercise.cases(np.random.default_rng(SEED)))
    run = _Run()
    try:
        run_within(SECONDS, lambda: _through(function, cases, run))
    except TooLong as error:
        where = _call(exercise, cases[min(len(run.returned), len(cases) - 1)])
        after = "It was stopped." if error.ended else "It could not be stopped: restart the kernel."
        return Verdict("wrong", f"The function did not return within 5 seconds, for {where}. {after}")
    if run.error is not None:
        return Verdict("wrong", _raised(exercise, function, cases[len(run.returned)], run.error))
    if all(value is None for value in run.returned):
        return Verdict("open", "The function returns nothing yet: write its body, and end it with `return`.")
    return _compare(exercise, cases, run.returned)


def _through(function: Callable[..., Any], cases: list[Case], run: _Run) -> None:
    for case in cases:
        try:
            run.returned.append(function(*copy.deepcopy(case)))  # a copy, for the function may change it
        except Ended:
            raise
        except BaseException as error:  # also ``SystemExit``: a learner's exit() must not end the lesson
            run.error = error
            return


def _compare(exercise: FunctionExercise, cases: list[Case], returned: list[Any]) -> Verdict:
    kind, read = exercise.kind, []
    for case, value in zip(cases, returned, strict=True):
        try:
            read.append(kind.read(value))
        except Unreadable as error:
            return Verdict("wrong", f"For {_call(exercise, case)} the function returns {shown(value)}. {error}")
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


def _check_parameters(exercise: FunctionExercise, function: Callable[..., Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some built-ins have none
        return
    try:
        signature.bind(*exercise.parameters)
    except TypeError:
        wanted = ", ".join(exercise.parameters)
        raise Unreadable(f"The function must take ({wanted}); yours takes {signature}.") from None


def _call(exercise: FunctionExercise, case: Case) -> str:
    """The arguments of a case as one would write them."""
    plain = (value.tolist() if isinstance(value, np.ndarray) else value for value in case)
    return "`" + ", ".join(f"{name} = {value!r}" for name, value in zip(exercise.parameters, plain, strict=True)) + "`"


def _raised(exercise: FunctionExercise, function: Callable[..., Any], case: Case, error: BaseException) -> str:
    code = getattr(function, "__code__", None)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    where = f" in line {lines[-1]} of its cell" if lines else ""
    text = str(error).splitlines()[0] if str(error) else ""
    what = f"{type(error).__name__}{f': {text}' if text else ''}"
    return f"For {_call(exercise, case)} the function raises {what}{where}. {exercise.hint}"
