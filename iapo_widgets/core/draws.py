"""How many completions arms that may stop will ask of a query, by what a training saw: no more than their caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .pooled import PooledEstimate
from .problem import Arm, Context, Prompt
from .rounds import Policy, Result, Round
from .stopping import find_rule, least_drawn
from .strategies import EarlyBest, EarlyVote

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Counted:
    """What estimates need of an environment in which a completion costs 1 and a request nothing."""

    strategy: EarlyVote | EarlyBest
    contexts: tuple[Context, ...]
    prompts: tuple[Prompt, ...]
    n_max: int
    n_queries: int


def result_of(rounds: Sequence[Round]) -> Result:
    """What a training that made ``rounds`` ended with."""
    return Result(with_draws(rounds[-1].policy, rounds), rounds[-1].spent, tuple(rounds))


def with_draws(policy: Policy, rounds: Sequence[Round]) -> Policy:
    """The policy that ``rounds`` ended with, told what each of its arms that may stop asks of a query on average."""
    if all(arm.is_fixed for arm in policy.values()):
        return policy
    return policy.with_arms(tuple(policy.values()), expected_draws(policy, rounds))


def expected_draws(policy: Policy, rounds: Sequence[Round]) -> dict[str, float]:
    """Context -> completions a query on average, of its arm if that may stop; none where nothing is known of it.

    That is what an arm costs where each completion costs 1, so the pooled posterior of ``frugal`` tells it from the
    completions of any algorithm.  Raises ``ValueError`` where the policy has stops and its strategy has none.
    """
    early = {name: arm for name, arm in policy.items() if not arm.is_fixed}
    batches = [[batch for batch in done.completions if batch.valid.any()] for done in rounds]
    if not early or not any(batches):
        return {}
    strategy = policy.strategy
    if not isinstance(strategy, (EarlyVote, EarlyBest)):
        raise ValueError(
            "the policy has arms that stop early, and its strategy has none: name early-vote or early-best"
        )
    users = [context for context in policy.contexts if context.name in early]
    pairs = tuple(replace(user, cost_weight=weight) for user in users for weight in (0.0, 1.0))
    n_prompts, n_max = rounds[0].pulls.shape
    n_queries = 1 + max(int(batch.queries.max()) for done in batches for batch in done)
    estimate = PooledEstimate(_Counted(strategy, pairs, (Prompt(""),) * n_prompts, n_max, n_queries))  # type: ignore[arg-type]
    prompts = np.unique([arm.prompt for arm in early.values()])
    for number, done in enumerate(batches):
        for batch in done:
            ones, none = np.ones_like(batch.cost), np.zeros_like(batch.call_cost)
            estimate.add(replace(batch, cost=ones, call_cost=none))
        if number == len(batches) - 1 or (done and estimate.scored and estimate.reach is None):  # the first sets it
            estimate.update(prompts)
    found = {}
    for c, (name, arm) in enumerate(early.items()):
        reach = None if estimate.reach is None else estimate.reach[2 * c]
        place = arm.prompt, int(arm.n or 1) - 1, _rule(strategy, arm, reach)
        drawn = float(estimate.q[(2 * c, *place)] - estimate.q[(2 * c + 1, *place)])
        if not np.isnan(drawn):
            found[name] = float(np.clip(drawn, least_drawn(arm), int(arm.n or 1)))
    return found


def _rule(strategy: EarlyVote | EarlyBest, arm: Arm, reach: Array | None) -> int:
    """The number of the arm's rule; of best-of-N that of the level whose reach is nearest."""
    if reach is None or arm.stop is None:
        return int(find_rule(strategy, arm) or 0)
    level = sorted(strategy.levels)[int(np.abs(reach - arm.stop).argmin())]  # type: ignore[union-attr]
    return next(k for k, rule in enumerate(strategy.rules) if (rule.stop, rule.batch) == (level, arm.batch))
