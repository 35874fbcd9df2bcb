"""Calls that fail: they are asked again as far as money goes, and what they leave unseen is not held against an arm.

A pull of (p, N) of which only m completions arrived tells about the scales up to m alone.  Left at that, failures would
push large N out of the race.  So the missing completions of a pull are asked for again, on the same query, until the
pull is whole: its row then holds all that was asked of it, and what failed stays missing, never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from .completions import Completions
from .protocol import Environment

Index = NDArray[np.int64]

PATIENCE = 3  # times that may be asked again in a row without any answer


class Arrivals:
    """What share of the completions asked for arrived, and which arms failures left without a sample.

    ``reach`` (P,) is the largest scale that each prompt was pulled at.
    """

    def __init__(self, n_prompts: int) -> None:
        self._asked = self._came = 0
        self.reach = np.zeros(n_prompts, dtype=np.int64)

    def add(self, batches: Sequence[Completions], pulls: Index) -> None:
        """Count in the completions of ``pulls`` (P, N_max), follow-ups included."""
        self._asked += sum(batch.valid.size for batch in batches)
        self._came += sum(int(batch.valid.sum()) for batch in batches)
        self.reach = np.maximum(self.reach, reach(pulls))

    def paid_for(self, completions: int) -> int:
        """How many of so many can be asked for at first, if what fails is to be asked again: all, where nothing has."""
        return completions if self._came == self._asked else completions * self._came // self._asked

    def lost(self, count: Index) -> NDArray[np.bool_]:
        """Arms that were asked for and have no sample, (P, N_max); count (P, N_max): samples of each."""
        return (count == 0) & (np.arange(1, count.shape[1] + 1) <= self.reach[:, None])


def reach(pulls: Index) -> Index:
    """The largest scale of each prompt among ``pulls`` (P, N_max), 0 for none, (P,)."""
    return np.where(pulls > 0, np.arange(1, pulls.shape[1] + 1), 0).max(axis=1)


def whole(batches: Sequence[Completions]) -> bool:
    """Whether every completion arrived."""
    return all(bool(batch.valid.all()) for batch in batches)


def ask_again(
    env: Environment, batches: Sequence[Completions], allowance: int, rng: np.random.Generator
) -> tuple[tuple[Completions, ...], tuple[Index, ...], Index]:
    """The pulls of ``batches`` with their missing completions asked for again, for at most ``allowance`` completions.

    Returns the pulls, now one batch for each number of completions asked; where the rows of these stood in
    ``batches`` put one after the other; and the follow-ups as pulls (P, N_max).  The pull that lacks least goes first,
    one of every prompt before a second of any.  Ends where all is whole, nothing is left to pay with, or nothing
    arrives ``PATIENCE`` times in a row.
    """
    first = np.cumsum([0, *(len(batch) for batch in batches)])
    parts = [(batch, np.arange(start, start + len(batch))) for batch, start in zip(batches, first, strict=False)]
    prompts, queries = (np.concatenate([getattr(b, name) for b in batches]) for name in ("prompts", "queries"))
    total = np.concatenate([np.full(len(b), b.n) for b in batches])
    missing = np.concatenate([b.n - b.n_valid for b in batches])
    place = rng.permutation(len(env.prompts))
    pulls = np.zeros((len(env.prompts), env.n_max), dtype=np.int64)
    fruitless = 0
    while fruitless < PATIENCE and allowance and missing.any():
        fruitless += 1
        asked = _affordable(missing, place[prompts], allowance)
        allowance -= int(asked.sum())
        for n in np.unique(asked[asked > 0]):
            rows = np.flatnonzero(asked == n)
            batch = env.sample(prompts[rows], queries[rows], int(n), rng)
            parts.append((batch, rows))
            missing[rows] -= batch.n_valid
            total[rows] += n
            np.add.at(pulls, (prompts[rows], n - 1), 1)
            if batch.valid.any():
                fruitless = 0
    return (*_side_by_side(parts, total), pulls)


def _affordable(missing: Index, place: Index, allowance: int) -> Index:
    """Completions to ask of each row, at most what it misses and at most ``allowance`` together."""
    order = np.lexsort((missing, place))
    order = order[missing[order] > 0]
    turn = np.arange(len(order)) - np.searchsorted(place[order], place[order])  # the how many-th pull of its prompt
    order = order[np.argsort(turn, kind="stable")]
    before = np.cumsum(missing[order]) - missing[order]
    asked = np.zeros_like(missing)
    asked[order] = np.clip(allowance - before, 0, missing[order])
    return asked


def _side_by_side(
    parts: Sequence[tuple[Completions, Index]], total: Index
) -> tuple[tuple[Completions, ...], tuple[Index, ...]]:
    """Batches and the rows they belong to, joined along completions: a batch for each ``total`` (R,), and its rows."""
    columns: dict[str, NDArray[np.generic]] = {}
    filled = np.zeros_like(total)
    for batch, rows in parts:
        at = rows[:, None], filled[rows, None] + np.arange(batch.n)
        for field in fields(batch):
            values = getattr(batch, field.name)
            wide = (len(total), int(total.max())) if values.ndim > 1 else (len(total),)
            column = columns.setdefault(field.name, np.zeros((*wide, *values.shape[2:]), dtype=values.dtype))
            column[at if values.ndim > 1 else rows] = values
        filled[rows] += batch.n
    which = tuple(np.flatnonzero(total == n) for n in np.unique(total))
    cut = lambda values, rows: values[rows, : total[rows[0]]] if values.ndim > 1 else values[rows]  # noqa: E731
    return tuple(Completions(**{k: cut(v, rows) for k, v in columns.items()}) for rows in which), which
