"""The exact vote and the deck against what they were: ``python benchmarks/vote.py`` prints two Markdown tables.

Before, the vote took ceil(A / 2) quadrature nodes whatever could tie, and the deck was copied for each shuffle; both
are done again here, in turn with what is there now, so that only the ratio counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from iapo_widgets import mv_contexts, voting_environment
from iapo_widgets.core import voting
from iapo_widgets.core.deck import Deck


def in_turn(*calls: Callable[[], object], repeats: int = 3) -> list[float]:
    """Best seconds of each call, called in turn."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, mine in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            mine.append(time.perf_counter() - start)
    return [min(mine) for mine in times]


def vote(answers: int, n_max: int, rows: int = 40) -> tuple[float, float, float]:
    """Seconds with ceil(A / 2) nodes and with as many as are needed, and the largest difference of Q."""
    rng = np.random.default_rng(answers)
    probs, gold = rng.dirichlet(np.full(answers, 0.3), (rows, 3)), rng.integers(answers, size=3)
    found = {}

    def exact(name: str) -> None:
        env = voting_environment(probs, gold, np.full(rows, 0.01), contexts=mv_contexts(), n_max=n_max)
        found[name] = env.exact_q()

    def before() -> None:
        all_nodes = voting._nodes(answers - 1)
        with mock.patch.object(voting, "_nodes", lambda _: all_nodes):
            exact("before")

    old, new = in_turn(before, lambda: exact("now"))
    return old, new, float(np.abs(found["before"] - found["now"]).max())


def copied(size: int, number: int) -> None:
    """A deck that is copied with each shuffle, as it was."""
    rng = np.random.default_rng(0)
    left = rng.permutation(size)
    while len(left) < number:
        left = np.concatenate([left, rng.permutation(size)])


def main() -> None:
    """Measure and print."""
    print("| answers | N_max | ceil(A / 2) nodes, s | as many as needed, s | ratio | largest difference of Q |")
    print("|---|---|---|---|---|---|")
    for answers, n_max in ((5, 32), (20, 32), (50, 32), (200, 32), (50, 64)):
        old, new, gap = vote(answers, n_max)
        print(f"| {answers} | {n_max} | {old:.3f} | {new:.3f} | {old / new:.1f} x | {gap:.0e} |")
    print("\n| queries | turns | copied with each shuffle, s | now, s | ratio |\n|---|---|---|---|---|")
    for turns in (20_000, 40_000, 80_000, 160_000):
        repeats = 1 if turns > 40_000 else 3
        deal = lambda n=turns: Deck(5, np.random.default_rng(0)).deal(n)  # noqa: E731
        old, new = in_turn(lambda n=turns: copied(5, n), deal, repeats=repeats)
        print(f"| 5 | {turns:,} | {old:.2f} | {new:.3f} | {old / new:.0f} x |")


if __name__ == "__main__":
    main()
