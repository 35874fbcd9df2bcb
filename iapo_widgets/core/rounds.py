"""Frozen records of a training run: Round, Policy, Result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .problem import Arm, Context


class Policy(Mapping[str, Arm]):
    """A policy pi: context -> arm, read by the context's name: ``policy["low"]``."""

    __slots__ = ("_arms", "contexts")

    def __init__(self, contexts: Sequence[Context], arms: Sequence[Arm]) -> None:
        if len(contexts) != len(arms):
            raise ValueError(f"{len(arms)} arms for {len(contexts)} contexts")
        self.contexts = tuple(contexts)
        self._arms = {c.name: a for c, a in zip(contexts, arms, strict=True)}

    def __getitem__(self, name: str) -> Arm:
        try:
            return self._arms[name]
        except KeyError:
            raise KeyError(f"unknown context {name!r}; known: {', '.join(self._arms)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arms)

    def __len__(self) -> int:
        return len(self._arms)

    def __repr__(self) -> str:
        return "Policy({" + ", ".join(f"{c!r}: {a!r}" for c, a in self._arms.items()) + "})"


@dataclass(frozen=True, eq=False, slots=True)
class Round:
    """What one round did.  Arrays are read-only; C contexts, P prompts.

    pulls (P, N_max): pulls of this round at each scale n (index n - 1); active (C, P, N_max): arms left
    after it; q (C, P, N_max): estimates, NaN where nothing is known; spent: completions so far.
    """

    number: int
    spent: int
    budget: int
    pulls: NDArray[np.int64]
    active: NDArray[np.bool_]
    q: NDArray[np.float64]
    policy: Policy
    completions: tuple[Completions, ...]

    def __post_init__(self) -> None:
        for array in (self.pulls, self.active, self.q):
            array.setflags(write=False)

    def __repr__(self) -> str:
        left = int(self.active.any(axis=(0, 2)).sum())
        return f"Round({self.number}, spent={self.spent} of {self.budget}, {left} prompts left, {self.policy!r})"

    @property
    def unreached(self) -> int:
        """Prompts about which nothing is known: the budget could not reach them."""
        return int(np.isnan(self.q).all(axis=(0, 2)).sum())


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What training returns: the policy, the completions spent, and every round."""

    policy: Policy
    spent: int
    rounds: tuple[Round, ...]

    @property
    def unreached(self) -> int:
        """Prompts of which no completion was seen."""
        return self.rounds[-1].unreached

    def __repr__(self) -> str:
        tail = f", unreached={self.unreached}" if self.unreached else ""
        return f"Result(policy={self.policy!r}, spent={self.spent}, rounds={len(self.rounds)}{tail})"
