"""Further settings of a prompt, and examples: frozen, canonical, JSON, and kept by files."""

import copy
import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, CategoricalEnvironment, Context, Policy, Prompt
from iapo_widgets.core.options import Options, canonical

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
values = st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(texts, v, max_size=3), max_leaves=8)
options = st.dictionaries(texts, values, max_size=4)
filled = texts.filter(str.strip)
examples = st.lists(st.tuples(filled, filled), max_size=3)


@given(options)
def test_options_are_what_was_given_and_do_not_change(given):
    """Any JSON comes back equal, copies and pickles are equal, and changing what came out changes nothing inside."""
    made = Options(given)
    assert made.as_dict() == json.loads(json.dumps(given)) and len(made) == len(given) and bool(made) == bool(given)
    assert copy.deepcopy(made) == made == pickle.loads(pickle.dumps(made)) and hash(made) == hash(Options(made))
    before = canonical(made.as_dict())
    for value in made.values():
        if isinstance(value, (list, dict)):
            value.clear()
    made.as_dict().clear()
    assert canonical(made.as_dict()) == before


@given(options)
def test_the_canonical_spelling_does_not_know_the_order_of_names(given):
    """Reversed names give the same spelling, an equal hash and equal options."""
    turned = dict(reversed(given.items()))
    assert canonical(given) == canonical(turned)
    assert Options(given) == Options(turned) and hash(Options(given)) == hash(Options(turned))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [(1, 1.0, True), (0, -0.0, False), (True, 1, False), (False, 0, False), ("1", 1, False), ([1, 2], [1.0, 2.0], True),
     ([1, 2], [2, 1], False), (2**60, 2**60 + 1, False), (None, False, False), ((1,), [1], True), ({}, [], False)],
)  # fmt: skip
def test_what_counts_as_the_same_value(one, other, same):
    """Whole numbers and floats of one value are one; a truth value is no number; order in a list counts."""
    assert (Options({"a": one}) == Options({"a": other})) is same
    assert (canonical({"a": one}) == canonical({"a": other})) is same


def test_numbers_are_kept_as_they_were_given():
    """An endpoint that wants a whole number gets one."""
    assert json.dumps(Options({"k": 20, "p": 1.0})["k"]) == "20" and json.dumps(Options({"p": 1.0})["p"]) == "1.0"


def circle():
    """A list inside itself."""
    made = []
    made.append(made)
    return made


@pytest.mark.parametrize(
    ("value", "message"),
    [(float("nan"), "nan, which JSON has no word for"), (float("inf"), "no word for"), ({1, 2}, "is a set"),
     (b"x", "is a bytes"), (np.int64(3), "is a int64"), ({1: 2}, "write '1'"), ("\ud800", "half a character"),
     ({"\udc00": 1}, "half a character"), (object, "no JSON"), (circle(), "holds itself")],
)  # fmt: skip
def test_what_is_no_json_is_refused(value, message):
    """The error names the place and says what would be right, at any depth."""
    for nested in (value, [value], {"a": [{"b": value}]}):
        with pytest.raises(ValueError, match=message):
            Prompt("p", options={"extra": nested})
    with pytest.raises(ValueError, match="must be a mapping"):
        Options("text")


@pytest.mark.parametrize(
    ("given", "message"),
    [("ab", "pairs"), (["ab"], "example 0 must be a pair"), ([("a",)], "must be a pair"), (3, "pairs"),
     ([("a", "b"), ("a", 4)], "answer of example 1 must be text"), ([(" ", "b")], "question of example 0 is empty"),
     ([("a", "")], "answer of example 0 is empty"), ([("a\ud83d", "b")], "half a character"), ({"a": "b"}, "pairs")],
)  # fmt: skip
def test_examples_are_pairs_of_texts(given, message):
    """Two characters are no pair, and neither part is empty or broken."""
    with pytest.raises(ValueError, match=message):
        Prompt("p", examples=given)


@given(examples, options)
def test_policies_and_environments_keep_examples_and_options(tmp_path_factory, shown, given):
    """Both files give back an equal prompt; prompts that have neither are written as they always were."""
    folder = tmp_path_factory.mktemp("kept")
    prompts = [Prompt("{query}", 0.5, None, 20, "Be kind.", shown, given), Prompt("plain")]
    assert len({*prompts, *map(copy.deepcopy, prompts)}) == 2
    policy = Policy([Context("a", (1.0,)), Context("b", (1.0,))], [Arm(0, 2), Arm(1, 1)], prompts=prompts)
    policy.save(folder / "p.json")
    assert Policy.load(folder / "p.json").prompts == dict(enumerate(prompts))
    written = json.loads((folder / "p.json").read_text("utf-8"))["prompts"]
    usual = {"text", "temperature", "top_p", "max_tokens", "system"}
    assert set(written["1"]) == usual
    assert set(written["0"]) == usual | ({"examples"} if shown else set()) | ({"options"} if given else set())
    parts = {"probs": np.ones((2, 1, 1)), "values": np.ones((1, 1, 1, 1)), "cost": np.ones(2)}
    base = small_environment(0)
    env = CategoricalEnvironment(
        **parts, contexts=policy.contexts, strategy=base.strategy.__class__(), n_max=2, gold=[0], answers=[0],
        prompts=prompts,
    )  # fmt: skip
    env.save(folder / "e.npz")
    assert CategoricalEnvironment.read(folder / "e.npz").prompts == tuple(prompts)
    about = json.loads(str(np.load(folder / "e.npz")["about"]))["prompts"]
    assert len(about[1]) == 5 and len(about[0]) == (7 if shown or given else 5)
