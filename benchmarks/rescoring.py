"""What re-scored arms lose, by the rule that chooses them: ``python benchmarks/rescoring.py [TASK ...]``.

A task is trained for some of its users; then each of them moves his weights, a little (near) or to the other end (far),
and a rule chooses his arm anew from the completions at hand.  Loss is in Q, against the best arm of the moved user.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from iapo_widgets import Arm, CategoricalEnvironment, Context, load, train
from iapo_widgets.core.pooled_rescoring import PooledRescorer, drawn_to_prompts
from iapo_widgets.core.rescoring import Rescorer, drawn, queries_seen
from iapo_widgets.core.rounds import Round
from iapo_widgets.core.uncertainty import Spread
from iapo_widgets.study.statistics import sem
from iapo_widgets.tasks.catalogue import GENERATED, RECORDED

Array = NDArray[np.float64]
Index = NDArray[np.int64]
TASKS = (*RECORDED, *GENERATED)
STEP = 0.1  # how far near users move


@dataclass(frozen=True)
class Known:
    """What a rule knows: estimates, on how many queries they rest, their errors, (P, N_max); the arm trained; estimates
    with what other prompts got on the same queries (P, N_max), and completions of each prompt (P,)."""

    q: Array
    queries: Index
    errors: Array
    trained: Arm
    pooled: Array
    completions: Array


def rested(known: Known, share: float) -> Array:
    """Estimates of arms that were asked of that ``share`` of the queries of the trained one."""
    least = share * known.queries[known.trained.prompt, known.trained.n - 1]
    return np.where(known.queries >= least, known.q, np.nan)


def shrunk(known: Known, weight: float, to: Array) -> Array:
    """Estimates drawn to what ``to`` has for them, which counts as ``weight`` queries."""
    return (known.queries * known.q + weight * to) / (known.queries + weight)


def kept(known: Known) -> Array:
    """The trained arm, whatever was moved."""
    value = np.full(known.q.shape, np.nan)
    value[known.trained.prompt, known.trained.n - 1] = 0.0
    return value


RULES: dict[str, Callable[[Known], Array]] = {
    "trained arm kept": kept,
    "half of the queries": lambda known: rested(known, 0.5),
    "largest": lambda known: known.q,
    "less 1 error": lambda known: known.q - known.errors,
    "less 2 errors": lambda known: known.q - 2 * known.errors,
    "to the prompt's mean": lambda known: shrunk(known, 16, _mean(known.q, 1)),
    "to the N's mean": lambda known: shrunk(known, 16, _mean(known.q, 0)),
    "to the task's mean": lambda known: shrunk(known, 16, np.nanmean(known.q)),
    "drawn": lambda known: drawn(known.q, known.errors, known.queries),
    "pooled": lambda known: known.pooled,
    "pooled, drawn": lambda known: drawn_to_prompts(known.pooled, known.completions),
}


def _mean(q: Array, axis: int) -> Array:
    """Over known estimates; of a scale or prompt that has none, 0, which draws nothing."""
    count = np.maximum((~np.isnan(q)).sum(axis=axis, keepdims=True), 1)
    return np.asarray(np.nan_to_num(q).sum(axis=axis, keepdims=True) / count)


def best_arm(value: Array) -> tuple[int, int]:
    """Prompt and index of N of the largest value; fewer completions win a tie."""
    n, prompt = divmod(int(np.where(np.isnan(value), -np.inf, value).T.argmax()), len(value))
    return prompt, n


def trained_users(contexts: Sequence[Context]) -> Iterator[Sequence[Context]]:
    """All users; those of the first and of the last kind, by objectives, or by cost where they agree on these."""
    kinds = {c.weights for c in contexts}
    kind = (lambda c: c.weights) if len(kinds) > 1 else (lambda c: c.cost_weight)
    yield contexts
    for end in (contexts[0], contexts[-1]):
        yield [c for c in contexts if kind(c) == kind(end)]


def moved(context: Context) -> Iterator[tuple[str, Context]]:
    """(near or far, user) for each move of one weight or of the two objectives against each other."""
    cost = context.cost_weight
    yield "near", replace(context, cost_weight=cost + STEP)
    yield "far", replace(context, cost_weight=0.0 if cost > 0.5 else 1.0)
    if len(context.weights) == 2:
        first, second = context.weights
        step = STEP if first < second else -STEP
        yield "near", replace(context, weights=(round(first + step, 6), round(second - step, 6)))
        if first != second:
            yield "far", replace(context, weights=(second, first))


def losses(task: str, algorithm: str, budget: int, runs: int) -> dict[str, Array]:
    """near or far -> mean loss of each run under each rule, (runs, rules), over all trained users and their moves."""
    whole = load(task)
    found: dict[str, list[list[list[float]]]] = {"near": [[] for _ in range(runs)], "far": [[] for _ in range(runs)]}
    for users in trained_users(whole.contexts):
        env = whole.with_(contexts=users)
        moves = [(where, c) for user in users for where, c in moved(user)]
        exact = whole.with_(contexts=[replace(c, name=str(i)) for i, (_, c) in enumerate(moves)]).exact_q()
        for seed in range(runs):
            rounds = train(algorithm, env, budget, seed=seed).rounds
            seen = what_is_known(env, rounds, [c for _, c in moves])
            for (where, _), known, truth in zip(moves, seen, exact, strict=True):
                found[where][seed].append([truth.max() - truth[best_arm(rule(known))] for rule in RULES.values()])
    return {where: np.array([np.mean(each, axis=0) for each in by_run]) for where, by_run in found.items()}


def what_is_known(env: CategoricalEnvironment, rounds: Sequence[Round], users: Sequence[Context]) -> Iterator[Known]:
    """After a run, of each of ``users``, whose names are those of users that it was trained for."""
    spread = Spread(env.strategy, users, len(env.prompts), env.n_max)
    for done in rounds:
        for batch in done.completions:
            spread.add(batch)
    errors, queries = spread.errors, queries_seen(rounds)[-1]
    completions = sum(done.pulls @ np.arange(1.0, env.n_max + 1) for done in rounds)
    rescorer, pooled = Rescorer(env.strategy, len(env.prompts), env.n_max), PooledRescorer(env)
    for user, of in zip(users, spread.which, strict=True):
        found = rescorer.q(rounds, user)[-1], queries, errors[of], rounds[-1].policy[user.name]
        yield Known(*found, pooled.q(rounds, user)[-1], completions)


def main() -> None:
    """Print a Markdown table, a line for each task, algorithm, budget and distance: mean losses over runs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tasks", nargs="*", default=list(TASKS))
    parser.add_argument("--algorithms", default="psst,frugal")
    parser.add_argument("--budgets", default="500,2000,20000")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    print(f"| task | algorithm | T | users | {' | '.join(RULES)} | errors, at most |\n|{'---|' * (5 + len(RULES))}")
    for task in options.tasks:
        for algorithm in options.algorithms.split(","):
            for budget in map(int, options.budgets.split(",")):
                for where, lost in losses(task, algorithm, budget, options.runs).items():
                    cells = " | ".join(f"{mean:.4f}" for mean in lost.mean(axis=0))
                    error = max(sem(each) for each in lost.T)
                    print(f"| {task} | {algorithm} | {budget:,} | {where} | {cells} | {error:.4f} |", flush=True)


if __name__ == "__main__":
    main()
