"""A question of the exam: words with numbers in them, and the answer computed from the same numbers."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Pick:
    """Chooses a question's numbers: of those that are offered the first, or by ``seed`` one by lot.

    The lot depends on ``seed`` and on the question's name alone, so that a new question changes no other.
    """

    def __init__(self, seed: int | None, name: str) -> None:
        self._rng = None if seed is None else np.random.default_rng([seed, zlib.crc32(name.encode())])

    def __call__(self, first: T, *others: T) -> T:
        """One of the values that are offered."""
        if self._rng is None:
            return first
        return (first, *others)[int(self._rng.integers(1 + len(others)))]


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its numbers.

    ask: what stands on the paper; reply: the model answer, Markdown, computed numbers in bold; values: those numbers
    in order, as computed, none where it is answered in words.
    """

    ask: str
    reply: str
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """name: unique in the bank; lessons: numbers of those that answer it; pose: puts the numbers in."""

    name: str
    lessons: tuple[str, ...]
    pose: Callable[[Pick], Posed]

    def posed(self, seed: int | None = None) -> Posed:
        """The question as it stands in the teachers' notes, or its variant by ``seed`` (a whole number from 0)."""
        return self.pose(Pick(seed, self.name))


def of(*lessons: str) -> Callable[[Callable[[Pick], Posed]], Question]:
    """Make a function a question that the named lessons answer; it is called as the function is."""

    def made(pose: Callable[[Pick], Posed]) -> Question:
        return Question(pose.__name__, lessons, pose)

    return made


def bold(value: float, digits: int = 0) -> str:
    """A computed number in a reply."""
    return f"**{value:,.{digits}f}**"


def listed(values: Iterable[float]) -> str:
    """Computed whole numbers in a reply, one after the other."""
    return ", ".join(map(bold, values))
