"""What a prompt and an endpoint put into a request, and what they refuse; seen from the server."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.test_options import examples, options
from iapo_widgets import Arm, Context, MajorityVote, Policy, Prompt
from iapo_widgets.live import Endpoint, Judge, PromptTemplate, Question, SimulatedEndpoint, SpendingLimit
from iapo_widgets.live.request import Request
from iapo_widgets.live.settings import NAMED, RESERVED
from live_cases import KEY, Correct, live

FULL = PromptTemplate(
    "Q: {query}", "You count.", temperature=None, max_tokens=32, examples=[("1 + 1?", "2"), ["2 + {x}?", "4"]],
    stop="\n\n", reasoning_effort="low", response_format={"type": "json_object"},
    extra_body={"top_k": 20, "chat_template_kwargs": {"enable_thinking": False}},
)  # fmt: skip


def test_what_a_prompt_says_is_what_the_server_gets(server, ledger):
    """Examples are turns before the question, settings stand in the body under their names, nothing else does."""
    env = live(server, ledger, prompts=[FULL], questions=[Question("3 + 3?", "6")], scorers=[Correct()],
               contexts=[Context("a", (1.0,))])  # fmt: skip
    env.sample([0], [0], 1, np.random.default_rng(0))
    (body,) = server.requests
    assert body.pop("messages") == [
        {"role": "system", "content": "You count."},
        {"role": "user", "content": "Q: 1 + 1?"}, {"role": "assistant", "content": "2"},
        {"role": "user", "content": "Q: 2 + {x}?"}, {"role": "assistant", "content": "4"},
        {"role": "user", "content": "Q: 3 + 3?"},
    ]  # fmt: skip
    assert isinstance(body.pop("seed"), int)
    assert body == {
        "model": server.model, "max_tokens": 32, "stop": ["\n\n"], "reasoning_effort": "low",
        "response_format": {"type": "json_object"}, "top_k": 20, "chat_template_kwargs": {"enable_thinking": False},
    }  # fmt: skip
    assert json.dumps(body["top_k"]) == "20"


def test_a_loaded_policy_asks_as_the_prompt_did(server, ledger, tmp_path):
    """Saved, read and deployed, the same request is made, so that the ledger's answer serves."""
    env = live(server, ledger, prompts=[FULL], questions=[Question("3 + 3?", "6")], scorers=[Correct()],
               contexts=[Context("a", (1.0,))])  # fmt: skip
    env.sample([0], [0], 2, np.random.default_rng(0))
    came = len(server.requests)
    policy = Policy(env.contexts, [Arm(0, 2)], prompts=env.prompts, objectives=env.objectives, strategy=MajorityVote())
    policy.save(tmp_path / "p.json")
    loaded = Policy.load(tmp_path / "p.json")
    assert loaded.prompts[0].examples == FULL.examples and PromptTemplate.of(loaded.prompts[0]) == FULL
    response = loaded.deploy(env.endpoint, scorers=[Correct()], ledger=ledger, limit=env.limit)("3 + 3?")
    assert response.recorded == 2 and len(server.requests) == came


def test_a_policy_file_cannot_override_what_is_counted_on(server, ledger):
    """Options of a prompt from a file are checked like those of a template."""
    prompts = [Prompt("{query}", max_tokens=5, options={"n": 100})]
    policy = Policy([Context("a", (1.0,))], [Arm(0, 1)], prompts=prompts, strategy=MajorityVote())
    endpoint = live(server, ledger).endpoint
    with pytest.raises(ValueError, match="prompt 0 cannot be asked: extra_body must not hold 'n'"):
        policy.deploy(endpoint, scorers=[Correct()], ledger=ledger, limit=SpendingLimit(completions=5))


@given(examples, options.filter(lambda o: not any(name.lower() in {*RESERVED, *NAMED} for name in o)))
def test_any_template_survives_as_a_prompt(shown, extra):
    """What is read back from a file as a plain prompt becomes the same template, with the same request."""
    made = PromptTemplate("{query}", max_tokens=3, examples=shown, extra_body=extra)
    plain = Prompt(made.text, made.temperature, made.top_p, made.max_tokens, made.system, made.examples, made.options)
    again = PromptTemplate.of(plain)
    assert again == made and hash(again) == hash(made) and again.settings() == made.settings()
    a, b = (Request("e", "m", t.settings(), t.messages("q")) for t in (made, again))
    assert a.digest == b.digest
    size = sum(len(m["content"].encode()) for m in a.messages)
    assert a.prompt_bound >= size + len(a.messages)


def test_requests_that_differ_anywhere_are_kept_apart():
    """Every setting and every example is part of the identity; the order of names, and 1 or 1.0, are not."""
    changed = [
        {}, {"examples": [("a", "b")]}, {"examples": [("a", "c")]}, {"stop": "x"}, {"stop": ["x", "y"]},
        {"reasoning_effort": "low"}, {"response_format": {"type": "text"}}, {"extra_body": {"k": 1}},
        {"extra_body": {"k": True}}, {"extra_body": {"k": [1]}}, {"extra_body": {"k": {"j": 1}}}, {"top_p": 0.5},
    ]  # fmt: skip
    made = [PromptTemplate("{query}", max_tokens=3, **change) for change in changed]
    assert len({Request("e", "m", t.settings(), t.messages("q")).digest for t in made}) == len(changed)
    assert len(set(made)) == len(changed)
    same = [{"j": 1, "k": {"a": 1, "b": 2}}, {"k": {"b": 2.0, "a": 1.0}, "j": 1.0}]
    assert len({Request("e", "m", {"max_tokens": 1, **s}, []).digest for s in same}) == 1


