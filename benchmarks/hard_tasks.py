"""Tasks made to mislead ``frugal``: ``python benchmarks/hard_tasks.py [KIND ...]`` prints its regret beside PSST's.

Each kind breaks something that a model pooled over prompts may take for granted; ``SIZES`` has each of them smaller and
wider, and ``KIND/12,100,32`` has 12 prompts, 100 queries and N up to 32.  Training and test part are the same, so that
regret is that of the search alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from iapo_widgets import CategoricalEnvironment, Context, bon_contexts, mv_contexts, voting_environment
from iapo_widgets.core.strategies import BestOfN, SelectedBest, Strategy, VoteThenBest
from iapo_widgets.study.bench import bench

Array = NDArray[np.float64]
Generator = np.random.Generator
BEST = BestOfN()
SIZES = {"": (24, 200, 32), "small": (8, 80, 16), "wide": (48, 120, 64)}  # prompts, queries, N_max
MIXED = (Context("right", (1.0, 0.2)), Context("style", (0.3, 1.0), 0.2), Context("thrifty", (1.0, 1.0), 1.0))
ALGORITHMS = {
    "psst": ("psst", {}),
    "psst, paired subsets": ("psst", {"paired": True, "reuse": "subsets"}),
    "frugal": ("frugal", {}),
}


def jackpots(rng: Generator, p: int, x: int, n_max: int, *, where: float = 1.0) -> CategoricalEnvironment:
    """Best-of-N: half of the prompts are poor but for a rare jackpot, on a share ``where`` of the queries."""
    rare = _half(rng, p)
    level = np.where(rare, rng.uniform(0.15, 0.3, p), rng.uniform(0.4, 0.55, p))
    outcomes = 8
    values = level[:, None, None] + 0.06 * rng.standard_normal((p, x, outcomes))
    values = np.clip(values + 0.05 * rng.standard_normal((1, x, 1)), 0, 0.9)
    hit = rng.uniform(0.01, 0.05, p)[:, None] * (rng.random((p, x)) < where) / where * rare[:, None]
    values[..., -1] = np.where(rare[:, None], 1.0, values[..., -1])
    probs = np.full((p, x, outcomes), 1 / outcomes)
    probs[rare] = 1 / (outcomes - 1)
    probs *= 1 - hit[..., None]
    probs[..., -1] = np.where(rare[:, None], hit, probs[..., -1])
    return _best(rng, probs, values[..., None], n_max, tuple(Context(n, (1.0,), w) for n, w in _WEIGHTS.items()))


def crossing(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Best-of-N: the curves of two families of prompts cross just before the last scale."""
    steady = _half(rng, p)
    chance = rng.uniform(0.04, 0.08, p)
    top = 1 - (1 - chance) ** n_max
    low = np.full(p, 0.3)
    level = np.where(steady, low + 0.6 * np.mean(top[~steady]) - rng.uniform(0, 0.05, p), low)
    values = np.stack([level, np.where(steady, level + 0.02, 0.9)], axis=1)
    values = values[:, None] + 0.03 * rng.standard_normal((1, x, 1))
    probs = np.broadcast_to(np.stack([1 - chance, chance], axis=1)[:, None], (p, x, 2))
    return _best(rng, probs, np.broadcast_to(values, (p, x, 2))[..., None], n_max, _FREE)


