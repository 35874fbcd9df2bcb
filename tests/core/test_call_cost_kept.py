"""The cost of a request and how many completions it carries: given, checked, copied, kept in files and read again."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import TWO, costly_task
from iapo_widgets import Arm, CategoricalEnvironment, Completions, Policy, train

KEPT = Path(__file__).resolve().parent.parent / "data" / "call_cost"


@pytest.mark.parametrize("algorithm", ["psst", "halving"])  # frugal estimates in another way since
def test_files_from_before_calls_had_a_cost_are_read_and_give_what_they_gave(algorithm):
    """The kept environment has free calls of any size; its Q, rounds and policy are those computed then."""
    env, known = CategoricalEnvironment.read(KEPT / "environment.npz"), np.load(KEPT / "rounds.npz")
    assert not env.call_cost.any() and env.per_call is None
    assert env.exact_q() == pytest.approx(known["exact"], abs=1e-12)
    found = train(algorithm, env, 200, seed=4)
    assert np.array_equal([done.pulls for done in found.rounds], known[f"{algorithm} pulls"])
    assert found.rounds[-1].q == pytest.approx(known[f"{algorithm} q"], abs=1e-12, nan_ok=True)
    assert [[arm.prompt, arm.n] for arm in found.policy.values()] == known[f"{algorithm} arms"].tolist()
    policy = Policy.load(KEPT / "policy.json")
    assert policy.per_call is None and dict(policy) == dict(train("psst", env, 200, seed=4).policy)


@pytest.mark.parametrize("given", [0.25, [0.1, 0.2, 0.3, 0.4], np.arange(28).reshape(4, 7) / 28])
def test_a_cost_is_given_once_for_each_prompt_or_for_each_query(given):
    """All three ways mean the same array (P, X), of which a split has its queries' part, and ``call_cost`` the mean."""
    env = costly_task(0, call_cost=given)
    full = np.broadcast_to(np.asarray(given)[:, None] if np.ndim(given) == 1 else given, (4, 7))
    assert np.array_equal(env.query_call_cost, full) and env.call_cost == pytest.approx(full.mean(axis=1))
    assert np.array_equal(env.mean_call_cost, env.call_cost)
    order = np.random.default_rng(3).permutation(7)
    for part, index in zip(env.split(0.5, 3), (order[:3], order[3:]), strict=True):
        assert np.array_equal(part.query_call_cost, full[:, index])
        assert part.call_cost == pytest.approx(full[:, index].mean(axis=1))
    drawn = env.sample([3, 0], [6, 2], 5, np.random.default_rng(0))
    assert drawn.call_cost.tolist() == [full[3, 6], full[0, 2]]


def test_a_copy_keeps_or_changes_what_a_request_carries():
    """``with_`` changes ``per_call`` where it is given, ``None`` included; parts and further copies keep it."""
    env = costly_task(0, per_call=3)
    assert env.with_(n_max=4).per_call == env.split(0.5, 0)[0].per_call == 3
    assert env.with_(per_call=None).per_call is None and env.with_(per_call=5).per_call == 5 and env.per_call == 3
    assert np.array_equal(env.with_(per_call=5).exact_q(), costly_task(0, per_call=5).exact_q())


@given(seed=st.integers(0, 10_000), per_call=st.sampled_from([None, 1, 2, 3, 8]))
def test_files_keep_both(tmp_path_factory, seed, per_call):
    """A saved environment comes back with the same costs and the same Q, a saved policy with the same ``per_call``."""
    folder = tmp_path_factory.mktemp("kept")
    env = costly_task(seed, per_call=per_call)
    env.save(folder / "env.npz")
    again = CategoricalEnvironment.read(folder / "env.npz")
    assert np.array_equal(again.query_call_cost, env.query_call_cost) and again.per_call == per_call
    assert np.array_equal(again.exact_q(), env.exact_q())
    policy = train("uniform", env, 50, seed=0).policy
    policy.save(folder / "policy.json")
    assert Policy.load(folder / "policy.json").per_call == per_call
    assert policy.with_arms([Arm(0, 1)] * 2 if 0 in policy.prompts else list(policy.values())).per_call == per_call


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"call_cost": -0.1}, "call_cost must be at least 0"),
        ({"call_cost": float("nan")}, "call_cost holds NaN"),
        ({"call_cost": [0.1, 0.2]}, r"call_cost has shape \(2,\), expected one number, \(4,\) or \(4, 7\)"),
        ({"call_cost": np.zeros((7, 4))}, r"call_cost has shape \(7, 4\)"),
        ({"per_call": 0}, "per_call must be a whole number of at least 1, not 0"),
        ({"per_call": 2.5}, "per_call must be a whole number"),
        ({"per_call": True}, "per_call must be a whole number"),
    ],
)
def test_what_is_no_cost_or_no_number_of_completions_is_refused(given, message):
    """The error says what would be right; ``with_`` and ``Policy`` refuse the same."""
    with pytest.raises(ValueError, match=message):
        costly_task(0, **given)
    if "per_call" in given:
        with pytest.raises(ValueError, match=message):
            costly_task(0).with_(**given)
        with pytest.raises(ValueError, match=message):
            Policy(TWO, [Arm(0, 1)] * 2, **given)


@pytest.mark.parametrize("value", [0, -3, 1.5, "3", True, [2]])
def test_a_policy_file_with_a_bad_number_is_refused(tmp_path, value):
    """The message names the file and the field."""
    content = json.loads((KEPT / "policy.json").read_text("utf-8"))
    path = tmp_path / "policy.json"
    path.write_text(json.dumps({**content, "per_call": value}), "utf-8")
    with pytest.raises(ValueError, match=r"policy.json is not a saved policy: per_call must be"):
        Policy.load(path)


def test_completions_without_it_have_zeros_and_a_wrong_shape_is_refused():
    """What is not given is 0 for each pull; ``rows``, ``joined`` and ``packed`` carry it along."""
    drawn = costly_task(0).sample([0, 1, 2], [3, 4, 5], 2, np.random.default_rng(0))
    parts = [getattr(drawn, f.name) for f in dataclasses.fields(drawn)][:-1]
    assert Completions(*parts).call_cost.tolist() == [0, 0, 0]
    assert drawn.rows(np.array([2, 0])).call_cost.tolist() == drawn.call_cost[[2, 0]].tolist()
    twice = Completions.joined([drawn, drawn])
    assert twice.call_cost.tolist() == drawn.call_cost.tolist() * 2
    holed = dataclasses.replace(drawn, valid=np.array([[False, True]] * 3))
    assert holed.packed().call_cost.tolist() == drawn.call_cost.tolist()
    with pytest.raises(ValueError, match=r"call_cost has shape \(2,\), expected \(3,\)"):
        Completions(*parts, np.zeros(2))
