"""Inference strategies, the aggregator alpha: what the user gets from N completions (eqs. 1 and 2).

A strategy answers three questions, for W vectors of objective weights at once and before any cost: ``rewards`` of
completions at hand, ``expected`` when completions are drawn from known outcome probabilities, and ``subsets``, the mean
over all n-subsets of the completions at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from . import stopping, voting
from .completions import Completions
from .order_statistics import expected_maximum, expected_selected, subset_maximum, subset_selected
from .segments import gold_share, segment_max, utilities, vote_counts

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Outcomes:
    """Outcome distributions of R (prompt, query) pairs: probs (R, M), values (R, M, K), answers (R, M), gold (R,)."""

    probs: Array
    values: Array
    answers: Index
    gold: Index


@runtime_checkable
class Strategy(Protocol):
    """What an inference strategy must offer; ``weights`` is (W, K), rewards exclude cost."""

    @property
    def name(self) -> str:
        """Name in ``STRATEGIES``."""
        ...

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Raise ``ValueError`` where the strategy cannot score such a task."""

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Reward of the completions ``starts[j]:ends[j]`` of each packed pull, shape (B, W, J)."""
        ...

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Exact expected reward at scales 1 .. n_max, shape (R, W, n_max)."""
        ...

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """Mean reward over all n-subsets, shape (B, W, n_max); NaN above the number that arrived."""
        ...


@dataclass(frozen=True, slots=True)
class BestOfN:
    """Best-of-N, eq. 1: R = max_i sum_k w_k O_k(y_i), before cost."""

    name: str = "best-of-n"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Any task with an objective can be scored."""

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Largest utility of each block; see ``Strategy``."""
        return segment_max(utilities(completions, weights), starts, ends).transpose(2, 1, 0)

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Closed form over sorted outcomes; see ``Strategy``."""
        utility = np.einsum("rmk,wk->wrm", outcomes.values, weights)
        return np.stack([expected_maximum(u, outcomes.probs, n_max) for u in utility], axis=1)

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """Closed form over order statistics; see ``Strategy``."""
        utility = np.einsum("bnk,wk->wbn", completions.objectives, weights)
        return np.stack([subset_maximum(u, completions.valid, n_max) for u in utility], axis=1)


@dataclass(frozen=True, slots=True)
class SelectedBest:
    """Best-of-N as deployed without right answers: one objective selects, all of them evaluate what it selected.

    Reward before cost: sum_k w_k O_k(y_i) of the completion i that is best by objective ``selection`` (its index),
    equals picked equally often; that objective's own weight may be 0.
    """

    selection: int = 0
    name: str = "selected-best"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Needs the objective that selects."""
        if not 0 <= self.selection < n_objectives:
            raise ValueError(f"selection is objective {self.selection}, the task has {n_objectives} objectives")

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Mean utility of the selected of each block; see ``Strategy``."""
        utility = utilities(completions, weights)  # (n, W, B)
        selection = completions.objectives[..., self.selection].T[:, None]  # (n, 1, B)
        top = segment_max(selection, starts, ends)
        out = np.empty((len(starts), *utility.shape[1:]))
        for j, (start, end) in enumerate(zip(starts, ends, strict=True)):
            tied = selection[start:end] == top[j]
            out[j] = (utility[start:end] * tied).sum(axis=0) / np.maximum(tied.sum(axis=0), 1)
        return out.transpose(2, 1, 0)

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Closed form over outcomes in order of selection; see ``Strategy``."""
        utility = np.einsum("rmk,wk->wrm", outcomes.values, weights)
        selection = outcomes.values[..., self.selection]
        return np.stack([expected_selected(u, selection, outcomes.probs, n_max) for u in utility], axis=1)

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """The same closed form over counts; see ``Strategy``."""
        utility = np.einsum("bnk,wk->wbn", completions.objectives, weights)
        selection = completions.objectives[..., self.selection]
        return np.stack([subset_selected(u, selection, completions.valid, n_max) for u in utility], axis=1)


