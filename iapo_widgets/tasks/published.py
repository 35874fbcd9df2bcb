"""The authors' published environments, turned into ours."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import bounds
from ..core.checks import is_number
from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import COST_WEIGHTS, Context
from ..core.strategies import BestOfN
from .pickled import Array, Record
from .pickles import read_records


def read_published(path: str | os.PathLike[str], index: int = 0) -> CategoricalEnvironment:
    """Environment ``index`` of a published file: its train queries, then its test queries.

    Raises ``ValueError`` where the file is truncated, foreign or lacks what its class should have.
    """
    records = read_records(path)
    if isinstance(index, bool) or not isinstance(index, int):
        raise ValueError(f"index must be a whole number, not {index!r}")
    if not 0 <= index < len(records):
        raise ValueError(f"{path} holds {len(records)} environments; index {index} is not among them")
    record = records[index]
    readers = {
        "CategoricalMVEnv": _majority_vote,
        "CategoricalBoNEnv": _best_of_n,
        "SyntheticBernoulliEnv": _bernoulli,
    }
    if record.kind not in readers:
        raise ValueError(f"{path} holds a {record.kind}; known: {', '.join(readers)}")
    try:
        return readers[record.kind](record)
    except KeyError as error:
        raise ValueError(f"{path}: its {record.kind} is not complete: it lacks {bounds.cited(error)}") from error
    except MemoryError:
        raise ValueError(f"{path} needs more memory than there is") from None
    except ValueError as error:
        raise ValueError(f"{path}: its {record.kind} cannot be read: {bounds.cited(error)}") from error


def _majority_vote(record: Record) -> CategoricalEnvironment:
    return voting_environment(
        _joined([_array(record.fields, name, 3) for name in ("cat_probs", "cat_probs_te")], 1),
        _joined([_array(record.fields, name, 1) for name in ("answers", "answers_te")], 0),
        _array(record.fields, "cost_per_prompt", 1),
        contexts=_cost_contexts(record),
        n_max=_typed(record.fields, "N_max", int),
        note="published by the authors",
    )


def _best_of_n(record: Record) -> CategoricalEnvironment:
    contexts = [_weights(context) for context in _few(_typed(record.fields, "_contexts", list), bounds.CONTEXTS)]
    parts = ("train", "test")
    return CategoricalEnvironment(
        _joined([_array(record.fields, f"outcome_probs_{part}", 3) for part in parts], 1),
        _joined([_array(record.fields, f"outcome_vectors_{part}", 4) for part in parts], 1),
        _array(record.fields, "cost_per_prompt", 1),
        contexts=[Context(_weights_name(w), w[:-1], -w[-1]) for w in contexts],
        strategy=BestOfN(),
        n_max=_typed(record.fields, "N_max", int),
        note="published by the authors",
    )


def _bernoulli(record: Record) -> CategoricalEnvironment:
    """Tiers side by side, train then test; a query counts as much as any other, whatever its tier."""
    parts = [_typed(record.fields, name, dict) for name in ("success_probs", "success_probs_test")]
    success = _joined([_array(part, tier, 2) for part in parts for tier in part], 1)
    return voting_environment(
        np.stack([success, 1 - success], axis=2),
        np.zeros(success.shape[1], dtype=np.int64),
        _array(record.fields, "cost_per_prompt", 1),
        contexts=_cost_contexts(record),
        n_max=_typed(record.fields, "N_max", int),
        note="published by the authors",
    )


def _typed(fields: dict[str, Any], name: str, kind: type) -> Any:
    """Field ``name``; ``KeyError`` where it is not there, ``ValueError`` where it is of another type."""
    value = fields[name]
    if type(value) is not kind:
        raise ValueError(f"its {bounds.cited(name)} is a {type(value).__name__}, expected {kind.__name__}")
    return value


def _array(fields: dict[str, Any], name: str, axes: int) -> NDArray[Any]:
    numbers = _typed(fields, name, Array).numbers
    if numbers is None or numbers.ndim != axes or numbers.size > bounds.NUMBERS:
        raise ValueError(f"its {bounds.cited(name)} is no array of numbers with {axes} axes")
    return numbers  # type: ignore[no-any-return]


def _joined(parts: list[NDArray[Any]], axis: int) -> NDArray[Any]:
    """The parts side by side; the same array may stand in many places of a file, so that their sizes are added."""
    size = sum(part.size for part in parts)
    if not parts or size > bounds.NUMBERS:
        raise ValueError(f"its arrays hold {size:,} numbers together; there may be {bounds.NUMBERS:,}")
    return np.concatenate(parts, axis=axis)


def _few(values: Any, most: int) -> Any:
    if len(values) > most:
        raise ValueError(f"it lists {len(values):,} values where there may be {most:,}")
    return values


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not is_number(value):
        raise ValueError(f"a weight is a {type(value).__name__} that is no number")
    return float(value)


def _weights(context: Any) -> tuple[float, ...]:
    """Weights of the objectives, then of cost, of one of the file's contexts."""
    if type(context) is not Record:
        raise ValueError(f"a context is a {type(context).__name__}")
    given = context.fields["weights"]
    if type(given) is Array:
        given = _array(context.fields, "weights", 1).tolist() if given.numbers is not None else ()
    if type(given) not in (tuple, list) or not given:
        raise ValueError("the weights of a context are no list of numbers")
    return tuple(map(_number, _few(given, bounds.CONTEXTS)))


def _weights_name(weights: tuple[float, ...]) -> str:
    """``w1=0.1 low`` where the cost weight is one of the paper's, its number otherwise."""
    level = {w: name for name, w in COST_WEIGHTS.items()}
    return f"w1={weights[0]:.4g} {level.get(-weights[-1], f'cost {-weights[-1]:.4g}')}"


def _cost_contexts(record: Record) -> tuple[Context, ...]:
    """Their cost weights are negative, ours positive."""
    given = _few(_typed(record.fields, "cost_coeffs", dict), bounds.CONTEXTS)
    return tuple(Context(str(name), (1.0,), abs(_number(w))) for name, w in given.items())