def test_the_bound_counts_examples_and_what_may_be_written_into_the_prompt():
    """Long examples, and a schema that endpoints put before the prompt, raise what is reserved."""
    plain = PromptTemplate("{query}", max_tokens=3)
    bound = lambda t: Request("e", "m", t.settings(), t.messages("q")).prompt_bound  # noqa: E731
    shown = PromptTemplate("{query}", max_tokens=3, examples=[("x" * 500, "y" * 300)])
    schema = PromptTemplate("{query}", max_tokens=3, response_format={"type": "json_schema", "json_schema": "z" * 400})
    assert bound(shown) >= bound(plain) + 800 and bound(schema) >= bound(plain) + 400
    assert bound(PromptTemplate("{query}", max_tokens=3, stop="x" * 50, reasoning_effort="low")) == bound(plain)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"stop": ["a", ""]}, "none of them empty"), ({"stop": 3}, "stop must be a text"),
        ({"stop": ["\ud800"]}, "half a character"), ({"reasoning_effort": 3}, "'low', 'medium' or 'high'"),
        ({"reasoning_effort": "very high"}, "must be a word"), ({"response_format": "json"}, "'json_object'"),
        ({"response_format": {"type": 1}}, "'json_object'"), ({"extra_body": "x"}, "must be a mapping"),
        ({"extra_body": {"k": float("nan")}}, "no word for"), ({"extra_body": {"k": {1}}}, "no JSON"),
        ({"extra_body": {"model": "x"}}, r"Endpoint\(base_url, model\)"),
        ({"extra_body": {"messages": []}}, "prompt's"),
        ({"extra_body": {"n": 4}}, "arm's N"), ({"extra_body": {"best_of": 4}}, "arm's N"),
        ({"extra_body": {"seed": 1}}, "seed of its own"), ({"extra_body": {"stream": True}}, "read whole"),
        ({"extra_body": {"max_tokens": 9}}, "give max_tokens"), ({"extra_body": {"N_predict": 9}}, "give max_tokens"),
        ({"extra_body": {"max_completion_tokens": 9}}, "give max_tokens"),
        ({"extra_body": {"temperature": 0}}, r"PromptTemplate\(..., temperature="),
        ({"extra_body": {"stop": "x"}}, "give stop=... beside it"),
        ({"extra_body": {"reasoning_effort": "low"}}, "give reasoning_effort="),
        ({"extra_body": {"extra_body": {}}}, "directly"),
        ({"extra_body": {"api_key": KEY}}, "give a key by key="),
        ({"extra_body": {"meta": [{"X-Api-Key": KEY}]}}, "give a key by key="),
        ({"examples": [("a", "b")], "user": "Go.", "system": "{query}"}, "with examples the user part must hold"),
        ({"system": "\udfff"}, "half a character"), ({"system": None}, "must be text"),
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused_with_what_would(more, message):
    """Nothing that would override what is counted on, and nothing that is no JSON; keys are not repeated."""
    with pytest.raises(ValueError, match=message) as caught:
        PromptTemplate(**{"user": "{query}", "max_tokens": 3, **more})
    assert KEY not in str(caught.value)


def test_an_endpoint_s_settings_go_into_every_request_and_into_its_identity(server, ledger):
    """Completions, the judge's calls and deployment carry them; the prompt's own go before; the ledger keeps apart."""
    env = live(server, ledger)
    extra = {"top_k": 5, "stop": ["END"]}
    endpoint = Endpoint(server.url, server.model, key=KEY, extra_body=extra)
    other = type(env)(
        endpoint, [PromptTemplate("{query}", max_tokens=4), PromptTemplate("{query}", max_tokens=4, stop="X")],
        env.questions, [Correct(), Judge(endpoint)], n_max=2, strategy="majority-vote", contexts=env.contexts,
        ledger=ledger, limit=SpendingLimit(completions=99),
    )  # fmt: skip
    assert other.request(0, 0).digest != env.request(0, 0).digest
    other.sample([0, 1], [0, 0], 1, np.random.default_rng(0))
    assert len(server.requests) >= 3 and all(body["top_k"] == 5 for body in server.requests)
    assert sorted(str(body["stop"]) for body in server.requests)[-1] == "['X']"
    assert other.preview(0, 0)["stop"] == ["END"] and "top_k" not in env.preview(0, 0)
    for bad, message in (({"temperature": 1}, "PromptTemplate"), ({"n": 2}, "arm's N"), ({"stop": ""}, "none of them")):
        with pytest.raises(ValueError, match=message):
            Endpoint(server.url, server.model, key=KEY, extra_body=bad)


def test_the_simulated_model_answers_the_question_and_not_an_example():
    """Earlier turns are examples to it: what it may answer is as without them."""
    sim = SimulatedEndpoint(seed=0)
    shown = PromptTemplate("Work step by step. {query}", max_tokens=50, examples=[("What is 1 + 1?", "2")])
    bare = PromptTemplate("Work step by step. {query}", max_tokens=50)
    assert sim.distribution(shown, "What is 7 * 8?") == sim.distribution(bare, "What is 7 * 8?")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3), max_size=3))
def test_stops_are_sent_as_they_are(stops):
    """Any texts, white space and newlines among them, in order; none is not sent."""
    sent = PromptTemplate("{query}", max_tokens=3, stop=stops).settings()
    assert sent.get("stop", []) == stops
