"""Policies as JSON files: what is needed to answer elsewhere as was learned here, and no key."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import bounds
from .checks import check_scale
from .costs import check_per_call
from .files import contents, parsed, replacing
from .problem import Arm, Context, Prompt, check_contexts
from .saving import name_strategy, named_strategy, typed
from .stopping import check_arm, check_drawn

FORMAT = "iapo-widgets policy, version 1"
EARLY = "iapo-widgets policy with early stops, version 1"  # without such arms a file is as it always was
#: Fields of a prompt that a file has only where they are not empty, and how they are written.
MORE: dict[str, Callable[[Prompt], Any]] = {
    "examples": lambda prompt: [list(pair) for pair in prompt.examples],
    "options": lambda prompt: dict(prompt.options),
}


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
        "format": FORMAT if all(arm.is_fixed for arm in policy["arms"]) else EARLY,
        "strategy": None if strategy is None else {"name": strategy[0], "objective": strategy[1]},
        "per_call": policy["per_call"],
        "objectives": list(policy["objectives"]),
        "contexts": [
            {**asdict(context), "prompt": arm.prompt, "n": arm.n}
            | ({} if arm.is_fixed else {"stop": arm.stop, "batch": arm.batch})
            | ({"drawn": policy["drawn"][context.name]} if context.name in policy["drawn"] else {})
            for context, arm in zip(policy["contexts"], policy["arms"], strict=True)
        ],
        "prompts": {str(index): described_prompt(prompt) for index, prompt in policy["prompts"].items()},
    }
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    _built(parsed(text))  # what could not be read again is refused now
    with replacing(path) as file:
        file.write(text.encode())


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``Policy`` is to be built from.

    Raises ``FileNotFoundError`` where there is no file, ``ValueError`` where ``write`` did not write it.
    """
    try:
        return _built(parsed(contents(path, bounds.TEXT_BYTES)))
    except KeyError as error:
        raise ValueError(f"{path} is not a saved policy: it lacks {bounds.cited(error)}") from error
    except MemoryError:
        raise ValueError(f"{path} needs more memory than there is") from None
    except (ValueError, TypeError, ArithmeticError) as error:
        raise ValueError(f"{path} is not a saved policy: {bounds.cited(error)}") from error


def described_prompt(prompt: Prompt) -> dict[str, Any]:
    """Its fields as JSON; examples and options only where there are some, so that files stay as they were without."""
    fields = {name: getattr(prompt, name) for name in Prompt.__dataclass_fields__ if name not in MORE}
    return fields | {name: plain(prompt) for name, plain in MORE.items() if getattr(prompt, name)}


def _built(content: Any) -> dict[str, Any]:
    if not isinstance(content, Mapping) or "format" not in content:
        raise ValueError("it does not say its format")
    if content["format"] not in (FORMAT, EARLY):
        raise ValueError(f"it has format {content['format']!r}, this version reads {FORMAT!r} and {EARLY!r}")
    objectives = typed(content, "objectives", list)
    if not all(isinstance(name, str) for name in objectives):
        raise ValueError(f"objectives must be names, not {objectives!r}")
    rows = typed(content, "contexts", list)
    if len(rows) > bounds.CONTEXTS:
        raise ValueError(f"it has {len(rows):,} contexts; there may be {bounds.CONTEXTS:,}")
    contexts = [Context(typed(r, "name", str), tuple(typed(r, "weights", list)), r["cost_weight"]) for r in rows]
    check_contexts(contexts, len(objectives) or len(contexts[0].weights if contexts else ()))
    prompts = {_index(index): prompt_of(described) for index, described in typed(content, "prompts", dict).items()}
    named = content["strategy"]
    strategy = None if named is None else named_strategy(typed(named, "name", str), named["objective"])
    if strategy is not None:
        strategy.check(len(contexts[0].weights), True)
    arms = [_arm(row) for row in rows]
    if strategy is not None:
        for arm in arms:
            check_arm(strategy, arm)
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
        "drawn": check_drawn(
            {context.name: arm for context, arm in zip(contexts, arms, strict=True)},
            {row["name"]: row["drawn"] for row in rows if "drawn" in row},
        ),
    }


def _arm(row: Mapping[str, Any]) -> Arm:
    n = None if row["n"] is None else check_scale(row["n"], "n", bounds.SCALE)
    return Arm(_index(row["prompt"]), n, row.get("stop"), row.get("batch"))


def prompt_of(described: Any) -> Prompt:
    """The prompt that ``described_prompt`` wrote; ``ValueError`` or ``TypeError`` where it is none."""
    typed(described, "text", str)
    unknown = set(described) - set(Prompt.__dataclass_fields__)
    if unknown:
        raise ValueError(f"a prompt has {sorted(unknown)[0]!r}, which this version does not know")
    return Prompt(described["text"], **{k: v for k, v in described.items() if k != "text"})


def _index(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch("0|[1-9][0-9]{0,15}", value):  # one number, one writing
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < bounds.WHOLE:
        raise ValueError(f"a prompt's index must be a whole number of at least 0, not {bounds.cited(repr(value))}")
    return value
