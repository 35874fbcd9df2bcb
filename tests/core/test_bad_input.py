"""Bad input meets a clear error at the door."""

import numpy as np
import pytest

from cases import small_environment
from iapo_widgets import BestOfN, CategoricalEnvironment, Context, MajorityVote, mv_contexts, psst


def environment(**changes):
    """Two prompts, three queries, two outcomes, one objective; with changes."""
    given = {
        "probs": np.full((2, 3, 2), 0.5), "values": np.ones((1, 3, 2, 1)), "cost": [0.1, 0.2],
        "contexts": mv_contexts(), "strategy": BestOfN(), "n_max": 4, **changes,
    }  # fmt: skip
    return CategoricalEnvironment(given.pop("probs"), given.pop("values"), given.pop("cost"), **given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"probs": np.full((2, 3, 2), 0.4)}, "the probabilities of prompt 0, query 0 sum to 0.8, not to 1"),
        ({"probs": np.full((2, 3, 2), np.nan)}, "probs holds NaN"),
        ({"probs": np.tile([1.5, -0.5], (2, 3, 1))}, "probs holds negative numbers"),
        ({"probs": np.empty((0, 3, 2))}, "at least one of each"),
        ({"probs": np.empty((2, 0, 2))}, "at least one of each"),
        ({"values": np.ones((3, 3, 2, 1))}, "values has shape"),
        ({"values": np.full((1, 3, 2, 1), np.inf)}, "values holds NaN or infinity"),
        ({"cost": [-0.1, 0.2]}, "cost must be at least 0"),
        ({"n_max": 0}, "n_max must be a whole number of at least 1, not 0"),
        ({"n_max": 2.5}, "whole number"),
        ({"n_max": 2**62}, "at most 10,000"),
        ({"cost": [10**400, 1]}, "too large"),
        ({"gold": [0, 1, 2**62]}, "number the answers to each query from 0"),
        ({"answers": [0, 1_000]}, "at most 1,000 of them"),
        ({"contexts": ()}, "no contexts; give at least one"),
        ({"contexts": (Context("a", (1.0, 1.0)),)}, "weighs 2 objectives, the environment has 1"),
        ({"contexts": (Context("a", (1.0,)), Context("a", (0.5,)))}, "context names must differ"),
        ({"strategy": MajorityVote()}, "majority voting needs the right answer"),
        ({"gold": [0, 1]}, r"gold has shape \(2,\), expected \(3,\)"),
        ({"prompts": []}, "0 prompts for 2 rows"),
        ({"objectives": ["a", "b"]}, "2 objective names for 1 objectives"),
    ],
)
def test_an_environment_that_makes_no_sense_is_refused(changes, message):
    """The message names what was wrong and what was expected."""
    with pytest.raises(ValueError, match=message):
        environment(**changes)


@pytest.mark.parametrize(
    ("weights", "cost", "message"),
    [
        ((0.0, 0.0), 1.0, "only zero objective weights"),
        ((1.0, -0.1), 0.0, "weights must be finite and at least 0"),
        ((1.0,), float("nan"), "weights must be finite"),
        ((1.0,), -1.0, "at least 0"),
        ((), 0.0, "no objective weights; give at least one"),
        ((10**400,), 0.0, "weights must be finite"),
        (("1",), 0.0, "weights must be finite"),
        (None, 0.0, "give a tuple of numbers"),
    ],
)
def test_a_context_that_makes_no_sense_is_refused(weights, cost, message):
    """The message names the context."""
    with pytest.raises(ValueError, match=f"'mine'.*{message}"):
        Context("mine", weights, cost)


def test_n_max_above_what_was_recorded_is_refused():
    """Lowering and raising again works up to what was recorded."""
    env = environment()
    assert env.with_(n_max=2).with_(n_max=4).n_max == 4
    with pytest.raises(ValueError, match="n_max 5 is above the 4 completions that were recorded"):
        env.with_(n_max=5)


@pytest.mark.parametrize(
    ("fraction", "message"), [(0.0, "between 0 and 1"), (1.5, "between"), (0.1, "without queries")]
)
def test_a_split_without_train_or_test_queries_is_refused(fraction, message):
    """Three queries at 0.1 leave none to train on."""
    with pytest.raises(ValueError, match=message):
        environment().split(fraction, 0)


def test_sampling_out_of_range_is_refused():
    """Prompt and query indices must exist, and n be at least 1."""
    env, rng = environment(), np.random.default_rng(0)
    with pytest.raises(IndexError, match="prompt index out of range; there are 2"):
        env.sample([2], [0], 1, rng)
    with pytest.raises(IndexError, match="query index out of range; there are 3"):
        env.sample([0], [-1], 1, rng)
    with pytest.raises(ValueError, match="n must be a whole number of at least 1"):
        env.sample([0], [0], 0, rng)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None, True])
def test_a_seed_that_cannot_be_repeated_is_refused(seed):
    """A seed is a whole number or a Generator."""
    with pytest.raises(ValueError, match="seed must be a whole number of at least 0"):
        list(psst(small_environment(0), 10, seed=seed))


def test_saving_names_a_bad_place(tmp_path):
    """A wrong ending and a folder that is not there are said, and nothing is left behind."""
    with pytest.raises(ValueError, match=r"ends in \.npz"):
        environment().save(tmp_path / "mine.txt")
    with pytest.raises(FileNotFoundError, match="no folder"):
        environment().save(tmp_path / "none" / "mine.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_scaling_all_weights_of_a_context_changes_no_choice(factor):
    """Weights times a constant give the same best arm."""
    env = small_environment(1)
    scaled = [Context(c.name, tuple(factor * w for w in c.weights), factor * c.cost_weight) for c in env.contexts]
    a, b = (q.reshape(3, -1).argmax(axis=1) for q in (env.exact_q(), env.with_(contexts=scaled).exact_q()))
    assert np.array_equal(a, b)
