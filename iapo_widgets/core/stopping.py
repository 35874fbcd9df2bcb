"""When an arm stops asking: its rules, which of them differ, and what asking in batches takes in requests.

An arm (p, N) of the paper asks N completions at once.  An arm that may stop asks them in batches of b, looks after
each batch, and asks no more when it knows enough.  A vote stops where the leader leads the second by ``stop``, or by
more than there are answers left: strictly more, for a lead of just as many may still end in a tie, which splits the
credit.  Best-of-N stops where the best utility so far reaches ``stop``.  N is the cap of both.

A *rule* is what such an arm adds to (p, N): a stop and a batch.  The rules of a strategy are the axis L beside
(C, P, N_max) of everything that has a value for each arm; rule 0 is the paper's arm.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .checks import check_scale, is_number
from .costs import calls
from .problem import Arm

Array = NDArray[np.float64]
Index = NDArray[np.int64]
DECIDED = math.inf  # a lead that only the answers left can stop: the curtailed vote
RACES = "use psst, psst+k4 (or any k), frugal, uniform, triple-n1 or triple-random, or "  # which know such arms
TOUCH = 1e-9  # a utility this close below the reach has reached it: sums in another order differ by bits


@dataclass(frozen=True, slots=True)
class Rule:
    """What an arm adds to (p, N): when it stops and how many it asks at once; without both it is the paper's.

    stop: of votes the lead, ``DECIDED`` for none but that nothing can change; of best-of-N the level of the quantile of
    utilities that is to be reached.  batch: completions asked at once, ``None`` for all.
    """

    stop: float | None = None
    batch: int | None = None


def rules_from(stops: Sequence[float], batches: Sequence[int]) -> tuple[Rule, ...]:
    """The paper's arm, and every stop with every batch."""
    return (Rule(), *(Rule(stop, batch) for batch in batches for stop in stops))


def rules_of(strategy: Any) -> tuple[Rule, ...]:
    """The rules of a strategy, the axis L; none for a strategy whose arms never stop."""
    return tuple(getattr(strategy, "rules", ()))


def base_of(strategy: Any) -> Any:
    """The strategy without its stops: itself, where it has none."""
    return getattr(strategy, "base", strategy)


def without_stops(env: Any) -> Any:
    """The environment with arms that ask all N; itself, where none may stop."""
    return env.with_(strategy=base_of(env.strategy)) if rules_of(env.strategy) else env


def check_grid(values: Any, name: str, low: float, high: float = math.inf, whole: bool = False) -> tuple[Any, ...]:
    """Numbers above ``low`` and below ``high`` that all differ, ascending; ``ValueError`` where they are not."""
    try:
        found = tuple(values)
    except TypeError:
        raise ValueError(f"{name} must be some numbers, not {values!r}") from None
    for value in found:
        if whole:
            check_scale(value, f"each of {name}")
        elif not is_number(value) or not low < value < high:
            raise ValueError(f"each of {name} must lie between {low} and {high}, not {value!r}")
    if not found or len(set(found)) < len(found):
        raise ValueError(f"{name} must be at least one number, each once, not {values!r}")
    return tuple(sorted(found))


@lru_cache(maxsize=32)
def distinct_votes(rules: Sequence[Rule], n_max: int) -> NDArray[np.bool_]:
    """Which arms of votes differ from those of earlier rules, (n_max, L).

    A lead d acts at a check after t of n completions where d <= min(t, n - t): a vote cannot lead by more than it
    has counted, and where it leads by more than is left it is decided.  What is decided shows at t > n / 2.
    """
    out = np.zeros((n_max, len(rules)), dtype=bool)
    for i, n in enumerate(range(1, n_max + 1)):
        for k, rule in enumerate(rules):
            checks = np.arange(rule.batch, n, rule.batch) if rule.batch else np.arange(0)
            acts = 2 * checks > n if rule.stop == DECIDED else np.minimum(checks, n - checks) >= (rule.stop or 0)
            out[i, k] = rule.batch is None or bool(acts.any())
    return out


