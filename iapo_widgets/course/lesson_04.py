"""Exercises of lesson 04: noise, and sequential halving written by the learner."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from .exercises import Exercise, FunctionExercise, Mistake
from .kinds import Number, Numbers
from .pulling import Bandit

Array = NDArray[np.float64]

P, ERROR = 0.6, 0.02  # how often an arm is right, and the standard error that its mean is to have
ARMS, BUDGET = 6, 180
PROMPTS, N_MAX, USERS = 10, 16, 3  # of the recorded task


Pull = Callable[[int, int], Array]


def _race(
    pull: Pull, n_arms: int, budget: int, *, rounds: Callable[[float], float] = math.ceil, shared: bool = True,
    stockpile: bool = True, better: bool = True, keep: Callable[[float], float] = math.ceil, alike: bool = False,
) -> int:  # fmt: skip
    """Sequential halving, and with the options its usual mistakes."""
    left = list(range(n_arms))
    seen: dict[int, list[float]] = {arm: [] for arm in left}
    n_rounds = max(1, int(rounds(math.log2(n_arms))))
    for _ in range(n_rounds):
        times = budget // ((n_rounds if shared else 1) * (n_arms if alike else len(left)))
        for arm in left:
            new = pull(arm, times).tolist()
            seen[arm] = seen[arm] + new if stockpile else new
        left.sort(key=lambda arm: float(np.mean(seen[arm])), reverse=better)
        left = left[: max(1, int(keep(len(left) / 2)))]
    return left[0]


def halving(pull: Pull, n_arms: int, budget: int) -> int:
    """Sequential halving (Karnin, Koren and Somekh 2013) that keeps earlier rounds' rewards: the arm that is left."""
    return _race(pull, n_arms, budget)


