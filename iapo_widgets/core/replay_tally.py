"""Running sums for arms that may stop: ``Tally`` with the axis L, and the one place that makes either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import stopping
from .completions import Completions
from .costs import per_call_of
from .problem import Context
from .protocol import Environment
from .replay import REPLAYS
from .reuse import Tally, by_prompt
from .strategies import EarlyBest, EarlyVote

Array = NDArray[np.float64]
CROWD = 8  # times the memory that replays take beside samples: fewer pulls are worked on at once


def tally_for(env: Environment, reuse: str = "blocks") -> Tally:
    """An empty tally for the arms of ``env``: with an axis L where these may stop."""
    size = len(env.prompts), env.n_max
    return empty_tally(env.strategy, env.contexts, *size, reuse, per_call=partial(per_call_of, env))


def empty_tally(strategy: Any, *given: Any, **more: Any) -> Tally:
    """``Tally`` or, for a strategy whose arms may stop, ``ReplayTally``, given what either is made from."""
    return ReplayTally(strategy, *given, **more) if stopping.rules_of(strategy) else Tally(strategy, *given, **more)


class ReplayTally(Tally):
    """Sums of replays of every rule; ``q`` is (C, P, n_max, L), with what ``Tally`` says of the paper's arms as rule 0.

    ``count`` needs no axis: each rule of a cap has as many replays as the cap has samples.  Of best-of-N the reach is
    set by the first completions that come in.
    """

    def __init__(
        self, strategy: EarlyVote | EarlyBest, contexts: Sequence[Context], n_prompts: int, n_max: int,
        reuse: str = "blocks", *, per_call: Callable[[], int | None] = lambda: None,
    ) -> None:  # fmt: skip
        super().__init__(strategy, contexts, n_prompts, n_max, reuse, per_call=per_call)
        self._early, self._rules = strategy, strategy.rules
        self._replays = REPLAYS[reuse]
        n_vectors = len(self._weights)
        of_costs = 1 if strategy.counts_votes else n_vectors
        self._gain = np.zeros((n_prompts, n_vectors, n_max, len(self._rules)))
        self._paid, self._whole, self._part = np.zeros((3, n_prompts, of_costs, n_max, len(self._rules)))
        self._reach: Array | None = None

    def add(self, completions: Completions) -> None:
        """Count the pulls in."""
        super().add(completions)
        if isinstance(self._early, EarlyBest) and self._reach is None and completions.valid.any():
            seen = completions.objectives[completions.valid]
            self._reach = stopping.quantiles(self._weights @ seen.T, np.ones(len(seen)), self._early.levels)
        if self._reach is None and not self._early.counts_votes:
            return  # nothing arrived
        replays, crowd = partial(self._replays, reach=self._reach), CROWD * len(self._rules)
        n_max = self._count.shape[1]
        for which, first, found in by_prompt(completions, replays, self._early, self._weights, n_max, crowd):
            for sums, each in (
                (self._gain, found.reward), (self._paid, found.cost), (self._whole, found.whole),
                (self._part, found.part),
            ):  # fmt: skip
                sums[which] += np.add.reduceat(each, first, axis=0)

    def context_q(self, context: int) -> Array:
        """``q`` of one context, (P, n_max, L)."""
        return np.asarray(self.q[context])

    def _spent(self) -> Array:
        """What the replays cost, (P, 1 or W, n_max, L)."""
        return self._paid + stopping.requests(self._whole, self._part, self._rules, self._per_call())

    @property
    def q(self) -> Array:
        """Estimated Q(c, (p, n), rule), (C, P, n_max, L)."""
        count = np.where(self._count > 0, self._count, np.nan)[:, None, :, None]
        reward, spent = (self._gain / count)[:, self._which], self._spent() / count
        spent = spent if spent.shape[1] == 1 else spent[:, self._which]
        q = (reward - self._cost_weights[None, :, None, None] * spent).transpose(1, 0, 2, 3)
        q[..., 0] = self._fixed_q()
        return np.asarray(q)

    def carried(self, lost: NDArray[np.bool_]) -> Array:
        """As of a tally; a stop gains at a ``lost`` scale what it gains at the next smaller one with a sample."""
        q, fixed = self.q, super().carried(lost)
        if not lost.any():
            return q
        scale = np.arange(q.shape[2])
        last = np.maximum.accumulate(np.where(self._count > 0, scale, 0), axis=1)
        gain = np.take_along_axis(q - q[..., :1], np.broadcast_to(last[..., None], q.shape), axis=2)
        return np.where(lost[..., None], fixed[..., None] + gain, q)

    @property
    def reach(self) -> Array | None:
        """Utilities at which best-of-N stops, (C, levels)."""
        return None if self._reach is None else self._reach[self._which]
