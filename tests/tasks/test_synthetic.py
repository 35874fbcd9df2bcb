"""The synthetic environments: sizes, seeds, deceptive prompts."""

import numpy as np
import pytest

from iapo_widgets import load

SIZES = {
    "synth-bernoulli": (32, 520, 3, "majority-vote"),
    "math": (25, 316, 3, "majority-vote"),
    "commonsense-qa": (48, 1500, 3, "majority-vote"),
    "synth-categorical": (32, 512, 27, "best-of-n"),
    "helpful-harmless": (20, 500, 27, "best-of-n"),
    "summarization": (20, 500, 27, "best-of-n"),
}


@pytest.mark.parametrize("name", SIZES)
def test_sizes_are_those_of_table_1(name):
    """Prompts, queries, contexts, strategy and N_max are the paper's, and the note says it is generated."""
    env = load(name)
    assert (len(env.prompts), env.n_queries, len(env.contexts), env.strategy.name) == SIZES[name]
    assert env.n_max == 32 and "generated" in env.note and env.name == name


@pytest.mark.parametrize("name", ["helpful-harmless", "summarization"])
def test_stand_ins_that_are_not_calibrated_say_so(name):
    """Their note tells that nothing was fitted to the real task."""
    assert "not calibrated" in load(name).note


@pytest.mark.parametrize("name", SIZES)
def test_one_seed_one_environment(name):
    """The same seed gives the same probabilities and values, another seed others."""
    a, b, c = load(name, seed=3), load(name, seed=3), load(name, seed=4)
    assert np.array_equal(a.probs, b.probs) and np.array_equal(a.values, b.values)
    assert not np.array_equal(a.probs, c.probs)


@pytest.mark.parametrize("name", ["synth-bernoulli", "synth-categorical"])
@pytest.mark.parametrize("seed", range(3))
def test_deceptive_prompts_win_at_one_and_do_not_scale(name, seed):
    """Where cost has no weight, the best prompt at N = 1 ends far below the best arm, at any N."""
    env = load(name, seed=seed)
    q = env.exact_q()
    free = [c for c, context in enumerate(env.contexts) if context.cost_weight == 0]
    lost = [q[c].max() - q[c, q[c, :, 0].argmax()].max() for c in free]
    assert np.mean(lost) > 0.05


def test_the_commonsense_standin_meets_the_published_facts():
    """48 prompts within 0.69 to 0.77 at N = 1, equal cost 0.01, and voting adds 0.02 to 0.05."""
    env = load("commonsense-qa")
    q = env.exact_q()[0]
    assert q[:, 0].min() == pytest.approx(0.69, abs=0.015) and q[:, 0].max() == pytest.approx(0.77, abs=0.015)
    gain = q.max(axis=1) - q[:, 0]
    assert gain.min() == pytest.approx(0.02, abs=0.006) and gain.max() == pytest.approx(0.05, abs=0.006)
    assert np.all(env.cost == 0.01)
