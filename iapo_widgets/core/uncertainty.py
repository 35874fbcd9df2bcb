"""How sure estimates are: standard errors between pulls, and an estimate of a chosen arm that its choice did not bias.

Completions of one pull answer one query, so that they stand or fall together: what is independent is pulls, not
completions.  A mean over samples of pulls of unequal size is a ratio of two sums, and its error is that of a ratio.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .checks import check_scale
from .completions import Completions
from .costs import per_call_of
from .problem import Arm, Context, distinct_weights
from .protocol import Environment
from .replay import arm_values
from .reuse import REUSES, by_prompt, pull_values
from .stopping import check_arm
from .strategies import Strategy

Array = NDArray[np.float64]
PRIOR = 2  # pulls that the spread of all prompts counts beside a prompt's own


class Spread:
    """Running sums over pulls from which the standard error of every estimate follows.

    reuse: as the estimates are made, ``"blocks"`` or ``"subsets"``.  Where a prompt has few pulls, the spread of all
    prompts at that scale counts as ``PRIOR`` pulls beside its own; where no scale tells, half the sum of the weights,
    which is the most that objectives between 0 and 1 can spread.
    """

    def __init__(
        self, strategy: Strategy, contexts: Sequence[Context], n_prompts: int, n_max: int, reuse: str = "blocks"
    ) -> None:
        self._strategy, self._samples = strategy, REUSES[reuse]
        self.weights, self.which = distinct_weights(contexts)
        shape = n_prompts, len(self.weights), n_max
        self._reward, self._square, self._cross = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self._pulls, self._count, self._count_square = (np.zeros((n_prompts, n_max)) for _ in range(3))

    def add(self, completions: Completions) -> None:
        """Count the pulls in."""
        n_max = self._pulls.shape[1]
        for which, first, samples in by_prompt(completions, self._samples, self._strategy, self.weights, n_max):
            count = samples.count.astype(np.float64)
            for sums, each in (
                (self._reward, samples.reward), (self._square, samples.reward**2),
                (self._cross, samples.reward * count[:, None]), (self._pulls, count > 0), (self._count, count),
                (self._count_square, count**2),
            ):  # fmt: skip
                sums[which] += np.add.reduceat(each.astype(np.float64), first, axis=0)

    @property
    def pulls(self) -> NDArray[np.int64]:
        """Pulls that hold a sample of each scale, (P, n_max)."""
        return self._pulls.astype(np.int64)

    @property
    def errors(self) -> Array:
        """Standard error of the mean reward, (W, P, n_max) for W distinct vectors of weights; NaN: no sample."""
        m, count, square = self._pulls[:, None], self._count[:, None], self._count_square[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._reward / count
            apart = np.maximum(self._square - 2 * mean * self._cross + mean**2 * square, 0.0)
            squares = np.where(m > 1, apart * m / square, 0.0)  # of the means of single pulls from the prompt's mean
            freedom = np.maximum(m - 1, 0)
            common = _common(squares.sum(axis=0), freedom.sum(axis=0))
            common = np.where(np.isnan(common), (self.weights.sum(axis=1)[:, None] / 2) ** 2, common)
            one = (squares + PRIOR * common) / (freedom + PRIOR)
            out = np.sqrt(one * square / count**2)
        return np.where(count > 0, out, np.nan).transpose(1, 0, 2)


def _common(total: Array, freedom: Array) -> Array:
    """Spread of one pull over all prompts, (W, n_max); a scale without any takes the next smaller one that has some."""
    known = np.broadcast_to(freedom > 0, total.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(known, total / freedom, np.nan)
    last = np.maximum.accumulate(np.where(known, np.arange(total.shape[1]), -1), axis=1)
    return np.where(last >= 0, np.take_along_axis(spread, np.maximum(last, 0), axis=1), np.nan)


def fresh_estimate(
    env: Environment, arm: Arm, context: Context, pulls: int, rng: np.random.Generator
) -> tuple[float, float]:
    """Mean and standard error of what ``arm`` gives ``context``, from ``pulls`` new pulls on random queries.

    An arm that was chosen because its estimate was the highest has an estimate that is too high on average: luck took
    part in the choice.  These pulls took no part in it.  An arm without ``n`` is pulled at N drawn at random.

    Raises ``ValueError`` for fewer than 2 ``pulls``, or where fewer than 2 came whole.
    """
    if check_scale(pulls, "pulls") < 2:
        raise ValueError("pulls must be at least 2: one alone says nothing of its error")
    queries = rng.integers(env.n_queries, size=pulls)
    scales = np.full(pulls, arm.n) if arm.n else rng.integers(1, env.n_max + 1, size=pulls)
    found: list[Array] = []
    for n in np.unique(scales):
        asked = queries[scales == n]
        batch = env.sample(np.full(len(asked), arm.prompt), asked, int(n), rng)
        if arm.is_fixed:
            value, whole = pull_values(env, batch, int(n), [context], np.zeros(len(asked), dtype=np.int64))
        else:
            value, whole = arm_values(batch, env.strategy, check_arm(env.strategy, arm), context, per_call_of(env))
        found.append(value[whole])
    values = np.concatenate(found)
    if len(values) < 2:
        raise ValueError(f"{len(values)} of {pulls} pulls came whole; at least 2 are needed")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
