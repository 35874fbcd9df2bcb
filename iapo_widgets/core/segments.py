"""Votes and maxima of many stretches of completions at once, by running counts; no loop over blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .completions import Completions

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def vote_counts(completions: Completions, starts: Index, ends: Index) -> NDArray[np.integer]:
    """Votes for each of A answers in each stretch ``starts[j]:ends[j]``, (B, J, A)."""
    answers = completions.answers
    labels = max(int(answers.max(initial=0)), int(completions.gold.max(initial=0))) + 1
    voted = (answers[:, :, None] == np.arange(labels)) & completions.valid[:, :, None]
    small = np.int8 if completions.n < 128 else np.int32  # memory traffic is most of the work
    running = np.zeros((len(completions), completions.n + 1, labels), dtype=small)
    np.cumsum(voted, axis=1, out=running[:, 1:])
    return running[:, ends] - running[:, starts]


def gold_share(completions: Completions, starts: Index, ends: Index) -> Array:
    """1[n_gold = n*] / t for each stretch, (B, J); 0 where nobody votes or the right answer is unknown."""
    counts = vote_counts(completions, starts, ends)
    top = counts.max(axis=2)
    gold = np.take_along_axis(counts, np.maximum(completions.gold, 0)[:, None, None], axis=2)[..., 0]
    won = (gold == top) & (gold > 0) & (completions.gold >= 0)[:, None]
    return won / (counts == top[..., None]).sum(axis=2)


def segment_max(utility: Array, starts: Index, ends: Index) -> Array:
    """Largest ``utility[..., s:e]`` of each stretch, (..., J); stretches are not empty."""
    padded = np.concatenate([utility, np.full((*utility.shape[:-1], 1), -np.inf)], axis=-1)
    pairs = np.stack([starts, ends], axis=1).ravel()
    return np.maximum.reduceat(padded, pairs, axis=-1)[..., ::2]
