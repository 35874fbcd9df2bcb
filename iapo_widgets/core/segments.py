"""Votes and maxima of many stretches of completions at once, by running counts; no loop over blocks.

Arrays here run over completions or stretches first and over pulls last: a stretch then is a copy of whole
rows and every comparison runs along memory, which is what the time goes into.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .completions import NO_ANSWER, Completions

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def utilities(completions: Completions, weights: Array) -> Array:
    """sum_k w_k O_k of every completion, (n, W, B)."""
    return np.einsum("bnk,wk->nwb", completions.objectives, weights, order="C")


def vote_counts(
    completions: Completions, starts: Index, ends: Index
) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Votes in each stretch ``starts[j]:ends[j]``: for each of A answers, (A, J, B), and for the right one, (J, B)."""
    running, gold = running_counts(completions)
    counts = running.take(ends, axis=1)
    counts -= running.take(starts, axis=1)
    return counts, gold.take(ends, axis=0) - gold.take(starts, axis=0)


def running_counts(completions: Completions) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Votes among the first 0 .. n completions: for each of A answers, (A, n + 1, B), and for the right one."""
    answers = np.where(completions.valid, completions.answers, NO_ANSWER).T  # (n, B)
    gold = np.where(completions.gold >= 0, completions.gold, NO_ANSWER - 1)  # unknown: nobody says so
    labels = max(int(answers.max(initial=0)), int(gold.max(initial=0))) + 1
    wanted = np.empty((labels + 1, 1, len(gold)), dtype=np.int64)
    wanted[:-1], wanted[-1] = np.arange(labels)[:, None, None], gold
    small = np.int8 if completions.n < 128 else np.int32
    running = np.zeros((labels + 1, completions.n + 1, len(gold)), dtype=small)
    np.cumsum(answers == wanted, axis=1, dtype=small, out=running[:, 1:])
    return running[:-1], running[-1]


def gold_share(completions: Completions, starts: Index, ends: Index) -> Array:
    """1[n_gold = n*] / t for each stretch, (J, B); 0 where nobody votes or the right answer is unknown."""
    counts, gold = vote_counts(completions, starts, ends)
    top = counts.max(axis=0)
    tied = (counts == top).sum(axis=0, dtype=np.int32)
    return ((gold == top) & (gold > 0)) / tied


def segment_max(utility: Array, starts: Index, ends: Index) -> Array:
    """Largest of ``utility[s:e]`` for each stretch, (J, ...); utility (n, ...), stretches are not empty.

    Level k of a table holds the largest of 2^k values from each place on; two entries that overlap cover a
    stretch of any length, so its cost does not depend on its length.
    """
    n = len(utility)
    level = np.frexp(ends - starts)[1] - 1  # floor(log2(length))
    table = np.empty((int(level.max(initial=0)) + 1, *utility.shape))
    table[0] = utility
    for k in range(1, len(table)):
        half, size = 1 << (k - 1), n - (1 << k) + 1
        np.maximum(table[k - 1, :size], table[k - 1, half : half + size], out=table[k, :size])
    flat = table.reshape(-1, *utility.shape[1:])
    out = flat.take(level * n + starts, axis=0)
    return np.maximum(out, flat.take(level * n + ends - (1 << level), axis=0), out=out)
