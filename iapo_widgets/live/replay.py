"""How far a run would come on what the ledger holds already, found out without asking anything."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..core.completions import Completions
from ..core.training import find_algorithm
from .environment import LiveEnvironment
from .errors import LiveError, LiveWarning


@dataclass(frozen=True, slots=True)
class Replay:
    """``paid``: completions that lie in the ledger, up to the first that does not; ``whole``: the run asks no other."""

    paid: int
    whole: bool


class _Lacking(Exception):
    """Raised inside an algorithm at the first completion that would have to be asked for."""


class _Offline:
    """The environment without its endpoint: it counts what the ledger gives and leaves at the first that is lacking."""

    def __init__(self, env: LiveEnvironment) -> None:
        self._env, self.wanted = env.with_(offline=True), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        self.wanted += len(np.asarray(prompts)) * n
        found = self._env.sample(prompts, queries, n, rng)
        if self._env.replayed < self.wanted:
            raise _Lacking
        return found


def replay(env: LiveEnvironment, algorithm: str, budget: int, *, seed: int, **options: Any) -> Replay:
    """What a run with these settings would find in ``env``'s ledger; sends nothing.

    What comes after the first completion that is lacking depends on it, and is not foreseen.  Raises as the algorithm
    for bad settings.
    """
    asked = _Offline(env)
    rounds = find_algorithm(algorithm)(asked, budget, seed=seed, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LiveWarning)  # of prompts whose completions are lacking: that is what is asked
        try:
            for _ in rounds:
                pass
        except (_Lacking, LiveError):  # the latter: so much is lacking that no run is of use
            return Replay(asked.replayed, False)
    return Replay(asked.replayed, True)
