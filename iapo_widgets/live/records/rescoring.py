"""A record under other scorers: the same texts, read anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from ...core.problem import Prompt
from ..answer import Answer
from ..endpoint.prices import Prices
from ..ledger.ledger import Ledger
from ..ledger.spending import SpendingLimit
from ..problem import Question
from ..scoring.costs import Costs
from ..scoring.judging import Jury, check_scorers
from ..scoring.scorer import Scorer
from ..scoring.scorers import as_scorer
from .completion import RecordedCompletion, ScorerNote
from .gathered import Pairs, gathered, noted, warn_of_unjudged, warn_of_unread

AT_ONCE = 16  # calls of a judge


def rescored(
    prompts: Sequence[Prompt],
    questions: Sequence[Question],
    pairs: Sequence[Sequence[Sequence[RecordedCompletion]]],
    scorers: Sequence[Scorer | Callable[..., Any]],
    *,
    ledger: Ledger | None,
    limit: SpendingLimit | None,
) -> tuple[Pairs, list[ScorerNote]]:
    """The same completions as these scorers read them, and how; options and errors as of ``Record.scored``."""
    if any(c.text is None for row in pairs for pool in row for c in pool):
        raise ValueError("the texts of this record were left out, so that nothing can read them anew")
    checked = check_scorers([as_scorer(scorer) for scorer in scorers], questions)
    if any(hasattr(scorer, "score_async") for scorer in checked) and (ledger is None or limit is None):
        raise ValueError("a scorer that asks a model needs ledger=... and limit=..., which its calls are charged to")
    costs, caps = Costs("tokens", Prices()), limit or SpendingLimit(completions=1)
    jury = Jury(checked, tuple(questions), costs, ledger, caps, AT_ONCE, threading.Event())
    answers = [
        [[Answer(c.text or "", c.finish_reason, 0, c.tokens, 0.0, True) for c in pool] for pool in row] for row in pairs
    ]
    found = gathered(answers, jury)
    warn_of_unjudged(answers, found)
    if not all(pool for row in found for pool in row):
        raise ValueError("a scorer's own calls failed for all completions of a question; run again")
    warn_of_unread(prompts, found, [scorer.name for scorer in checked])
    return found, noted(checked)
