"""Verdicts on answers to sealed exercises: right or not by hashes, and the hint that the very answer opens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .kinds import Written
from .sealed import Sealed
from .verdict import Verdict


def of_value(exercise: Sealed, answer: Any) -> Verdict:
    """Of an answer by a value."""
    kind = exercise.kind
    value = kind.read(answer)
    if not isinstance(kind, Written):  # right by what holds of it
        holds = kind.same(value, None)
        why = exercise.said([exercise.why], []) or ""
        return Verdict("right", why) if holds else Verdict("wrong", f"{kind.compare(value, None)} {exercise.hint}")
    parts = kind.forms(value)
    own, same = exercise.opened(parts)
    if all(same) and len(own) == len(exercise.right):
        return Verdict("right", exercise.said([exercise.why], own) or "")
    near = [[form] for form in parts[0]] if len(parts) == 1 else [[part[0] for part in parts]]
    foreseen = next(filter(None, (exercise.said(exercise.mistakes, each) for each in near)), None)
    return Verdict("wrong", foreseen or f"{kind.show(value)} is not it. {exercise.hint}")


def of_returned(exercise: Sealed, calls: Sequence[str], read: Sequence[Any]) -> Verdict:
    """Of what a function returned for each case, whose calls are told in words."""
    kind = exercise.kind
    assert isinstance(kind, Written)
    each = [kind.forms(value) for value in read]
    fits = [len(parts) == len(right) for parts, right in zip(each, exercise.right, strict=True)]
    # where a case has another number of parts, blanks keep the places of the cases after it
    padded = [p if f else [["?"]] * len(r) for p, f, r in zip(each, fits, exercise.right, strict=True)]
    own, same = exercise.opened([part for parts in padded for part in parts], turns=1)
    right, place = [], 0
    for parts, fit in zip(padded, fits, strict=True):
        right.append(fit and all(same[place : place + len(parts)]))
        place += len(parts)
    if all(right):
        why = exercise.said([exercise.why], own) or ""
        return Verdict("right", f"It agrees with ours on {len(read)} cases. {why}")
    first = right.index(False)
    fact = (
        f"For {calls[first]} it returns {kind.show(read[first])}, which is not right "
        f"(wrong in {right.count(False)} of {len(read)} cases, this is the smallest)."
    )
    foreseen = exercise.said(exercise.mistakes, [part[0] for parts in each for part in parts])
    return Verdict("wrong", f"{foreseen} {fact}" if foreseen else f"{fact} {exercise.hint}")
