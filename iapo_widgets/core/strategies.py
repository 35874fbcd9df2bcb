"""Inference strategies, the aggregator alpha: what the user gets from N completions (eqs. 1 and 2).

A strategy answers three questions, always for all contexts at once and before the cost is subtracted:
``rewards`` for completions at hand, ``expected`` when N completions are drawn from known outcome
probabilities, and ``subsets`` averaged over all n-subsets of the completions at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from . import voting
from .completions import Completions
from .problem import Context, weight_matrix

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """Outcome distributions of R (prompt, query) pairs: probs (R, M), values (R, M, K), answers (R, M), gold (R,)."""

    probs: Array
    values: Array
    answers: NDArray[np.int64]
    gold: NDArray[np.int64]

    def rows(self, which: slice | NDArray[np.generic]) -> Outcomes:
        """The chosen pairs only."""
        return Outcomes(self.probs[which], self.values[which], self.answers[which], self.gold[which])


@runtime_checkable
class Strategy(Protocol):
    """What an inference strategy must offer; rewards exclude cost."""

    @property
    def name(self) -> str:
        """Name in ``STRATEGIES``."""
        ...

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Raise ``ValueError`` where the strategy cannot score such a task."""

    def rewards(self, completions: Completions, starts: NDArray[np.int64], ends: NDArray[np.int64],
                contexts: Sequence[Context]) -> Array:  # fmt: skip
        """Reward of the completions ``starts[j]:ends[j]`` of each pull, shape (B, C, J); the pulls are packed."""

    def expected(self, outcomes: Outcomes, contexts: Sequence[Context], n_max: int) -> Array:
        """Exact expected reward at scales 1 .. n_max, shape (R, C, n_max)."""

    def subsets(self, completions: Completions, contexts: Sequence[Context], n_max: int) -> Array:
        """Mean reward over all n-subsets, shape (B, C, n_max); NaN above the number that arrived."""


def distinct_weights(contexts: Sequence[Context]) -> tuple[Array, NDArray[np.int64]]:
    """Weight vectors that differ, (W, K), and for each context which of them it has, (C,)."""
    vectors, inverse = np.unique(weight_matrix(contexts), axis=0, return_inverse=True)
    return vectors, inverse.ravel()


def expected_maximum(utility: Array, probs: Array, n_max: int) -> Array:
    """E max of n i.i.d. draws: sum_i u_(i) (F_i^n - F_{i-1}^n), shape (R, n_max), utility and probs (R, M)."""
    order = np.argsort(utility, axis=1, kind="stable")
    u = np.take_along_axis(utility, order, axis=1)
    cdf = np.minimum(np.cumsum(np.take_along_axis(probs, order, axis=1), axis=1), 1.0)
    cdf[:, -1] = 1.0
    steps = np.diff(u, axis=1)  # E max = u_(M) - sum_i (u_(i+1) - u_(i)) F_i^n
    below, power = cdf[:, :-1], np.ones_like(cdf[:, :-1])
    out = np.empty((len(u), n_max))
    for n in range(n_max):
        power *= below
        out[:, n] = u[:, -1] - np.einsum("rm,rm->r", steps, power)
    return out


def subset_maximum(utility: Array, present: NDArray[np.bool_], n_max: int) -> Array:
    """Mean of the largest over all n-subsets of the ``present`` completions, shape (R, n_max), NaN beyond.

    utility, present (R, N).  Source: sum_i u_(i) binom(i - 1, n - 1) / binom(N, n), u ascending.
    """
    n_drawn = utility.shape[1]
    count = present.sum(axis=1)
    u = np.sort(np.where(present, utility, np.inf), axis=1)
    u = np.where(np.arange(n_drawn) < count[:, None], u, 0.0)
    rank = voting.binomial_series(np.arange(n_drawn, dtype=float), n_max - 1)  # [n - 1, i - 1]
    total = voting.binomial_series(count.astype(float), n_max)[1:].T  # (R, n_max)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, (u @ rank.T) / total, np.nan)


