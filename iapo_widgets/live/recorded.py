"""A ledger as an environment of known outcomes: the paper's own recipe, so that replays are free and Q is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.environment import CategoricalEnvironment
from .answer import Answer
from .judging import Judged, judge

if TYPE_CHECKING:
    from .environment import LiveEnvironment


def recorded(env: LiveEnvironment, n_max: int | None = None) -> CategoricalEnvironment:
    """Every question of which each prompt has a completion; the outcomes of a pair are its completions, equally likely.

    Sends nothing but what a scorer asks of its own endpoint and is not in the ledger.  Raises ``ValueError`` where
    there is no such question.
    """
    pairs = [[env.answers(p, x) for x in range(env.n_queries)] for p in range(len(env.prompts))]
    kept = [x for x in range(env.n_queries) if all(row[x] for row in pairs)]
    if not kept:
        raise ValueError(
            "the ledger holds no question that every prompt has answered; sample all on the same questions first"
        )
    counts = np.array([[len(row[x]) for x in kept] for row in pairs])
    p, x, m = len(env.prompts), len(kept), int(counts.max())
    probs = np.where(np.arange(m) < counts[..., None], 1.0 / counts[..., None], 0.0)
    prompts, queries = np.repeat(np.arange(p), x), np.tile(np.array(kept), p)
    none: list[Answer | None] = [None]
    pulls = [[*pairs[i][j], *none * (m - len(pairs[i][j]))] for i, j in zip(prompts, queries, strict=True)]
    before = env.counts.copy()
    drawn = judge(env, Judged(), prompts, queries, m, pulls)
    env.counts.clear()
    env.counts.update(before)
    share = probs * drawn.valid.reshape(p, x, m)  # without what a scorer could not judge
    whole = share.sum(axis=2, keepdims=True)
    if np.any(whole == 0):
        raise ValueError("a scorer's own calls failed for all completions of a question; run again")
    return CategoricalEnvironment(
        share / whole,
        drawn.objectives.reshape(p, x, m, -1),
        drawn.cost.reshape(p, x, m),
        contexts=env.contexts,
        strategy=env.strategy,
        n_max=env.n_max if n_max is None else n_max,
        answers=drawn.answers.reshape(p, x, m),
        gold=drawn.gold[:x],
        objectives=env.objectives,
        prompts=env.prompts,
        name=f"{env.name}, recorded",
        note=f"recorded {env.note}: {counts.min()} to {counts.max()} for each of {p} prompts and {x} questions",
        cost_unit=env.cost_unit,
    )
