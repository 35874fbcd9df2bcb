"""Arms that stop, told as plainly as can be: one completion after another, and sums over every sequence of outcomes."""

from itertools import product

import numpy as np

from iapo_widgets import CategoricalEnvironment, Context, EarlyBest, EarlyVote

TWO = (Context("cheap", (1.0, 0.3), 0.1), Context("dear", (0.4, 1.0), 1.0))


def asked(arm, answers, values, votes):
    """How many of the completions an arm asks, given those that would come, and at the sizes of its batches."""
    sizes, drawn = [], 0
    while drawn < arm.n:
        sizes.append(min(arm.batch or arm.n, arm.n - drawn))
        drawn += sizes[-1]
        if arm.stop is None or arm.batch is None:
            continue
        if votes:
            counts = [*sorted((answers[:drawn].count(a) for a in set(answers[:drawn]) - {-1}), reverse=True), 0, 0]
            if counts[0] - counts[1] >= arm.stop or counts[0] - counts[1] > arm.n - drawn:
                break
        elif max(values[:drawn]) >= arm.stop - 1e-12:
            break
    return drawn, sizes


def credit(answers, gold):
    """1 / t where the right answer is among the t that lead."""
    counts = {a: answers.count(a) for a in set(answers) - {-1}}
    best = [a for a, k in counts.items() if k == max(counts.values())]
    return 1 / len(best) if gold in best else 0.0


def earned(arm, answers, gold, values, costs, context, votes, call_cost=0.0, per_call=None):
    """Reward less cost of one sequence of completions."""
    drawn, sizes = asked(arm, answers, values, votes)
    reward = context.weights[0] * credit(answers[:drawn], gold) if votes else max(values[:drawn])
    calls = sum(-(-size // (per_call or size)) for size in sizes)
    return reward - context.cost_weight * (sum(costs[:drawn]) + calls * call_cost)


def brute_force(env, arm, context):
    """Q of an arm as the sum over all sequences of outcomes of every query."""
    votes, total = env.strategy.counts_votes, 0.0
    p = arm.prompt
    for x in range(env.n_queries):
        value = env.values[p if len(env.values) > 1 else 0, x] @ np.array(context.weights)
        for s in product(range(env.probs.shape[2]), repeat=arm.n):
            chance = float(np.prod(env.probs[p, x, list(s)]))
            if chance:
                total += chance * earned(
                    arm, [int(env.answers[p, x, i]) for i in s], env.gold[x], [value[i] for i in s],
                    [env.cost[p, x, i] for i in s], context, votes, env.query_call_cost[p, x], env.per_call,
                )  # fmt: skip
    return total / env.n_queries


def stopping_task(seed, votes=True, outcomes=3, n_max=5, per_call=None, strategy=None, prompts=2, queries=2):
    """A random task with costs by outcome and by request; one of three outcomes may cast no vote."""
    rng = np.random.default_rng(seed)
    shape = prompts, queries, outcomes
    answers = np.tile(np.arange(outcomes), (prompts, queries, 1))
    if votes and seed % 2:
        answers[..., -1] = -1
    strategy = strategy or (EarlyVote((1, 2, 3), (1, 2, 3)) if votes else EarlyBest((0.3, 0.6, 0.9), (1, 2, 3)))
    return CategoricalEnvironment(
        rng.dirichlet(np.ones(outcomes), shape[:2]), rng.integers(0, 4, (*shape, 2)) / 3, rng.uniform(0, 0.1, shape),
        contexts=TWO, strategy=strategy, n_max=n_max, answers=answers, gold=rng.integers(0, 2, queries),
        call_cost=rng.uniform(0, 0.1, shape[:2]), per_call=per_call,
    )  # fmt: skip