def distinct_best(rules: Sequence[Rule], n_max: int) -> NDArray[np.bool_]:
    """Which arms of best-of-N differ from the paper's, (n_max, L): those that look before their cap."""
    return np.array([[not rule.batch or rule.batch < n for rule in rules] for n in range(1, n_max + 1)])


def batch_sizes(rules: Sequence[Rule], n_max: int) -> Index:
    """Completions that each arm asks at once, (n_max, L)."""
    return np.array([[min(rule.batch or n, n) for rule in rules] for n in range(1, n_max + 1)])


def requests(whole: Array, part: Array, rules: Sequence[Rule], per_call: int | None) -> Array:
    """Requests of arms, (..., n_max, L), from their ``whole`` batches and the ``part`` that ends at the cap.

    Both may be means or sums, weighed by what a request costs.
    """
    size = batch_sizes(rules, whole.shape[-2])
    rest = np.arange(1, len(size) + 1)[:, None] % size
    return whole * calls(size, per_call) + part * calls(rest, per_call)


def batches(drawn: Index, size: int) -> tuple[Index, NDArray[np.bool_]]:
    """Whole batches of ``size``, and whether one was cut short, that bring ``drawn`` completions."""
    return drawn // size, drawn % size > 0


def reached(utility: Array, reach: Array | float) -> NDArray[np.bool_]:
    """Whether utilities reach ``reach``; arrays broadcast."""
    return np.asarray(utility >= reach - TOUCH * (1 + np.abs(reach)))


def quantiles(utility: Array, mass: Array, levels: Sequence[float]) -> Array:
    """The smallest utility that at least a share of ``level`` of the mass does not exceed, (W, levels).

    utility (W, S), mass (S,).
    """
    out = np.empty((len(utility), len(levels)))
    for row, u in zip(out, utility, strict=True):
        order = np.argsort(u, kind="stable")
        below = np.cumsum(mass[order]) / mass.sum()
        row[:] = u[order][np.minimum(np.searchsorted(below, np.asarray(levels) - 1e-12), len(u) - 1)]
    return out


def reach_of_rules(rules: Sequence[Rule], reach: Array) -> list[list[float | None]]:
    """The reach of each rule, ``None`` for one that never stops, from that of each level (W, levels), ascending."""
    levels = sorted({rule.stop for rule in rules if rule.stop is not None})
    return [[None if r.stop is None else float(row[levels.index(r.stop)]) for r in rules] for row in reach]


def arm_of(strategy: Any, prompt: int, n: int, rule: int = 0, reach: Array | None = None) -> Arm:
    """The arm of rule number ``rule`` at cap ``n``; reach (levels,): of best-of-N for its context.

    Votes that nothing but the answers left can stop have lead = cap.
    """
    rules = rules_of(strategy)
    mine = rules[rule] if rules else Rule()
    if mine.batch is None or mine.batch >= n:
        return Arm(prompt, n)
    if not strategy.counts_votes:
        return Arm(prompt, n, reach_of_rules(rules, np.atleast_2d(np.asarray(reach)))[0][rule], mine.batch)
    lead = n if mine.stop is None or 2 * mine.stop > n else int(mine.stop)
    return Arm(prompt, n, lead, mine.batch)


def check_arm(strategy: Any, arm: Arm) -> Arm:
    """``arm``, or ``ValueError`` where ``strategy`` has no arms that stop, or none that stop so."""
    if arm.is_fixed:
        return arm
    if not rules_of(strategy):
        raise ValueError(
            f"{arm} may stop early, and {strategy.name} asks all of its completions: use early-vote or early-best"
        )
    if strategy.counts_votes and arm.stop is not None and not (arm.stop >= 1 and float(arm.stop).is_integer()):
        raise ValueError(f"{arm} must stop at a lead, a whole number of at least 1")
    return arm


