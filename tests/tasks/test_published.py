"""Readers of the published classes, on small pickles of the same make."""

import pickle
import sys
import types

import numpy as np
import pytest

from iapo_widgets import load
from iapo_widgets.tasks.published import read_published


def dump(path, module, kind, attributes, context=None):
    """Pickle a list of one object of class ``Envs.<module>.<module>.<kind>``, and contexts of the same module."""
    name = f"Envs.{module}.{module}"
    fake = types.ModuleType(name)
    fakes = {"Envs": types.ModuleType("Envs"), f"Envs.{module}": types.ModuleType(f"Envs.{module}"), name: fake}
    for class_name in (kind, "Context", "CostContext"):
        setattr(fake, class_name, type(class_name, (), {"__module__": name}))
    sys.modules.update(fakes)
    try:
        record = getattr(fake, kind)()
        record.__dict__.update(attributes)
        if context:
            record._contexts = [getattr(fake, context[0])() for _ in context[1]]
            for c, weights in zip(record._contexts, context[1], strict=True):
                c.weights = weights
        path.write_bytes(pickle.dumps([record], protocol=4))
    finally:
        for module_name in fakes:
            del sys.modules[module_name]
    return path


def test_a_best_of_n_file_is_read(tmp_path):
    """Train and test queries are joined, and a negative cost weight becomes a positive one with its name."""
    rng = np.random.default_rng(0)
    probs, vectors = rng.dirichlet(np.ones(4), (2, 5)), rng.random((2, 5, 4, 2))
    path = dump(
        tmp_path / "HH.pkl", "catBoN", "CategoricalBoNEnv",
        {"outcome_probs_train": probs[:, :3], "outcome_probs_test": probs[:, 3:],
         "outcome_vectors_train": vectors[:, :3], "outcome_vectors_test": vectors[:, 3:],
         "cost_per_prompt": np.array([0.1, 0.2]), "N_max": 6},
        ("Context", [(0.1, 0.9, -0.2), (0.5, 0.5, -0.0), (0.5, 0.5, -0.3)]),
    )  # fmt: skip
    env = load(path)
    assert [c.name for c in env.contexts] == ["w1=0.1 mid", "w1=0.5 low", "w1=0.5 cost 0.3"]
    assert [c.cost_weight for c in env.contexts] == [0.2, 0.0, 0.3]
    assert np.array_equal(env.values, vectors) and np.array_equal(env.probs, probs)
    assert env.strategy.name == "best-of-n" and env.n_max == 6
    mean = np.einsum("xm,xmk,k->", probs[0], vectors[0], [0.1, 0.9]) / 5
    assert env.exact_q()[0, 0, 0] == pytest.approx(mean - 0.2 * 0.1)


def test_a_bernoulli_file_is_read(tmp_path):
    """Tiers lie side by side; one vote is right with the mean success."""
    rng = np.random.default_rng(0)
    tiers = {t: rng.random((3, n)) for t, n in (("easy", 2), ("medium", 3), ("hard", 1))}
    test = {t: rng.random((3, 1)) for t in tiers}
    path = dump(
        tmp_path / "SB.pkl", "synthBernoulli", "SyntheticBernoulliEnv",
        {"success_probs": tiers, "success_probs_test": test, "cost_per_prompt": np.full(3, 0.1), "N_max": 4,
         "cost_coeffs": {"low": 0.0, "mid": -0.2, "high": -1.0}},
    )  # fmt: skip
    env = read_published(path)
    assert env.n_queries == 9 and [c.cost_weight for c in env.contexts] == [0.0, 0.2, 1.0]
    everything = np.concatenate([*tiers.values(), *test.values()], axis=1)
    assert env.exact_q()[0, :, 0] == pytest.approx(everything.mean(axis=1))


def test_an_incomplete_record_is_named(tmp_path):
    """A record without its arrays is a ValueError that names the file and the class."""
    path = dump(tmp_path / "half.pkl", "catBoN", "CategoricalBoNEnv", {"N_max": 4})
    with pytest.raises(ValueError, match=r"half\.pkl: its CategoricalBoNEnv is not complete"):
        read_published(path)


def test_nothing_is_published_for_synth_categorical():
    """Asking for it says so instead of generating one."""
    with pytest.raises(ValueError, match="nothing is published for 'synth-categorical'"):
        load("synth-categorical", published=True)
