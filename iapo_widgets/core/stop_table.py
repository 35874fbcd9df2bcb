"""What stops change under the posterior of ``pooled_votes``: a table, made by walking votes on a lattice.

In an urn every order of m right answers and j wrong ones is equally likely; the share of the right answer and the mass
of the urn decide how likely m and j are, no more.  *Which* answers the wrong ones are decides the lead at (m, j), and
so which share of the orders gets there without a stop.  Wrong answers are drawn, ``PATHS`` sequences for each kind of
rivals; over the orders, and over right and wrong, all is exact.  The draws are the same for all prompts and runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from .pooled_votes import MASSES, SHARES, WRONG_MASSES, orders, rival_masses

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Floats = NDArray[np.float32]
PATHS = 64  # sequences of wrong answers of each kind
SEED = 4_177  # of these: they are none of the training's own draws
CHANGE, DRAWN, WHOLE = 0, 1, 2  # what a table tells of each arm


@dataclass(frozen=True, eq=False, slots=True)
class _Wrong:
    """Sequences of wrong answers of Y kinds: after j of them the most and second most votes of one, and how many have
    the most, each (Y, PATHS, n_max + 1)."""

    top: Index
    second: Index
    tied: Index


def rows_of(nodes: Index, others: tuple[int, ...], batch: int, leads: tuple[int, ...], n_max: int) -> Floats:
    """What stops at ``leads``, and at none before the vote is decided, change at ``nodes`` (ascending) of a table.

    (2, rows, n_max, leads + 1): the change of the credit, and completions drawn; of a ``batch`` above 1 (3, rows, ..):
    the whole batches that are asked, too.
    """
    numbers = others or (0,)
    tops, cells = len(rival_masses(1.0, numbers[0], numbers[0])), len(SHARES) * len(MASSES)
    kinds, row = np.divmod(nodes, cells * tops)
    out = np.empty((2 + (batch > 1), len(nodes), n_max, len(leads) + 1), dtype=np.float32)
    for kind in np.unique(kinds):
        mass, number = WRONG_MASSES[kind // len(numbers)], numbers[kind % len(numbers)]
        here = kinds == kind
        cell, top = np.divmod(row[here], tops)
        out[:, here] = _table(mass, number, batch, leads, n_max)[:, top, cell]
    return out


@lru_cache(maxsize=128)
def _table(mass: float, number: int, batch: int, leads: tuple[int, ...], n_max: int) -> Floats:
    """``rows_of`` with wrong answers of this mass and number of others beside the top one, (.., tops, cells, ..)."""
    told = _walked(_drawn(rival_masses(mass, number, number), n_max), np.array(leads, dtype=int), batch, n_max)
    found = np.concatenate(orders(n_max), axis=1, dtype=np.float32) @ told.reshape(*told.shape[:3], -1)
    return np.asarray(found.reshape(*found.shape[:3], *told.shape[3:]))


def _drawn(masses: Array, n_max: int) -> _Wrong:
    """Sequences from urns of ``masses`` (Y, answers); each draw is spread evenly over the sequences."""
    rng = np.random.default_rng(SEED)
    counts = np.zeros((len(masses), PATHS, masses.shape[1]), dtype=np.int64)
    out = _Wrong(*np.zeros((3, len(masses), PATHS, n_max + 1), dtype=np.int64))
    for j in range(1, n_max + 1):
        level = (rng.permutation(PATHS) + rng.random(PATHS)) / PATHS
        below = np.cumsum(counts + masses[:, None], axis=2)
        chosen = (below[..., :-1] < level[:, None] * below[..., -1:]).sum(axis=2)
        np.put_along_axis(counts, chosen[..., None], np.take_along_axis(counts, chosen[..., None], 2) + 1, 2)
        ordered = np.sort(counts, axis=2)
        out.top[..., j] = ordered[..., -1]
        out.second[..., j] = ordered[..., -2] if masses.shape[1] > 1 else 0
        out.tied[..., j] = (counts == ordered[..., -1:]).sum(axis=2)
    return out


def _walked(wrong: _Wrong, leads: Index, batch: int, n_max: int) -> Floats:
    """What the orders to each place of the lattice, m right answers among t, add to an arm; t and m as one axis.

    Of every lead, and of none, (2 or 3, Y, places, n_max, leads + 1).
    """
    stop, kinds = np.append(leads, n_max + 1)[:, None, None], len(wrong.top)
    places, told = (n_max + 1) * (n_max + 2) // 2, 2 + (batch > 1)
    out = np.zeros((told, kinds, places, n_max, len(stop)), dtype=np.float32)
    on = np.ones((kinds, len(stop), PATHS, 1))  # share of the orders that no check stopped
    for t in range(n_max + 1):
        m, here = np.arange(t + 1), out[:, :, t * (t + 1) // 2 :][:, :, : t + 1]
        top, second, tied = (a[:, None, :, t::-1] for a in (wrong.top, wrong.second, wrong.tied))
        lead = np.where(m > top, m - top, top - np.maximum(m, second))
        if t:
            on = (np.pad(on, _LATER) * (t - m) + np.pad(on, _SOONER) * m) / t  # the last was wrong, or right
            credit = np.where(m > top, 1.0, (m == top) / (tied + 1.0))
            here[CHANGE][:, :, t - 1] -= ((1 - on) * credit).mean(axis=2).transpose(0, 2, 1)
        if t % batch or t == n_max:
            continue
        stops = lead >= stop
        here[CHANGE][:, :, t:] += (on * (stops & (m > top))).mean(axis=2).transpose(0, 2, 1)[:, :, None]
        on = np.where(stops, 0.0, on)
        asked = _undecided(on, lead, n_max - t)
        size = np.minimum(batch, np.arange(1, n_max - t + 1))[:, None]
        here[DRAWN][:, :, t:] = asked * size
        if batch > 1:
            here[WHOLE][:, :, t:] = asked * (size == np.minimum(batch, np.arange(t + 1, n_max + 1))[:, None])
    return out


_LATER, _SOONER = (((0, 0), (0, 0), (0, 0), side) for side in ((0, 1), (1, 0)))


def _undecided(on: Array, lead: Index, left: int) -> Array:
    """Share of the orders that go on where 1 .. ``left`` answers are to come, (Y, m, left, leads + 1)."""
    kinds, stops, paths, size = on.shape
    cell = np.arange(kinds * stops * size).reshape(kinds, stops, 1, size) * (left + 2)
    cell = cell + np.minimum(lead, left + 1)
    found = np.bincount(cell.ravel(), on.ravel(), kinds * stops * size * (left + 2))
    below = found.reshape(kinds, stops, size, left + 2).cumsum(axis=3)[..., 1:-1] / paths
    return below.transpose(0, 2, 3, 1)
