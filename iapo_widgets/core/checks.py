"""Input that must hold before anything is drawn; every error says what was wanted and what came."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import bounds

Array = NDArray[np.float64]
LARGEST_BUDGET = 10**12  # completions: no sum of them leaves an int64


def check_scale(n: Any, name: str = "n_max", most: int = bounds.WHOLE) -> int:
    """``n`` as an int, or ``ValueError`` where it is not a whole number from 1 to ``most``."""
    if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 1:
        raise ValueError(f"{name} must be a whole number of at least 1, not {n!r}")
    if n > most:
        raise ValueError(f"{name} is {bounds.cited(n) if n < 10**99 else 'huge'}; it must be at most {most:,}")
    return int(n)


def is_number(value: Any) -> bool:
    """Whether ``value`` is a real number that is finite as a float; no bool, and no text that looks like one."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def check_text(value: Any, name: str) -> str:
    """``value``, or ``ValueError`` where it is no text, or holds half a character, which no file can keep."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be text, not {value!r}")
    return check_sendable(value, name)


def check_budget(budget: object, most: float = LARGEST_BUDGET) -> int:
    """``budget`` as an int, or ``ValueError`` where it is not a whole number from 1 to ``most``."""
    if isinstance(budget, (int, float, np.number)) and budget > most:
        raise ValueError(f"budget must be a whole number of completions, at least 1, and at most {most:,}")
    if isinstance(budget, (int, np.integer)) and not isinstance(budget, bool):
        if budget >= 1:
            return int(budget)
    elif isinstance(budget, Real) and is_number(budget):
        number = float(budget)
        if number >= 1 and number.is_integer():
            return int(number)
    raise ValueError(f"budget must be a whole number of completions, at least 1, not {budget!r}")


def check_seed(seed: Any) -> np.random.Generator:
    """The generator that ``seed`` starts, or the one that it is; ``ValueError`` where a run could not be repeated."""
    if isinstance(seed, np.random.Generator):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"seed must be a whole number of at least 0, or a numpy Generator, not {seed!r}")
    return np.random.default_rng(seed)


def check_sendable(text: str, what: str) -> str:
    """``text``, or ``ValueError`` where it holds half a character (a lone surrogate), which cannot be sent."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        half = text[error.start]
        raise ValueError(
            f"{what} holds half a character ({half!r} at position {error.start}): a text that was cut within an emoji;"
            " write the whole character or leave it out"
        ) from None
    return text


def check_flag(value: Any, name: str) -> bool:
    """``value`` as a bool, or ``ValueError``: the text "false" is true to Python."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be true or false, not {value!r}")
    return bool(value)


def check_between(value: Any, low: float, high: float, name: str) -> float:
    """``value`` as a float, or ``ValueError`` where it does not lie strictly between ``low`` and ``high``."""
    if not is_number(value) or not low < float(value) < high:
        raise ValueError(f"{name} must lie between {low} and {high}, not {value!r}")
    return float(value)


def check_port(port: Any) -> int:
    """``port``, 0 for a free one; ``ValueError`` where it is no port."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
        raise ValueError(f"port must be a whole number from 0 to 65535, not {port!r}")
    return port


def check_positive(value: Any, name: str) -> float:
    """``value`` as a float, or ``ValueError`` where it is not above 0 and finite."""
    if not is_number(value) or not float(value) > 0:
        raise ValueError(f"{name} must be above 0, not {value!r}")
    return float(value)


def check_finite(values: ArrayLike, name: str) -> Array:
    """``values`` as floats, or ``ValueError`` where one is NaN or infinite."""
    try:
        out = np.asarray(values, dtype=float)
    except OverflowError:
        raise ValueError(f"{name} holds a number that is too large") from None
    if not np.all(np.isfinite(out)):
        raise ValueError(f"{name} holds NaN or infinity")
    return out


def check_labels(values: ArrayLike, name: str) -> NDArray[np.int64]:
    """``values`` as answer classes 0, 1, ..., or -1 for none; ``ValueError`` where one is anything else."""
    given = np.asarray(values)
    if given.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold whole numbers, not {given.dtype}")
    if np.any(given < -1):
        raise ValueError(f"{name} holds {given.min()}; answer classes count from 0, and -1 stands for none")
    if np.any(given >= bounds.CLASSES):
        raise ValueError(
            f"{name} holds {given.max()}; number the answers to each query from 0, at most {bounds.CLASSES:,} of them"
        )
    return given.astype(np.int64)


def check_probabilities(probs: ArrayLike) -> Array:
    """``probs`` (P, X, M) as floats, or ``ValueError`` where a distribution is none."""
    out = np.asarray(probs, dtype=float)
    if out.ndim != 3 or 0 in out.shape:
        raise ValueError(
            f"probs has shape {out.shape}, expected (prompts, queries, outcomes) with at least one of each"
        )
    if np.any(np.isnan(out)):
        raise ValueError("probs holds NaN")
    if np.any(out < 0):
        raise ValueError("probs holds negative numbers")
    total = out.sum(axis=2)
    if not np.allclose(total, 1.0, atol=1e-6):
        p, x = np.unravel_index(int(np.argmax(np.abs(total - 1))), total.shape)
        raise ValueError(f"the probabilities of prompt {p}, query {x} sum to {total[p, x]:.6g}, not to 1")
    return out


def check_pulls(
    prompts: ArrayLike, queries: ArrayLike, n: Any, n_prompts: int, n_queries: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Pulls that exist: prompts (B,), queries (B,) and a scale; else ``ValueError`` or ``IndexError``."""
    prompts, queries = np.asarray(prompts, dtype=np.int64), np.asarray(queries, dtype=np.int64)
    if prompts.ndim != 1 or prompts.shape != queries.shape:
        raise ValueError(f"prompts {prompts.shape} and queries {queries.shape} must be one-dimensional and equal")
    n = check_scale(n, "n")
    for what, index, size in (("prompt", prompts, n_prompts), ("query", queries, n_queries)):
        if np.any((index < 0) | (index >= size)):
            raise IndexError(f"{what} index out of range; there are {size}")
    return prompts, queries, n


def check_split(n_queries: int, train_fraction: Any, seed: Any) -> tuple[NDArray[np.int64], int]:
    """Queries in the order that ``seed`` shuffles them into, and how many of them train; both parts hold some."""
    if not (is_number(train_fraction) and 0 < float(train_fraction) < 1):
        raise ValueError(f"train_fraction must lie between 0 and 1, not {train_fraction!r}")
    order = check_seed(seed).permutation(n_queries)
    cut = int(np.floor(float(train_fraction) * n_queries))
    if cut == 0 or cut == n_queries:
        raise ValueError(f"{n_queries} queries at train_fraction {train_fraction} leave a part without queries")
    return order, cut
