"""What stops add to Q by the posteriors of ``frugal``: the difference to the paper's arm of the same prompt and cap.

A rule is judged by what it changes.  The arm that asks all N is estimated as ever, and what a stop loses in reward and
saves in completions differs little from prompt to prompt, so that a model of it errs little.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from . import stopping
from .pooled_votes import nodes
from .problem import Context, cost_weight_vector, distinct_weights
from .stop_table import CHANGE, DRAWN, WHOLE, rows_of
from .stopping import DECIDED
from .strategies import EarlyBest, EarlyVote
from .urn_stops import ReachUrns

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Urns = tuple[Array, Array, Array]  # masses of the right answer (R,), of the wrong ones (R, A - 1), and of all (R,)
ROWS = 240  # urns of scores that stand for all


class StopGains:
    """Gains of every rule beside rule 0, means over queries, (C, K, n_max, L); ``start`` first, for K prompts.

    ``reach``: utilities at which best-of-N stops, (W, levels), set by what is seen first, ``None`` for votes.
    """

    def __init__(
        self,
        strategy: EarlyVote | EarlyBest,
        contexts: Sequence[Context],
        n_max: int,
        per_call: Callable[[], int | None],
    ) -> None:
        self._strategy, self._rules, self._n_max, self._per_call = strategy, strategy.rules, n_max, per_call
        self._weights, self._which = distinct_weights(contexts)
        self._cost_weights = cost_weight_vector(contexts)[:, None, None, None]
        self._reach: Array | None = None

    @property
    def reach(self) -> Array | None:
        """Of each context, (C, levels)."""
        return None if self._reach is None else self._reach[self._which]

    def start(self, cost: Array, call_cost: Array, utility: Array | None = None) -> None:
        """Cost of one completion and of one request of each pair, (K, X); of scores the utility (W, B) seen."""
        self._cost, self._call_cost = cost, call_cost
        self._change, self._spending = np.zeros((2, len(self._weights), len(cost), self._n_max, len(self._rules)))
        if self._reach is None and utility is not None and isinstance(self._strategy, EarlyBest):
            self._reach = stopping.quantiles(utility, np.ones(utility.shape[1]), self._strategy.levels)

    @property
    def values(self) -> Array:
        """The gains, (C, K, n_max, L)."""
        return np.asarray(self._change[self._which] - self._cost_weights * self._spending[self._which])

    def votes(self, urns: Urns, share: Array) -> None:
        """Work them out from the urns of K x X pairs; share (K, X): of completions that vote."""
        where, weight, others = nodes(*urns)
        size, queries = share.shape
        present = np.zeros(where.max() + 1, dtype=bool)
        present[where] = True
        used = np.flatnonzero(present)
        place = np.cumsum(present)[where] - 1 + np.repeat(np.arange(size) * len(used), queries)
        even, by_cost, by_call = (
            np.bincount(place.ravel(), (weight * value.ravel()).ravel(), size * len(used)).reshape(size, -1) / queries
            for value in (np.ones_like(share), self._cost, self._call_cost)
        )
        voting = np.maximum(share.mean(axis=1), 1e-9)
        change, drawn, called, whole = self._at_once(self._cost, self._call_cost)
        for batch, mine, stops in self._batches():
            table = rows_of(used, others, batch, tuple(map(int, stops)), self._n_max)
            found = partial(_read, table=table, share=voting)
            change[..., mine] = found(even, CHANGE)
            drawn[..., mine] = found(by_cost, DRAWN) / voting[:, None, None]
            if by_call.any():
                called[..., mine] = found(by_call, DRAWN) / voting[:, None, None]
                whole[..., mine] = found(by_call, WHOLE) / voting[:, None, None]
        self._change[:] = np.multiply.outer(self._weights[:, 0], change)
        self._spending[:] = self._saved(drawn, called, whole)

    def scores(self, w: int, utility: Array, mass: Array) -> None:
        """Work them out for one vector of weights, from what the urns of K x X pairs hold, (K * X, M).

        Of more than ``ROWS`` pairs, so many stand for all, spread evenly over their mean scores.
        """
        size, queries = self._cost.shape
        many = min(queries, max(1, ROWS // size))
        mean = np.einsum("rm,rm->r", utility, mass) / mass.sum(axis=1)
        even = ((np.arange(many) + 0.5) * queries / many).astype(int)
        chosen = np.argsort(mean.reshape(size, queries), axis=1, kind="stable")[:, even]
        rows = (np.arange(size)[:, None] * queries + chosen).ravel()
        assert self._reach is not None  # by ``start``
        urns = ReachUrns(utility[rows], mass[rows], self._reach[w], self._n_max)
        cost, call_cost = (np.take_along_axis(c, chosen, axis=1) for c in (self._cost, self._call_cost))
        scales = np.arange(1, self._n_max + 1)
        change, drawn, called, whole = self._at_once(cost, call_cost)
        for batch, mine, _ in self._batches():
            gained, asked = urns.gains(batch)
            each = np.minimum(batch, scales)
            rest = scales % each
            completions = each[:, None, None] * asked + rest[:, None, None] * urns.miss[scales - rest]
            change[..., mine] = _by_prompt(gained, np.ones_like(cost))
            drawn[..., mine] = _by_prompt(completions, cost)
            if call_cost.any():
                called[..., mine], whole[..., mine] = _by_prompt(completions, call_cost), _by_prompt(asked, call_cost)
        self._change[w], self._spending[w] = change, self._saved(drawn, called, whole)

    def _at_once(self, cost: Array, call_cost: Array) -> Array:
        """No change, and what asking all N takes: completions times their cost, and times that of a request, and whole
        batches times the latter, (4, K, n_max, L); cost and call_cost (K, Q)."""
        out = np.zeros((4, len(cost), self._n_max, len(self._rules)))
        scales = np.arange(1, self._n_max + 1)[:, None]
        out[1], out[2] = (c.mean(axis=1)[:, None, None] * scales for c in (cost, call_cost))
        out[3] = call_cost.mean(axis=1)[:, None, None]
        return out

    def _saved(self, drawn: Array, called: Array, whole: Array) -> Array:
        """Spending beside that of rule 0, (K, n_max, L), from what ``_at_once`` has in the same places."""
        sizes = stopping.batch_sizes(self._rules, self._n_max)
        rest = np.arange(1, self._n_max + 1)[:, None] % sizes
        part = np.where(rest > 0, (called - sizes * whole) / np.maximum(rest, 1), 0.0)
        spending = drawn + stopping.requests(whole, part, self._rules, self._per_call())
        return np.asarray(spending - spending[..., :1])

    def _batches(self) -> Iterator[tuple[int, list[int], list[float]]]:
        """Each batch, the numbers of its rules by their stops, ascending, and the stops; what only decides is last."""
        stop = [DECIDED if rule.stop is None else rule.stop for rule in self._rules]
        for batch in sorted({rule.batch for rule in self._rules if rule.batch}):
            mine = [k for k, rule in enumerate(self._rules) if rule.batch == batch]
            mine.sort(key=stop.__getitem__)
            yield batch, mine, [stop[k] for k in mine if stop[k] != DECIDED]


def _by_prompt(values: Array, weight: Array) -> Array:
    """Values (n_max, L, K * Q) weighed (K, Q), means over queries, (K, n_max, L)."""
    shaped = values.reshape(*values.shape[:2], *weight.shape)
    return np.asarray(np.einsum("nlkq,kq->knl", shaped, weight) / weight.shape[1])


def _read(weight: Array, kind: int, table: Floats, share: Array) -> Array:
    """What a table (kinds, rows, n_max, leads) says by ``weight`` (K, rows) of n completions, (K, n_max, leads).

    share (K,): of completions that vote, each for itself.
    """
    told = table[min(kind, len(table) - 1)]
    curves = (weight.astype(np.float32) @ told.reshape(len(told), -1)).astype(float).reshape(-1, *told.shape[1:])
    if np.all(share == 1):
        return curves
    chance = np.zeros((len(share), curves.shape[1] + 1))  # of so many votes among n
    chance[:, 0] = 1
    out = np.empty_like(curves)
    for n in range(curves.shape[1]):
        chance[:, 1:] = share[:, None] * chance[:, :-1] + (1 - share[:, None]) * chance[:, 1:]
        chance[:, 0] *= 1 - share
        out[:, n] = np.einsum("km,kml->kl", chance[:, 1:], curves)
    return out
