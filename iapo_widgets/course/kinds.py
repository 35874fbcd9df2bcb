"""Kinds of answers: how each is read, compared and shown."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from ..core.problem import Arm
from .limit import Ended

STEPS = 4  # a tolerance is so many steps of what a number is rounded to where answers are sealed
SHIFT = 0.3217  # of a step, so that no plain fraction lies where rounding turns


class Unreadable(ValueError):
    """An answer that is not of the kind that is asked for; its text tells the learner what is."""


class Kind(Protocol):
    """What is asked for."""

    def read(self, answer: Any) -> Any:
        """The answer in a form that can be compared, or ``Unreadable``."""
        ...

    def same(self, given: Any, right: Any) -> bool:
        """Whether two answers that were read are the same."""
        ...

    def show(self, value: Any) -> str:
        """The answer in a sentence."""
        ...

    def compare(self, given: Any, right: Any) -> str:
        """A first clue about an answer that nobody foresaw; it gives nothing away."""
        ...


@runtime_checkable
class Written(Kind, Protocol):
    """What has one right answer, which can be sealed; the other kinds are right by what holds of them."""

    def forms(self, value: Any) -> list[list[str]]:
        """An answer that was read as words, part by part: first its own, then those of all that are the same to it.

        Two answers of as many parts are the same where the own word of the one stands in the part of the other.
        """
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """One number, right within ``tolerance`` (absolute); ``whole`` where only whole numbers make sense."""

    tolerance: float = 5e-4
    whole: bool = False

    def read(self, answer: Any) -> float:
        """See ``Kind``."""
        what = "a whole number" if self.whole else "a number"
        if isinstance(answer, str):
            raise Unreadable(f"This is text: write {what} without quotation marks.")
        if callable(answer):
            raise Unreadable(f"This is a function; {what} is asked for. Call it, and hand over what it returns.")
        if isinstance(answer, (bool, np.bool_)):
            raise Unreadable(f"{what.capitalize()} is asked for, not true or false.")
        try:
            array = np.asarray(answer, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise Unreadable(f"{what.capitalize()} is asked for, not {shown(answer)}.") from None
        if array.size != 1:
            raise Unreadable(f"One number is asked for; this holds {array.size}, in the shape {array.shape}.")
        value = float(array.ravel()[0])
        if not math.isfinite(value):
            raise Unreadable(f"{value} is no number to work with: was something divided by zero on the way?")
        if self.whole and not value.is_integer():
            raise Unreadable(f"A whole number is asked for, not {value:g}.")
        return value

    def same(self, given: float, right: float) -> bool:
        """See ``Kind``."""
        return abs(given - right) <= self.tolerance

    def show(self, value: float) -> str:
        """See ``Kind``."""
        return f"{value:.0f}" if self.whole else f"{value:.4g}"

    def compare(self, given: float, right: float) -> str:
        """See ``Kind``."""
        if not self.whole and right and self.same(given / 100, right):
            return "That is it in per cent; write it as a fraction, between 0 and 1."
        return f"{self.show(given)} is too {'high' if given > right else 'low'}."

    def forms(self, value: float) -> list[list[str]]:
        """See ``Kind``; beyond the tolerance by up to a step counts as the same."""
        if self.whole:
            return [[f"{value:.0f}"]]
        own = math.floor(STEPS * value / self.tolerance + SHIFT)
        return [[str(own), *(str(own + sign * k) for k in range(1, STEPS + 1) for sign in (-1, 1))]]


@dataclass(frozen=True, slots=True)
class NumberOrNone:
    """One number, right within ``tolerance`` (absolute), or ``None`` where there is none."""

    tolerance: float = 5e-4

    def read(self, answer: Any) -> float | None:
        """See ``Kind``."""
        return None if answer is None else Number(self.tolerance).read(answer)

    def same(self, given: float | None, right: float | None) -> bool:
        """See ``Kind``."""
        if given is None or right is None:
            return given is right
        return Number(self.tolerance).same(given, right)

    def show(self, value: float | None) -> str:
        """See ``Kind``."""
        return "None" if value is None else f"{value:.8g}"

    def compare(self, given: float | None, right: float | None) -> str:
        """See ``Kind``."""
        if given is None or right is None:
            return "There is a number." if given is None else "There is no number: None is asked for."
        return Number(self.tolerance).compare(given, right)

    def forms(self, value: float | None) -> list[list[str]]:
        """See ``Kind``."""
        return [["none"]] if value is None else Number(self.tolerance).forms(value)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of the given shape, each right within ``tolerance``; ``None`` in the shape takes any length."""

    shape: tuple[int | None, ...]
    tolerance: float = 5e-4

    def read(self, answer: Any) -> Any:
        """See ``Kind``."""
        if isinstance(answer, str) or callable(answer):
            raise Unreadable(f"Numbers of the shape {self.shape} are asked for, not {shown(answer)}.")
        try:
            array = np.asarray(answer, dtype=float)
        except (TypeError, ValueError, OverflowError):
            raise Unreadable(f"Numbers of the shape {self.shape} are asked for, not {shown(answer)}.") from None
        fits = len(array.shape) == len(self.shape)
        if not fits or any(want not in (None, have) for want, have in zip(self.shape, array.shape, strict=True)):
            raise Unreadable(f"The shape should be {self.shape}; this has {array.shape}.")
        if not np.all(np.isfinite(array)):
            raise Unreadable("It holds NaN or infinity: was something divided by zero on the way?")
        return array

    def same(self, given: Any, right: Any) -> bool:
        """See ``Kind``."""
        right = np.asarray(right, dtype=float)
        return given.shape == right.shape and bool(np.all(np.abs(given - right) <= self.tolerance))

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return shown(np.round(value, 4).tolist())

    def compare(self, given: Any, right: Any) -> str:
        """See ``Kind``."""
        right = np.asarray(right, dtype=float)
        if given.shape != right.shape:
            return f"The shape should be {right.shape}; this has {given.shape}."
        wrong = np.abs(given - right) > self.tolerance
        return f"{int(wrong.sum())} of {wrong.size} numbers are not right, the first at {first(wrong)}."

    def forms(self, value: Any) -> list[list[str]]:
        """See ``Kind``: the shape, then each number."""
        each = Number(self.tolerance)
        return [[str(value.shape)], *(part for v in value.ravel() for part in each.forms(float(v)))]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words; capitals do not matter."""

    options: tuple[str, ...]

    def read(self, answer: Any) -> str:
        """See ``Kind``."""
        word = " ".join(answer.lower().split()) if isinstance(answer, str) else None
        for option in self.options:
            if word == option.lower():
                return option
        raise Unreadable(f"Answer with one of {', '.join(map(repr, self.options))}, not with {shown(answer)}.")

    def same(self, given: str, right: str) -> bool:
        """See ``Kind``."""
        return given == right

    def show(self, value: str) -> str:
        """See ``Kind``."""
        return repr(value)

    def compare(self, given: str, right: str) -> str:
        """See ``Kind``."""
        return f"{given!r} is not it."

    def forms(self, value: str) -> list[list[str]]:
        """See ``Kind``."""
        return [[value]]


@dataclass(frozen=True, slots=True)
class AnArm:
    """An arm, as ``Arm(prompt, n)`` or a pair (prompt, N); N counts from 1."""

    def read(self, answer: Any) -> tuple[int, int]:
        """See ``Kind``."""
        pair = (answer.prompt, answer.n) if isinstance(answer, Arm) else answer
        if isinstance(pair, (str, bytes)) or not isinstance(pair, (Sequence, np.ndarray)) or len(pair) != 2:
            raise Unreadable(f"An arm is a pair: a prompt and N, as in (3, 8). This is {shown(answer)}.")
        whole = Number(whole=True)
        prompt, n = int(whole.read(pair[0])), int(whole.read(pair[1]))
        if n < 1 or prompt < 0:
            raise Unreadable("Prompts count from 0 and N from 1: index i of an array over N stands for N = i + 1.")
        return prompt, n

    def same(self, given: tuple[int, int], right: tuple[int, int]) -> bool:
        """See ``Kind``."""
        return tuple(given) == tuple(right)

    def show(self, value: tuple[int, int]) -> str:
        """See ``Kind``."""
        return f"(prompt {value[0]}, N = {value[1]})"

    def compare(self, given: tuple[int, int], right: tuple[int, int]) -> str:
        """See ``Kind``."""
        if given[0] == right[0]:
            return "The prompt is right, N is not."
        return "N is right, the prompt is not." if given[1] == right[1] else f"{self.show(given)} is not the best arm."

    def forms(self, value: tuple[int, int]) -> list[list[str]]:
        """See ``Kind``."""
        return [[f"{value[0]}, {value[1]}"]]


def shown(value: Any) -> str:
    """A short text for anything, even for what refuses to be shown."""
    try:
        return reprlib.repr(value)
    except Ended:
        raise
    except BaseException:  # also where it would end Python
        return f"something of type {type(value).__name__}"


def first(wrong: Any) -> str:
    """Index of the first true element, as one would write it."""
    return str([int(i) for i in np.argwhere(wrong)[0]])
