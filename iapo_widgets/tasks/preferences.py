"""Best-of-N stand-ins for Helpful-Harmless and Summarization: the sizes of table 1, no calibration.

Nothing is known to us of the real scores beyond their shape, so these are plausible and no more, and their
``note`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core.environment import CategoricalEnvironment
from ..core.problem import Prompt, bon_contexts
from ..core.strategies import BestOfN


@dataclass(frozen=True, slots=True)
class PreferenceShape:
    """What a best-of-N stand-in is drawn from; all standard deviations are in units of a score in [0, 1].

    quality: between prompts; ease: of a query, shared by all prompts; own: of a (prompt, query) pair; spread:
    range over prompts of that between completions; conflict: correlation of the two objectives' noise.
    """

    objectives: tuple[str, str]
    quality: float
    ease: float
    own: float
    spread: tuple[float, float]
    conflict: float
    cost: tuple[float, float]
    prompts: int = 20
    queries: int = 500
    outcomes: int = 12


HELPFUL_HARMLESS = PreferenceShape(("helpful", "harmless"), 0.04, 0.15, 0.05, (0.06, 0.14), -0.4, (0.003, 0.008))
SUMMARIZATION = PreferenceShape(("faithful", "concise"), 0.03, 0.10, 0.04, (0.04, 0.10), -0.2, (0.002, 0.006))


def preference_standin(shape: PreferenceShape, name: str, seed: int = 0) -> CategoricalEnvironment:
    """A best-of-N environment drawn to ``shape``; one seed, one environment."""
    s, rng = shape, np.random.default_rng(seed)
    mean = (
        0.5
        + s.quality * rng.standard_normal((s.prompts, 1, 1, 2))
        + s.ease * rng.standard_normal((1, s.queries, 1, 2))
        + s.own * rng.standard_normal((s.prompts, s.queries, 1, 2))
    )
    spread = rng.permutation(np.linspace(*s.spread, s.prompts))[:, None, None, None]
    mixing = np.linalg.cholesky(np.array([[1.0, s.conflict], [s.conflict, 1.0]]))
    noise = rng.standard_normal((s.prompts, s.queries, s.outcomes, 2)) @ mixing.T
    return CategoricalEnvironment(
        rng.dirichlet(np.ones(s.outcomes), (s.prompts, s.queries)),
        np.clip(mean + spread * noise, 0.0, 1.0),
        rng.permutation(np.linspace(*s.cost, s.prompts)),
        contexts=bon_contexts(),
        strategy=BestOfN(),
        n_max=32,
        objectives=s.objectives,
        name=name,
        note=f"generated stand-in for {name}, not calibrated to it: not the authors' data",
        prompts=[Prompt(f"stand-in prompt {p}") for p in range(s.prompts)],
    )
