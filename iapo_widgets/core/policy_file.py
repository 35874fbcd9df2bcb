"""Policies as JSON files: what is needed to answer elsewhere as was learned here, and no key."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .checks import check_scale
from .costs import check_per_call
from .problem import Arm, Context, Prompt, check_contexts
from .saving import name_strategy, named_strategy

FORMAT = "iapo-widgets policy, version 1"


def write(policy: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write a policy, given what ``Policy`` is built from; the file is complete or it is not there.

    Raises ``ValueError`` for another ending than .json, for a strategy that a file cannot name, or for a policy that
    ``read`` would refuse, and ``FileNotFoundError`` where the folder is not there.
    """
    path = Path(path)
    if path.suffix != ".json":
        raise ValueError(f"a saved policy ends in .json, not {path.name!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in")
    strategy = None if policy["strategy"] is None else name_strategy(policy["strategy"])
    content = {
        "format": FORMAT,
        "strategy": None if strategy is None else {"name": strategy[0], "objective": strategy[1]},
        "per_call": policy["per_call"],
        "objectives": list(policy["objectives"]),
        "contexts": [
            {**asdict(context), "prompt": arm.prompt, "n": arm.n}
            for context, arm in zip(policy["contexts"], policy["arms"], strict=True)
        ],
        "prompts": {str(index): _described(prompt) for index, prompt in policy["prompts"].items()},
    }
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    _built(json.loads(text))  # what could not be read again is refused now
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, "utf-8")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``Policy`` is to be built from.

    Raises ``FileNotFoundError`` where there is no file, ``ValueError`` where ``write`` did not write it.
    """
    try:
        return _built(json.loads(Path(path).read_text("utf-8"), parse_constant=_no_constant))
    except KeyError as error:
        raise ValueError(f"{path} is not a saved policy: it lacks {error}") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is not a saved policy: {error}") from error


def _described(prompt: Prompt) -> dict[str, Any]:
    return {name: getattr(prompt, name) for name in Prompt.__dataclass_fields__}


def _built(content: Any) -> dict[str, Any]:
    if not isinstance(content, Mapping) or "format" not in content:
        raise ValueError("it does not say its format")
    if content["format"] != FORMAT:
        raise ValueError(f"it has format {content['format']!r}, this version reads {FORMAT!r}")
    objectives = _list(content, "objectives")
    if not all(isinstance(name, str) for name in objectives):
        raise ValueError(f"objectives must be names, not {objectives!r}")
    rows = _list(content, "contexts")
    contexts = [Context(_text(r, "name"), tuple(_list(r, "weights")), r["cost_weight"]) for r in rows]
    check_contexts(contexts, len(objectives) or len(contexts[0].weights if contexts else ()))
    prompts = {_index(index): _prompt(described) for index, described in content["prompts"].items()}
    named = content["strategy"]
    strategy = None if named is None else named_strategy(named["name"], named["objective"])
    if strategy is not None:
        strategy.check(len(contexts[0].weights), True)
    arms = [Arm(_index(r["prompt"]), None if r["n"] is None else check_scale(r["n"], "n")) for r in rows]
    missing = {arm.prompt for arm in arms} - set(prompts)
    if prompts and missing:
        raise ValueError(f"an arm names prompt {min(missing)}, which the file does not hold")
    return {
        "contexts": contexts,
        "arms": arms,
        "prompts": prompts,
        "objectives": objectives,
        "strategy": strategy,
        "per_call": check_per_call(content.get("per_call")),  # absent in files from before calls had a cost
    }


def _prompt(described: Mapping[str, Any]) -> Prompt:
    unknown = set(described) - set(Prompt.__dataclass_fields__)
    if unknown:
        raise ValueError(f"a prompt has {sorted(unknown)[0]!r}, which this version does not know")
    return Prompt(described["text"], **{k: v for k, v in described.items() if k != "text"})


def _index(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"a prompt's index must be a whole number of at least 0, not {value!r}")
    return value


def _list(row: Mapping[str, Any], name: str) -> list[Any]:
    value = row[name]
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list, not {value!r}")
    return value


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {value!r}")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no number")
