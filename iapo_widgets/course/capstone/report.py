"""A report of a learner's own training, made of the environments and of the result that they hold."""

from __future__ import annotations

import datetime
import math
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.checks import check_scale
from ...core.files import replacing
from ...core.naming import short_name
from ...core.problem import Arm, Context
from ...core.rounds import Result
from ...study.arms import arm_table
from ...tasks.catalogue import RECORDED
from .anew import SHOWN
from .facts import FORM, Facts, digest, seen
from .held_out import is_exact, prompt_first, values_on
from .page import fragment, page
from .soundness import structure

ANSWERS, LONG = 4, 60  # of a failure: different answers shown, and characters of each


@dataclass(frozen=True, slots=True, repr=False)
class CapstoneReport:
    """A report that shows itself in a notebook; ``facts`` are all that it says, as JSON values."""

    facts: Facts = field(compare=False)

    def __repr__(self) -> str:
        users, held_out = len(self.facts["users"]), len(self.facts["held_out"])
        return f"CapstoneReport({self.facts['title']!r}, {users} users, {held_out} held-out questions)"

    def _repr_html_(self) -> str:
        return fragment(self.facts, title="h2")  # a notebook has a title of its own

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page, which works offline, and return its path; it is complete or it is not there."""
        if Path(path).suffix != ".html":
            raise ValueError(f"a report is a page: its name ends in .html, not {Path(path).name!r}")
        with replacing(path) as file:
            file.write(page(self.facts).encode())
        return Path(path)


def capstone_report(
    training: Any,
    held_out: Any,
    result: Result,
    *,
    title: str,
    source: str,
    budget: int,
    cap: int,
    failure: tuple[int, int],
    why: str,
    limits: str,
    algorithm: str,
    plain: int = 0,
    author: str = "",
    date: str | None = None,
    seed: int = 0,
) -> CapstoneReport:
    """The report of a policy that was trained on ``training`` and is judged on ``held_out``, questions apart.

    training, held_out: a ``Record`` or a ``LiveEnvironment`` each; of a live one the answers that the policy and its
    rivals need are asked for now, within its limit.  result: what ``train`` returned.  source: where prompts and
    questions come from.  budget, cap: of training, and of all, in completions.  failure: (prompt, held-out question) to
    explain; why, limits: in the learner's own words.  plain: number of the plain prompt, which is asked once.  date:
    as 2026-11-26, today without one.

    Raises ``ValueError`` where the parts don't fit to each other, and as ``values_on`` and ``prompt_first``.
    """
    _check(training, held_out, result, failure)
    arms = _arms(training, held_out, result, plain)
    exact = all(is_exact(held_out, arm) for each in arms.values() for arm in each.values())
    facts: Facts = {
        "form": FORM, "title": seen(title), "author": seen(author), "date": date or str(datetime.date.today()),
        "name": seen(training.name), "source": seen(source), "recorded": _recorded(training),
        "strategy": training.strategy.name, "cost_unit": seen(training.cost_unit),
        "prompts": [seen(short_name(prompt, i, SHOWN)) for i, prompt in enumerate(training.prompts)],
        "training": [digest(question.text) for question in training.questions],
        "held_out": [digest(question.text) for question in held_out.questions],
        "algorithm": seen(algorithm), "budget": check_scale(budget, "budget"), "cap": check_scale(cap, "cap"),
        "spent": int(result.spent), "judging": 0 if exact else _drawn(held_out, arms), "exact": exact,
        "users": [_user(training, held_out, result, each, arms[each.name], seed) for each in held_out.contexts],
        "failure": _failure(held_out, *failure, why), "limits": seen(limits),
    }  # fmt: skip
    broken = structure(facts)
    if broken:
        raise ValueError("; ".join(broken.values()))
    return CapstoneReport(facts)


def _check(training: Any, held_out: Any, result: Result, failure: tuple[int, int]) -> None:
    for env in (training, held_out):
        if not hasattr(env, "questions") or not hasattr(env, "completions"):
            raise ValueError(f"a report needs questions and answers in words: a Record or a LiveEnvironment, not {env}")
    if training.prompts != held_out.prompts or training.contexts != held_out.contexts:
        raise ValueError("training and held_out must have the same prompts and users: split one task")
    if list(result.policy) != [context.name for context in training.contexts]:
        raise ValueError("the result is of other users than the task's")
    prompt, question = failure
    if not 0 <= prompt < len(held_out.prompts) or not 0 <= question < held_out.n_queries:
        raise ValueError(f"failure is a prompt from 0 to {len(held_out.prompts) - 1} and a held-out question from 0 to"
                         f" {held_out.n_queries - 1}, not {failure}")  # fmt: skip


def _arms(training: Any, held_out: Any, result: Result, plain: int) -> dict[str, dict[str, Arm]]:
    """By user, the policy's arm and its rivals'."""
    if not 0 <= plain < len(held_out.prompts):
        raise ValueError(f"plain is the number of a prompt, 0 to {len(held_out.prompts) - 1}, not {plain}")
    first = prompt_first(training, result)
    return {name: {"policy": arm, "plain": Arm(plain, 1), "first": first[name]} for name, arm in result.policy.items()}


def _user(training: Any, held_out: Any, result: Result, context: Context, arms: Mapping[str, Arm], seed: int) -> Any:
    rows = [r for r in arm_table(training, result) if r.context == context.name and r.recommended]
    trained = rows[0].q if rows and not math.isnan(rows[0].q) else None
    values = {name: values_on(held_out, arm, context.name, seed) for name, arm in arms.items()}
    return {
        "name": seen(context.name), "weights": list(context.weights), "cost_weight": context.cost_weight,
        "arms": {name: arm.plain for name, arm in arms.items()}, "trained": [_rounded(trained)],
        "values": {name: [_rounded(v) for v in row] for name, row in values.items()},
    }  # fmt: skip


def _drawn(held_out: Any, arms: Mapping[str, Mapping[str, Arm]]) -> int:
    """Completions that judge: arms of one prompt share theirs, so that each prompt has those of its largest N."""
    most: Counter[int] = Counter()
    for each in arms.values():
        for arm in each.values():
            most[arm.prompt] = max(most[arm.prompt], int(arm.n or 1))
    return held_out.n_queries * most.total()


def _failure(held_out: Any, prompt: int, question: int, why: str) -> dict[str, Any]:
    answers = Counter(
        seen(c.answer if c.answer is not None else c.text or "no answer that can be read")[:LONG]
        for c in held_out.completions(prompt, question)
    )
    asked = held_out.questions[question]
    return {
        "question": seen(asked.text), "right": seen(_right(asked.gold)), "prompt": prompt,
        "answers": [{"text": text, "count": count} for text, count in answers.most_common(ANSWERS)],
        "words": seen(why),
    }  # fmt: skip


def _right(gold: Any) -> str:
    """One right answer, or several."""
    return "" if gold is None else " or ".join(map(str, gold)) if isinstance(gold, (tuple, list)) else str(gold)


def _recorded(task: Any) -> str:
    return task.name if task.name in RECORDED and getattr(task, "replacement", False) else ""


def _rounded(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else round(float(value), 6)
