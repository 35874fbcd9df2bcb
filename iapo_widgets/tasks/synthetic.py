"""The two synthetic environments of table 1, each instance drawn fresh from a documented generator.

Both hold *deceptive* prompts: the best of all at N = 1, and poor when scaled, because their completions are
nearly always the same (best-of-N finds nothing better among them) or because what they get wrong they get
wrong nearly always (a vote does not help).  Choosing the prompt first and N later falls for them.
"""

from __future__ import annotations

import numpy as np

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Prompt, bon_contexts, mv_contexts
from ..core.strategies import BestOfN

PROMPTS, N_MAX, DECEPTIVE = 32, 32, 3
#: Queries of each tier, range of an ordinary prompt's mean success in it, success of a deceptive prompt.
TIERS: dict[str, tuple[int, tuple[float, float], float]] = {
    "easy": (208, (0.70, 0.92), 0.96),
    "medium": (208, (0.50, 0.76), 0.96),
    "hard": (104, (0.38, 0.62), 0.06),
}
SPREAD = 0.05  # standard deviation of a query about its tier's mean, for one prompt
COST = (0.004, 0.010)


def synth_bernoulli(seed: int = 0) -> CategoricalEnvironment:
    """Synth-Bernoulli: 32 prompts, N_max 32, 520 queries in three tiers, majority voting between right and wrong.

    A prompt has a mean success in each tier (``TIERS``), uniform in its range; a query's success is normal
    about it with ``SPREAD``, cut to [0.01, 0.99].  Three prompts are deceptive: sure where others are good, and
    nearly always wrong on the hard tier.  Cost per completion is uniform in ``COST``.  Prompts are in random order.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(PROMPTS)
    tables = []
    for size, ordinary, deceptive in TIERS.values():
        mean = rng.uniform(*ordinary, PROMPTS)
        mean[:DECEPTIVE] = deceptive
        spread = np.where(np.arange(PROMPTS) < DECEPTIVE, 0.02, SPREAD)
        noise = rng.standard_normal((PROMPTS, size))
        tables.append(np.clip(mean[:, None] + spread[:, None] * noise, 0.01, 0.99)[order])
    success = np.concatenate(tables, axis=1)
    return voting_environment(
        np.stack([success, 1 - success], axis=2),
        np.zeros(success.shape[1], dtype=np.int64),
        rng.uniform(*COST, PROMPTS),
        contexts=mv_contexts(),
        n_max=N_MAX,
        name="synth-bernoulli",
        note=f"generated, seed {seed}: 32 prompts in three difficulty tiers, three of them deceptive",
        prompts=[Prompt(f"synthetic prompt {p}") for p in range(PROMPTS)],
    )


def synth_categorical(seed: int = 0) -> CategoricalEnvironment:
    """Synth-Categorical: 32 prompts, N_max 32, 512 queries, best-of-N on two objectives in [0, 1], 27 contexts.

    Completions of a (prompt, query) pair take one of 8 outcomes with Dirichlet(1) probabilities.  An outcome
    is normal about (level + tilt, level - tilt) + the query's own shift (0.08) with the prompt's spread, cut
    to [0, 1].  Ordinary prompts: level uniform in 0.35 to 0.48, tilt in -0.08 to 0.08, spread in 0.08 to 0.20.
    Three deceptive ones: level 0.54 to 0.58, spread 0.02.  Cost as in Synth-Bernoulli.
    """
    rng = np.random.default_rng(seed)
    queries, outcomes = 512, 8
    ordinary = rng.permutation(PROMPTS) >= DECEPTIVE
    level = np.where(ordinary, rng.uniform(0.35, 0.48, PROMPTS), rng.uniform(0.54, 0.58, PROMPTS))
    tilt = np.where(ordinary, rng.uniform(-0.08, 0.08, PROMPTS), rng.uniform(-0.02, 0.02, PROMPTS))
    spread = np.where(ordinary, rng.uniform(0.08, 0.20, PROMPTS), 0.02)
    mean = np.stack([level + tilt, level - tilt], axis=1)
    shift = 0.08 * rng.standard_normal((1, queries, 1, 1))
    noise = rng.standard_normal((PROMPTS, queries, outcomes, 2))
    values = np.clip(mean[:, None, None] + shift + spread[:, None, None, None] * noise, 0.0, 1.0)
    return CategoricalEnvironment(
        rng.dirichlet(np.ones(outcomes), (PROMPTS, queries)),
        values,
        rng.uniform(*COST, PROMPTS),
        contexts=bon_contexts(),
        strategy=BestOfN(),
        n_max=N_MAX,
        objectives=("first", "second"),
        name="synth-categorical",
        note=f"generated, seed {seed}: 32 prompts, three of them deceptive",
        prompts=[Prompt(f"synthetic prompt {p}") for p in range(PROMPTS)],
    )
