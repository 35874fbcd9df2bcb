"""A live run as plain values."""

import pytest

from iapo_widgets.live.ledger.ledger import Ledger
from iapo_widgets.live.settings import stops_from
from iapo_widgets.live.setup import CORRECTNESS, STYLES, Setup

GIVEN = {
    "base_url": "http://127.0.0.1:9/v1", "model": "m", "prompts": "{query}\n---\nThink. {query}",
    "questions": '{"question": "1 + 1?", "answer": "2"}', "cap_completions": 10,
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path):
    """A ledger of its own."""
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        yield ledger


def test_values_become_an_environment(ledger):
    """Prompts, questions, contexts and caps are those that the values say."""
    env = Setup(**GIVEN, style="brevity", style_weight=0.4, strategy="best-of-n", n_max=4).build(ledger, None)
    assert [p.text for p in env.prompts] == ["{query}", "Think. {query}"]
    assert env.objectives == ("correct", "brevity") and env.n_max == 4
    assert [(c.name, c.weights, c.cost_weight) for c in env.contexts] == [
        ("low", (0.6, 0.4), 0.0), ("mid", (0.6, 0.4), 0.2), ("high", (0.6, 0.4), 1.0),
    ]  # fmt: skip
    assert (env.limit.completions, env.limit.tokens, env.limit.money) == (10, None, None)


def test_how_a_request_is_made_reaches_endpoint_and_prompts(ledger):
    """Timeout, attempts, top_p, stop texts and the extra body go where they belong; by default none is sent."""
    plain = Setup(**GIVEN).build(ledger, None)
    assert plain.preview(0, 0).keys() == {"model", "messages", "temperature", "max_tokens", "seed"}
    assert (plain.endpoint.timeout, plain.caller.retries.attempts) == (120.0, 10)
    env = Setup(
        **GIVEN, timeout=7.5, attempts=3, top_p=0.9, stop_at='["\\n\\n", "END"]', extra_body='{"top_k": 20}'
    ).build(ledger, None)
    assert (env.endpoint.timeout, env.caller.retries.attempts, env.endpoint.extra_body) == (7.5, 3, {"top_k": 20})
    for p in (0, 1):
        body = env.preview(p, 0)
        assert (body["top_p"], body["stop"], body["top_k"]) == (0.9, ["\n\n", "END"], 20)


@pytest.mark.parametrize(
    ("text", "stops"),
    [("", ()), ("  ", ()), ("END", ("END",)), (" the end ", ("the end",)), ('"a"', ("a",)),
     ('["a", " b"]', ("a", " b")), ('["\\n"]', ("\n",)), ("\\n", ("\\n",)), ("###", ("###",)), ("{", ("{",))],
)  # fmt: skip
def test_stop_texts_are_read_from_one_line(text, stops):
    """A JSON list, or a JSON text, is what it says; any other text is one stop text."""
    assert stops_from(text) == stops


@pytest.mark.parametrize("correctness", CORRECTNESS.values())
@pytest.mark.parametrize("style", STYLES.values())
def test_every_choice_of_objectives_is_one_or_two_scorers(correctness, style):
    """Their names differ, contexts weigh as many; none at all is refused."""
    setup = Setup(**GIVEN, correctness=correctness, style=style, pattern="a+")
    if correctness == style == "none":
        with pytest.raises(ValueError, match="no objective"):
            setup.scorers()
        return
    names = [scorer.name for scorer in setup.scorers()]
    assert len(set(names)) == len(names) == (correctness != "none") + (style != "none")
    assert all(len(c.weights) == len(names) for c in setup.contexts())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"cap_completions": 0}, "at least one cap"),
        ({"questions": "No right answer?"}, "needs the right answer; 1 questions have none"),
        ({"style": "pattern"}, "a pattern is needed"),
        ({"style": "pattern", "pattern": "("}, "is no regular expression"),
        ({"cost_unit": "dollars"}, "need the endpoint's input_price"),
        ({"base_url": "https://user:pw@host/v1"}, "holds a user name or password"),
        ({"prompts": "no place"}, "does not hold {query}"),
        ({"base_url": "https://api.example.org/v1"}, "needs a key"),
        ({"timeout": 0}, "timeout must be above 0"),
        ({"attempts": 0}, "attempts must be a whole number"),
        ({"top_p": 1.5}, "top_p must lie above 0"),
        ({"stop_at": '["a"'}, "stop is not JSON"),
        ({"stop_at": '["a", 3]'}, "none of them empty"),
        ({"stop_at": "[]x"}, "not JSON"),
        ({"extra_body": "top_k"}, 'write {"top_k": 20}'),
        ({"extra_body": "[1]"}, "must be a JSON object"),
        ({"extra_body": '{"n": 3}'}, "arm's N"),
        ({"extra_body": '{"a": NaN}'}, "which is no number"),
        ({"extra_body": "[" * 100_000}, "nested too deeply"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(ledger, monkeypatch, changes, message):
    """Nothing is sent, and the ledger stays empty."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    with pytest.raises(ValueError) as caught:
        Setup(**{**GIVEN, **changes}).build(ledger, None)
    assert message in str(caught.value) and len(ledger) == 0
