"""Answers as one user ranks them: by what each is worth, part by part, and why the first one is first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...plots.picture import BLACK, CYCLE, GREY
from ...plots.scene import Bar, Panel
from ..shared.cost_weight import LARGEST_COST
from .three_answers import Answer

LETTERS = "ABCDEFGHIJ"
PLACES = ("1st", "2nd", "3rd", *(f"{k}th" for k in range(4, 11)))


@dataclass(frozen=True)
class Ranking:
    """At most ten answers before a user of these weights; objectives: (K) names."""

    answers: Sequence[Answer]
    objectives: Sequence[str]
    weights: Sequence[float]
    cost_weight: float

    @cached_property
    def parts(self) -> list[list[float]]:
        """What each objective, and cost, adds to each answer's worth, (A, K + 1)."""
        return [answer.parts(self.weights, self.cost_weight) for answer in self.answers]

    @cached_property
    def worth(self) -> list[float]:
        """What each answer is worth in all, (A,)."""
        return [sum(parts) for parts in self.parts]

    @cached_property
    def order(self) -> list[int]:
        """The answers, most worth first; equal ones as they stand."""
        return sorted(range(len(self.answers)), key=lambda k: -self.worth[k])

    def panel(self, most: float) -> Panel:
        """Two bars an answer, its parts and its worth; most: the largest worth that there is room for, points."""
        bars = [bar for place, k in enumerate(self.order) for bar in (*self._stacked(place, k), self._total(place, k))]
        least = LARGEST_COST * max(answer.cost for answer in self.answers)
        return Panel(
            "The answers, the best for this user first", "worth, points of reward", "", bars=bars,
            xlim=(-1.1 * least, 1.15 * most), ylim=(len(self.answers) - 0.5, -0.5), height=0.8,
            yticks=[(place, f"{PLACES[place]}: {LETTERS[k]}") for place, k in enumerate(self.order)],
        )  # fmt: skip

    def why(self) -> str:
        """Which answer wins and what it wins by, in a sentence."""
        first, second = self.order[:2]
        ahead = self.worth[first] - self.worth[second]
        if not _told(ahead):
            return f"Answers {LETTERS[first]} and {LETTERS[second]} are worth the same, {self.worth[first]:.3f}."
        gains = [a - b for a, b in zip(self.parts[first], self.parts[second], strict=True)]
        named = list(zip([*self.objectives, "cost"], gains, strict=True))
        more = [f"{name} ({told})" for name, g in named if (told := _told(g))] or ["a little of each"]
        less = [f"{name} ({told})" for name, g in named if (told := _told(-g))]
        lost = f", more than it loses by {' and '.join(less)}" if less else " and loses nothing"
        return (
            f"Answer {LETTERS[first]} wins, worth {self.worth[first]:.3f}: against {LETTERS[second]}, second by"
            f" {ahead:.3f}, it gains by {' and '.join(more)}{lost}."
        )

    def _stacked(self, place: int, k: int) -> list[Bar]:
        """The objectives one after another, and what cost takes off to the left of 0."""
        *gains, paid = self.parts[k]
        ends = np.cumsum(gains).tolist()
        bars = []
        for i, (name, gain, end) in enumerate(zip(self.objectives, gains, ends, strict=True)):
            score, colour = self.answers[k].scores[i], CYCLE[i % len(CYCLE)]
            tell = f"{LETTERS[k]}: {name} {score:.3g} x weight {self.weights[i]:.2f} = {gain:.3f}"
            bars.append(Bar(place - 0.16, end - gain, end, colour, f"weight x {name}", 0.34, tell=tell))
        tell = f"{LETTERS[k]}: cost {self.answers[k].cost:.3g} x weight {self.cost_weight:.2f} takes {-paid:.3f}"
        return [*bars, Bar(place - 0.16, 0.0, paid, GREY, "weight x cost, taken off", 0.34, tell=tell)]

    def _total(self, place: int, k: int) -> Bar:
        total = self.worth[k]
        tell = f"{LETTERS[k]}: worth {total:.3f} in all"
        return Bar(place + 0.19, 0.0, total, BLACK, "worth in all", 0.2, place > 0, tell, f"{total:.3f}")


def _told(gain: float) -> str:
    """A gain in points; empty where that is none, or rounds to nothing."""
    text = f"{gain:.3f}"
    return text if gain > 0 and text != "0.000" else ""
