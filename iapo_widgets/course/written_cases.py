"""What a function of an exercise is tried on, as JSON and back: so that students' copies carry their cases."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Context
from .pulling import Bandit, Pulling


def written(value: Any) -> Any:
    """An argument as JSON; raises ``TypeError`` for one that has no such form."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": value.dtype.name, "shape": list(value.shape)}
    if isinstance(value, (list, tuple)):
        return {type(value).__name__: [written(each) for each in value]}
    if isinstance(value, Bandit):
        return {"bandit": value.name, "rewards": value.rewards.tolist()}
    if isinstance(value, Pulling):
        return {"pulling": value.name, "env": _task(value.env), "seed": value.seed, "stockpile": value.stockpile}
    raise TypeError(f"a {type(value).__name__} has no written form; write its own beside that of Bandit and Pulling")


def read(value: Any) -> Any:
    """The argument that was written."""
    if not isinstance(value, dict):
        return value
    if "array" in value:
        return np.array(value["array"], dtype=value["dtype"]).reshape(value["shape"])
    if "list" in value:
        return [read(each) for each in value["list"]]
    if "tuple" in value:
        return tuple(read(each) for each in value["tuple"])
    if "bandit" in value:
        return Bandit(value["bandit"], np.array(value["rewards"]))
    about = value["env"]
    contexts = [Context(name, tuple(weights), cost_weight) for name, weights, cost_weight in about["contexts"]]
    env = voting_environment(about["probs"], about["gold"], about["cost"], contexts=contexts, n_max=about["n_max"])
    return Pulling(value["pulling"], env, value["seed"], value["stockpile"])


def _task(env: CategoricalEnvironment) -> dict[str, Any]:
    gold = env.gold
    if gold is None:
        raise TypeError("only a task of votes has a written form")
    return {
        "probs": env.probs.tolist(), "gold": np.asarray(gold).tolist(), "cost": env.cost.tolist(), "n_max": env.n_max,
        "contexts": [dataclasses.astuple(context) for context in env.contexts],
    }  # fmt: skip
