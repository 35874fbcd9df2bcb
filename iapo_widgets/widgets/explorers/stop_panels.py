"""The pictures of a stop: the answers in order, the lead against its threshold, and what stopping is worth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...plots.picture import BLUE, GREEN, GREY, ORANGE, SKY, VERMILLION
from ...plots.scene import Cells, Handle, Line, Move, Panel, Rule, Star, scale_ticks
from ..shared.cost_weight import LARGEST_COST, STEP, WEIGHTS
from .stop_values import LEVELS, StopValues
from .stop_walk import Walk

COLOURS = (SKY, ORANGE, GREY)
VOTES, BEST = ("right", "wrong", "no vote"), ("reaches it", "stays below", "")
PALE, STRONG = 0.2, 0.75
TEXT = 160  # characters of an answer in a tip
Place = tuple[int, int]


def strip(walk: Walk, arrived: int, threshold: float, bare: bool) -> Panel:
    """The answers as cells: those asked, those never asked pale, and nothing where none came yet."""
    n, fired = len(walk.answers), arrived >= walk.fired
    shown = [t <= arrived or (fired and t > walk.fired) for t in range(1, n + 1)]
    kinds = [a.kind if walk.votes else int(a.utility < threshold) for a in walk.answers]
    tell = [answer_said(walk, t, bare) if shown[t - 1] else f"answer {t}: not here yet" for t in range(1, n + 1)]
    cells = Cells(
        [[kind if seen else -1 for kind, seen in zip(kinds, shown, strict=True)]], list(range(1, n + 1)), [0.0],
        COLOURS, VOTES if walk.votes else BEST,
        [[letter if seen else "" for letter, seen in zip(walk.letters, shown, strict=True)]], [tell],
        [[STRONG if t <= walk.fired else PALE for t in range(1, n + 1)]],
        [("never asked", PALE)] if fired and walk.fired < n else (),
    )  # fmt: skip
    return Panel("The answers, in the order in which they came", "answer", "", cells=cells, xticks=scale_ticks(n),
                 yticks=[(0.0, "")], ylim=(-0.5, 0.5), height=0.34, wide=True)  # fmt: skip


def answer_said(walk: Walk, t: int, bare: bool = False) -> str:
    """Answer ``t`` in words; bare: without its own."""
    answer, letter = walk.answers[t - 1], walk.letters[t - 1]
    read = f" ({answer.said})" if answer.said and not bare else ""
    kind = f"{letter}{read}, {VOTES[answer.kind]}" if answer.label >= 0 else VOTES[answer.kind]
    said = kind if walk.votes else f"utility {answer.utility:.3g}"
    text = " ".join(answer.text.split())
    words = f": {text[:TEXT]}{'...' if len(text) > TEXT else ''}" if text and not bare else ""
    return f"answer {t}{'' if t <= walk.fired else ', never asked'}: {said}{words}"


def path(walk: Walk, arrived: int, threshold: float, level: float, top: int) -> Panel:
    """The lead, or the best so far, after each answer; threshold, and the place where the rule fires."""
    n, asked = len(walk.answers), min(arrived, walk.fired)
    what, unit = ("lead", "votes") if walk.votes else ("best so far", "utility")
    tell = [f"after {t}: {level_said(walk, t)}" for t in range(1, n + 1)]
    lines = [Line(f"{what} of those asked", range(1, asked + 1), walk.level[:asked], BLUE, "o", tell=tell[:asked])]
    fired = arrived >= walk.fired
    if fired and walk.fired < n:
        rest = range(walk.fired, n + 1)
        lines.append(
            Line("had all been asked", rest, walk.level[walk.fired - 1 :], GREY, "", ":", tell=tell[walk.fired - 1 :])
        )
    held = f"stop {threshold:g} ahead" if walk.votes else f"stop at {threshold:.3g}"
    lines.append(Line(held, [1, n], [threshold] * 2, VERMILLION, "", "--", tell=[f"{held}: the rule"] * 2))
    if walk.votes:
        left = [f"after {t} answers {n - t} are left: a lead above that is decided" for t in range(1, n + 1)]
        lines.append(Line("answers left", range(1, n + 1), n - np.arange(1, n + 1), GREEN, "", ":", tell=left))
    stars = []
    if fired:
        stars.append(Star(float(walk.fired), float(walk.level[walk.fired - 1]), f"asks no more: {walk.why}"))
        if walk.decided and walk.decided != walk.fired:
            stars.append(Star(float(walk.decided), float(walk.level[walk.decided - 1]), "decided anyway", ring=True))
    moves = [Move("y", "lead", 1, top, 1, said="lead {}")] if walk.votes else []
    handles = [Handle(float(n), threshold, "lead that stops", VERMILLION, "D", moves)] if walk.votes else []
    here = Rule(float(asked), "answers so far", [Move("x", "step", 1, n, 1, said="{} answers so far")])
    return Panel(
        "When the rule fires" if walk.votes else f"When the best reaches the {level:.0%} quantile",
        "answers asked", f"{what}, {unit}", lines=lines, stars=stars, handles=handles, rules=[here],
        xlim=(0.5, n + 0.5), xticks=scale_ticks(n), ylim=(-0.5, n + 0.5) if walk.votes else None,
    )  # fmt: skip


def level_said(walk: Walk, t: int) -> str:
    """The lead, or the best, after ``t`` answers."""
    if not walk.votes:
        return f"best utility {walk.level[t - 1]:.3g}"
    votes = ", ".join(f"{letter} {count}" for letter, count in walk.counted(t)) or "no votes"
    return f"{votes}; lead {walk.level[t - 1]:g}"


def worth(values: StopValues, here: Place, cost_weight: float, measure: str, unit: str) -> Panel:
    """Against the cost weight: the gain in Q over the best fixed N, or answers or cost beside it."""
    best, fixed = [values.best(w) for w in WEIGHTS], [values.best_fixed(w) for w in WEIGHTS]
    rule = Rule(cost_weight, "cost weight", [
        Move("x", "cost_weight", 0.0, LARGEST_COST, STEP, said="cost weight {}")
    ])  # fmt: skip
    frame: dict[str, Any] = {"rules": [rule], "xlim": (0.0, LARGEST_COST)}
    if measure == "worth":
        gains = [values.gain(w, place) for w, place in zip(WEIGHTS, best, strict=True)]
        errors = [values.error_at(w, place) for w, place in zip(WEIGHTS, best, strict=True)]
        low, high = min(gains), max(*gains, 1e-4)
        low = min(low, -0.6 * high) - 0.1 * high
        mine = [gain if (gain := values.gain(w, here)) >= low else math.nan for w in WEIGHTS]
        lines = [
            _line("best arm that may stop", gains, BLUE, "o", "-", "gain {:+.4f} of Q", errors),
            _line("this rule", mine, VERMILLION, "D", "--", "{:+.4f} of Q"),
            Line("best fixed N", [0, LARGEST_COST], [0, 0], GREY, "", ":", tell=["no gain: the best fixed N"] * 2),
        ]
        return Panel(
            "What stopping is worth over every fixed N", "cost weight", "gain in Q, reward", lines=lines,
            ylim=(low, 1.15 * high), **frame,
        )  # fmt: skip
    answers = measure == "answers"

    def of(place: Place) -> float:
        return float((values.drawn if answers else values.cost)[place])

    told = "{:.2f} answers" if answers else f"{{:.4g}} {unit}"
    lines = [
        _line("best fixed N", [of(p) for p in fixed], GREY, "s", "-", told),
        _line("best arm that may stop", [of(p) for p in best], BLUE, "o", "-", told),
        _line("this rule", [of(here)] * len(WEIGHTS), VERMILLION, "D", "--", told),
    ]
    title = "How many answers are asked" if answers else "What a question costs"
    return Panel(title, "cost weight", "answers a question, mean" if answers else f"{unit} a question", lines=lines,
                 ylim=(0.0, 1.1 * max(max(line.y) for line in lines)), **frame)  # fmt: skip


def _line(
    label: str, y: list[float], colour: str, marker: str, line: str, told: str, error: list[float] | None = None
) -> Line:
    say: Callable[[float], str] = told.format
    tell = [f"{label}, cost weight {w:.2f}: {say(v)}" for w, v in zip(WEIGHTS, y, strict=True)]
    shown = error if error and any(error) else ()
    return Line(label, WEIGHTS, y, colour, marker, line, error=shown, every=8, tell=tell)


def waiting() -> Panel:
    """While the values are worked out."""
    return Panel("What stopping is worth: being worked out", "cost weight", "gain in Q, reward",
                 xlim=(0.0, LARGEST_COST), ylim=(-0.02, 0.02))  # fmt: skip


def level_options() -> list[tuple[str, float]]:
    """Levels to choose from."""
    return [(f"best {1 - level:.0%}" if level > 0.5 else "better half", level) for level in LEVELS]
