"""A ledger as an environment of known outcomes: the paper's own recipe, so that replays are free and Q is exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .answer import Answer
from .records.packing import answered_by_all
from .scoring.judging import Judged, Jury


@dataclass(frozen=True, eq=False, slots=True)
class Recorded:
    """Outcomes of P prompts and X kept questions, at most M completions each.

    arrays: ``probs`` (P, X, M), ``values`` (P, X, M, K), ``cost`` (P, X, M), ``answers`` (P, X, M), ``gold`` (X,) and
    ``call_cost`` (P, X), as ``CategoricalEnvironment`` takes them; counts (P, X): completions of each pair.
    """

    arrays: dict[str, NDArray[Any]]
    counts: NDArray[np.int64]

    def __str__(self) -> str:
        p, x = self.counts.shape
        return f"{self.counts.min()} to {self.counts.max()} for each of {p} prompts and {x} questions"


def recorded(answers: list[list[list[Answer]]], jury: Jury) -> Recorded:
    """Every question of which each prompt has a completion; the outcomes of a pair are its completions, equally likely.

    answers: by prompt, question and sample.  Sends nothing but what a scorer asks of its own endpoint and is not in the
    ledger.  Raises ``ValueError`` where there is no such question.
    """
    kept = answered_by_all(answers)
    counts = np.array([[len(row[x]) for x in kept] for row in answers])
    p, x, m = len(answers), len(kept), int(counts.max())
    probs = np.where(np.arange(m) < counts[..., None], 1.0 / counts[..., None], 0.0)
    prompts, queries = np.repeat(np.arange(p), x), np.tile(np.array(kept), p)
    none: list[Answer | None] = [None]
    pulls = [[*answers[i][j], *none * (m - len(answers[i][j]))] for i, j in zip(prompts, queries, strict=True)]
    drawn, _ = jury.judge(Judged(), prompts, queries, m, pulls)
    share = probs * drawn.valid.reshape(p, x, m)  # without what a scorer could not judge
    whole = share.sum(axis=2, keepdims=True)
    if np.any(whole == 0):
        raise ValueError("a scorer's own calls failed for all completions of a question; run again")
    arrays = {
        "probs": share / whole,
        "values": drawn.objectives.reshape(p, x, m, -1),
        "cost": drawn.cost.reshape(p, x, m),
        "answers": drawn.answers.reshape(p, x, m),
        "gold": drawn.gold[:x],
        "call_cost": drawn.call_cost.reshape(p, x),
    }
    return Recorded(arrays, counts)
