"""Other weights, the same completions: estimates of past rounds re-scored without a new pull."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence

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


class Track(ABC):
    """What a run says for one vector of weights that sums to 1: mean reward and mean cost after each round."""

    def __init__(self) -> None:
        self.reward: list[Array] = []
        self.cost: list[Array] = []

    def take(self, done: Round) -> None:
        """Go on by a round."""
        reward, less_cost = self._after(done)
        self.reward.append(reward)
        self.cost.append(reward - less_cost)

    @abstractmethod
    def _after(self, done: Round) -> Array:
        """Q without cost, and at a cost weight of 1, after this round too, (2, P, N_max) or (2, P, N_max, L)."""

    @abstractmethod
    def chosen_by(self, q: Array, number: int, total: float) -> Array:
        """What the arm of a user of such weights, whose sum is ``total``, is chosen by after round ``number``, from 0,
        where his estimates are ``q``; of the shape of ``q``."""

    @property
    @abstractmethod
    def reach(self) -> Array | None:
        """Utilities at which best-of-N stops, (1, levels) or more rows that are alike."""


class _Tallied(Track):
    """Estimates by ``reuse`` of every pull, with their errors and how many queries they rest on."""

    def __init__(self, tally: Tally, spread: Spread) -> None:
        super().__init__()
        self._tally, self._spread = tally, spread
        self._errors: list[Array] = []
        self._queries: list[NDArray[np.int64]] = []

    def _after(self, done: Round) -> Array:
        for batch in done.completions:
            self._tally.add(batch)
            self._spread.add(batch)
        self._errors.append(self._spread.errors[0])
        self._queries.append(sum(self._queries[-1:], queries_seen([done])[0]))
        return self._tally.q

    def chosen_by(self, q: Array, number: int, total: float) -> Array:
        return drawn(q, total * self._errors[number], self._queries[number])

    @property
    def reach(self) -> Array | None:
        return self._tally.reach


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
        self._tracks: OrderedDict[tuple[float, ...], Track] = OrderedDict()

    def q(self, rounds: Sequence[Round], context: Context) -> Array:
        """Estimated Q after each of ``rounds`` (all rounds so far, in order), (R, P, N_max), NaN where unknown."""
        track, total, used = self._track(context), sum(context.weights), len(rounds)
        for done in rounds[len(track.reward) :]:
            track.take(done)
        return total * np.array(track.reward[:used]) - context.cost_weight * np.array(track.cost[:used])

    def best(self, rounds: Sequence[Round], context: Context) -> tuple[Array, list[Arm]]:
        """``q`` by prompt and N alone, (R, P, N_max), each by its best rule, and the best arm after each round."""
        q, track, total = self.q(rounds, context), self._track(context), sum(context.weights)
        reach = None if track.reach is None else total * track.reach[0]
        values = (track.chosen_by(each, number, total) for number, each in enumerate(q))
        return over_rules(q), [largest(value, self._strategy, reach) for value in values]

    def _track(self, context: Context) -> Track:
        total = sum(context.weights)
        weights = tuple(w / total for w in context.weights)
        if weights not in self._tracks:
            self._tracks[weights] = self._start((Context("reward", weights), Context("reward less cost", weights, 1.0)))
            if len(self._tracks) > KEPT:
                self._tracks.popitem(last=False)
        self._tracks.move_to_end(weights)
        return self._tracks[weights]

    def _start(self, pair: tuple[Context, Context]) -> Track:
        tally = empty_tally(self._strategy, pair, *self._size, self._reuse, per_call=self._per_call)
        return _Tallied(tally, Spread(self._strategy, pair[:1], *self._size, self._reuse))


def largest(values: Array, strategy: Strategy | None = None, reach: Array | None = None) -> Arm:
    """The arm of the largest of ``values`` (P, N_max) or (P, N_max, L), NaN for none; fewer completions win a tie."""
    value = np.nan_to_num(values, nan=-np.inf)
    best = value if value.ndim == 2 else value.max(axis=-1)
    n, prompt = divmod(int(best.T.argmax()), len(value))  # scales first, for the tie
    rule = int(value[prompt, n].argmax()) if value.ndim == 3 else 0
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
