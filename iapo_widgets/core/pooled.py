"""Estimates of Q from everything seen, with what other prompts got on the same queries: the memory of ``frugal``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .corrections import Corrections
from .costs import arm_cost, per_call_of
from .pooled_scores import score_curves
from .pooled_stops import StopGains, Urns
from .pooled_votes import USUAL_WRONG, concentration, credit_curves, response_model
from .problem import Context, cost_weight_vector, distinct_weights
from .protocol import Environment
from .stopping import base_of, distinct_arms, over_rules
from .strategies import BestOfN, EarlyBest, EarlyVote, MajorityVote, SelectedBest, VoteThenBest

Array = NDArray[np.float64]
Index = NDArray[np.int64]


class PooledEstimate:
    """``q`` (C, P, n_max), or (C, P, n_max, L) where arms may stop, NaN where nothing is known; ``unbiased``, the same
    as far as whole pulls say, however noisy; ``spread`` (P, X): how open a prompt's vote on a query is, NaN where it is
    not known, as for scores.

    ``add`` takes completions in, ``update`` computes anew for some prompts.  ``scored``: the best score is taken, not a
    vote.  contexts: users in place of those of ``env``.  Raises ``ValueError`` for a strategy of which there is no
    pooled model.
    """

    def __init__(self, env: Environment, contexts: Sequence[Context] | None = None) -> None:
        contexts = env.contexts if contexts is None else contexts
        strategy = base_of(env.strategy)
        if not isinstance(strategy, (BestOfN, MajorityVote, SelectedBest, VoteThenBest)):
            raise ValueError(
                "frugal knows best-of-n, selected-best, majority-vote, vote-then-best, early-vote and early-best, not"
                f" {env.strategy.name!r}"
            )
        self._strategy = strategy
        self._n_max, self._per_call = env.n_max, partial(per_call_of, env)
        self._weights, self._which = distinct_weights(contexts)
        self._cost_weights = cost_weight_vector(contexts)
        self._shape = len(env.prompts), env.n_queries
        self._batches: list[tuple[Array | Index, ...]] = []
        self.q = np.full(distinct_arms(env.strategy, len(contexts), len(env.prompts), env.n_max).shape, np.nan)
        self.scored = isinstance(strategy, (BestOfN, SelectedBest))
        self.unbiased = self.q.copy()
        self.spread = np.full(self._shape, np.nan)
        self._corrections = Corrections(strategy, self._weights, self._n_max)
        self._stops: StopGains | None = None
        if isinstance(env.strategy, (EarlyBest, EarlyVote)):
            self._stops = StopGains(env.strategy, contexts, env.n_max, self._per_call)

    @property
    def reach(self) -> Array | None:
        """Utilities at which best-of-N stops, (C, levels)."""
        return None if self._stops is None else self._stops.reach

    @property
    def views(self) -> tuple[Array, ...]:
        """What prompts are ranked by: ``q``, and ``unbiased`` where that is another."""
        return (self.q, self.unbiased) if self.scored else (self.q,)

    def add(self, completions: Completions) -> None:
        """Take in the completions that arrived."""
        if self.scored:
            self._corrections.add(completions)
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
        keys = p, x, shape, keep, self._n_max
        pair, size = p * len(seen) + x, shape[0] * shape[1]
        count = np.bincount(pair, minlength=size).reshape(shape)[keep]
        asked = np.maximum(count, 1)
        paid = [np.bincount(pair, each, size).reshape(shape)[keep] / asked for each in (cost, call_cost)]
        mean_paid = [each.sum(axis=1) / (count > 0).sum(axis=1) for each in paid]  # a query counts once
        utility = self._weights @ objectives.T if self.scored else None
        if self._stops:
            known = [np.where(count > 0, of, mean[:, None]) for of, mean in zip(paid, mean_paid, strict=True)]
            self._stops.start(known[0], known[1], utility)
        if utility is not None:
            chosen = objectives[:, self._strategy.selection] if isinstance(self._strategy, SelectedBest) else None
            which, where = self._corrections.pairs(keep, seen)
            watch = self._stops.scores if self._stops else None
            reward, unseen = score_curves(utility, *keys, chosen, where, watch)
            corrected, unbiased = self._corrections.of(unseen, which, where // len(seen), len(keep))
        else:
            corrected = unbiased = np.zeros(1)
            counts, votes = _vote_counts(p, x, answers, gold, shape)
            credit, winner, urns = self._credit(counts, votes, keep)
            if self._stops:
                self._stops.votes(urns, votes[keep])
            if isinstance(self._strategy, VoteThenBest):
                right, style = self._strategy._parts(self._weights)
                reward = right[:, None, None, None] * credit
                for mine, chance in ((answers == gold, credit), ((answers != gold) & (answers >= 0), 1 - credit)):
                    if mine.any():
                        best, _ = score_curves(style @ objectives[mine].T, p[mine], x[mine], *keys[2:])
                        reward += chance * _of_winner(best, winner)
            else:
                reward = self._weights[:, 0, None, None, None] * credit
        scales = np.arange(1, self._n_max + 1)
        spending = arm_cost(mean_paid[0][:, None], mean_paid[1][:, None], scales, self._per_call())
        q, self.unbiased = self.q.copy(), self.unbiased.copy()
        for values, correction in ((q, corrected), (self.unbiased, unbiased)):
            mean = reward.mean(axis=2) + correction
            fixed = mean[self._which] - self._cost_weights[:, None, None] * spending
            values[:, keep] = fixed[..., None] + self._stops.values if self._stops else fixed
        if not self.scored:
            scale = over_rules(q[:, keep]).argmax(axis=2)  # (C, K)
            at = np.take_along_axis(credit[None], scale[..., None, None], axis=3)[..., 0]
            self.spread[np.ix_(keep, seen)] = np.sqrt(
                np.maximum(at * (1 - at), 0).mean(axis=0)
            )  # a credit of 1 is rounded
        self.q = q

    def _credit(self, counts: Array, votes: Array, keep: Index) -> tuple[Array, Array, Urns]:
        """Credit of ``keep`` (K, X, n_max), the share that the likely winner has (K, X), and the urns of the pairs."""
        right, wrong = response_model(counts)
        both = np.stack([right, 1 - right], axis=2)
        tally = np.stack([counts[..., 0], counts[..., 1:].sum(axis=2)], axis=2)
        kappa = concentration(tally, both)[:, None, None]
        mass = (tally + kappa * both)[keep]
        kappa = concentration(counts[..., 1:], wrong, USUAL_WRONG)[:, None, None]
        wrong = (counts[..., 1:] + kappa * wrong)[keep]
        total, shape = mass.sum(axis=2), (*mass.shape[:2], self._n_max)
        urns = mass[..., 0].ravel(), wrong.reshape(-1, wrong.shape[2]), total.ravel()
        credit = credit_curves(*urns, self._n_max)
        share = mass[..., 0] / total
        winner = np.maximum(share, (1 - share) * wrong.max(axis=2) / wrong.sum(axis=2))
        return _at_votes(credit, votes[keep].ravel()).reshape(shape), winner, urns


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
