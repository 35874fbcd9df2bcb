"""A task asked of a model through a ledger, and what it said as a record: resumable, with progress and caps."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from .endpoint.endpoint import Endpoint
from .environment import LiveEnvironment
from .ledger.ledger import Ledger
from .ledger.spending import SpendingLimit
from .local.local_model import LocalModel
from .local.weights import WEIGHTS, sha256
from .records.record import Record
from .records.task_file import TaskFile

SPARE = 1.05  # completions that may be asked for, by those that are wanted: some are asked twice
PATIENCE = 600.0  # seconds for one answer of a model on this machine, which works through a queue


@dataclass(frozen=True, slots=True)
class _Source:
    """Where answers come from: the endpoint, how many requests it gets at a time, and what a record says of it."""

    endpoint: Endpoint
    concurrency: int
    made: dict[str, str]
    model: LocalModel | None = None


def record(
    task: TaskFile,
    ledger: str | os.PathLike[str],
    completions: int | None = None,
    *,
    progress: bool | None = None,
) -> Record:
    """Ask all that the ledger does not hold yet, and make a record of it.

    Stopped at any moment, the same call goes on where it stopped.  completions: cap on what is asked in all, ``None``
    for 5 % more than the task wants.  progress: a bar with the time left; ``None``: in a terminal.

    Raises ``LimitReached`` before the cap could be passed, ``EndpointError`` where asking further is no use, and as
    ``LocalModel`` and ``LiveEnvironment``; in each case what arrived is in the ledger.
    """
    wanted = len(task.prompts) * len(task.questions) * task.samples
    limit = SpendingLimit(completions=int(SPARE * wanted) if completions is None else completions)
    with Ledger(ledger) as book, _source(task, book) as source:
        env = LiveEnvironment(
            source.endpoint, task.prompts, task.questions, task.scorers, n_max=task.n_max, strategy=task.strategy,
            contexts=task.contexts, ledger=book, limit=limit, concurrency=source.concurrency, cost_unit=task.cost_unit,
            progress=False, name=task.name,
        )  # fmt: skip
        _ask(env, task, wanted, progress)
        made = env.record(name=task.name, about=task.about, test=task.test, **source.made)
        if source.model is None:
            return made
        per_call = None if source.model.slots >= task.n_max else source.model.slots  # known, not found out
        return made.recounted(source.model.tokens).with_(per_call=per_call)


def _ask(env: LiveEnvironment, task: TaskFile, wanted: int, progress: bool | None) -> None:
    """Question by question, so that what a stop leaves is whole for many questions."""
    rng, prompts = np.random.default_rng(0), np.arange(len(task.prompts))  # a run: sample k is the k-th that is drawn
    shown = sys.stderr.isatty() if progress is None else progress
    with tqdm(total=wanted, unit=" answers", disable=not shown, dynamic_ncols=True) as bar:
        for x in range(len(task.questions)):
            env.sample(prompts, np.full(len(prompts), x), task.samples, rng)
            bar.update(len(prompts) * task.samples)


@contextmanager
def _source(task: TaskFile, ledger: Ledger) -> Iterator[_Source]:
    made = {"command": f"iapo record {task.name}.toml", "licence": task.licence}
    if task.url is not None:
        yield _Source(Endpoint(task.url, task.model), 16, made)
        return
    with LocalModel(task.model, slots=task.samples) as model:
        # its port differs from start to start; what was asked before is found under one name
        ledger.same_address(f"http://localhost/{model.model}", model.base_url)
        made |= {"model": model.model, "endpoint": "llama.cpp on the recorder's own machine", "engine": model.engine}
        made |= _weights(task.model, model.weights)
        yield _Source(Endpoint(model.base_url, model.model, timeout=PATIENCE), 2, made, model)


def _weights(name: str, path: Path) -> dict[str, str]:
    """What a record says of the weights."""
    known = WEIGHTS.get(name)
    origin = (
        {} if known is None else {"weights": f"{known.file_name} of {known.package} {known.version}, {known.licence}"}
    )
    return {"weights": path.name, **origin, "sha256": sha256(path)}
