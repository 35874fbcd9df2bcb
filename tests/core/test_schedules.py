"""Round schedules worked by hand from the paper: pulls, completions spent, arms left."""

import numpy as np
import pytest

from iapo_widgets import BestOfN, CategoricalEnvironment, Context, train


def noiseless(values, n_max, contexts=None):
    """Every completion of prompt p is worth values[p] and costs 0.1, so that Q(p, n) = values[p] - 0.1 n."""
    values = np.array(values, float)
    return CategoricalEnvironment(
        np.ones((len(values), 3, 1)), np.tile(values[:, None, None, None], (1, 3, 1, 1)), np.full(len(values), 0.1),
        contexts=contexts or (Context("one", (1.0,), 1.0),), strategy=BestOfN(), n_max=n_max,
    )  # fmt: skip


def schedule(algorithm, env, budget, **options):
    """For each round: pulls as {(prompt, n): times}, spent, arms left of the first context as (prompt, n)."""
    rows = []
    for r in train(algorithm, env, budget, seed=0, **options).rounds:
        pulls = {(int(p), int(i) + 1): int(r.pulls[p, i]) for p, i in np.argwhere(r.pulls)}
        rows.append((pulls, r.spent, [(int(p), int(i) + 1) for p, i in np.argwhere(r.active[0])]))
    return rows


TWO = noiseless([1.0, 0.5], 4)
FOUR = noiseless([1.0, 0.8, 0.6, 0.4], 4)
FIRST = [(0, 1), (0, 2), (0, 3), (0, 4)]
ALL = [(p, n) for p in (0, 1) for n in (1, 2, 3, 4)]

CASES = [
    # |A| = 8, R = 3, M = 8.  Shares of 20, then 44 / 2 = 22 with M = 4, then 24 with M = 2.
    ("psst", TWO, 60, [
        ({(0, 4): 2, (1, 4): 2}, 16, FIRST), ({(0, 4): 5}, 36, FIRST[:2]), ({(0, 2): 12}, 60, FIRST[:1]),
    ]),
    # 10 / 3 = 3 < M = 8: one pull each is borrowed; what is left pays a pull of 2, then nothing.
    ("psst", TWO, 10, [({(0, 4): 1, (1, 4): 1}, 8, FIRST), ({(0, 2): 1}, 10, FIRST[:2]), ({}, 10, FIRST[:1])]),
    # 6 < M: the scale shrinks to 3 for both; arms at N = 4 are unknown and rank last.
    ("psst", TWO, 6, [({(0, 3): 1, (1, 3): 1}, 6, [*FIRST[:3], (1, 1)]), ({}, 6, FIRST[:2]), ({}, 6, FIRST[:1])]),
    # One prompt, |A| = 3, R = 2: shares of 4 with M = 3, then 6 with M = 2.
    ("psst", noiseless([1.0], 3), 9, [({(0, 3): 1}, 3, [(0, 1), (0, 2)]), ({(0, 2): 3}, 9, [(0, 1)])]),
    # rho T = 12 at N = 1, six pulls each; then algorithm 1 on one prompt: |A| = 4, R = 2, 48 left.
    ("psst+k1", TWO, 60, [
        ({(0, 1): 6, (1, 1): 6}, 12, FIRST), ({(0, 4): 6}, 36, FIRST[:2]), ({(0, 2): 12}, 60, FIRST[:1]),
    ]),
    # K = all: screening costs its part and drops nothing; R = 3 on 48: M = 8, then 4, then 2.
    ("psst+k2", TWO, 60, [
        ({(0, 1): 6, (1, 1): 6}, 12, ALL), ({(0, 4): 2, (1, 4): 2}, 28, FIRST), ({(0, 4): 4}, 44, FIRST[:2]),
        ({(0, 2): 8}, 60, FIRST[:1]),
    ]),
    # Four prompts at N = 1, R = 2: shares of 10 with M = 4, then 12 with M = 2.
    ("triple-n1", FOUR, 20, [
        ({(p, 1): 2 for p in range(4)}, 8, [(0, 1), (1, 1)]), ({(0, 1): 6, (1, 1): 6}, 20, [(0, 1)]),
    ]),
    ("triple-random", FOUR, 20, [
        ({(p, 1): 2 for p in range(4)}, 8, [(0, 1), (1, 1)]), ({(0, 1): 6, (1, 1): 6}, 20, [(0, 1)]),
    ]),
    # One batch at N_max: 18 pays two pulls of 4 for each, and the 2 left pay none.
    ("uniform", TWO, 18, [({(0, 4): 2, (1, 4): 2}, 16, ALL)]),
    # Nothing is shared: four arms cost 1 + 2 + 1 + 2 = 6 once; R = 2; 18 / 2 = 9 is one pull of each, 12 / 3 four.
    ("halving", noiseless([1.0, 0.5], 2), 18, [
        ({(0, 1): 1, (0, 2): 1, (1, 1): 1, (1, 2): 1}, 6, [(0, 1), (0, 2)]), ({(0, 1): 4, (0, 2): 4}, 18, [(0, 1)]),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("algorithm", "env", "budget", "expected"), CASES, ids=[f"{c[0]}-{c[2]}" for c in CASES])
def test_schedule_by_hand(algorithm, env, budget, expected):
    """Pulls, completions spent and arms left are those worked out on paper."""
    assert schedule(algorithm, env, budget) == expected


def test_halving_pulls_every_context_apart():
    """Three contexts of two prompts at N_max 2 cost 18 for one pull of each arm: |C| |A| arms."""
    contexts = tuple(Context(f"c{i}", (1.0,), 1.0) for i in range(3))
    rows = schedule("halving", noiseless([1.0, 0.5], 2, contexts), 36)
    assert rows[0][0] == {(0, 1): 3, (0, 2): 3, (1, 1): 3, (1, 2): 3} and rows[0][1] == 18


@pytest.mark.parametrize(
    "algorithm", ["psst", "psst+k2", "frugal", "halving", "triple-n1", "racing", "ucb-e", "ucb-e-lrf"]
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_the_last_survivor_is_the_best_arm_without_noise(algorithm, order):
    """On noiseless rewards the best arm is found, not the second best, wherever it stands."""
    env = noiseless(np.array([0.4, 0.6, 0.8, 1.0])[order], 4)
    policy = train(algorithm, env, 2_000, seed=0).policy
    assert (policy["one"].prompt, policy["one"].n) == (order.index(3), 1)
