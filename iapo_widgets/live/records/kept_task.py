"""An environment's task as its ledger keeps it, and the record of what the ledger holds of it, also years later."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core import bounds
from ...core.files import parsed
from ...core.saving import typed
from ..endpoint.abilities import abilities
from ..endpoint.book import Book
from ..endpoint.prices import Prices
from ..errors import LedgerCorrupted, LedgerError
from ..ledger.ledger import Ledger
from ..ledger.spending import SpendingLimit
from ..ledger.tasks import KeptTask
from ..ledger.tasks import packed as packing
from ..problem import PromptTemplate, Question
from ..request import Request
from ..scoring.costs import Costs
from ..scoring.judging import Jury, check_scorers
from ..scoring.kinds import described as described_scorer
from ..scoring.kinds import scorer_of
from ..scoring.scorer import Scorer
from ..scoring.scorers import as_scorer
from ..settings import check_extra
from .described import described, described_questions, read_described, read_questions
from .packed import TEXT_BYTES
from .packing import packed
from .record import Record

AT_ONCE = 16  # calls of a judge


@dataclass(frozen=True, slots=True)
class Made:
    """What only the process knows that made an environment: its scorers, its limit, and what it is a whole of."""

    scorers: tuple[Scorer, ...]
    limit: SpendingLimit
    prompts: tuple[PromptTemplate, ...]
    questions: frozenset[Question]

    def holds(self, prompts: Sequence[PromptTemplate], questions: Sequence[Question]) -> bool:
        """Whether these are a part of it, as ``split`` makes them."""
        return self.prompts == tuple(prompts) and self.questions > set(questions)


def keep(env: Any) -> None:
    """Write the task of a ``LiveEnvironment`` into its ledger; a part of one that is in it is no task of its own."""
    if any(made.holds(env.prompts, env.questions) for made in env.ledger.made.values()):
        return
    questions = json.dumps(described_questions(env.questions))
    task = KeptTask(questions, json.dumps(_told(env)), len(env.prompts) * len(env.questions))
    env.ledger.keep_task(task, Made(env.scorers, env.limit, env.prompts, frozenset(env.questions)))


def _told(env: Any) -> dict[str, Any]:
    """All but the questions; no key: an address has none, and settings of the endpoint are in its requests anyway."""
    try:
        common = described(env)
    except ValueError as error:  # of a strategy of one's own
        return {"name": env.name, "refused": str(error)}
    own = [described_scorer(scorer) or {"kind": None, "name": scorer.name} for scorer in env.scorers]
    prices = env.endpoint.prices
    return {
        "name": env.name, "endpoint": env.endpoint.base_url, "model": env.endpoint.model,
        "extra_body": dict(env.endpoint.extra_body), "prices": [prices.input, prices.output], "scorers": own, **common,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Task:
    """A task as it was read; scorers: by name, ``None`` for what the ledger cannot hold."""

    name: str
    base_url: str
    model: str
    extra_body: Mapping[str, Any]
    prices: Prices
    scorers: dict[str, Scorer | None]
    questions: tuple[Question, ...]
    common: dict[str, Any]

    @classmethod
    def read(cls, kept: KeptTask) -> _Task:
        """Raises ``ValueError``, ``KeyError`` or ``TypeError`` where it is none."""
        if len(kept.text) + len(kept.questions) > TEXT_BYTES:
            raise ValueError("it is longer than what is read")
        told = parsed(kept.text)
        if not isinstance(told, Mapping):
            raise ValueError("it has no fields")
        if "refused" in told:
            raise _Refused(bounds.cited(told["refused"]))
        rows = typed(told, "scorers", list)
        scorers = {typed(row, "name", str): None if row["kind"] is None else scorer_of(row) for row in rows}
        questions, common = read_questions(parsed(kept.questions)), read_described(told)
        if not questions or not common["prompts"] or not all(isinstance(p, PromptTemplate) for p in common["prompts"]):
            raise ValueError("it needs questions, and prompts with a bound on their answers")
        return cls(
            typed(told, "name", str), typed(told, "endpoint", str), typed(told, "model", str),
            check_extra(typed(told, "extra_body", dict)), Prices(*typed(told, "prices", list)), scorers,
            tuple(questions), common,
        )  # fmt: skip

    def request(self, ledger: Ledger, prompt: PromptTemplate, question: Question) -> Request:
        """What was asked, as ``LiveEnvironment.request`` says it."""
        settings = {**self.extra_body, **prompt.settings()}
        return Request(ledger.resolve(self.base_url), self.model, settings, prompt.messages(question.text))


class _Refused(Exception):
    """The task could not be written when it was made."""


@packing.register
def _(ledger: Ledger, path: str | os.PathLike[str], *, task: int | None, texts: bool, **options: Any) -> str:
    """Pack a task, and say what the file carries; ``Ledger.pack`` says which, and what is raised."""
    told = recorded(ledger, task, **options).pack(path, texts=texts)
    many = len(ledger.tasks())
    return told if task is not None or many == 1 else f"{told}; it is of the widest of {many} tasks, task= names one"


def recorded(
    ledger: Ledger,
    task: int | None = None,
    *,
    scorers: Sequence[Scorer | Callable[..., Any]] = (),
    name: str = "record",
    about: str = "",
    test: Sequence[int] = (),
    **made: str,
) -> Record:
    """The record of the task of that number; options and errors as of ``Ledger.pack``."""
    kept = _chosen(ledger, task)
    try:
        read = _Task.read(kept)
    except _Refused as refused:
        raise ValueError(f"this task cannot be packed: {refused}") from None
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise LedgerCorrupted(
            f"the task that {ledger.path} keeps is not as this package writes it: {bounds.cited(error)}. Make a"
            " LiveEnvironment of the ledger anew, then pack"
        ) from None
    here: Made | None = ledger.made.get(kept.digest)
    # nothing is to be asked: where this process has no limit of the task's own, none is left
    limit = SpendingLimit(completions=max(1, ledger.spent().completions)) if here is None else here.limit
    given = {**_named(here.scorers if here else ()), **_named(map(as_scorer, scorers))}
    found = check_scorers(_scorers(read, given), read.questions)
    costs = Costs(read.common.pop("cost_unit"), read.prices)
    prompts = read.common.pop("prompts")
    answers = [[ledger.answers(read.request(ledger, prompt, question)) for question in read.questions]
               for prompt in prompts]  # fmt: skip
    jury = Jury(found, read.questions, costs, ledger, limit, AT_ONCE, threading.Event())
    book = Book(ledger, read, abilities(read.base_url, read.model))
    origin = {"model": read.model, "endpoint": read.base_url, **made}
    return packed(
        prompts, answers, jury, **read.common, cost_unit=costs.unit, per_call=book.per_call(), name=name, about=about,
        test=test, made=origin,
    )  # fmt: skip


def _chosen(ledger: Ledger, number: int | None) -> KeptTask:
    """The task of that number; ``None``: the widest, of equally wide ones the last that was made."""
    tasks = ledger.tasks()
    if not tasks:
        raise LedgerError(
            f"{ledger.path} does not say which prompts and questions belong together: make a LiveEnvironment of it"
            " first (offline=True asks nothing), then pack"
        )
    if number is None:
        return max(reversed(tasks), key=lambda task: task.pairs)
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < len(tasks):
        raise ValueError(f"{ledger.path} keeps tasks 0 to {len(tasks) - 1}; not {number!r}")
    return tasks[number]


def _named(scorers: Iterable[Scorer]) -> dict[str, Scorer]:
    return {scorer.name: scorer for scorer in scorers}


def _scorers(task: _Task, given: Mapping[str, Scorer]) -> list[Scorer]:
    """The task's scorers: those that are given, by their names, and the others as the ledger describes them."""
    names = ", ".join(map(repr, task.scorers))
    if odd := [name for name in given if name not in task.scorers]:
        raise ValueError(f"this task is scored by {names}; {odd[0]!r} is none of them")
    found = {**task.scorers, **given}
    if missing := [name for name, scorer in found.items() if scorer is None]:
        raise ValueError(
            f"a ledger cannot keep the scorer {' or '.join(map(repr, missing))}, which is code of your own or asks a"
            " model: give it, under the same name, as in pack(path, scorers=[...])"
        )
    return [scorer for scorer in found.values() if scorer is not None]
