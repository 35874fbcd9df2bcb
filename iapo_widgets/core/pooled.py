"""Estimates of Q from everything seen, with what other prompts got on the same queries: the memory of ``frugal``."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .costs import arm_cost, per_call_of
from .pooled_scores import score_curves
from .pooled_votes import concentration, credit_curves, response_model
from .problem import cost_weight_vector, distinct_weights
from .protocol import Environment
from .strategies import BestOfN, MajorityVote, VoteThenBest

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class PooledEstimate:
    """``q`` (C, P, n_max), NaN where nothing is known, and ``spread`` (X,): how much completions of a query differ.

    ``add`` takes completions in, ``update`` computes anew for some prompts.  Raises ``ValueError`` for a
    strategy other than best-of-n, majority-vote and vote-then-best: there is no pooled model of it.
    """

    def __init__(self, env: Environment) -> None:
        if not isinstance(env.strategy, (BestOfN, MajorityVote, VoteThenBest)):
            raise ValueError(f"frugal knows best-of-n, majority-vote and vote-then-best, not {env.strategy.name!r}")
        self._strategy, self._n_max, self._per_call = env.strategy, env.n_max, partial(per_call_of, env)
        self._weights, self._which = distinct_weights(env.contexts)
        self._cost_weights = cost_weight_vector(env.contexts)
        self._shape = len(env.prompts), env.n_queries
        self._batches: list[tuple[Array | Index, ...]] = []
        self.q = np.full((len(env.contexts), len(env.prompts), env.n_max), np.nan)
        self.spread = np.ones(env.n_queries)

    def add(self, completions: Completions) -> None:
        """Take in the completions that arrived."""
        c, (row, column) = completions, np.nonzero(completions.valid)
        self._batches.append(
            (c.prompts[row], c.queries[row], c.objectives[row, column], c.answers[row, column], c.gold[row],
             c.cost[row, column], c.call_cost[row])
        )  # fmt: skip

    def update(self, prompts: Index) -> None:
        """Estimate anew for ``prompts`` (those that were seen at all), from everything seen."""
        p, x, objectives, answers, gold, cost, call_cost = (
            np.concatenate(parts) for parts in zip(*self._batches, strict=True)
        )
        keep = np.intersect1d(prompts, p)
        if not len(keep):
            return
        seen, x = np.unique(x, return_inverse=True)
        shape = self._shape[0], len(seen)
        if isinstance(self._strategy, BestOfN):
            utility = self._weights @ objectives.T
            reward = score_curves(utility, p, x, shape, keep, self._n_max)
            self.spread[seen] = _deviation(utility.mean(axis=0), p * len(seen) + x, x, len(seen))
        else:
            counts, votes = _vote_counts(p, x, answers, gold, shape)
            prior = response_model(counts)
            kappa = concentration(counts, prior)
            mass = (counts + kappa * prior)[keep]
            credit = _at_votes(credit_curves(mass.reshape(-1, mass.shape[2]), self._n_max), votes[keep].ravel())
            credit = credit.reshape(len(keep), len(seen), self._n_max)
            share = mass[..., 0] / mass.sum(axis=2)
            self.spread[seen] = np.sqrt(share * (1 - share)).mean(axis=0)
            if isinstance(self._strategy, VoteThenBest):
                right, style = self._strategy._parts(self._weights)
                reward = score_curves(style @ objectives.T, p, x, shape, keep, self._n_max)
                reward = _of_winner(reward, mass.max(axis=2) / mass.sum(axis=2))
                reward += right[:, None, None, None] * credit
            else:
                reward = self._weights[:, 0, None, None, None] * credit
        count = np.bincount(p, minlength=shape[0])[keep]
        mean_cost = np.bincount(p, cost, shape[0])[keep] / count
        first = np.unique(p * len(seen) + x, return_index=True)[1]  # each query once, however often it was asked
        asked = np.bincount(p[first], minlength=shape[0])[keep]
        mean_call_cost = np.bincount(p[first], call_cost[first], shape[0])[keep] / asked
        scales = np.arange(1, self._n_max + 1)
        spending = arm_cost(mean_cost[:, None], mean_call_cost[:, None], scales, self._per_call())
        q = self.q.copy()
        q[:, keep] = reward.mean(axis=2)[self._which] - self._cost_weights[:, None, None] * spending
        self.q = q


def _vote_counts(p: Index, x: Index, answers: Index, gold: Index, shape: tuple[int, int]) -> tuple[Array, Array]:
    """Votes (P, X, A) with the right answer first, and the share of completions that vote at all (P, X)."""
    voted = answers >= 0
    label = np.where(answers == gold, 0, answers + (answers < gold))
    n_answers = max(int(label[voted].max(initial=0)) + 1, 2)
    pair = p * shape[1] + x
    cell = pair[voted] * n_answers + label[voted]
    counts = np.bincount(cell, minlength=shape[0] * shape[1] * n_answers).reshape(*shape, n_answers)
    asked = np.bincount(pair, minlength=shape[0] * shape[1]).reshape(shape)
    by_prompt = counts.sum(axis=(1, 2)) / np.maximum(asked.sum(axis=1), 1)
    share = (counts.sum(axis=2) + by_prompt[:, None]) / (asked + 1)
    return counts.astype(float), share


def _at_votes(curves: Array, share: Array) -> Array:
    """Curves (R, n_max) read at n * share votes, as n completions of which only a share votes, by interpolation."""
    if np.all(share == 1):
        return curves
    return _read(
        np.concatenate([np.zeros((len(curves), 1)), curves], axis=1), share[:, None] * np.arange(1, curves.shape[1] + 1)
    )


def _of_winner(curves: Array, share: Array) -> Array:
    """Best style of the winner: curves (W, P, X, n_max) read at 1 + (n - 1) times its share (P, X) of votes."""
    n_max = curves.shape[-1]
    votes = share[..., None] * np.arange(n_max)
    return np.stack([_read(c.reshape(-1, n_max), votes.reshape(-1, n_max)).reshape(c.shape) for c in curves])


def _read(curves: Array, position: Array) -> Array:
    """Each row of ``curves`` at fractional positions, (R, m)."""
    i = np.minimum(position.astype(int), curves.shape[1] - 2) if curves.shape[1] > 1 else np.zeros(position.shape, int)
    f = position - i
    j = np.minimum(i + 1, curves.shape[1] - 1)
    return np.take_along_axis(curves, i, axis=1) * (1 - f) + np.take_along_axis(curves, j, axis=1) * f


def _deviation(u: Array, pair: Index, x: Index, n_queries: int) -> Array:
    """Standard deviation of completions within the pairs of each query, (X,); 1 where no pair has two."""
    count = np.maximum(np.bincount(pair), 1)
    mean = np.bincount(pair, u) / count
    degrees = np.bincount(x, minlength=n_queries) - np.bincount(np.unique(pair) % n_queries, minlength=n_queries)
    squares = np.bincount(x, (u - mean[pair]) ** 2, n_queries)
    return (
        np.sqrt(np.where(degrees > 0, squares / np.maximum(degrees, 1), 1.0)) if degrees.any() else np.ones(n_queries)
    )
