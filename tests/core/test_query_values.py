"""Exact values of an arm on every query: what the exact value of the arm is the mean of."""

import numpy as np
import pytest

from iapo_widgets import Arm, load


@pytest.mark.parametrize("name", ["real-words", "real-sentences", "math", "summarization"])
def test_the_values_on_single_queries_average_to_the_exact_value(name):
    """For every user and some arms of a task and of a part of it, cost of completions and requests included."""
    task = load(name)
    for env in (task, task.split(0.5, seed=3)[1], task.with_(per_call=2)):
        q = env.fixed_q()
        for c in range(len(env.contexts)):
            for prompt, n in ((0, 1), (len(env.prompts) - 1, env.n_max), (3, 4)):
                each = env.query_q(c, Arm(prompt, n))
                assert each.shape == (env.n_queries,)
                assert np.isclose(each.mean(), q[c, prompt, n - 1], atol=1e-9)


def test_a_part_has_the_values_of_its_own_queries():
    """Both parts of a split together hold the values of the whole, query by query."""
    task = load("real-sums")
    arm = Arm(5, 4)
    whole = np.sort(task.query_q(1, arm))
    parts = np.concatenate([part.query_q(1, arm) for part in task.split(0.7, seed=1)])
    assert np.allclose(np.sort(parts), whole)
