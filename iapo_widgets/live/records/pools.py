"""What was answered to a prompt and a question, laid out to be looked at: draws, votes, cost, and what to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.completions import NO_ANSWER, Completions
from ...core.costs import bill, calls, per_call_of
from ...core.strategies import Strategy
from ...core.voting import ranks
from ..scoring.judging import floor_of
from .completion import RecordedCompletion

Array = NDArray[np.float64]
RIGHT = 0  # the label of whatever is right, where that is known


@dataclass(frozen=True, slots=True)
class Pool:
    """The completions of a prompt and a question in the order in which they came; floors: what no score counts as."""

    completions: tuple[RecordedCompletion, ...]
    call_cost: float
    token_cost: float
    floors: tuple[float, ...]
    per_call: int | None

    def drawn(self, *seed: int) -> list[int]:
        """All of the pool without replacement; a first seed of 0 takes them as they came."""
        size = len(self.completions)
        return list(range(size)) if not seed[0] else np.random.default_rng(seed).permutation(size).tolist()

    def cost(self, which: Sequence[int]) -> float:
        """Of answering with these: the requests that so many take, and each completion by its tokens."""
        tokens = sum(self.completions[i].tokens for i in which)
        return float(bill(np.array(self.token_cost * tokens), np.array(self.call_cost), len(which), self.per_call))

    def requests(self, n: int) -> int:
        """Requests that ``n`` completions take."""
        return int(calls(n, self.per_call))

    def scores(self, i: int) -> tuple[float, ...]:
        """Objectives of completion ``i``, unread ones as they count."""
        return tuple(f if s is None else s for s, f in zip(self.completions[i].score, self.floors, strict=True))


@dataclass(frozen=True, slots=True)
class Votes:
    """Votes by label, most first, and the labels at the top; none where nobody votes."""

    votes: tuple[tuple[int, int], ...]
    winners: tuple[int, ...]

    @classmethod
    def of(cls, labels: Sequence[int]) -> Votes:
        """Count; equally many votes stand in the order in which they first came."""
        votes = tuple(Counter(label for label in labels if label != NO_ANSWER).most_common())
        return cls(votes, tuple(label for label, count in votes if count == votes[0][1]))

    @property
    def credit(self) -> float:
        """The share of the right answer in a lot among the winners: 1[n_gold = n*] / t of eq. 2."""
        return 1 / len(self.winners) if RIGHT in self.winners else 0.0


def pool_of(env: Any, prompt: int, question: int) -> Pool:
    """What ``env``, a ``Record`` or a ``LiveEnvironment``, holds of that pair; asks nothing of an endpoint.

    Raises ``ValueError`` where it keeps no texts, or they were left out of its file.
    """
    if not (hasattr(env, "completions") and hasattr(env, "questions")):
        raise ValueError(
            f"{type(env).__name__} {getattr(env, 'name', '')!r} has numbers only, no answers' texts. Take a record,"
            ' such as load("real-words"), or a live environment, which shows what its ledger holds'
        )
    found = tuple(env.completions(prompt, question))
    if any(completion.text is None for completion in found):
        raise ValueError(
            "the texts of this record were left out when it was packed; pack it with texts=True, or take a record"
            ' that has them, such as load("real-words")'
        )
    if hasattr(env, "query_call_cost"):
        call_cost, token_cost = float(env.query_call_cost[prompt, question]), float(env.token_cost)
    else:
        call_cost = env.costs.call(env.answers(prompt, question)) if found else 0.0
        token_cost = env.costs.token
    return Pool(found, call_cost, token_cost, tuple(map(floor_of, env.scorers)), per_call_of(env))


def expected(
    pools: Sequence[Pool], known: Sequence[bool], strategy: Strategy, weights: Sequence[float], n_max: int
) -> Array:
    """Mean reward before cost over all draws of n from each pool, (X, n = 1 .. n_max); NaN beyond a pool.

    known: whether the right answer of each is; weights: of the objectives that count, the first ones.
    """
    sizes = np.array([len(pool.completions) for pool in pools])
    shape = (len(pools), max(1, int(sizes.max())))
    valid = np.arange(shape[1]) < sizes[:, None]
    objectives, labels = np.zeros((*shape, len(weights))), np.full(shape, NO_ANSWER)
    if valid.any():
        objectives[valid] = [pool.scores(i)[: len(weights)] for pool in pools for i in range(len(pool.completions))]
        labels[valid] = [completion.label for pool in pools for completion in pool.completions]
    answers, gold = ranks(labels, np.where(known, RIGHT, NO_ANSWER))
    index = np.arange(len(pools))
    batch = Completions(index, index.copy(), objectives, answers, gold, np.zeros(shape), valid)
    return strategy.subsets(batch, np.array([weights], dtype=float), n_max)[:, 0]
