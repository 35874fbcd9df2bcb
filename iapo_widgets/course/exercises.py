"""Exercises as records, and where to find them: one module a lesson, ``lesson_01`` and so on, joins by being there."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from .kinds import Kind, Number

A_NUMBER = Number()


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that learners arrive at, and the hint that fits it.

    gives: computes the wrong answer; in a ``FunctionExercise`` it is the wrong function itself.  Where one mistake
    has many answers, ``when`` tells from the answer, as it was read, that it is this one.
    """

    hint: str
    gives: Callable[..., Any] | None = None
    when: Callable[[Any], bool] | None = None

    def __post_init__(self) -> None:
        if (self.gives is None) == (self.when is None):
            raise ValueError("a mistake needs either gives or when")


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to be answered by a value.

    id: like ``01-a``; right: computes the answer, by the core; why: one sentence for who has it right; hint: for who
    is stuck, or wrong in a way that no mistake foresees.
    """

    id: str
    right: Callable[[], Any]
    why: str
    hint: str
    mistakes: Sequence[Mistake]
    kind: Kind = A_NUMBER


@dataclass(frozen=True, slots=True)
class FunctionExercise:
    """Something to be answered by a function, which is run beside ours.

    right: our function; parameters: names of what it is given; cases: draws argument tuples, the smallest first;
    kind: of what the function returns.
    """

    id: str
    right: Callable[..., Any]
    parameters: tuple[str, ...]
    cases: Callable[[np.random.Generator], Iterable[tuple[Any, ...]]]
    why: str
    hint: str
    mistakes: Sequence[Mistake]
    kind: Kind = A_NUMBER

    @property
    def name(self) -> str:
        """What our function is called."""
        return self.right.__name__


AnyExercise = Exercise | FunctionExercise


@lru_cache(maxsize=1)
def exercises() -> dict[str, AnyExercise]:
    """All exercises of the course, by id, in order."""
    names = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name.startswith("lesson_"))
    found: dict[str, AnyExercise] = {}
    for name in names:
        for exercise in importlib.import_module(f".{name}", __package__).EXERCISES:
            if exercise.id in found or not exercise.id.startswith(name.removeprefix("lesson_") + "-"):
                raise ValueError(f"{exercise.id!r} of {name} is taken, or of another lesson")
            found[exercise.id] = exercise
    return found
