"""Exercises of lesson 07: PSST written by the learner, piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..core.psst import allocate as core_allocate
from ..core.psst import keep_best_half, largest_scale
from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers
from .pulling import Pulling, small_task

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]
Pull = Callable[[Index], Array]

PULLS, SIZE, ASKED = 3, 32, 5  # three pulls of (p, 32), and what they say about (p, 5)


def allocate(active: Mask, share: int) -> Index:
    """Eq. 6: pulls (P, N_max) of each prompt at its largest scale that is active in any context."""
    return core_allocate(active, share, share, False, np.random.default_rng(0))


def keep(q: Array, active: Mask) -> Mask:
    """The better half, rounded up, of the active arms of each context; q, active (C, P, N_max)."""
    return keep_best_half(q, active, np.arange(active[0].size))


def race(pull: Pull, shape: tuple[int, int, int], budget: int) -> Mask:
    """Algorithm 1 without screening: the arms (C, P, N_max) that are left, one in each context."""
    return _race(pull, shape, budget)


def _race(
    pull: Pull, shape: tuple[int, int, int], budget: int, *,
    rounds: Callable[[tuple[int, int, int]], float] | None = None,
    shared: bool = True, share_out: Callable[[Mask, int], Index] = allocate,
    trim: Callable[[Array, Mask], Mask] = keep,
) -> Mask:  # fmt: skip
    active = np.ones(shape, dtype=bool)
    n_rounds = math.ceil(math.log2(shape[1] * shape[2]) if rounds is None else rounds(shape))
    for _ in range(n_rounds):
        q = pull(share_out(active, budget // (n_rounds if shared else 1)))
        active = trim(q, active)
    return active


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


def _estimates(rng: np.random.Generator) -> Iterator[tuple[Array, Mask]]:
    """Equally many arms left in each context, as after a round; estimates that all differ."""
    for a, shape in [(4, (1, 2, 2)), (3, (1, 2, 2)), (3, (2, 2, 2)), *[(0, (2, 2, 3)), (0, (3, 3, 4))] * 8]:
        size = shape[1] * shape[2]
        left = a or int(rng.integers(2, size + 1))
        active = np.zeros((shape[0], size), dtype=bool)
        for row in active:
            row[rng.permutation(size)[:left]] = True
        q = rng.permutation(np.arange(shape[0] * size)).reshape(shape) / (shape[0] * size)
        yield np.round(q, 3), active.reshape(shape)


def _races(rng: np.random.Generator) -> Iterator[tuple[Pull, tuple[int, int, int], int]]:
    """One context and four arms, then up to three contexts and forty arms; every share pays for every prompt."""
    shapes = [(1, 2, 2), (2, 2, 2), (2, 2, 3), (2, 3, 3), (3, 3, 5), (2, 5, 5), (3, 5, 8)]
    for i, shape in enumerate(shape for shape in shapes for _ in range(3)):
        n_rounds = math.ceil(math.log2(shape[1] * shape[2]))
        budget = n_rounds * shape[1] * shape[2] * int(rng.integers(1, 4)) + int(rng.integers(n_rounds))
        yield Pulling(f"task {i + 1}", small_task(rng, shape), i), shape, budget


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


def _all_arms(active: Mask, share: int) -> Index:
    """Every arm that is left is pulled for itself: no nested reuse."""
    left = active.any(axis=0)
    return np.asarray(left * (share // max(1, int((left * np.arange(1, active.shape[2] + 1)).sum()))), dtype=np.int64)


def _trim(size: Callable[[int], int], worst: bool, inactive: bool, q: Array, active: Mask) -> Mask:
    """``keep`` with its usual mistakes."""
    out = np.zeros_like(active)
    for c in range(len(q)):
        arms = np.flatnonzero(np.ones_like(active[c]) if inactive else active[c])
        order = arms[np.argsort(q[c].ravel()[arms] * (1 if worst else -1))]
        out[c].ravel()[order[: size(int(np.count_nonzero(active[c])))]] = True
    return out


def _half_up(count: int) -> int:
    return math.ceil(count / 2)


def _half_down(count: int) -> int:
    """What is left after removing ceil(count / 2), as printed."""
    return count // 2


def _first_context(q: Array, active: Mask) -> Mask:
    """The halves of the mean estimate, the same for all contexts."""
    mean = np.broadcast_to(q.mean(axis=0), q.shape)
    return _trim(_half_up, False, False, mean, active)


EXERCISES = (
    Exercise(
        "07-a",
        right=lambda: PULLS * (SIZE // ASKED),
        kind=Number(whole=True),
        why="Six blocks of five fit into each pull of 32, and two completions are left over each time.",
        hint="How many disjoint blocks of five does one pull of 32 hold? Then three pulls.",
        mistakes=[
            Mistake(
                "You joined the pulls. A block must lie in one pull: its votes must be on one and the same question.",
                gives=lambda: PULLS * SIZE // ASKED,
            ),
            Mistake(
                "That is one block a pull. More fit into 32 completions without sharing any.",
                gives=lambda: PULLS,
            ),
            Mistake("That is one pull. There are three.", gives=lambda: SIZE // ASKED),
            Mistake(
                "Those are the completions, the number of samples of N = 1. Votes of five need blocks of five.",
                gives=lambda: PULLS * SIZE,
            ),
            Mistake(
                "Those are all subsets of five. They overlap, so they are not separate samples; blocks are disjoint.",
                gives=lambda: PULLS * math.comb(SIZE, ASKED),
            ),
        ],
    ),
    FunctionExercise(
        "07-b",
        right=allocate,
        parameters=("active", "share"),
        cases=_shares,
        kind=Numbers((None, None)),
        why="Only the largest scales are paid for, every prompt equally often; nested reuse serves the rest.",
        hint="Each prompt's largest N that is active in any context (0 if none); M is their sum; all get `share // M`.",
        mistakes=[
            Mistake(
                "You pull every arm that is left. A pull at the largest N holds samples of all smaller ones.",
                gives=_all_arms,
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
    FunctionExercise(
        "07-c",
        right=keep,
        parameters=("q", "active"),
        cases=_estimates,
        kind=Numbers((None, None, None)),
        why="Each context halves its own arms, rounded up, so that the last arm is never dropped.",
        hint="For each context: rank its active arms by q, best first, and keep ceil(their number / 2) of them.",
        mistakes=[
            Mistake(
                "You drop ceil(half), as the paper prints. Keep ceil(half) instead: of three arms two, of one arm one.",
                gives=partial(_trim, _half_down, False, False),
            ),
            Mistake(
                "You keep the worse half. Sort by -q, so that the best come first.",
                gives=partial(_trim, _half_up, True, False),
            ),
            Mistake(
                "You rank arms that are out already. Only arms that are active in this context may stay.",
                gives=partial(_trim, _half_up, False, True),
            ),
            Mistake(
                "You rank all contexts by one mean of q. Each context ranks by its own estimates.",
                gives=_first_context,
            ),
        ],
    ),
    FunctionExercise(
        "07-d",
        right=race,
        parameters=("pull", "shape", "budget"),
        cases=_races,
        kind=Numbers((None, None, None)),
        why="Share out, pull, trim: PSST is sequential halving with a bill, and a memory for all that was seen.",
        hint="ceil(log2(P * N_max)) rounds; each: `q = pull(our_allocate(active, ...))`, `active = our_keep(...)`.",
        mistakes=[
            Mistake(
                "You spend the whole budget in every round: a round gets `budget // rounds`.",
                gives=partial(_race, shared=False),
            ),
            Mistake(
                "You count the rounds by the prompts alone. Arms are pairs: log2 of prompts times scales.",
                gives=partial(_race, rounds=lambda shape: math.log2(shape[1])),
            ),
            Mistake(
                "You count contexts among the arms. Contexts are trimmed side by side: log2 of prompts times scales.",
                gives=partial(_race, rounds=lambda shape: math.log2(math.prod(shape))),
            ),
            Mistake(
                "You pull every arm that is left for itself. Only each prompt's largest scale needs to be paid for.",
                gives=partial(_race, share_out=_all_arms),
            ),
            Mistake(
                "You round the number of rounds down, so that several arms are left: use ceil.",
                gives=partial(_race, rounds=lambda shape: math.floor(math.log2(shape[1] * shape[2]))),
            ),
        ],
    ),
)
