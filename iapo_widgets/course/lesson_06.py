"""Exercises of lesson 06: what a pull holds, what its samples are worth, and what a round pulls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..core.psst import allocate as core_allocate
from ..core.psst import largest_scale
from ..study.statistics import sem
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]

PULLS, SIZE, ASKED = 3, 16, 6  # three pulls of (p, 16), and what they say about (p, 6)


def allocate(active: Mask, share: int) -> Index:
    """Eq. 6: pulls (P, N_max) of each prompt at its largest scale that is active in any context."""
    return core_allocate(active, share, share, False, np.random.default_rng(0))


def pull_error(credits: Array) -> float:
    """Standard error of the mean of ``credits`` (pulls, samples), whose rows alone are independent."""
    return sem(credits.mean(axis=1).tolist())


def _credits(rng: np.random.Generator) -> Iterator[tuple[Array]]:
    """Two pulls that are all right or all wrong, then more, with questions of their own ease."""
    yield (np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]]),)
    for pulls, samples in ((3, 2), (4, 4), (5, 3), (6, 8), (8, 5), (12, 16)):
        ease = rng.random((pulls, 1))
        yield (np.asarray(rng.random((pulls, samples)) < ease, dtype=float),)


def _masks(rng: np.random.Generator) -> Iterator[Mask]:
    """Which arms are left: all, a few, and prompts that only some contexts keep, or none."""
    yield np.ones((1, 2, 2), dtype=bool)
    yield np.array([[[True, False], [False, False]], [[False, True], [True, False]]])
    for size in sorted(rng.integers(2, 6, size=20).tolist()):
        mask = rng.random((int(rng.integers(1, 4)), size, int(rng.integers(2, 7)))) < rng.choice([0.2, 0.5])
        mask[:, 0, 0] = True
        yield mask


def _shares(rng: np.random.Generator) -> Iterator[tuple[Mask, int]]:
    for mask in _masks(rng):
        yield mask, int(largest_scale(mask).sum()) * int(rng.integers(1, 5)) + int(rng.integers(2, 9))


def _pulls(active: Mask, scales: Index, times: Index | int) -> Index:
    out = np.zeros(active.shape[1:], dtype=np.int64)
    alive = np.flatnonzero(scales)
    out[alive, scales[alive] - 1] = np.broadcast_to(times, scales.shape)[alive]
    return out


def _each_its_part(active: Mask, share: int) -> Index:
    """The share divided among prompts first: prompts of small scales are pulled more often."""
    scales = largest_scale(active)
    return _pulls(active, scales, share // np.count_nonzero(scales) // np.maximum(scales, 1))


def _by_scale(scales: Callable[[Mask], Index], active: Mask, share: int) -> Index:
    chosen = scales(active)
    return _pulls(active, chosen, share // max(1, int(chosen.sum())))


def _full_scale(active: Mask) -> Index:
    return np.where(active.any(axis=(0, 2)), active.shape[2], 0)


def _in_every_context(active: Mask) -> Index:
    return largest_scale(np.asarray(active.all(axis=0))[None])


def all_arms(active: Mask, share: int) -> Index:
    """Every arm that is left is pulled for itself: no nested reuse."""
    left = active.any(axis=0)
    return np.asarray(left * (share // max(1, int((left * np.arange(1, active.shape[2] + 1)).sum()))), dtype=np.int64)


EXERCISES = (
    Exercise(
        "06-a",
        right=lambda: PULLS * (SIZE // ASKED),
        kind=Number(whole=True),
        why="Two blocks of six fit into each pull of 16, and four completions are left over each time.",
        hint="How many disjoint blocks of six does one pull of 16 hold? Then three pulls.",
        mistakes=[
            Mistake(
                "You joined the pulls. A block must lie in one pull: its votes must be on one and the same question.",
                gives=lambda: PULLS * SIZE // ASKED,
            ),
            Mistake(
                "That is one block a pull. More fit into 16 completions without sharing any.",
                gives=lambda: PULLS,
            ),
            Mistake("That is one pull. There are three.", gives=lambda: SIZE // ASKED),
            Mistake(
                "Those are the completions, the number of samples of N = 1. Votes of six need blocks of six.",
                gives=lambda: PULLS * SIZE,
            ),
            Mistake(
                "Those are all subsets of six. They overlap, so they are not separate samples; blocks are disjoint.",
                gives=lambda: PULLS * math.comb(SIZE, ASKED),
            ),
        ],
    ),
    FunctionExercise(
        "06-b",
        right=pull_error,
        parameters=("credits",),
        cases=_credits,
        why="A pull is one question, so it counts once, however many samples are in it.",
        hint="One number for each pull, the mean of its row; then the standard error of the mean of these numbers.",
        mistakes=[
            Mistake(
                "That takes every sample for independent. Samples of one pull are on one question: average them first.",
                gives=lambda credits: sem(credits.ravel().tolist()),
            ),
            Mistake(
                "You divide by the root of all samples. Only pulls are independent: take the root of their number.",
                gives=lambda credits: float(credits.mean(axis=1).std(ddof=1) / np.sqrt(credits.size)),
            ),
            Mistake(
                "That is the spread of the pulls. Their mean is spread less, by the root of their number.",
                gives=lambda credits: float(credits.mean(axis=1).std(ddof=1)),
            ),
            Mistake(
                "`std()` divides by n. A spread around its own mean takes n - 1: `std(ddof=1)`.",
                gives=lambda credits: float(credits.mean(axis=1).std() / np.sqrt(len(credits))),
            ),
            Mistake(
                "You averaged over pulls. A row is a pull: the mean of each row is `mean(axis=1)`.",
                gives=lambda credits: sem(credits.mean(axis=0).tolist()),
            ),
        ],
        kind=Number(tolerance=1e-6),
    ),
    FunctionExercise(
        "06-c",
        right=allocate,
        parameters=("active", "share"),
        cases=_shares,
        kind=Numbers((None, None)),
        why="Only the largest scales are paid for, every prompt equally often; nested reuse serves the rest.",
        hint="Each prompt's largest N that is active in any context (0 if none); M is their sum; all get `share // M`.",
        mistakes=[
            Mistake(
                "You pull every arm that is left. A pull at the largest N holds samples of all smaller ones.",
                gives=all_arms,
            ),
            Mistake(
                "You always pull at N_max. Where no context keeps that scale, pull at the largest that is left.",
                gives=partial(_by_scale, _full_scale),
            ),
            Mistake(
                "You take the scales left in every context. One context that keeps an arm is enough: any, not all.",
                gives=partial(_by_scale, _in_every_context),
            ),
            Mistake(
                "You look at the first context only. A scale counts if any context keeps it.",
                gives=partial(_by_scale, lambda active: largest_scale(active[:1])),
            ),
            Mistake(
                "You divide the share among the prompts first. Eq. 6 pulls all prompts equally often: divide by M.",
                gives=_each_its_part,
            ),
        ],
    ),
)
