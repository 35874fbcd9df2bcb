"""Other weights, the same completions: estimates of past rounds re-scored without a new pull."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .problem import Arm, Context
from .replay_tally import empty_tally
from .reuse import Tally
from .rounds import Round
from .stopping import arm_of, over_rules
from .strategies import Strategy
from .uncertainty import Spread

Array = NDArray[np.float64]
LEAST, MOST = 1.0, 16.0  # queries that the other prompts may count as, beside an arm's own
ALL = 4.0  # times as many count for all arms beside one N; benchmarks/rescoring.py measures what these are worth
KEPT = 16  # weight vectors whose estimates are kept: a slider that comes back costs nothing


@dataclass(eq=False)
class _Track:
    """Mean reward, its error and mean cost after each round for one vector of weights that sums to 1."""

    tally: Tally
    spread: Spread
    errors: list[Array] = field(default_factory=list)
    reward: list[Array] = field(default_factory=list)
    cost: list[Array] = field(default_factory=list)


class Rescorer:
    """Estimates of Q after each round for any context, from the completions that the rounds kept.

    Where arms may stop early they have an axis L more.

    Reward is homogeneous in the objective weights and cost is linear, so one pass over the completions
    serves every multiple of a weight vector and every cost weight.  Rounds may be added at any time.
    """

    def __init__(
        self,
        strategy: Strategy,
        n_prompts: int,
        n_max: int,
        reuse: str = "blocks",
        *,
        per_call: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._strategy, self._size, self._reuse, self._per_call = strategy, (n_prompts, n_max), reuse, per_call
        self._tracks: OrderedDict[tuple[float, ...], _Track] = OrderedDict()

    def q(self, rounds: Sequence[Round], context: Context) -> Array:
        """Estimated Q after each of ``rounds`` (all rounds so far, in order), (R, P, N_max), NaN where unknown."""
        total = sum(context.weights)
        track = self._track(tuple(w / total for w in context.weights))
        for done in rounds[len(track.reward) :]:
            for batch in done.completions:
                track.tally.add(batch)
                track.spread.add(batch)
            reward, less_cost = track.tally.q
            track.reward.append(reward)
            track.cost.append(reward - less_cost)
            track.errors.append(track.spread.errors[0])
        used = len(rounds)
        return total * np.array(track.reward[:used]) - context.cost_weight * np.array(track.cost[:used])

    def best(self, rounds: Sequence[Round], context: Context) -> tuple[Array, list[Arm]]:
        """``q`` by prompt and N alone, (R, P, N_max), each by its best rule, and the best arm after each round."""
        q, total = self.q(rounds, context), sum(context.weights)
        track = self._track(tuple(w / total for w in context.weights))
        found = track.tally.reach
        how = self._strategy, None if found is None else total * found[0]
        errors = total * np.array(track.errors[: len(rounds)])
        known = zip(q, errors, queries_seen(rounds), strict=True)
        return over_rules(q), [rescored_arm(*each, *how) for each in known]

    def _track(self, weights: tuple[float, ...]) -> _Track:
        if weights not in self._tracks:
            pair = (Context("reward", weights), Context("reward less cost", weights, 1.0))
            tally = empty_tally(self._strategy, pair, *self._size, self._reuse, per_call=self._per_call)
            self._tracks[weights] = _Track(tally, Spread(self._strategy, pair[:1], *self._size, self._reuse))
            if len(self._tracks) > KEPT:
                self._tracks.popitem(last=False)
        self._tracks.move_to_end(weights)
        return self._tracks[weights]


def rescored_arm(
    q: Array, errors: Array, queries: NDArray[np.int64], strategy: Strategy | None = None, reach: Array | None = None
) -> Arm:
    """The best arm by re-scored estimates, each ``drawn`` to those of the others by how little is known of it.

    q (P, N_max), or (P, N_max, L) of arms that may stop, which ``strategy`` and ``reach`` name; errors and queries
    (P, N_max): standard error of each, and on how many queries it rests.  Fewer completions win a tie.
    """
    value = np.nan_to_num(drawn(q, errors, queries), nan=-np.inf)
    best = value if q.ndim == 2 else value.max(axis=-1)
    n, prompt = divmod(int(best.T.argmax()), q.shape[0])  # scales first, for the tie
    rule = int(value[prompt, n].argmax()) if q.ndim == 3 else 0
    return arm_of(strategy, prompt, n + 1, rule, reach)


def drawn(q: Array, errors: Array, queries: NDArray[np.int64]) -> Array:
    """Estimates drawn to the mean over prompts at their N, and that to the mean of all; of the shape of ``q``.

    Arms trimmed early keep the luck of a few queries.  Under new weights that luck must not win; but an arm that is far
    better for them must, however early it went.  So the mean of an N counts as so many queries beside an arm's own as
    make the error of a mean as large as arms differ (empirical Bayes), within ``LEAST`` and ``MOST``; and the mean of
    all as ``ALL`` times as many beside those of that N, where a lucky few may be all that is known.  NaN stays.
    """
    if q.ndim == 3:
        errors, queries = errors[..., None], queries[..., None]
    known, value = ~np.isnan(q), np.nan_to_num(q)
    seen, square = np.where(known, queries, 0), np.where(known, np.nan_to_num(errors) ** 2, 0.0)
    sums, count = value.sum(axis=0), known.sum(axis=0)
    scale = sums / np.maximum(count, 1)
    apart = np.where(known, (value - scale) ** 2, 0.0).sum() - square.sum()
    weight = np.clip((square * seen).sum() / max(apart, 1e-12), LEAST, MOST)
    everything = sums.sum() / max(count.sum(), 1)
    scale = scale + (everything - scale) * ALL * weight / (seen.sum(axis=0) + ALL * weight)
    return np.asarray(q + (scale - q) * weight / (seen + weight))


def queries_seen(rounds: Sequence[Round]) -> NDArray[np.int64]:
    """Pulls so far that hold a sample of each arm, after each round: those at its scale or above, (R, P, N_max)."""
    pulls = np.cumsum([done.pulls for done in rounds], axis=0)
    return np.asarray(pulls[..., ::-1].cumsum(axis=-1)[..., ::-1], dtype=np.int64)
