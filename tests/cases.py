"""Small random environments and pulls for the tests."""

import dataclasses

import numpy as np

from iapo_widgets import STRATEGIES, CategoricalEnvironment, Completions, Context, mv_contexts, voting_environment
from iapo_widgets.core.stopping import rules_of

FIXED = [name for name, strategy in STRATEGIES.items() if not rules_of(strategy)]  # arms never stop early


def small_environment(seed, prompts=3, queries=6, answers=3, n_max=4, contexts=None, **more):
    """A random majority-voting environment."""
    rng = np.random.default_rng(seed)
    return voting_environment(
        rng.dirichlet(np.ones(answers), (prompts, queries)),
        rng.integers(answers, size=queries),
        rng.uniform(0.005, 0.05, prompts),
        contexts=contexts or mv_contexts(),
        n_max=n_max,
        **more,
    )


def pull(answers, gold, style, valid=None):
    """One pull with the objectives (correct, style)."""
    answers = np.asarray(answers)[None]
    n = answers.shape[1]
    valid = np.ones((1, n), bool) if valid is None else np.asarray(valid)[None]
    objectives = np.stack([(answers == gold).astype(float), np.asarray(style, float)[None]], axis=2)
    one = np.zeros(1, int)
    return Completions(one, one.copy(), objectives, answers, np.array([gold]), np.zeros((1, n)), valid)


TWO = (Context("a", (1.0, 0.3)), Context("b", (0.2, 1.0), 0.1))


def costly_task(seed, strategy="best-of-n", **more):
    """Four prompts, seven queries, three outcomes of unlike cost, N up to 8; a request of each pair costs its own."""
    rng = np.random.default_rng(seed)
    p, x, m = 4, 7, 3
    more = {"call_cost": rng.random((p, x)), **more}
    return CategoricalEnvironment(
        rng.dirichlet(np.ones(m), (p, x)), rng.random((p, x, m, 2)), rng.uniform(0, 0.1, (p, x, m)), contexts=TWO,
        strategy=STRATEGIES[strategy], n_max=8, answers=rng.integers(-1, 3, m), gold=rng.integers(0, 3, x), **more,
    )  # fmt: skip


class Failing:
    """An environment that loses completions with one probability, whole pulls with another, and prompts and queries for
    good; it offers an algorithm nothing but what the protocol says, and counts what was asked and what was lost."""

    def __init__(self, env, completion=0.0, pull=0.0, dead=(), dead_queries=()):
        self._env, self._completion, self._pull = env, completion, pull
        self._dead, self._dead_queries = list(dead), list(dead_queries)
        self.asked = self.lost = 0
        for name in ("prompts", "contexts", "objectives", "n_max", "n_queries", "strategy"):
            setattr(self, name, getattr(env, name))

    def sample(self, prompts, queries, n, rng):
        """Draw, then lose some."""
        drawn = self._env.sample(prompts, queries, n, rng)
        arrived = rng.random(drawn.valid.shape) >= self._completion
        gone = np.isin(drawn.prompts, self._dead) | np.isin(drawn.queries, self._dead_queries)
        arrived &= ((rng.random(len(drawn)) >= self._pull) & ~gone)[:, None]
        valid = drawn.valid & arrived
        self.asked, self.lost = self.asked + valid.size, self.lost + int((~valid).sum())
        return dataclasses.replace(drawn, valid=valid)
