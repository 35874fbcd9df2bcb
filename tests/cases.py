"""Small random environments and pulls for the tests."""

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
