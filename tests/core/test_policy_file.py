"""Policies are saved and read back whole; anything else is refused with a reason."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import small_environment
from iapo_widgets import Arm, Context, Policy, Prompt, VoteThenBest, train
from iapo_widgets.core.rounds import policy_of
from iapo_widgets.core.strategies import BestOfN, EarlyBest, EarlyVote

CONTEXTS = (Context("low", (1.0, 0.5)), Context('hi "gh" \u20ac', (0.1, 0.0), 2.5))
PROMPTS = {
    4: Prompt("Say {query}\n\u2713", 0.7, 0.9, 64, "Be kind."),
    0: Prompt("{query}", max_tokens=1),
}
POLICY = Policy(
    CONTEXTS, [Arm(4, 8), Arm(0, None)], prompts=PROMPTS, objectives=("right", "short"), strategy=VoteThenBest(1)
)


def same(a, b):
    """All that a policy knows."""
    return all(getattr(a, name) == getattr(b, name) for name in ("contexts", "prompts", "objectives", "strategy")) and (
        dict(a) == dict(b)
    )


def test_what_was_saved_is_read(tmp_path):
    """Contexts, arms, prompts with their settings, objectives and strategy come back, and nothing else is left."""
    POLICY.save(tmp_path / "p.json")
    assert same(Policy.load(tmp_path / "p.json"), POLICY)
    assert [file.name for file in tmp_path.iterdir()] == ["p.json"]
    bare = Policy(CONTEXTS, [Arm(1, 2), Arm(1, 3)])
    bare.save(tmp_path / "p.json")
    assert same(Policy.load(tmp_path / "p.json"), bare)


texts = st.text(max_size=8)
arms = st.builds(Arm, st.integers(0, 30), st.none() | st.integers(1, 99))
weights = st.tuples(st.floats(0, 1e6), st.floats(0.1, 5))


@given(
    names=st.lists(texts, min_size=1, max_size=4, unique=True),
    data=st.data(),
    prompt=st.builds(Prompt, texts, system=texts),
)
def test_any_policy_survives_the_file(tmp_path_factory, names, data, prompt):
    """Names, weights, arms and texts of any kind come back equal."""
    contexts = [Context(name, data.draw(weights), data.draw(st.floats(0, 1e9))) for name in names]
    policy = Policy(contexts, [data.draw(arms) for _ in names], prompts=[prompt] * 31, strategy=BestOfN())
    path = tmp_path_factory.mktemp("policy") / "p.json"
    policy.save(path)
    assert same(Policy.load(path), policy)


def test_trained_policies_know_their_prompts_whatever_trained_them(tmp_path):
    """PSST, frugal, a baseline and TRIPLE return policies that carry prompts, objectives and strategy of the task."""
    env = small_environment(0)
    for name in ("psst", "frugal", "uniform", "triple-random"):
        policy = train(name, env, 200, seed=0).policy
        assert policy.prompts == {a.prompt: env.prompts[a.prompt] for a in policy.values()}
        assert (policy.objectives, policy.strategy) == (env.objectives, env.strategy)
        policy.save(tmp_path / "p.json")
        assert same(Policy.load(tmp_path / "p.json"), policy)


def changed(**parts):
    """The saved POLICY with parts of its first context, or of the whole, changed."""
    content = json.loads(SAVED)
    for name, value in parts.items():
        where = content if name in content else content["contexts"][0]
        where[name] = value
    return json.dumps(content)


SAVED = """{"format": "iapo-widgets policy, version 1", "strategy": null, "objectives": ["right"],
            "contexts": [{"name": "low", "weights": [1.0], "cost_weight": 0.0, "prompt": 0, "n": 3}],
            "prompts": {"0": {"text": "{query}", "system": "", "temperature": 1.0, "top_p": null, "max_tokens": 5}}}"""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "Expecting value"),
        ("[1]", "does not say its format"),
        ("\x00\ud800".encode("utf-8", "surrogatepass"), "decode"),
        (changed(format="iapo-widgets policy, version 2"), "version 2.*this version reads"),
        (changed(contexts=[]), "no contexts"),
        (changed(contexts="low"), "contexts must be a list"),
        (changed(n=0), "n must be a whole number"),
        (changed(n=2.5), "n must be a whole number"),
        (changed(prompt=-1), "index"),
        (changed(prompt=7), "names prompt 7"),
        (changed(weights=[1.0, 2.0]), "weighs 2 objectives"),
        (changed(weights=[0.0]), "zero objective weights"),
        (changed(weights=[1.0]).replace("1.0]", "NaN]"), "NaN"),
        (changed(cost_weight=-1), "at least 0"),
        (changed(name=3), "name must be text"),
        (changed(objectives=[1]), "names"),
        (changed(strategy={"name": "worst-of-n", "objective": None}), "unknown strategy 'worst-of-n'"),
        (changed(strategy={"name": "vote-then-best", "objective": 4}), "objective 4"),
        (changed(prompts={"0": {"text": "a", "tools": []}}), "'tools', which this version does not know"),
        (changed(prompts={"0": {"text": "a", "max_tokens": 0}}), "max_tokens"),
        (changed(prompts={"zero": {"text": "a"}}), "index"),
        (changed(prompts={"0": {}}), "lacks 'text'"),
        (changed(prompts=[]), "prompts must be fields with names"),
        ('{"format": "iapo-widgets policy, version 1"}', "lacks 'objectives'"),
        ("[" * 100_000, "too deeply"),
        (changed(n=10**6), "n is 1000000; it must be at most 10,000"),
        (changed(n=True), "n must be a whole number"),
        (changed(weights=["1"]), "weight '1'"),
        (changed(weights=[True]), "weight True"),
        (changed(weights=[10**400]), "weights must be finite"),
        (changed(cost_weight=10**400), "weights must be finite"),
        (changed(cost_weight=None), "weights must be finite"),
        (changed(strategy={"name": "majority-vote", "objective": 0}), "singles out no objective"),
        (changed(strategy={"name": "best-of-n", "objective": 0}), "singles out no objective"),
        (changed(strategy={"name": "selected-best", "objective": 0.0}), "named by its number"),
        (changed(strategy={"name": "selected-best", "objective": True}), "named by its number"),
        (changed(strategy={"name": "vote-then-best", "objective": -1}), "named by its number"),
        (changed(strategy={"name": ["best-of-n"], "objective": None}), "name must be text"),
        (changed(strategy="best-of-n"), "stands where fields with names should"),
        (changed(prompts={"00": {"text": "a"}, "0": {"text": "b"}}), "index"),
        (changed(prompts={"\u0660": {"text": "a"}}), "index"),
        (changed(prompts={"0": "{query}"}), "stands where fields with names should"),
        (changed(prompts={"0": {"text": ["a"]}}), "text must be text"),
        (changed(prompts={"0": {"text": "a", "temperature": 10**400}}), "temperature"),
        (changed(prompts={"0": {"text": "a", "top_p": 10**400}}), "top_p"),
        (changed(prompts={"0": {"text": "a", "temperature": "1"}}), "temperature"),
        (changed(prompts={"0": {"text": "a", "max_tokens": 10**19}}), "at most 1,000,000,000"),
        (SAVED.replace('"objectives"', '"strategy": null, "objectives"'), "names 'strategy' twice"),
        (SAVED.replace('{"0":', '{"0": {"text": "a"}, "0":'), "names '0' twice"),
        (changed(format="\x1b[31m" * 10_000), r"x1b\[31m .*this version reads|x1b"),
    ],
)
def test_other_files_are_refused_with_a_reason(tmp_path, content, message):
    """The error names the file, says that it is no saved policy, and what is wrong with it."""
    path = tmp_path / "odd.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(ValueError, match=rf"odd\.json is not a saved policy:? .*{message}"):
        Policy.load(path)


def test_what_cannot_be_saved_is_refused_and_leaves_the_old_file(tmp_path):
    """Another ending, a missing folder, a strategy without a name: an error, and what was there stays."""
    path = tmp_path / "p.json"
    POLICY.save(path)
    before = path.read_bytes()

    class Odd(BestOfN):
        """A strategy of one's own."""

    with pytest.raises(ValueError, match="cannot name"):
        Policy(CONTEXTS, [Arm(0, 1)] * 2, strategy=Odd()).save(path)
    with pytest.raises(ValueError, match="index"):
        Policy(CONTEXTS, [Arm(-1, 1)] * 2).save(path)
    with pytest.raises(ValueError, match=r"ends in \.json"):
        POLICY.save(tmp_path / "p.pkl")
    with pytest.raises(FileNotFoundError, match="no folder"):
        POLICY.save(tmp_path / "nowhere" / "p.json")
    with pytest.raises(FileNotFoundError):
        Policy.load(tmp_path / "absent.json")
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["p.json"]


