"""Other weights after a run of ``frugal``: its own pooled estimate, from the same completions.

``frugal`` asks a few completions of many queries, of which estimates that know nothing of other prompts say little.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from .costs import per_call_of
from .frugal import frugal
from .pooled import PooledEstimate
from .problem import Context
from .protocol import Environment
from .rescoring import Rescorer, Track
from .rounds import Round
from .training import ALGORITHMS

Array = NDArray[np.float64]
WEIGHT = 16.0  # completions that the mean over prompts counts as; benchmarks/rescoring.py measures what it is worth


def rescorer_for(algorithm: str, env: Environment, reuse: str = "blocks") -> Rescorer:
    """What re-scores the rounds of ``algorithm`` on ``env``; reuse: how it makes estimates, if not as ``frugal``."""
    if ALGORITHMS.get(algorithm) is frugal:
        return PooledRescorer(env)
    return Rescorer(env.strategy, len(env.prompts), env.n_max, reuse, per_call=partial(per_call_of, env))


class PooledRescorer(Rescorer):
    """Estimates as ``frugal`` makes them, those of prompts that it dropped renewed with all that came after.

    Raises ``ValueError`` where they are asked for and there is no pooled model of the strategy.
    """

    def __init__(self, env: Environment) -> None:
        super().__init__(env.strategy, len(env.prompts), env.n_max)
        self._env = env

    def _start(self, pair: tuple[Context, Context]) -> Track:
        return _Pooled(self._env, pair)


class _Pooled(Track):
    def __init__(self, env: Environment, pair: tuple[Context, Context]) -> None:
        super().__init__()
        self._estimate = PooledEstimate(env, pair)
        self._completions: list[Array] = [np.zeros(len(env.prompts))]  # that arrived: before any round, after each

    def _after(self, done: Round) -> Array:
        arrived = self._completions[-1].copy()
        for batch in done.completions:
            self._estimate.add(batch)
            np.add.at(arrived, batch.prompts, batch.n_valid)
        self._completions.append(arrived)
        if arrived.any():
            self._estimate.update(np.arange(len(arrived)))
        return self._estimate.q

    def chosen_by(self, q: Array, number: int, total: float) -> Array:
        return drawn_to_prompts(q, self._completions[number + 1])

    @property
    def reach(self) -> Array | None:
        return self._estimate.reach


def drawn_to_prompts(q: Array, completions: Array) -> Array:
    """Estimates drawn to the mean over prompts at their N (and rule), which counts as ``WEIGHT`` completions.

    q (P, N_max) or (P, N_max, L); completions (P,): of each prompt.  The luck of a prompt that went early must not
    win under weights that nobody raced for.  NaN stays.
    """
    known = ~np.isnan(q)
    mean = np.where(known, q, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    seen = completions.reshape(-1, *[1] * (q.ndim - 1))
    return np.asarray((seen * q + WEIGHT * mean) / (seen + WEIGHT))