@dataclass(frozen=True, slots=True)
class BestOfN:
    """Best-of-N, eq. 1: R = max_i sum_k w_k O_k(y_i), before cost."""

    name: str = "best-of-n"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Any task with at least one objective can be scored."""

    def rewards(self, completions, starts, ends, contexts):
        """Reward of each block of completions, (B, C, J); see ``Strategy``."""
        vectors, which = distinct_weights(contexts)
        utility = np.einsum("bnk,wk->bwn", completions.objectives, vectors)
        return _segment_max(utility, starts, ends)[:, which]

    def expected(self, outcomes, contexts, n_max):
        """Closed form over sorted outcomes, (R, C, n_max)."""
        vectors, which = distinct_weights(contexts)
        utility = np.einsum("rmk,wk->wrm", outcomes.values, vectors)
        return np.stack([expected_maximum(u, outcomes.probs, n_max) for u in utility], axis=1)[:, which]

    def subsets(self, completions, contexts, n_max):
        """Closed form over order statistics, (B, C, n_max)."""
        vectors, which = distinct_weights(contexts)
        utility = np.einsum("bnk,wk->wbn", completions.objectives, vectors)
        return np.stack([subset_maximum(u, completions.valid, n_max) for u in utility], axis=1)[:, which]


@dataclass(frozen=True, slots=True)
class MajorityVote:
    """Majority voting, eq. 2: w_1 times 1[n_gold = n*] / t, before cost; t answers tie at the top."""

    name: str = "majority-vote"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Voting is scored against the right answer."""
        if not has_gold:
            raise ValueError("majority voting needs the right answer of every query (gold); this task has none")

    def rewards(self, completions, starts, ends, contexts):
        """Credit of each block of completions, (B, C, J); see ``Strategy``."""
        credit = _gold_share(completions, starts, ends)
        return weight_matrix(contexts)[:, 0][:, None] * credit[:, None]

    def expected(self, outcomes, contexts, n_max):
        """Closed form by generating functions, (R, C, n_max)."""
        mass, free = answer_mass(outcomes.probs, outcomes.answers, int(outcomes.gold.max(initial=0)))
        credit = _gold_credit(voting.power_series, mass, free, outcomes.gold, n_max) * voting.power_norm(n_max)
        return weight_matrix(contexts)[:, 0][:, None] * credit[:, None]

    def subsets(self, completions, contexts, n_max):
        """Closed form by generating functions, (B, C, n_max)."""
        mass, free = answer_mass(
            completions.valid.astype(float), completions.answers, int(completions.gold.max(initial=0))
        )
        credit = _gold_credit(voting.binomial_series, mass, free, completions.gold, n_max)
        credit = _per_subset(credit, completions.n_valid, n_max)
        return weight_matrix(contexts)[:, 0][:, None] * credit[:, None]