def test_a_policy_that_names_prompts_it_lacks_is_refused():
    """Prompts given must hold every index that an arm names."""
    with pytest.raises(ValueError, match="not among the 1 given"):
        Policy(CONTEXTS, [Arm(0, 1), Arm(1, 1)], prompts=[Prompt("one")])


def test_only_what_asks_a_model_can_be_deployed_on():
    """An environment of known probabilities has no text to give, and the error says so."""
    env = small_environment(0)
    with pytest.raises(TypeError, match="CategoricalEnvironment has none to ask"):
        policy_of(env, [Arm(0, 1)] * len(env.contexts)).deploy(env)


def test_arms_that_stop_come_back(tmp_path):
    """Lead and batch are kept, and a policy without stops is written as files always were."""
    early = Policy(CONTEXTS, [Arm(4, 8, 2, 1), Arm(0, 5)], prompts=PROMPTS, strategy=EarlyVote())
    early.save(tmp_path / "p.json")
    assert same(Policy.load(tmp_path / "p.json"), early)
    reach = Policy(CONTEXTS, [Arm(4, 8, 0.1 + 0.2, 4), Arm(0, 5, -1.5, 5)], prompts=PROMPTS, strategy=EarlyBest())
    reach.save(tmp_path / "p.json")
    assert same(Policy.load(tmp_path / "p.json"), reach)
    POLICY.save(tmp_path / "p.json")
    content = json.loads((tmp_path / "p.json").read_text())
    assert content["format"].endswith("version 1") and not {"stop", "batch"} & set(content["contexts"][0])


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"stop": 0}, "lead"), ({"batch": 9}, "above n"), ({"batch": 0}, "batch"), ({"stop": "2"}, "finite"),
     ({"n": None}, "cap"), ({"stop": 1.5}, "lead"), ({"stop": True}, "finite")],
)  # fmt: skip
def test_files_of_arms_that_cannot_stop_so_are_refused(tmp_path, changed, said):
    """A lead or batch below 1, a batch above the cap, a stop without a cap or that is no number: each by name."""
    path = tmp_path / "p.json"
    Policy(CONTEXTS[:1], [Arm(4, 8, 2, 1)], prompts=PROMPTS, strategy=EarlyVote()).save(path)
    content = json.loads(path.read_text())
    content["contexts"][0].update(changed)
    path.write_text(json.dumps(content))
    with pytest.raises(ValueError, match=said):
        Policy.load(path)


def test_a_file_of_a_strategy_without_stops_has_no_arm_that_stops(tmp_path):
    """It is refused when it is written, and says which strategies have such arms."""
    with pytest.raises(ValueError, match="early-vote"):
        Policy(CONTEXTS[:1], [Arm(4, 8, 2, 1)], prompts=PROMPTS, strategy=BestOfN()).save(tmp_path / "p.json")