@dataclass(frozen=True, slots=True)
class MajorityVote:
    """Majority voting, eq. 2: w_1 times 1[n_gold = n*] / t, before cost; t answers tie at the top."""

    name: str = "majority-vote"

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """Voting is scored against the right answer."""
        if not has_gold:
            raise ValueError("majority voting needs the right answer of every query (gold); this task has none")

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Credit of each block times w_1; see ``Strategy``."""
        return (weights[:, 0, None] * gold_share(completions, starts, ends)[:, None]).transpose(2, 1, 0)

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Closed form by generating functions; see ``Strategy``."""
        mass, free = voting.answer_mass(outcomes.probs, outcomes.answers, outcomes.gold)
        credit = voting.gold_credit(voting.power_series, mass, free, outcomes.gold, n_max) * voting.power_norm(n_max)
        return weights[:, 0, None] * credit[:, None]

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """Closed form by generating functions over counts; see ``Strategy``."""
        mass, free = voting.answer_mass(completions.valid.astype(float), completions.answers, completions.gold)
        credit = voting.gold_credit(voting.binomial_series, mass, free, completions.gold, n_max)
        return weights[:, 0, None] * voting.per_subset(credit[:, None], completions.n_valid)


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

    def _parts(self, weights: Array) -> tuple[Array, Array]:
        """The weight of the vote (W,) and the weights of style (W, K)."""
        others = np.arange(weights.shape[1]) != self.correctness
        return weights[:, self.correctness], np.where(others, weights, 0.0)

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Mean over tied winners of credit and best style of each block; see ``Strategy``."""
        credit, style = self._parts(weights)
        counts, _ = vote_counts(completions, starts, ends)
        top = counts.max(axis=0)
        tied = (counts == top) & (top > 0)
        share = tied / np.maximum(tied.sum(axis=0), 1)
        utility = utilities(completions, style)
        total = np.where((top == 0)[:, None], segment_max(utility, starts, ends), 0.0)
        for a in range(len(counts)):
            mine = np.where((completions.answers == a).T[:, None], utility, -np.inf)
            best = segment_max(mine, starts, ends)
            right = np.multiply.outer(credit, completions.gold == a)
            total += share[a][:, None] * (np.where(np.isfinite(best), best, 0.0) + right)
        return total.transpose(2, 1, 0)

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Closed form: who wins with how many votes, times the best style of so many draws; see ``Strategy``."""
        credit, style = self._parts(weights)
        mass, free = voting.answer_mass(outcomes.probs, outcomes.answers, outcomes.gold)
        utility = np.einsum("rmk,wk->wrm", outcomes.values, style)

        def best(a: int, rows: slice) -> Array:
            mine = np.where(outcomes.answers[rows] == a, outcomes.probs[rows], 0.0)
            size = mine.sum(axis=1, keepdims=True)
            given = mine / np.where(size > 0, size, 1.0)
            return np.stack([np.where(size > 0, expected_maximum(u[rows], given, n_max), 0.0) for u in utility])

        total = voting.vote_then_best(voting.power_series, mass, free, outcomes.gold, credit, best, n_max)
        return total * voting.power_norm(n_max)

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """The same closed form over counts; see ``Strategy``."""
        credit, style = self._parts(weights)
        mass, free = voting.answer_mass(completions.valid.astype(float), completions.answers, completions.gold)
        utility = np.einsum("bnk,wk->wbn", completions.objectives, style)

        def best(a: int, rows: slice) -> Array:
            mine = completions.valid[rows] & (completions.answers[rows] == a)
            return np.nan_to_num(np.stack([subset_maximum(u[rows], mine, n_max) for u in utility]))

        total = voting.vote_then_best(voting.binomial_series, mass, free, completions.gold, credit, best, n_max)
        return voting.per_subset(total, completions.n_valid)


class _Early:
    """A strategy whose arms may stop before their cap; what all completions together are worth, its ``base`` says."""

    __slots__ = ()
    base: ClassVar[Strategy]

    def check(self, n_objectives: int, has_gold: bool) -> None:
        """As its base."""
        self.base.check(n_objectives, has_gold)

    def rewards(self, completions: Completions, starts: Index, ends: Index, weights: Array) -> Array:
        """Of all completions, as its base; see ``Strategy``."""
        return self.base.rewards(completions, starts, ends, weights)

    def expected(self, outcomes: Outcomes, weights: Array, n_max: int) -> Array:
        """Of all completions, as its base; see ``Strategy``."""
        return self.base.expected(outcomes, weights, n_max)

    def subsets(self, completions: Completions, weights: Array, n_max: int) -> Array:
        """Of all completions, as its base; see ``Strategy``."""
        return self.base.subsets(completions, weights, n_max)


@dataclass(frozen=True, slots=True)
class EarlyVote(_Early):
    """Majority voting whose arms may stop: when the leader leads by enough, or can no longer be caught.

    leads: those that are tried; batches: how many completions are asked at once; both whole numbers from 1.
    """

    leads: tuple[int, ...] = (2, 3, 4, 6)
    batches: tuple[int, ...] = (1, 4)
    name: str = "early-vote"
    counts_votes: ClassVar[bool] = True
    base: ClassVar[Strategy] = MajorityVote()

    def __post_init__(self) -> None:
        object.__setattr__(self, "leads", stopping.check_grid(self.leads, "leads", 0, whole=True))
        object.__setattr__(self, "batches", stopping.check_grid(self.batches, "batches", 0, whole=True))

    @property
    def rules(self) -> tuple[stopping.Rule, ...]:
        """The axis L; the last of each batch stops only where the vote is decided."""
        return stopping.rules_from((*self.leads, stopping.DECIDED), self.batches)


@dataclass(frozen=True, slots=True)
class EarlyBest(_Early):
    """Best-of-N whose arms may stop: when the best utility so far reaches a quantile of those that were seen.

    levels: of the quantiles, between 0 and 1; batches: how many completions are asked at once, whole numbers from 1.
    """

    levels: tuple[float, ...] = (0.5, 0.75, 0.9, 0.97)
    batches: tuple[int, ...] = (1, 4)
    name: str = "early-best"
    counts_votes: ClassVar[bool] = False
    base: ClassVar[Strategy] = BestOfN()

    def __post_init__(self) -> None:
        object.__setattr__(self, "levels", stopping.check_grid(self.levels, "levels", 0, 1))
        object.__setattr__(self, "batches", stopping.check_grid(self.batches, "batches", 0, whole=True))

    @property
    def rules(self) -> tuple[stopping.Rule, ...]:
        """The axis L: rule 0 never stops."""
        return stopping.rules_from(self.levels, self.batches)


STRATEGIES: dict[str, Strategy] = {
    s.name: s for s in (BestOfN(), MajorityVote(), VoteThenBest(), SelectedBest(), EarlyVote(), EarlyBest())
}


def find_strategy(strategy: Strategy | str) -> Strategy:
    """The strategy, or the one of that name; raises ``ValueError`` for an unknown name."""
    if not isinstance(strategy, str):
        return strategy
    if strategy not in STRATEGIES:
        raise ValueError(f"unknown strategy {strategy!r}; known: {', '.join(STRATEGIES)}")
    return STRATEGIES[strategy]