def _uniform(pull: Pull, n_arms: int, budget: int) -> int:
    return int(np.argmax([pull(arm, budget // n_arms).mean() for arm in range(n_arms)]))


def _cases(rng: np.random.Generator) -> Iterator[tuple[Pull, int, int]]:
    """Two arms, three, then up to sixteen whose means are close, so that ways of halving part."""
    sizes = [2, 3, 4, *sorted(rng.integers(4, 17, size=37).tolist())]
    for i, n_arms in enumerate(sizes):
        n_rounds = math.ceil(math.log2(n_arms))
        budget = n_rounds * n_arms * int(rng.integers(1, 5)) + int(rng.integers(n_rounds))
        means = np.sort(rng.random(n_arms))[rng.permutation(n_arms)]
        rewards = np.round(means[:, None] + rng.standard_normal((n_arms, 2 * budget)), 6)
        yield Bandit(f"bandit {i + 1}", rewards), n_arms, budget


def _needed() -> int:
    """Pulls until the standard error of the mean is ``ERROR``."""
    return round(P * (1 - P) / ERROR**2)


def _schedule(n_rounds: int = 3, sizes: tuple[int, ...] = (6, 3, 2)) -> list[int]:
    """Pulls of each arm, round by round, of six arms with 180 pulls."""
    return [BUDGET // n_rounds // size for size in sizes]


def _once(n_prompts: int = PROMPTS, n_max: int = N_MAX) -> int:
    """Completions by which every arm (p, N) is pulled once."""
    return n_prompts * n_max * (n_max + 1) // 2


EXERCISES = (
    Exercise(
        "04-a",
        right=_needed,
        kind=Number(whole=True),
        why="The error falls with the root of the pulls, so half the error takes four times as many.",
        hint="The variance of a mean of m pulls is p (1 - p) / m, and its root is the standard error. Solve for m.",
        mistakes=[
            Mistake(
                "You set the variance of the mean to 0.02. Its root is to be 0.02: square that first.",
                gives=lambda: round(P * (1 - P) / ERROR),
            ),
            Mistake(
                "You divided a spread by 0.02. Pulls count under the root: divide variances, 0.02 squared among them.",
                gives=lambda: round(math.sqrt(P * (1 - P)) / ERROR),
            ),
            Mistake(
                "You took p for the variance of one reward. It is p (1 - p).",
                gives=lambda: round(P / ERROR**2),
            ),
            Mistake(
                "You took p squared. The variance of one reward is p (1 - p).",
                gives=lambda: round(P**2 / ERROR**2),
            ),
            Mistake(
                "You left out the variance of one reward, p (1 - p).",
                gives=lambda: round(1 / ERROR**2),
            ),
        ],
    ),
    Exercise(
        "04-b",
        right=_schedule,
        kind=Numbers((None,)),
        why="Every round costs the same, and fewer arms share it: who survives is measured ever better.",
        hint="How many rounds bring six arms to one? Divide the budget by the rounds, then by the arms left in each.",
        mistakes=[
            Mistake(
                "You spend the whole budget in every round. It must last for all three: divide by the rounds first.",
                gives=lambda: _schedule(1),
            ),
            Mistake(
                "You keep one arm of three. The better half of three, rounded up, is two: the arms left are 6, 3, 2.",
                gives=lambda: _schedule(3, (6, 3, 1)),
            ),
            Mistake(
                "Two rounds leave two arms: 6, 3, 2. It takes a third, for log2(6) = 2.58 is rounded up.",
                when=lambda x: len(x) == 2,
            ),
            Mistake(
                "You pull every arm equally often in all rounds. Where fewer arms are left, each gets more.",
                gives=lambda: _schedule(3, (6, 6, 6)),
            ),
            Mistake(
                "Those are the pulls so far. The question is how many each round adds.",
                gives=lambda: np.cumsum(_schedule()).tolist(),
            ),
        ],
    ),
    FunctionExercise(
        "04-c",
        right=halving,
        parameters=("pull", "n_arms", "budget"),
        cases=_cases,
        kind=Number(whole=True),
        why="Half of the arms go after each round, all rounds share the budget, and nothing seen is thrown away.",
        hint="Loop over the rounds: pull each arm left, add to its rewards, sort by mean, keep the better half.",
        mistakes=[
            Mistake(
                "You keep the worse half. Sort from the best mean to the worst, and keep the first ones.",
                gives=lambda pull, n, t: _race(pull, n, t, better=False),
            ),
            Mistake(
                "You spend the whole budget in every round: divide it by the number of rounds first.",
                gives=lambda pull, n, t: _race(pull, n, t, shared=False),
            ),
            Mistake(
                "You round the number of rounds down. With five arms three rounds are needed: ceil(log2(n_arms)).",
                gives=lambda pull, n, t: _race(pull, n, t, rounds=math.floor),
            ),
            Mistake(
                "You judge by the last round alone. Keep the rewards of earlier rounds, too: that is stockpiling.",
                gives=lambda pull, n, t: _race(pull, n, t, stockpile=False),
            ),
            Mistake(
                "You round the half down. Of five arms keep three: ceil(arms left / 2).",
                gives=lambda pull, n, t: _race(pull, n, t, keep=math.floor),
            ),
            Mistake(
                "You divide a round's share by all arms, also those that are out. Divide by the arms that are left.",
                gives=lambda pull, n, t: _race(pull, n, t, alike=True),
            ),
            Mistake(
                "You pull all arms equally often and take the best mean. That is uniform; nothing is halved.",
                gives=_uniform,
            ),
        ],
    ),
    Exercise(
        "04-d",
        right=_once,
        kind=Number(whole=True),
        why="A pull of (p, N) costs N, and 1 + 2 + ... + 16 is 136, for each of the 10 prompts.",
        hint="One prompt: the scales 1 .. 16 cost 1 + 2 + ... + 16. Then all prompts.",
        mistakes=[
            Mistake(
                "You count pulls. A pull of (p, N) asks for N completions, and completions are what is paid for.",
                gives=lambda: PROMPTS * N_MAX,
            ),
            Mistake(
                "You let every arm cost 16. Only the largest does: (p, 1) costs one completion.",
                gives=lambda: PROMPTS * N_MAX**2,
            ),
            Mistake(
                "That is one prompt. There are 10.",
                gives=lambda: _once(1),
            ),
            Mistake(
                "That is for three contexts, if each had pulls of its own. The question is about one.",
                gives=lambda: USERS * _once(),
            ),
            Mistake(
                "The scales run from 1 to 16; you summed 0 to 15. Python's range ends before its end.",
                gives=lambda: PROMPTS * sum(range(N_MAX)),
            ),
        ],
    ),
)