def check_drawn(arms: Mapping[str, Arm], drawn: Mapping[str, Any]) -> dict[str, float]:
    """Completions that arms which may stop ask on average; ``ValueError`` for another arm, or what it cannot ask."""
    for name, number in drawn.items():
        if name not in arms or arms[name].is_fixed:
            raise ValueError(f"drawn names {name!r}, which has no arm that may stop early")
        low, cap = least_drawn(arms[name]), int(arms[name].n or 1)
        if not is_number(number) or not low <= number <= cap:
            raise ValueError(f"an arm {arms[name]} asks between {low} and {cap} completions, not {number!r}")
    return {name: float(number) for name, number in drawn.items()}


def least_drawn(arm: Arm) -> int:
    """Completions that an arm asks at least: its first batch."""
    return int((None if arm.stop is None else arm.batch) or arm.n or 1)


def most_requests(arm: Arm, per_call: int | None) -> int:
    """Requests that an arm takes up to its cap."""
    n = arm.n or 1
    size = arm.batch or n
    return int(n // size * calls(size, per_call) + calls(n % size, per_call))


def mean_asked(arm: Arm, per_call: int | None, drawn: float | None, n_max: int) -> tuple[float, float]:
    """Completions that an arm asks of a query on average, and the requests that carry them.

    drawn: completions on average of an arm that may stop, ``None`` to take its cap.  Its requests are taken to grow
    evenly with them, from those of the first batch to ``most_requests``.  n_max: up to where an arm without N draws it.
    """
    if arm.n is None:
        scales = np.arange(1, n_max + 1)
        return float(scales.mean()), float(calls(scales, per_call).mean())
    least, average = least_drawn(arm), float(arm.n if drawn is None else drawn)
    first = int(calls(least, per_call))
    if least == arm.n:
        return average, float(first)
    share = (average - least) / (arm.n - least)
    return average, first + share * (most_requests(arm, per_call) - first)


def arm_rule(arm: Arm) -> Rule:
    """What ``arm`` adds to its prompt and cap: of votes with the lead, of best-of-N with the reach itself."""
    return Rule() if arm.batch is None else Rule(arm.stop, arm.batch)


def find_rule(strategy: Any, arm: Arm) -> int | None:
    """The number of the rule of ``arm`` on the grid of ``strategy``, ``None`` off the grid; raises as ``check_arm``.

    The reach of best-of-N is no place on a grid: what was seen sets it.
    """
    if check_arm(strategy, arm).is_fixed or arm.n is None:
        return 0
    if strategy.counts_votes:
        for k in range(1, len(strategy.rules)):
            if arm_of(strategy, arm.prompt, arm.n, k) == arm:
                return k
    return None


def distinct_arms(strategy: Any, n_contexts: int, n_prompts: int, n_max: int) -> NDArray[np.bool_]:
    """Every arm that differs from those of smaller rules, (C, P, n_max), or (C, P, n_max, L) where arms may stop."""
    rules = rules_of(strategy)
    shape = n_contexts, n_prompts, n_max
    if not rules:
        return np.ones(shape, dtype=bool)
    mask = (distinct_votes if strategy.counts_votes else distinct_best)(rules, n_max)
    return np.broadcast_to(mask, (*shape, len(rules))).copy()


def over_rules(q: Array, active: NDArray[np.bool_] | None = None) -> Array:
    """The best rule of each (p, N): values (..., P, n_max, L) as (..., P, n_max); what has no axis L stays.

    active, of the same shape: where some rule of a (p, N) is, the best of those that are.  NaN where all are.
    """
    if q.ndim == 3:
        return q
    known = np.where(np.isnan(q), -np.inf, q)
    if active is not None:
        known = np.where(active | ~active.any(axis=-1, keepdims=True), known, -np.inf)
    best = known.max(axis=-1)
    return np.where(np.isneginf(best), np.nan, best)


def need_fixed(strategy: Any, who: str, instead: str = "use ") -> None:
    """``ValueError`` where arms may stop, which ``who`` does not know."""
    if rules_of(strategy):
        raise ValueError(
            f"{who} does not know arms that stop early, as {strategy.name} has: {instead}"
            f"env.with_(strategy={strategy.base.name!r}), whose arms ask all"
        )
