"""Takes the answers out of exercises: what is written to ``checks.json`` beside the students' copies."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from .exercises import AnyExercise, Exercise, FunctionExercise
from .functions import prepared
from .kinds import Written
from .sealed import SLOW, Parts, Sealed, crossed, hashed, whole
from .written_cases import read, written

ROOM = 60_000  # characters for the cases of one function; the smallest come first


def sealed(exercise: AnyExercise) -> Sealed:
    """The exercise without its answer; raises ``TypeError`` where its cases have no written form."""
    salt, kind = os.urandom(12).hex(), exercise.kind
    wrong: list[tuple[str, Parts]] = []
    right: list[Any] = []
    answer: Parts = []
    more: dict[str, Any] = {}
    if isinstance(exercise, Exercise):
        if isinstance(kind, Written):
            answer = kind.forms(kind.read(exercise.right()))
            right = [hashed(salt, place, part[0], SLOW) for place, part in enumerate(answer)]
            wrong = [(m.hint, kind.forms(kind.read(m.gives()))) for m in exercise.mistakes if m.gives]
    else:
        cases = _chosen(exercise)
        each = _returned(exercise, exercise.right, cases)
        answer = [part for parts in each for part in parts]
        places = iter(range(len(answer)))
        right = [[hashed(salt, next(places), part[0], 1) for part in parts] for parts in each]
        gives = [(m.hint, _returned(exercise, m.gives, cases)) for m in exercise.mistakes if m.gives]
        wrong = [(words, [part for parts in came for part in parts]) for words, came in gives]
        more = {"name": exercise.name, "parameters": exercise.parameters, "cases": [read(case) for case in cases]}
    return Sealed(
        exercise.id, kind, salt, exercise.hint, right, _closed(exercise.why, salt, answer),
        [_closed(words, salt, parts) for words, parts in wrong], **more,
    )  # fmt: skip


def _returned(exercise: FunctionExercise, function: Callable[..., Any], cases: Iterable[Any]) -> list[Parts]:
    """What the function returns for each case, which is read anew each time: a case may be changed by its use."""
    kind = exercise.kind
    if not isinstance(kind, Written):
        raise TypeError(f"{exercise.id}: a function must return what has one right answer, not {kind}")
    return [kind.forms(kind.read(function(*read(case)))) for case in cases]


def _chosen(exercise: FunctionExercise) -> list[Any]:
    """Cases as JSON: the first ones, as many as there is room for, and any that is needed to tell a mistake."""
    room, kept = ROOM, list[Any]()
    hidden = [mistake.gives for mistake in exercise.mistakes if mistake.gives]
    for case in prepared(exercise).cases:
        text = written(case)
        room -= (length := len(json.dumps(text)))
        if room < 0 and not hidden:
            continue
        (right,) = _returned(exercise, exercise.right, [text])
        told = [gives for gives in hidden if _returned(exercise, gives, [text]) != [right]]
        if room < 0 and not told:
            room += length
            continue
        kept.append(text)
        hidden = [gives for gives in hidden if gives not in told]
    return kept


def _closed(words: str, salt: str, parts: Parts) -> tuple[str, str]:
    own = [part[0] for part in parts]
    coded = crossed(words.encode(), salt, own)
    return whole(salt, own), base64.b64encode(coded).decode("ascii")


def write_checks(exercises: Iterable[AnyExercise]) -> bytes:
    """The content of ``checks.json``."""
    about = "Checks of the exercises, without answers: `check` finds them here. Written by iapo export."
    made = {exercise.id: sealed(exercise).plain() for exercise in exercises}
    return (json.dumps({"about": about, "exercises": made}, ensure_ascii=False) + "\n").encode()