@dataclass(frozen=True, slots=True)
class VoteThenBest:
    """The mixed strategy that returns one response: vote first, then the best style among the winner's completions.

    Reward before cost: w_c 1[winner = gold] + max over the winner's completions of the other objectives'
    weighted sum; answers that tie win equally often.  ``correctness`` is the index c of the weight of the vote.
    Where no completion casts a vote, the best style of all of them is returned, without credit.
    """

    correctness: int = 0
    name: str = "vote-then-best"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Needs the right answers, and the weight of correctness."""
        MajorityVote().check(n_objectives, has_gold)
        if not 0 <= self.correctness < n_objectives:
            raise ValueError(f"correctness is objective {self.correctness}, the task has {n_objectives} objectives")

    def _vectors(self, contexts: Sequence[Context]) -> tuple[Array, Array, NDArray[np.int64]]:
        vectors, which = distinct_weights(contexts)
        style = vectors.copy()
        style[:, self.correctness] = 0.0
        return vectors[:, self.correctness], style, which

    def rewards(self, completions, starts, ends, contexts):
        """Mean over tied winners of credit and best style, (B, C, J); see ``Strategy``."""
        weight, style, which = self._vectors(contexts)
        counts, labels = _vote_counts(completions, starts, ends)  # (B, J, A)
        top = counts.max(axis=2)
        tied = (counts == top[..., None]) & (top > 0)[..., None]
        share = tied / np.maximum(tied.sum(axis=2), 1)[..., None]
        utility = np.einsum("bnk,wk->bwn", completions.objectives, style)
        total = np.zeros((len(completions), len(weight), len(starts)))
        for a in range(labels):
            mine = np.where((completions.answers == a)[:, None], utility, -np.inf)
            best = _segment_max(mine, starts, ends)
            best = np.where(np.isfinite(best), best, 0.0)
            right = (completions.gold == a).astype(float)
            total += share[:, None, :, a] * (best + (weight * right[:, None])[:, :, None])
        total += np.where((top == 0)[:, None], _segment_max(utility, starts, ends), 0.0)
        return total[:, which]

    def expected(self, outcomes, contexts, n_max):
        """Closed form: who wins with how many votes, times the best style of so many draws, (R, C, n_max)."""
        weight, style, which = self._vectors(contexts)
        mass, free = answer_mass(outcomes.probs, outcomes.answers, int(outcomes.gold.max(initial=0)))
        utility = np.einsum("rmk,wk->wrm", outcomes.values, style)
        norm = voting.power_norm(n_max)

        def best(a: int, rows: slice) -> Array:
            mine = np.where(outcomes.answers[rows] == a, outcomes.probs[rows], 0.0)
            share = mine / np.maximum(mine.sum(axis=1, keepdims=True), np.finfo(float).tiny)
            empty = mine.sum(axis=1) == 0
            values = np.stack([expected_maximum(u[rows], share, n_max) for u in utility])
            values[:, empty] = 0.0
            return values

        total = self._total(voting.power_series, mass, free, outcomes.gold, weight, best, n_max)
        return (total * norm)[:, which]

    def subsets(self, completions, contexts, n_max):
        """The same closed form over counts, (B, C, n_max)."""
        weight, style, which = self._vectors(contexts)
        mass, free = answer_mass(
            completions.valid.astype(float), completions.answers, int(completions.gold.max(initial=0))
        )
        utility = np.einsum("bnk,wk->wbn", completions.objectives, style)

        def best(a: int, rows: slice) -> Array:
            mine = completions.valid[rows] & (completions.answers[rows] == a)
            return np.nan_to_num(np.stack([subset_maximum(u[rows], mine, n_max) for u in utility]))

        total = self._total(voting.binomial_series, mass, free, completions.gold, weight, best, n_max)
        return _per_subset(total, completions.n_valid, n_max)[:, which]

    def _total(self, series, mass, free, gold, weight, best, n_max):
        """Sum over winners a and votes m of P(a wins with m) (w_c 1[a = gold] + V_a(m)), (R, W, n_max), un-normed."""
        total = np.zeros((len(mass), len(weight), n_max))
        for rows in voting.blocks(len(mass)):
            for a in range(mass.shape[1]):
                target = np.full(rows.stop - rows.start, a)
                wins = voting.win_weights(series, mass[rows], free[rows], target, n_max)[1:]  # (m, n, R)
                value = best(a, rows) + weight[:, None, None] * (gold[rows] == a)[:, None]  # (W, R, m)
                total[rows] += np.einsum("mnr,wrm->rwn", wins, value)
            unvoted = series(free[rows], n_max)[1:]  # nobody votes: all n completions are free
            if np.any(unvoted):
                total[rows] += np.einsum("nr,wrn->rwn", unvoted, best(-1, rows))
        return total


STRATEGIES: dict[str, Strategy] = {s.name: s for s in (BestOfN(), MajorityVote(), VoteThenBest())}


def answer_mass(mass: Array, answers: NDArray[np.int64], least: int = 0) -> tuple[Array, Array]:
    """Mass of each answer (R, A) and of what casts no vote (R,); mass (R, M), answers (R, M) or (1, M)."""
    n_answers = max(int(answers.max(initial=0)), least) + 1
    answers = np.broadcast_to(answers, mass.shape)
    out = np.stack([np.where(answers == a, mass, 0.0).sum(axis=1) for a in range(n_answers)], axis=1)
    return out, np.where(answers < 0, mass, 0.0).sum(axis=1)


def _gold_credit(series, mass, free, gold, n_max):
    """Un-normed expected credit of the right answer, (R, n_max)."""
    out = np.empty((len(mass), n_max))
    for rows in voting.blocks(len(mass)):
        wins = voting.win_weights(series, mass[rows], free[rows], gold[rows], n_max)
        out[rows] = wins.sum(axis=0).T
    return out


def _per_subset(total: Array, count: NDArray[np.int64], n_max: int) -> Array:
    """Divide by the number of n-subsets, NaN where there is none; total (R, ..., n_max), count (R,)."""
    norm = voting.binomial_series(count.astype(float), n_max)[1:].T
    norm = norm.reshape(len(count), *(1,) * (total.ndim - 2), n_max)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norm > 0, total / norm, np.nan)


def _vote_counts(completions: Completions, starts, ends) -> tuple[NDArray[np.int64], int]:
    """Votes per answer in each block, (B, J, A), from differences of running counts."""
    labels = max(int(completions.answers.max(initial=0)), int(completions.gold.max(initial=0))) + 1
    voted = (completions.answers[:, :, None] == np.arange(labels)) & completions.valid[:, :, None]
    running = np.zeros((len(completions), completions.n + 1, labels), dtype=np.int32)
    np.cumsum(voted, axis=1, out=running[:, 1:])
    return running[:, ends] - running[:, starts], labels


def _gold_share(completions: Completions, starts, ends) -> Array:
    """1[n_gold = n*] / t for each block, (B, J)."""
    counts, _ = _vote_counts(completions, starts, ends)
    top = counts.max(axis=2)
    gold = np.take_along_axis(counts, np.maximum(completions.gold, 0)[:, None, None], axis=2)[..., 0]
    won = (gold == top) & (gold > 0) & (completions.gold >= 0)[:, None]
    return won / (counts == top[..., None]).sum(axis=2)


def _segment_max(utility: Array, starts, ends) -> Array:
    """Largest utility[..., s:e] for every block, (..., J); blocks are neither empty nor out of range."""
    padded = np.concatenate([utility, np.full((*utility.shape[:-1], 1), -np.inf)], axis=-1)
    pairs = np.stack([starts, ends], axis=1).ravel()
    return np.maximum.reduceat(padded, pairs, axis=-1)[..., ::2]
