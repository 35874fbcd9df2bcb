"""Regret of FLAML's search over (prompt, n): ``python benchmarks/flaml_search.py [--env NAME] [--runs 50]``, a table.

EcoOptiGen (Wang, Liu and Awadallah, *Cost-Effective Hyperparameter Optimization for Large Language Model Generation
Inference*, AutoML 2023, arXiv 2303.04673) tunes the number of answers and the prompt by FLAML's BlendSearch: cheap
settings first, each on the same tuning questions.  It knows one user, so each context has a search of its own, in turn,
with an equal part of the budget.  In favour of it, more is shared than it does: what was drawn of a prompt is kept, so
that a setting pays only for the completions that are missing, and whatever was evaluated counts for every context.  It
is pruned by cost: a setting is not evaluated that could not be best even if its answers were the best seen.

It needs ``pip install "flaml[blendsearch]"``, which nothing else here does.
"""

from __future__ import annotations

import argparse
import logging
import sys
import warnings
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from iapo_widgets import ALGORITHMS, Arm, Completions, Environment, Round
from iapo_widgets.core.checks import check_budget, check_seed
from iapo_widgets.core.costs import arm_cost, call_cost_of, per_call_of
from iapo_widgets.core.reuse import pull_values
from iapo_widgets.core.rounds import policy_of
from iapo_widgets.study.bench import bench
from iapo_widgets.tasks.catalogue import SYNTHETIC, load

SHARE, LEAST, MOST = 16, 10, 100  # tuning questions: one for so many completions of a context's part, within limits
IDLE = 50  # suggestions in a row that ask for nothing new: the search has come to rest


class Evaluations:
    """Completions of each prompt on the tuning questions, and the settings that were evaluated on them."""

    def __init__(self, env: Environment, queries: int, rng: np.random.Generator) -> None:
        self.env, self.spent, self._rng = env, 0, rng
        self._queries = rng.permutation(env.n_queries)[:queries]
        self._drawn: dict[int, Completions] = {}
        self.parts: list[Completions] = []
        self.arms: dict[Arm, None] = {}  # in the order in which they came

    def draw(self, arm: Arm, share: int) -> bool:
        """Draw what is missing of ``arm``; whether that could be paid from a spending of ``share`` in all."""
        held = self._drawn.get(arm.prompt)
        missing = arm.n - (held.n if held else 0)
        if missing > 0:
            if self.spent + missing * len(self._queries) > share:
                return False
            prompts = np.full(len(self._queries), arm.prompt)
            part = self.env.sample(prompts, self._queries, missing, self._rng)
            self.spent += missing * len(self._queries)
            self.parts.append(part)
            self._drawn[arm.prompt] = part if held is None else beside(held, part)
        self.arms[arm] = None
        return True

    def value(self, arm: Arm, context: int) -> float:
        """Mean reward less cost of an arm that was drawn."""
        batch = self._drawn[arm.prompt]
        values, whole = pull_values(
            self.env, batch, arm.n, self.env.contexts, np.full(len(batch), context, dtype=np.int64)
        )
        return float(values[whole].mean())

    def ceiling(self, arm: Arm, context: int) -> float:
        """What the arm gives if its answers are the best seen of any; infinite where its prompt's cost is not known."""
        batch, user = self._drawn.get(arm.prompt), self.env.contexts[context]
        if batch is None:
            return np.inf
        best = np.max([drawn.objectives.max(axis=(0, 1)) for drawn in self._drawn.values()], axis=0)
        call_cost = np.broadcast_to(call_cost_of(self.env), len(self.env.prompts))[arm.prompt]
        cost = arm_cost(batch.cost.mean(), call_cost, arm.n, per_call_of(self.env))
        return float(np.dot(user.weights, best) - user.cost_weight * cost)


def beside(held: Completions, part: Completions) -> Completions:
    """The completions of the same pulls, one after the other."""
    pairs = {f.name: (getattr(held, f.name), getattr(part, f.name)) for f in fields(Completions)}
    return Completions(**{name: np.concatenate([a, b], axis=1) if a.ndim > 1 else a for name, (a, b) in pairs.items()})


