"""Stand-ins: generated environments with the sizes and the statistics of the published ones.

They hold no published data.  A stand-in shares with the real file the marginal quantiles of the right
answer's share, how alike the prompts are query by query, the strength of the strongest wrong answer, the
spread of the prompts and what voting adds; it shares no query and no prompt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Prompt, mv_contexts

Array = NDArray[np.float64]


def _normal_table() -> tuple[Array, Array]:
    """x and Phi(x) on a fine grid: interpolation is ample for a generator."""
    x = np.linspace(-8, 8, 16_001)
    mass = np.cumsum(np.exp(-(x**2) / 2))
    return x, mass / mass[-1]


_NORMAL = _normal_table()

# Of the series tried, one whose first MATH stand-in loses about as much as the real file (0.019 and 0.017) where the
# prompt is chosen by one answer and N afterwards.
SERIES = 95


@dataclass(frozen=True, slots=True)
class VotingStatistics:
    """What a majority-voting stand-in is calibrated to.

    levels and shares: quantiles over working (prompt, query) pairs of the right answer's share; likeness:
    correlation of the hidden difficulties of two prompts; ability: range of the prompts' shifts on that
    hidden scale of standard deviation 1; flatness: range of the prompts' tempers (a flat
    prompt answers less surely, loses alone and gains by voting); concentration: Dirichlet parameter of the
    wrong answers, small means that one of them takes most.
    """

    prompts: int
    queries: int
    answers: int
    broken: int
    levels: tuple[float, ...]
    shares: tuple[float, ...]
    likeness: float
    ability: tuple[float, float]
    flatness: tuple[float, float]
    concentration: float
    cost: tuple[float, float]


MATH = VotingStatistics(
    prompts=25,
    queries=316,
    answers=5,
    broken=2,
    levels=(0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0),
    shares=(0.001, 0.05, 0.15, 0.64, 0.885, 0.977, 0.994, 0.999),
    likeness=0.93,
    ability=(-0.16, 0.10),
    flatness=(0.82, 1.3),
    concentration=0.45,
    cost=(0.0049, 0.0100),
)
COMMONSENSE_QA = VotingStatistics(
    prompts=48,
    queries=1500,
    answers=4,
    broken=0,
    levels=(0.0, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 1.0),
    shares=(0.001, 0.01, 0.03, 0.46, 0.99, 0.997, 0.998, 0.999),
    likeness=0.9,
    ability=(-0.07, 0.13),
    flatness=(0.80, 1.12),
    concentration=0.25,
    cost=(0.01, 0.01),
)


def voting_standin(statistics: VotingStatistics, name: str, seed: int = 0) -> CategoricalEnvironment:
    """A majority-voting environment drawn to ``statistics``; one seed, one environment."""
    s, rng = statistics, np.random.default_rng((SERIES, seed))
    even = np.interp((np.arange(s.queries) + 0.5) / s.queries, *_NORMAL[::-1])  # no luck in how hard the task is
    difficulty = rng.permutation(even)
    own = rng.standard_normal((s.prompts, s.queries))
    ability = rng.permutation(np.linspace(*s.ability, s.prompts))
    hidden = np.sqrt(s.likeness) * difficulty + np.sqrt(1 - s.likeness) * own + ability[:, None]
    share = np.interp(np.interp(hidden, *_NORMAL), s.levels, s.shares)
    gold = rng.integers(s.answers, size=s.queries)
    wrong = rng.dirichlet(np.full(s.answers - 1, s.concentration), s.queries)
    wrong = np.maximum(wrong, 1e-3)
    wrong /= wrong.sum(axis=1, keepdims=True)
    probs = np.empty((s.prompts, s.queries, s.answers))
    column = np.arange(s.answers)
    others = np.array([np.delete(column, g) for g in gold])
    np.put_along_axis(probs, np.broadcast_to(gold[:, None], (s.prompts, s.queries, 1)), share[..., None], axis=2)
    np.put_along_axis(
        probs,
        np.broadcast_to(others, (s.prompts, *others.shape)),
        (1 - share)[..., None] * wrong,
        axis=2,
    )
    temper = rng.permutation(np.linspace(*s.flatness, s.prompts))
    probs **= 1 / temper[:, None, None]
    probs /= probs.sum(axis=2, keepdims=True)
    broken = rng.permutation(s.prompts)[: s.broken]
    probs[broken] = rng.dirichlet(np.full(s.answers, 5.0), (s.broken, s.queries))
    cost = rng.permutation(np.linspace(*s.cost, s.prompts))
    return voting_environment(
        probs,
        gold,
        cost,
        contexts=mv_contexts(),
        n_max=32,
        name=name,
        note=f"generated stand-in for {name}: not the authors' data",
        prompts=[Prompt(f"stand-in prompt {p}") for p in range(s.prompts)],
    )