def skewed(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Best-of-N, 27 contexts: rewards are skewed up for half of the prompts and down for the others."""
    up = _half(rng, p)
    tail = rng.exponential(1.0, (p, x, 10, 2)) - 1
    level, spread = rng.uniform(0.35, 0.5, (p, 1, 1, 2)), rng.uniform(0.05, 0.12, (p, 1, 1, 2))
    values = level + np.where(up, 1, -1)[:, None, None, None] * spread * tail + 0.05 * rng.standard_normal((1, x, 1, 1))
    return _best(rng, rng.dirichlet(np.ones(10), (p, x)), np.clip(values, 0, 1), n_max, bon_contexts())


def own_queries(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Votes: half of the prompts have hard queries of their own, the others are even."""
    even = _half(rng, p)
    hard = rng.random((p, x)) < rng.uniform(0.2, 0.45, p)[:, None]
    right = np.where(hard, rng.uniform(0.02, 0.2, (p, x)), rng.uniform(0.85, 0.99, (p, x)))
    right = np.where(even[:, None], rng.uniform(0.5, 0.72, p)[:, None] + 0.02 * rng.standard_normal((p, x)), right)
    return _votes(rng, right, rng.dirichlet(np.full(3, 2.0), (p, x)), n_max)


def scattered(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Votes: half of the prompts scatter their errors over 20 answers, the others over two."""
    scatter = _half(rng, p)
    right = np.where(scatter, rng.uniform(0.2, 0.32, p), rng.uniform(0.3, 0.45, p))
    right = np.clip(right[:, None] + 0.04 * rng.standard_normal((p, x)), 0.02, 0.9)
    two = np.zeros((p, x, 20))
    two[..., :2] = rng.dirichlet(np.full(2, 20.0), (p, x))
    wrong = np.where(scatter[:, None, None], rng.dirichlet(np.full(20, 20.0), (p, x)), two)
    return _votes(rng, right, wrong, n_max)


def costly(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Votes: queries that divide opinion, and are asked again most, cost half of the prompts ten times as much."""
    dear = _half(rng, p)
    split = rng.random(x) < 0.4
    right = np.where(split, rng.uniform(0.4, 0.6, (p, x)), rng.uniform(0.9, 0.99, (p, x)))
    right = np.clip(right + rng.normal(0, 0.03, (p, 1)), 0.01, 0.99)
    cost = rng.uniform(0.005, 0.01, (p, 1, 1)) * np.where(dear[:, None] & split, 10.0, 1.0)[..., None]
    return _votes(rng, right, rng.dirichlet(np.ones(3), (p, x)), n_max, cost)


def style(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Vote-then-best: half of the prompts write well only when they are wrong."""
    odd = _half(rng, p)
    right = np.clip(rng.uniform(0.5, 0.7, p)[:, None] + 0.15 * rng.standard_normal((1, x)), 0.05, 0.95)
    probs = np.concatenate(
        [right[..., None] * rng.dirichlet(np.full(4, 3.0), (p, x)),
         (1 - right)[..., None] * rng.dirichlet(np.full(4, 3.0), (p, x))], axis=2,
    )  # fmt: skip
    good, plain = rng.uniform(0.75, 0.95, p), rng.uniform(0.1, 0.4, p)
    of_right, of_wrong = np.where(odd, plain, good - 0.25), np.where(odd, good, plain)
    by = np.repeat(np.stack([of_right, of_wrong], axis=1), 4, axis=1)[:, None]
    style = np.clip(by + 0.08 * rng.standard_normal((p, x, 8)), 0, 1)
    answers = np.array([0, 0, 0, 0, 1, 1, 2, 2])
    values = np.stack([np.broadcast_to(answers == 0, style.shape).astype(float), style], axis=3)
    return _best(
        rng, probs, values, n_max, MIXED, VoteThenBest(), answers=answers, gold=np.zeros(x, dtype=np.int64)
    )  # fmt: skip


def selected(rng: Generator, p: int, x: int, n_max: int) -> CategoricalEnvironment:
    """Selected-best: the score that selects misleads for half of the prompts: what it likes best is poor."""
    misled = _half(rng, p)
    score = rng.random((p, x, 10))
    worth = np.where(misled[:, None, None], score * (1.6 - 1.3 * score) * 1.6, 0.25 + 0.5 * score)
    worth = np.clip(worth + rng.uniform(-0.1, 0.1, (p, 1, 1)) + 0.1 * rng.standard_normal((p, x, 10)), 0, 1)
    contexts = tuple(Context(n, (0.0, 1.0), w) for n, w in _WEIGHTS.items())
    probs = rng.dirichlet(np.ones(10), (p, x))
    return _best(rng, probs, np.stack([score, worth], axis=3), n_max, contexts, SelectedBest(0))


KINDS: dict[str, Callable[[Generator, int, int, int], CategoricalEnvironment]] = {
    "jackpots": jackpots, "jackpots-somewhere": partial(jackpots, where=0.3), "own-queries": own_queries,
    "crossing": crossing, "skewed": skewed, "scattered": scattered, "costly": costly, "style": style,
    "selected": selected,
}  # fmt: skip
_WEIGHTS = {"low": 0.0, "mid": 0.2, "high": 1.0}
_FREE = (Context("free", (1.0,)), Context("nearly free", (1.0,), 0.02))


def maker(kind: str) -> Callable[[int], CategoricalEnvironment]:
    """A task of the ``kind``, or of ``kind/size``, for each seed."""
    name, _, size = kind.partition("/")
    try:
        p, x, n_max = SIZES.get(size) or map(int, size.split(","))
    except ValueError:
        raise ValueError(f"{size!r} is no size; give small, wide, or PROMPTS,QUERIES,N_MAX") from None
    return lambda seed: KINDS[name](np.random.default_rng(seed), p, x, n_max)


def utility_range(env: CategoricalEnvironment) -> float:
    """Largest difference of two outcomes' utilities before cost, over contexts."""
    weights = np.array([c.weights for c in env.contexts])
    utility = env.values @ weights.T
    return float(np.ptp(utility.reshape(-1, len(weights)), axis=0).max())


def _half(rng: Generator, p: int) -> NDArray[np.bool_]:
    return rng.permutation(p) < p // 2


def _votes(rng: Generator, right: Array, wrong: Array, n_max: int, cost: Array | None = None) -> CategoricalEnvironment:
    """Majority vote: share of the right answer (P, X), and how the rest is shared (P, X, A - 1)."""
    right = np.clip(right, 0.005, 0.995)
    probs = np.concatenate([right[..., None], (1 - right)[..., None] * wrong], axis=2)
    cost = rng.uniform(0.002, 0.008, len(right)) if cost is None else cost
    return voting_environment(
        probs, np.zeros(right.shape[1], dtype=np.int64), cost, contexts=mv_contexts(), n_max=n_max
    )


def _best(
    rng: Generator, probs: Array, values: Array, n_max: int, contexts: Sequence[Context],
    strategy: Strategy = BEST, **more: Array,
) -> CategoricalEnvironment:  # fmt: skip
    cost = rng.uniform(0.002, 0.008, len(probs))
    return CategoricalEnvironment(probs, values, cost, contexts=contexts, strategy=strategy, n_max=n_max, **more)


def rows(kind: str, budget: int, runs: int) -> Iterator[tuple[str, float, float, float]]:
    """Name of each algorithm, its mean regret and standard error in parts of the range of utilities, milliseconds."""
    scale = utility_range(maker(kind)(0))
    for name, (algorithm, options) in ALGORITHMS.items():
        (row,) = bench(maker(kind), [algorithm], [budget], runs, options=options)
        yield name, row.regret_train_mean / scale, row.regret_train_sem / scale, 1_000 * row.seconds_per_training


def main() -> None:
    """Print a Markdown table, a line for each kind."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "kinds", nargs="*", default=list(KINDS), help="KIND, or KIND/small, KIND/wide, KIND/PROMPTS,QUERIES,N_MAX"
    )
    parser.add_argument("--budget", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    print(f"| T = {options.budget:,} | {' | '.join(ALGORITHMS)} |\n|---{'|---' * len(ALGORITHMS)}|")
    for kind in options.kinds:
        cells = (
            f"{mean:.4f} ({error:.4f}), {ms:.0f} ms" for _, mean, error, ms in rows(kind, options.budget, options.runs)
        )
        print(f"| {kind} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
