"""What the settings of a race must pass, for the environment that is raced on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.checks import check_budget
from ...core.environment import CategoricalEnvironment
from ...core.problem import Context
from ...core.reuse import REUSES
from ...core.training import find_algorithm
from ..shared.checked import one_of

Check = Callable[[CategoricalEnvironment, Any], Any]


def _algorithm(env: CategoricalEnvironment, value: str) -> str:
    find_algorithm(value)
    return value


def _seed(env: CategoricalEnvironment, value: int) -> int:
    if value < 0:
        raise ValueError(f"seed must be a whole number of at least 0, not {value}")
    return value


def _contexts(env: CategoricalEnvironment, value: tuple[Context, ...]) -> tuple[Context, ...]:
    contexts = env.with_(contexts=value).contexts
    if [c.name for c in contexts] != [c.name for c in env.contexts]:
        raise ValueError(f"contexts must keep their names: {', '.join(c.name for c in env.contexts)}")
    return contexts


#: Trait -> a function that returns the value, or raises ``ValueError`` or ``TypeError``.
CHECKS: dict[str, Check] = {
    "algorithm": _algorithm,
    "compare": lambda env, value: _algorithm(env, value) if value else "",
    "budget": lambda env, value: check_budget(value),
    "n_max": lambda env, value: env.with_(n_max=value).n_max,
    "strategy": lambda env, value: env.with_(strategy=value).strategy.name,
    "reuse": lambda env, value: one_of("reuse", value, REUSES),
    "seed": _seed,
    "context": lambda env, value: one_of("context", value, [c.name for c in env.contexts]),
    "contexts": _contexts,
}
