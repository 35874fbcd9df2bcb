"""A task as a TOML file: prompts, questions, model, scorers and users, from which a record is made."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import bounds
from ...core.checks import check_scale
from ...core.files import contents
from ...core.problem import Context
from ...core.strategies import Strategy, find_strategy
from ..problem import PromptTemplate, Question
from ..reading import read_questions
from ..scoring.kinds import scorer_of
from ..scoring.scorer import Scorer

FIELDS = {
    "name": str, "about": str, "questions": str, "test": int, "model": str, "url": str, "samples": int,
    "strategy": str, "n_max": int, "cost_unit": str, "licence": str, "contexts": dict, "scorers": list, "prompts": list,
}  # fmt: skip
NEEDED = ("name", "questions", "model", "samples", "strategy", "n_max", "contexts", "scorers", "prompts")


@dataclass(frozen=True, slots=True)
class TaskFile:
    """What a record is to be made of.

    model: a name that ``LocalModel`` knows, a ``.gguf`` file, or, where ``url`` is given, what that endpoint calls it.
    samples: completions of each pair of prompt and question; test: the last so many questions are the test part.
    """

    name: str
    prompts: tuple[PromptTemplate, ...]
    questions: tuple[Question, ...]
    scorers: tuple[Scorer, ...]
    contexts: tuple[Context, ...]
    strategy: Strategy
    model: str
    samples: int
    n_max: int
    test: tuple[int, ...]
    url: str | None
    cost_unit: str
    about: str
    licence: str

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> TaskFile:
        """The task of a file; its questions are a file beside it, of any form that ``questions_from`` reads.

        Raises ``FileNotFoundError`` where one is absent, ``ValueError`` that says what is wrong and would be right.
        """
        path = Path(path)
        try:
            given = tomllib.loads(contents(path, bounds.TEXT_BYTES).decode("utf-8"))
            return _built(given, path.parent)
        except FileNotFoundError:
            raise
        except (ValueError, TypeError) as error:  # of TOML, of Unicode, and ours
            raise ValueError(f"{path}: {bounds.cited(error)}") from error


def _built(given: Mapping[str, Any], folder: Path) -> TaskFile:
    for name, value in given.items():
        if name not in FIELDS:
            raise ValueError(f"unknown field {name!r}; known: {', '.join(FIELDS)}")
        if not isinstance(value, FIELDS[name]) or isinstance(value, bool):
            raise ValueError(f"{name} must be {_WORDS[FIELDS[name]]}, not {value!r}")
    missing = [name for name in NEEDED if name not in given]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    if not re.fullmatch(r"[\w.-]{1,80}", given["name"]):
        raise ValueError(
            f"the name must be letters, digits, dots and dashes, for it names files; not {given['name']!r}"
        )
    questions = read_questions(folder / given["questions"]).questions
    test = given.get("test", 0)
    if not 0 <= test < len(questions):
        raise ValueError(f"test is the number of questions of the test part, below {len(questions)}; not {test}")
    scorers = tuple(_made("scorer", row, scorer_of) for row in given["scorers"])
    return TaskFile(
        name=given["name"],
        prompts=tuple(_made("prompt", row, _prompt) for row in given["prompts"]),
        questions=tuple(questions),
        scorers=scorers,
        contexts=tuple(_context(name, row, len(scorers)) for name, row in given["contexts"].items()),
        strategy=find_strategy(given["strategy"]),
        model=given["model"],
        samples=check_scale(given["samples"], "samples", bounds.SCALE),
        n_max=check_scale(given["n_max"], most=given["samples"]),
        test=tuple(range(len(questions) - test, len(questions))),
        url=given.get("url"),
        cost_unit=given.get("cost_unit", "kilotokens"),
        about=given.get("about", ""),
        licence=given.get("licence", ""),
    )


_WORDS = {str: "text", int: "a whole number", dict: "a table", list: "a list of tables"}


def _made(what: str, row: Any, make: Callable[[dict[str, Any]], Any]) -> Any:
    if not isinstance(row, Mapping):
        raise ValueError(f"a {what} must be a table [[{what}s]], not {row!r}")
    try:
        return make(dict(row))
    except TypeError as error:  # an option that it does not take
        raise ValueError(f"a {what} {dict(row)!r}: {error}") from None


def _prompt(row: dict[str, Any]) -> PromptTemplate:
    examples = [tuple(pair) for pair in row.pop("examples", [])]
    return PromptTemplate(examples=examples, **row)  # type: ignore[arg-type]  # it checks what pairs are


def _context(name: str, row: Any, n_objectives: int) -> Context:
    """A user: a cost weight alone, or ``{weights = [0.8, 0.2], cost = 0.1}``."""
    if isinstance(row, Mapping):
        return Context(name, tuple(row.get("weights", [1.0] * n_objectives)), row.get("cost", 0.0))
    return Context(name, (1.0,) * n_objectives, row)
