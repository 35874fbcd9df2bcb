"""Algorithms by name, the call that exhausts them, and the measure of what they return."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .baselines import epsilon_greedy, softmax, ucb, uniform
from .draws import result_of
from .early import arm_q
from .environment import CategoricalEnvironment
from .frugal import frugal
from .halving import halving, triple_n1, triple_random
from .problem import Arm
from .protocol import Environment
from .psst import psst
from .racing import racing
from .rounds import Policy, Result, Round
from .screening import screened
from .stopping import find_rule
from .ucb_e import ucb_e, ucb_e_lrf

Algorithm = Callable[..., Iterator[Round]]

#: Every algorithm: name -> ``algorithm(env, budget, *, seed, **options) -> Iterator[Round]``.
ALGORITHMS: dict[str, Algorithm] = {
    "psst": psst,
    **{f"psst+k{k}": partial(screened, k=k) for k in (1, 4, 8)},
    "frugal": frugal,
    "uniform": uniform,
    "epsilon-greedy": epsilon_greedy,
    "softmax": softmax,
    "ucb": ucb,
    "triple-n1": triple_n1,
    "triple-random": triple_random,
    "halving": halving,
    "ucb-e": ucb_e,
    "ucb-e-lrf": ucb_e_lrf,
    "racing": racing,
}


def find_algorithm(name: str) -> Algorithm:
    """The algorithm of that name; ``psst+k`` goes with any whole number.  Raises ``ValueError`` for an unknown one."""
    if name in ALGORITHMS:
        return ALGORITHMS[name]
    other = re.fullmatch(r"psst\+k(\d+)", name)
    if other:
        return partial(screened, k=int(other[1]))
    raise ValueError(f"unknown algorithm {name!r}; known: {', '.join(ALGORITHMS)}")


def takes(name: str, option: str) -> bool:
    """Whether the algorithm of that name has that option.  Raises ``ValueError`` for an unknown algorithm."""
    return option in inspect.signature(find_algorithm(name)).parameters


def train(algorithm: str, env: Environment, budget: int, *, seed: int, **options: Any) -> Result:
    """Run the algorithm of that name to its end.  Raises ``ValueError`` where a name is unknown or the input is bad.

    An environment that has ``watching(budget)``, a context manager, is told by it how long the run lasts.  Raises
    ``RuntimeError`` where not one completion arrived, so that there is nothing to learn from.
    """
    chosen = find_algorithm(algorithm)
    taken = inspect.signature(chosen).parameters
    unknown = [] if any(p.kind is p.VAR_KEYWORD for p in taken.values()) else sorted(set(options) - set(taken))
    if unknown:
        known = ", ".join(sorted(set(taken) - {"env", "budget", "seed"})) or "none"
        raise ValueError(f"{algorithm} has no option {unknown[0]!r}; known: {known}")
    to_come = chosen(env, budget, seed=seed, **options)
    with getattr(env, "watching", _unwatched)(budget):
        rounds = tuple(to_come)
    if rounds[-1].unreached == len(env.prompts):
        raise RuntimeError(f"no completion arrived of {rounds[-1].spent} that were asked for: no policy can be learnt")
    return result_of(rounds)


@contextmanager
def _unwatched(budget: int) -> Iterator[None]:
    yield


def acr(policy: Policy, env: CategoricalEnvironment) -> float:
    """Average contextual return, eq. 4: the mean over contexts of exact Q(c, policy(c)); over n where n is None.

    Raises ``ValueError`` where an arm lies outside the environment, ``KeyError`` where a context has none.
    """
    return mean_return(policy, env, env.exact_q())


def mean_return(policy: Policy, env: CategoricalEnvironment, q: NDArray[np.float64]) -> float:
    """``acr`` from the exact values ``q`` of ``env``, which are slow to work out; raises as ``acr``."""
    return float(np.mean([arm_value(env, q, c, policy[context.name]) for c, context in enumerate(env.contexts)]))


def arm_value(env: CategoricalEnvironment, q: NDArray[np.float64], context: int, arm: Arm) -> float:
    """Exact Q of ``arm`` for one context, a number; over n where n is None.  A stop off the grid is worked out anew.

    Raises ``ValueError`` where the arm lies outside the environment, or has a stop that its strategy does not know.
    """
    row = q[context]
    if not 0 <= arm.prompt < len(row):
        raise ValueError(f"{arm} names a prompt that the environment does not have; it has {len(row)}")
    curve = row[arm.prompt]
    if arm.n is not None and not 1 <= arm.n <= len(curve):
        raise ValueError(f"{arm} lies outside the scales 1 .. {len(curve)} of the environment")
    rule = find_rule(env.strategy, arm)
    if rule is None:
        return arm_q(env, arm, env.contexts[context], curve[int(arm.n or 1) - 1, 0])
    values = curve[:, rule] if curve.ndim == 2 else curve
    return float(values.mean() if arm.n is None else values[arm.n - 1])
