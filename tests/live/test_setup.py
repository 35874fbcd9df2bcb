"""A live run as plain values."""

import pytest

from iapo_widgets.live.ledger.ledger import Ledger
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
    ],
)
def test_what_does_not_fit_is_refused_with_what_would(ledger, monkeypatch, changes, message):
    """Nothing is sent, and the ledger stays empty."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    with pytest.raises(ValueError) as caught:
        Setup(**{**GIVEN, **changes}).build(ledger, None)
    assert message in str(caught.value) and len(ledger) == 0
