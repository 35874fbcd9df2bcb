"""What a live environment recorded, as a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ...core.problem import Context, Prompt
from ...core.strategies import Strategy
from ..answer import Answer
from ..scoring.judging import Jury
from .gathered import gathered, noted, warn_of_unjudged
from .record import Record


def packed(
    prompts: Sequence[Prompt],
    answers: Sequence[Sequence[Sequence[Answer]]],
    jury: Jury,
    *,
    contexts: Sequence[Context],
    strategy: Strategy,
    n_max: int,
    cost_unit: str,
    per_call: int | None,
    name: str,
    made: Mapping[str, str],
    about: str = "",
    test: Sequence[int] = (),
) -> Record:
    """A record of the questions that every prompt has answered.

    A completion that a scorer could not judge, since its own call failed, is missing, and a warning says how many are.

    answers: by prompt, question and sample; jury: with the scorers and all questions; test: numbers of questions that
    are the test part; the others as ``Record``.  Raises ``ValueError`` where there is no such question, and as
    ``Jury.judge`` where a scorer fails.
    """
    pairs = gathered(answers, jury)
    unjudged = warn_of_unjudged(answers, pairs)
    kept = [x for x in range(len(jury.questions)) if all(row[x] for row in pairs)]
    if not kept:
        raise ValueError(
            "a scorer's own calls failed for all completions of every question under some prompt; run again"
            if unjudged
            else "the ledger holds no question that every prompt has answered; sample all on the same questions first"
        )
    place = {old: new for new, old in enumerate(kept)}
    left = len(jury.questions) - len(kept)
    dropped: dict[str, str] = {"left out": f"{left} questions that not every prompt has answered"} if left else {}
    if unjudged:
        dropped["not judged"] = f"{unjudged} completions, on which a scorer's own call failed, are left out"
    costs: Any = [[jury.costs.call(row[x]) for x in kept] for row in answers]
    return Record(
        prompts, [jury.questions[x] for x in kept], [[row[x] for x in kept] for row in pairs],
        scorers=noted(jury.scorers), contexts=contexts, strategy=strategy, n_max=n_max, call_cost=costs,
        token_cost=jury.costs.token, cost_unit=cost_unit, per_call=per_call,
        test=[place[x] for x in test if x in place],
        made={"date": datetime.now(UTC).date().isoformat(), **made, **dropped}, name=name, about=about,
    )  # fmt: skip
