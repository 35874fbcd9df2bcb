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

Array = NDArray[np.float64]
OF_SCALE, OF_ALL = 16, 64  # queries; benchmarks/rescoring.py measures what this is worth
KEPT = 16  # weight vectors whose estimates are kept: a slider that comes back costs nothing


@dataclass(eq=False)
class _Track:
    """Mean reward and cost after each round for one vector of weights that sums to 1."""

    tally: Tally
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
            reward, less_cost = track.tally.q
            track.reward.append(reward)
            track.cost.append(reward - less_cost)
        used = len(rounds)
        return total * np.array(track.reward[:used]) - context.cost_weight * np.array(track.cost[:used])

    def best(self, rounds: Sequence[Round], context: Context) -> tuple[Array, list[Arm]]:
        """``q`` by prompt and N alone, (R, P, N_max), each by its best rule, and the best arm after each round."""
        q, total = self.q(rounds, context), sum(context.weights)
        found = self._track(tuple(w / total for w in context.weights)).tally.reach
        how = self._strategy, None if found is None else total * found[0]
        return over_rules(q), [rescored_arm(*each, *how) for each in zip(q, queries_seen(rounds), strict=True)]

    def _track(self, weights: tuple[float, ...]) -> _Track:
        if weights not in self._tracks:
            pair = (Context("reward", weights), Context("reward less cost", weights, 1.0))
            tally = empty_tally(self._strategy, pair, *self._size, self._reuse, per_call=self._per_call)
            self._tracks[weights] = _Track(tally)
            if len(self._tracks) > KEPT:
                self._tracks.popitem(last=False)
        self._tracks.move_to_end(weights)
        return self._tracks[weights]


def rescored_arm(
    q: Array, queries: NDArray[np.int64], strategy: Strategy | None = None, reach: Array | None = None
) -> Arm:
    """The best arm by re-scored estimates, each ``drawn`` to those of the others by how few queries it rests on.

    q (P, N_max), or (P, N_max, L) of arms that may stop, which ``strategy`` and ``reach`` name; queries (P, N_max): on
    how many queries each estimate rests.  Fewer completions win a tie.
    """
    value = np.nan_to_num(drawn(q, queries), nan=-np.inf)
    best = value if q.ndim == 2 else value.max(axis=-1)
    n, prompt = divmod(int(best.T.argmax()), q.shape[0])  # scales first, for the tie
    rule = int(value[prompt, n].argmax()) if q.ndim == 3 else 0
    return arm_of(strategy, prompt, n + 1, rule, reach)


def drawn(q: Array, queries: NDArray[np.int64]) -> Array:
    """Estimates drawn to the mean over prompts at their N, and that to the mean of all; of the shape of ``q``.

    Arms trimmed early keep the luck of a few queries.  Under new weights that luck must not win; but an arm that is far
    better for them must, however early it went.  So the mean of an N counts as ``OF_SCALE`` queries beside an arm's own
    and the mean of all as ``OF_ALL`` beside those of that N, where a lucky few may be all that is known.  NaN stays.
    """
    known = ~np.isnan(q)
    seen = np.where(known, queries if q.ndim == 2 else queries[..., None], 0)
    sums, count = np.nan_to_num(q).sum(axis=0), known.sum(axis=0)
    everything = sums.sum() / max(count.sum(), 1)
    scale = sums / np.maximum(count, 1)
    scale = scale + (everything - scale) * OF_ALL / (seen.sum(axis=0) + OF_ALL)
    return np.asarray(q + (scale - q) * OF_SCALE / (seen + OF_SCALE))


def queries_seen(rounds: Sequence[Round]) -> NDArray[np.int64]:
    """Pulls so far that hold a sample of each arm, after each round: those at its scale or above, (R, P, N_max)."""
    pulls = np.cumsum([done.pulls for done in rounds], axis=0)
    return np.asarray(pulls[..., ::-1].cumsum(axis=-1)[..., ::-1], dtype=np.int64)
