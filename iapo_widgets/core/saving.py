"""Environments as ``.npz`` files without pickling: reading one runs nothing and checks everything."""

from __future__ import annotations

import io
import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import bounds
from .files import contents, parsed, replacing
from .problem import Context, Prompt
from .stopping import rules_of
from .strategies import STRATEGIES, SelectedBest, Strategy, VoteThenBest

FORMAT = "iapo-widgets categorical environment, version 1"
ARRAYS = ("probs", "values", "answers", "gold", "cost", "call_cost")
FIELDS = (*ARRAYS, "strategy", "n_max", "objectives", "prompts", "contexts", "name", "note", "cost_unit", "per_call")


def write(content: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write an environment, given what ``read`` gives back of it; the file is complete or it is not there.

    Raises ``ValueError`` for another ending than .npz, a strategy that a file cannot name, or what ``read`` would
    refuse, and ``FileNotFoundError`` where the folder is not there.
    """
    path = Path(path)
    if path.suffix != ".npz":
        raise ValueError(f"a saved environment ends in .npz, not {path.name!r}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in")
    strategy, correctness = name_strategy(content["strategy"])
    if rules_of(content["strategy"]) and content["strategy"] != STRATEGIES[strategy]:
        raise ValueError(
            f"a file names {strategy!r} by its own leads, levels and batches, not by {content['strategy']}"
        )
    about = {
        "format": FORMAT,
        **{name: content[name] for name in ("name", "note", "cost_unit", "n_max", "per_call")},
        "strategy": strategy,
        "correctness": correctness,
        "objectives": content["objectives"],
        "prompts": [_described(prompt) for prompt in content["prompts"]],
        "contexts": [[c.name, c.weights, c.cost_weight] for c in content["contexts"]],
    }
    text = json.dumps(about)
    _built(parsed(text))  # what could not be read again is refused now
    arrays = {name: content[name] for name in ARRAYS}
    _check_size(sum(array.size for array in arrays.values()))
    with replacing(path) as file:
        np.savez_compressed(file, about=np.array(text), **arrays)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``CategoricalEnvironment`` is to be built from.

    Raises ``FileNotFoundError`` where there is no file, ``ValueError`` where ``write`` did not write it.
    """
    try:
        arrays = _members(contents(path, bounds.ENVIRONMENT_BYTES))
        about = arrays.pop("about")
        if about.dtype.kind != "U" or about.ndim:
            raise ValueError("what it says about itself is no text")
        return {**_built(parsed(str(about))), **arrays}
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise ValueError(f"{path} is not a saved environment: it lacks {bounds.cited(error)}") from error
    except MemoryError:
        raise ValueError(f"{path} needs more memory than there is") from None
    except Exception as error:  # a broken archive may raise nearly anything
        raise ValueError(f"{path} is not a saved environment: {bounds.cited(error)}") from error


def _members(content: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a ``.npz`` file, each of numbers or one text, all together within the bounds."""
    import zipfile  # slow to load, and rarely needed

    if content.count(b"PK\x01\x02") > bounds.MEMBERS:  # each is an object to ``zipfile``, wanted or not
        raise ValueError(f"it holds more than {bounds.MEMBERS} files")
    out, size = {}, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        for name in ("about", *ARRAYS):
            if names.count(f"{name}.npy") > 1:
                raise ValueError(f"it holds {name} twice")
            if name == "call_cost" and f"{name}.npy" not in names:
                continue  # a file from before calls had a cost
            member = archive.getinfo(f"{name}.npy")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError(f"{name} is packed in a way that is not read")  # others are unpacked at once
            with archive.open(member) as file:
                shape, fortran, dtype = _header(file)
                if dtype.kind not in ("U" if name == "about" else "biuf") or min(shape, default=0) < 0:
                    raise ValueError(f"{name} holds {bounds.cited(dtype)} in the shape {bounds.cited(shape)}")
                many = dtype.itemsize if name == "about" else math.prod(shape)
                size += many
                if name == "about" and many > 4 * bounds.TEXT_BYTES:
                    raise ValueError("what it says about itself is too long")
                _check_size(size)
                data = file.read(math.prod(shape) * dtype.itemsize)
            flat = np.frombuffer(data, dtype) if data else np.empty(0, dtype)
            out[name] = flat.reshape(shape, order="F" if fortran else "C")
    return out


def _header(file: Any) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in read:
        raise ValueError(f"its arrays have version {version}")
    return read[version](file)  # type: ignore[no-any-return]


def _check_size(numbers: int) -> None:
    if numbers > bounds.NUMBERS:
        raise ValueError(f"it holds {numbers:,} numbers; a file may have {bounds.NUMBERS:,}")


def _built(about: Any) -> dict[str, Any]:
    """What stands beside the arrays, each of the type that it should have."""
    if not isinstance(about, Mapping) or about.get("format") != FORMAT:
        found = about.get("format") if isinstance(about, Mapping) else about
        raise ValueError(f"it has format {bounds.cited(repr(found))}, expected {FORMAT!r}")
    texts = {name: typed(about, name, str) for name in ("name", "note", "cost_unit")}
    objectives = typed(about, "objectives", list)
    if not all(isinstance(name, str) for name in objectives):
        raise ValueError("objectives must be names")
    rows = {name: typed(about, name, list) for name in ("prompts", "contexts")}
    for name, lengths in (("prompts", (5, 7)), ("contexts", (3,))):
        if not all(isinstance(row, list) and len(row) in lengths for row in rows[name]):
            raise ValueError(f"{name} must be lists of {' or '.join(map(str, lengths))}")
    if not all(isinstance(weights, list) for _, weights, _ in rows["contexts"]):
        raise ValueError("weights must be lists")
    return {
        "strategy": named_strategy(about["strategy"], about["correctness"]),
        "n_max": about["n_max"],
        "per_call": about.get("per_call"),
        "objectives": objectives,
        "prompts": [Prompt(*p) for p in rows["prompts"]],
        "contexts": [Context(name, tuple(weights), cost) for name, weights, cost in rows["contexts"]],
        **texts,
    }


def typed(row: Any, name: str, kind: type) -> Any:
    """Field ``name`` of a row that was read; ``KeyError`` where it lacks it, ``ValueError`` where it is no ``kind``."""
    if not isinstance(row, Mapping):
        raise ValueError(f"{bounds.cited(repr(row))} stands where fields with names should")
    value = row[name]
    if not isinstance(value, kind):
        what = {"str": "text", "list": "a list", "dict": "fields with names"}[kind.__name__]
        raise ValueError(f"{name} must be {what}, not {bounds.cited(repr(value))}")
    return value


def _described(prompt: Prompt) -> list[Any]:
    """Its fields in order; without examples and options where it has neither, as files always were."""
    fields = [prompt.text, prompt.temperature, prompt.top_p, prompt.max_tokens, prompt.system]
    more = [prompt.examples, dict(prompt.options)]
    return fields + more if any(more) else fields


def name_strategy(strategy: Strategy) -> tuple[str, int | None]:
    """What ``named_strategy`` finds it by: a name and an objective's index; ``ValueError`` where there is none."""
    if type(strategy) not in map(type, STRATEGIES.values()):
        raise ValueError(f"a file cannot name the strategy {strategy.name!r}; known: {', '.join(STRATEGIES)}")
    if isinstance(strategy, VoteThenBest):
        return strategy.name, int(strategy.correctness)
    return strategy.name, int(strategy.selection) if isinstance(strategy, SelectedBest) else None


def named_strategy(name: Any, objective: Any) -> Strategy:
    """The strategy that a file names, or ``ValueError`` where none is called so or takes such an objective."""
    if not isinstance(name, str) or name not in STRATEGIES:
        raise ValueError(f"unknown strategy {bounds.cited(repr(name))}; known: {', '.join(STRATEGIES)}")
    if objective is None:
        return STRATEGIES[name]
    kind = {s.name: type(s) for s in (SelectedBest(), VoteThenBest())}.get(name)
    if kind is None:
        raise ValueError(f"the strategy {name!r} singles out no objective; its objective must be null")
    if isinstance(objective, bool) or not isinstance(objective, int) or objective < 0:
        raise ValueError(f"an objective is named by its number from 0, not {bounds.cited(repr(objective))}")
    return kind(objective)
