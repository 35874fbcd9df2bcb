"""Where a page of answers opens: at a question that the vote saves under one prompt, and ruins under another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.problem import Context
from ...core.strategies import MajorityVote, Strategy
from ...live.records.pools import NO_ANSWER, RIGHT, Pool, Votes, expected, pool_of
from .answer_page import votes

GAIN = 0.1  # by how much a vote must change the chance of being right to be called saving or ruining
LOOKED = 60_000  # completions that are looked through for it
SEEN = 1.0  # what the answers as they came show weighs more than what to expect of any draw


def opening(env: Any, context: Context, n: int) -> tuple[int, int | None, int]:
    """(prompt, other, question) where ``n`` answers teach most; the same for the same record.

    Under ``prompt`` the vote saves the question: its first answer is wrong, the vote right; under ``other`` it ruins
    it, or helps least.  Where answers don't vote, the best of ``n`` gains most, and least.  (0, ``None``, 0) where
    there is nothing of the kind, and for a live environment, of whose ledger no more is read than is looked at.
    """
    asked = _asked(env, n)
    if not asked:
        return 0, None, 0
    pools = [[pool_of(env, p, x) for x in asked] for p in range(len(env.pairs))]
    up, down = _lessons(env, pools, context, n)
    best = up.argmax(axis=0)
    among = np.arange(len(pools))[:, None] != best  # another prompt than that
    least = np.where(among, down, -np.inf).argmax(axis=0)
    columns = np.arange(len(asked))
    total = up[best, columns] + (down[least, columns] if len(pools) > 1 else 0.0)
    x = int(total.argmax())
    if total[x] <= 0:
        return 0, None, 0
    return int(best[x]), int(least[x]) if len(pools) > 1 else None, asked[x]


def saved_question(env: Any, context: Context, prompt: int, n: int) -> int | None:
    """The question where ``n`` answers of that prompt do most for it, if possible one that they save as they came.

    ``None`` where they do nothing for any, and for a live environment.
    """
    asked = _asked(env, n)
    if not asked:
        return None
    pools = [pool_of(env, prompt, x) for x in asked]
    up, _ = _lessons(env, [pools], context, n)
    said = [[c.label != NO_ANSWER for c in pool.completions[:n]] or [False] for pool in pools]
    read = np.array([sum(each) / len(each) for each in said]) if votes(env) else 1.0
    worth = np.where(up[0] > 0, up[0] + read, -np.inf)  # a vote of few teaches less
    best = int(worth.argmax())
    return asked[best] if up[0, best] > 0 else None


def _asked(env: Any, n: int) -> list[int]:
    """Questions of a record to look through; none where there is nothing to find."""
    pairs = getattr(env, "pairs", None)
    if n == 1 or not pairs:
        return []
    each = max(1, sum(len(row[0]) for row in pairs))  # about so many completions a question
    return [x for x, question in enumerate(env.questions) if question.golds or not votes(env)][: LOOKED // each]


def _lessons(
    env: Any, pools: list[list[Pool]], context: Context, n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How well each prompt shows, at each question, what ``n`` answers save, and what they ruin; both (P, X)."""
    vote = votes(env)
    strategy: Strategy = MajorityVote() if vote else env.strategy
    weights = (1.0,) if vote else context.weights
    worth = np.array([expected(row, [vote] * len(row), strategy, weights, n) for row in pools])
    gain = np.nan_to_num(worth[..., n - 1] - worth[..., 0])
    if not vote:
        return gain, -gain
    labels = [[[c.label for c in pool.completions[:n]] for pool in row] for row in pools]
    first = np.array([[bool(said) and said[0] == RIGHT for said in row] for row in labels])
    credit = np.array([[Votes.of(said).credit for said in row] for row in labels])
    saves, ruins = ~first & (credit == 1) & (gain >= GAIN), first & (credit == 0) & (gain <= -GAIN)
    return gain + SEEN * saves, SEEN * ruins - gain
