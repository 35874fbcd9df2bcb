"""The authors' published environments, turned into ours."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ..core.environment import CategoricalEnvironment, voting_environment
from ..core.problem import COST_WEIGHTS, Context
from ..core.strategies import BestOfN
from .pickles import read_records


def read_published(path: str | os.PathLike[str], index: int = 0) -> CategoricalEnvironment:
    """Environment ``index`` of a published file: its train queries, then its test queries.

    Raises ``ValueError`` where the file is truncated, foreign or lacks what its class should have.
    """
    records = read_records(path)
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


def _best_of_n(record: Any) -> CategoricalEnvironment:
    contexts = [tuple(map(float, c.weights)) for c in record._contexts]
    return CategoricalEnvironment(
        np.concatenate([record.outcome_probs_train, record.outcome_probs_test], axis=1),
        np.concatenate([record.outcome_vectors_train, record.outcome_vectors_test], axis=1),
        record.cost_per_prompt,
        contexts=[Context(_weights_name(w), w[:-1], -w[-1]) for w in contexts],
        strategy=BestOfN(),
        n_max=int(record.N_max),
        note="published by the authors",
    )


def _bernoulli(record: Any) -> CategoricalEnvironment:
    """Tiers side by side, train then test; a query counts as much as any other, whatever its tier."""
    parts = (record.success_probs, record.success_probs_test)
    success = np.concatenate([np.asarray(part[tier]) for part in parts for tier in part], axis=1)
    return voting_environment(
        np.stack([success, 1 - success], axis=2),
        np.zeros(success.shape[1], dtype=np.int64),
        record.cost_per_prompt,
        contexts=_cost_contexts(record),
        n_max=int(record.N_max),
        note="published by the authors",
    )


def _weights_name(weights: tuple[float, ...]) -> str:
    """``w1=0.1 low`` where the cost weight is one of the paper's, its number otherwise."""
    level = {w: name for name, w in COST_WEIGHTS.items()}
    return f"w1={weights[0]:.4g} {level.get(-weights[-1], f'cost {-weights[-1]:.4g}')}"


def _cost_contexts(record: Any) -> tuple[Context, ...]:
    """Their cost weights are negative, ours positive."""
    return tuple(Context(str(name), (1.0,), abs(float(w))) for name, w in record.cost_coeffs.items())
