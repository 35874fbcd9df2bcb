"""What arms are worth on questions that took no part in training, one value a question, and how arms differ there."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...core.costs import per_call_of
from ...core.environment import CategoricalEnvironment
from ...core.paired_test import critical_value
from ...core.problem import Arm
from ...core.protocol import Environment
from ...core.replay import arm_values
from ...core.reuse import pull_values
from ...core.rounds import Result
from ...core.stopping import check_arm
from ...study.arms import arm_table
from ...study.statistics import sem

Array = NDArray[np.float64]
LEVEL = 0.95  # of every interval of a report


def is_exact(env: Environment, arm: Arm) -> bool:
    """Whether the value of that arm on each question is known, so that nothing needs to be drawn."""
    return isinstance(env, CategoricalEnvironment) and arm.is_fixed and getattr(env, "replacement", True)


def values_on(env: Environment, arm: Arm, user: str, seed: int = 0) -> Array:
    """What ``arm`` is worth to ``user`` on each question of ``env``, (X,): reward less cost.

    Exact where the task knows it; else of one answer to each question, drawn by ``seed``, so that arms of one prompt
    share their completions.  NaN where a question's completions did not all arrive.

    Raises ``ValueError`` where there is no user of that name, or the arm's N is left open.
    """
    names = [context.name for context in env.contexts]
    if user not in names:
        raise ValueError(f"there is no user {user!r}; the users are {', '.join(map(repr, names))}")
    if arm.n is None:
        raise ValueError(f"{arm} leaves N open; give an arm with a prompt and an N")
    c = names.index(user)
    if is_exact(env, arm):
        assert isinstance(env, CategoricalEnvironment)
        return env.query_q(c, arm)
    every = np.arange(env.n_queries)
    batch = env.sample(np.full(len(every), arm.prompt), every, arm.n, np.random.default_rng(seed))
    if arm.is_fixed:
        value, whole = pull_values(env, batch, arm.n, [env.contexts[c]], np.zeros(len(every), dtype=np.int64))
    else:
        value, whole = arm_values(batch, env.strategy, check_arm(env.strategy, arm), env.contexts[c], per_call_of(env))
    return np.where(whole, value, np.nan)


def prompt_first(env: Environment, result: Result) -> dict[str, Arm]:
    """By user, the arm of who chooses the prompt for one answer and N afterwards, by the estimates of that training.

    Raises ``ValueError`` as ``arm_table``, or where no estimate at N = 1 was made.
    """
    rows, found = arm_table(env, result), {}
    for user in result.policy:
        mine = [row for row in rows if row.context == user and not math.isnan(row.q)]
        single = [row for row in mine if row.n == 1]
        if not single:
            raise ValueError(f"the training made no estimate at N = 1 for {user!r}")
        prompt = max(single, key=lambda row: row.q).prompt
        best = max((row for row in mine if row.prompt == prompt), key=lambda row: row.q)
        found[user] = Arm(prompt, best.n)
    return found


def difference(mine: Sequence[float] | Array, other: Sequence[float] | Array) -> tuple[float, float, float, int]:
    """Mean of the paired differences, both ends of its 95 % interval by Student's t, and on how many questions.

    mine, other (X,): of the same questions, NaN where unknown; a question counts where both are known.
    Raises ``ValueError`` for fewer than two of them, or lists of unequal length.
    """
    a, b = np.asarray(mine, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"pairs need one value a question each; got the shapes {a.shape} and {b.shape}")
    apart = (a - b)[~np.isnan(a - b)]
    if len(apart) < 2:
        raise ValueError(f"{len(apart)} questions have both values; at least 2 are needed")
    reach = critical_value((1 - LEVEL) / 2, len(apart) - 1) * sem(list(apart))
    middle = float(apart.mean())
    return middle, middle - reach, middle + reach, len(apart)