def search(seen: Evaluations, context: int, share: int, seed: int) -> None:
    """BlendSearch for one context, until ``share`` does not pay what it suggests or it suggests nothing new."""
    from flaml import BlendSearch, tune

    env = seen.env
    space = {"prompt": tune.choice(list(range(len(env.prompts)))), "n": tune.lograndint(1, env.n_max + 1)}
    blend = BlendSearch(
        metric="value", mode="max", space=space, low_cost_partial_config={"n": 1}, cost_attr="cost", seed=seed
    )
    best, idle, number = -np.inf, 0, 0
    while idle < IDLE:
        number, idle = number + 1, idle + 1
        config = blend.suggest(str(number))
        if config is None:
            continue
        arm = Arm(int(config["prompt"]), int(config["n"]))
        before, ceiling = seen.spent, seen.ceiling(arm, context)
        if ceiling <= best:
            result = {"value": ceiling, "cost": 1.0}
        elif seen.draw(arm, share):
            value = seen.value(arm, context)
            best, result = max(best, value), {"value": value, "cost": float(arm.n)}
        else:
            return
        idle = 0 if seen.spent > before else idle
        blend.on_trial_complete(str(number), result={**result, "config": config})


def flaml_search(env: Environment, budget: int, *, seed: int, queries: int | None = None) -> Iterator[Round]:
    """Yield one round: the searches of all contexts; each is given the best arm evaluated.

    queries: tuning questions; without them ``SHARE``, ``LEAST`` and ``MOST`` say how many.
    """
    budget, rng = check_budget(budget), check_seed(seed)
    seen = Evaluations(env, queries or min(max(budget // (SHARE * len(env.contexts)), LEAST), MOST), rng)
    contexts = range(len(env.contexts))
    for c in contexts:
        search(seen, c, budget * (c + 1) // len(contexts), int(rng.integers(2**31)))
    q = np.full((len(contexts), len(env.prompts), env.n_max), np.nan)
    for arm in seen.arms:
        q[:, arm.prompt, arm.n - 1] = [seen.value(arm, c) for c in contexts]
    pulls = np.zeros(q.shape[1:], dtype=np.int64)
    for part in seen.parts:
        np.add.at(pulls[:, part.n - 1], part.prompts, 1)
    best = [divmod(int(np.nan_to_num(row, nan=-np.inf).argmax()), env.n_max) for row in q]
    policy = policy_of(env, [Arm(p, i + 1) for p, i in best])
    yield Round(1, seen.spent, budget, pulls, np.ones_like(q, dtype=bool), q, policy, tuple(seen.parts))


def main() -> None:
    """Measure as ``iapo bench`` does, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", default="math", help="a name of load, or a file's path (math)")
    parser.add_argument("--budgets", default="1000,2000,5000,20000", help="completions, separated by commas")
    parser.add_argument("--runs", type=int, default=50, help="splits (50)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--queries", type=int, help=f"tuning questions (T / {SHARE} / contexts, {LEAST} to {MOST})")
    given = parser.parse_args()
    quiet()
    ALGORITHMS["flaml"] = flaml_search
    env: Any = SYNTHETIC.get(given.env) or load(given.env)
    budgets = [int(word) for word in given.budgets.split(",")]
    print("| task | T | regret, test part | regret, training part | spent |\n|---|---|---|---|---|")
    for row in bench(env, ["flaml"], budgets, given.runs, given.seed, {"queries": given.queries}):
        test = f"{row.regret_mean:.4f} ({row.regret_sem:.4f})"
        train = f"{row.regret_train_mean:.4f} ({row.regret_train_sem:.4f})"
        spent = f"{row.spent_min:,} to {row.spent_max:,}"
        print(f"| {Path(given.env).stem} | {row.budget:,} | {test} | {train} | {spent} |", flush=True)


def quiet() -> None:
    """FLAML and optuna tell each step."""
    import optuna

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    logging.getLogger("flaml").setLevel(logging.ERROR)


if __name__ == "__main__":
    main()
