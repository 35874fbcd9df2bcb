"""Environments as ``.npz`` files without pickling: reading one runs nothing and checks everything."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .problem import Context, Prompt
from .strategies import STRATEGIES, SelectedBest, Strategy, VoteThenBest

FORMAT = "iapo-widgets categorical environment, version 1"
ARRAYS = ("probs", "values", "answers", "gold", "cost", "call_cost")
FIELDS = (*ARRAYS, "strategy", "n_max", "objectives", "prompts", "contexts", "name", "note", "cost_unit", "per_call")


def write(content: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write an environment, given what ``read`` gives back of it; the file is complete or it is not there.

    Raises ``ValueError`` for another ending than .npz or a strategy that a file cannot name, and
    ``FileNotFoundError`` where the folder is not there.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a saved environment ends in .npz, not {path.name!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in")
    strategy, correctness = name_strategy(content["strategy"])
    about = {
        "format": FORMAT,
        **{name: content[name] for name in ("name", "note", "cost_unit", "n_max", "per_call")},
        "strategy": strategy,
        "correctness": correctness,
        "objectives": content["objectives"],
        "prompts": [[p.text, p.temperature, p.top_p, p.max_tokens, p.system] for p in content["prompts"]],
        "contexts": [[c.name, c.weights, c.cost_weight] for c in content["contexts"]],
    }
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            np.savez_compressed(file, about=np.array(json.dumps(about)), **{name: content[name] for name in ARRAYS})
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``CategoricalEnvironment`` is to be built from; ``ValueError`` where ``write`` did not write it."""
    import zipfile  # slow to load, and rarely needed
    import zlib

    try:
        with np.load(path, allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            free = "call_cost" not in data.files  # a file from before calls had a cost
            arrays = {name: data[name] for name in ARRAYS if not (free and name == "call_cost")}
        if about["format"] != FORMAT:
            raise ValueError(f"it has format {about['format']!r}, expected {FORMAT!r}")
        return {
            **arrays,
            "strategy": named_strategy(about["strategy"], about["correctness"]),
            "n_max": about["n_max"],
            "per_call": about.get("per_call"),
            "objectives": about["objectives"],
            "prompts": [Prompt(*p) for p in about["prompts"]],
            "contexts": [Context(name, tuple(weights), cost) for name, weights, cost in about["contexts"]],
            **{name: str(about[name]) for name in ("name", "note", "cost_unit")},
        }
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise ValueError(f"{path} is not a saved environment: it lacks {error}") from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(f"{path} is not a saved environment: {error}") from error


def name_strategy(strategy: Strategy) -> tuple[str, int | None]:
    """What ``named_strategy`` finds it by: a name and an objective's index; ``ValueError`` where there is none."""
    if type(strategy) not in map(type, STRATEGIES.values()):
        raise ValueError(f"a file cannot name the strategy {strategy.name!r}; known: {', '.join(STRATEGIES)}")
    if isinstance(strategy, VoteThenBest):
        return strategy.name, int(strategy.correctness)
    return strategy.name, int(strategy.selection) if isinstance(strategy, SelectedBest) else None


def named_strategy(name: str, objective: int | None) -> Strategy:
    """The strategy that a file names, or ``ValueError`` where none is called so."""
    if name not in STRATEGIES:
        raise ValueError(f"unknown strategy {name!r}; known: {', '.join(STRATEGIES)}")
    if objective is None:
        return STRATEGIES[name]
    return SelectedBest(objective) if name == "selected-best" else VoteThenBest(objective)
