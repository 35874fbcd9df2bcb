"""The authors' published environments, turned into ours."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import Context
from .pickles import read_records


def read_published(path: str | os.PathLike[str], index: int = 0) -> CategoricalEnvironment:
    """Environment ``index`` of a published file: its train queries, then its test queries.

    Raises ``ValueError`` where the file is truncated, foreign or lacks what its class should have.
    """
    records = read_records(path)
    if not 0 <= index < len(records):
        raise ValueError(f"{path} holds {len(records)} environments; index {index} is not among them")
    record = records[index]
    readers = {"CategoricalMVEnv": _majority_vote}
    if record.kind not in readers:
        raise ValueError(f"{path} holds a {record.kind}; known: {', '.join(readers)}")
    try:
        return readers[record.kind](record)
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: its {record.kind} is not complete: {error}") from error


def _majority_vote(record: Any) -> CategoricalEnvironment:
    return voting_environment(
        np.concatenate([record.cat_probs, record.cat_probs_te], axis=1),
        np.concatenate([record.answers, record.answers_te]),
        record.cost_per_prompt,
        contexts=_cost_contexts(record),
        n_max=int(record.N_max),
        note="published by the authors",
    )


def _cost_contexts(record: Any) -> tuple[Context, ...]:
    """Their cost weights are negative, ours positive."""
    return tuple(Context(str(name), (1.0,), abs(float(w))) for name, w in record.cost_coeffs.items())
