"""What a live environment is made of is checked at the door, and what it will send can be seen."""

import asyncio

import numpy as np
import pytest

from iapo_widgets import MajorityVote, train
from iapo_widgets.live import LiveError, PromptTemplate, Question, Score, SpendingLimit
from live_cases import CONTEXTS, Correct, Short, live, on_a_loop


def rng():
    """The generator of a run."""
    return np.random.default_rng(0)


class Judge:
    """A scorer with calls of its own, which may fail."""

    name, needs_gold, failing = "judge", False, False

    def score(self, question, text):
        raise AssertionError("score_async is used instead")

    async def score_async(self, question, text, ledger, limit):
        await asyncio.sleep(0)
        return None if self.failing else Score(0.5)


class Broken(Short):
    """A scorer with a mistake in it."""

    name = "broken"

    def score(self, question, text):
        return Score(1 / 0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"prompts": []}, ValueError, "no prompts; give at least one"),
        ({"prompts": ["{query}"]}, TypeError, "a prompt must be a PromptTemplate, not str"),
        ({"questions": ["1 + 1?"]}, TypeError, "a question must be a Question, not str"),
        ({"questions": [Question("?")], "scorers": (Short(),), "contexts": None}, ValueError, "needs the right answer"),
        ({"questions": [Question("?")]}, ValueError, "scorer 'correct' needs the right answer; 1 questions have none"),
        ({"scorers": ()}, ValueError, "no scorers"),
        ({"scorers": (len, Short())}, TypeError, "a scorer has name, needs_gold and score"),
        ({"scorers": (Short(), Short())}, ValueError, "scorers must differ in name"),
        ({"scorers": (Correct(),)}, ValueError, "weighs 2 objectives, the environment has 1"),
        ({"strategy": "votes"}, ValueError, "unknown strategy 'votes'"),
        ({"cost_unit": "euros"}, ValueError, "cost_unit must be one of tokens, kilotokens, dollars, cents"),
        ({"cost_unit": "cents", "prices": (None, None)}, ValueError, "costs in cents need the endpoint's input_price"),
        ({"limit": SpendingLimit(money=1), "prices": (None, None)}, ValueError, "a cap on money needs"),
        ({"concurrency": 0}, ValueError, "concurrency must be a whole number"),
        ({"n_max": 0}, ValueError, "n_max must be a whole number"),
    ],
)
def test_parts_that_do_not_fit_are_refused(server, ledger, changes, error, message):
    """The message says what was wrong and what would be right; nothing is sent."""
    if changes.get("contexts", 1) is None:
        from iapo_widgets import mv_contexts

        changes = {**changes, "contexts": mv_contexts()}
    with pytest.raises(error, match=message):
        live(server, ledger, **changes)
    assert not server.requests


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"user": "no place"}, "must hold {query}"),
        ({"user": "{query}", "max_tokens": 0}, "max_tokens must be a whole number"),
        ({"user": "{query}", "max_tokens": None}, "max_tokens must be a whole number"),
        ({"user": "{query}", "temperature": -1}, "temperature must be finite and at least 0"),
        ({"user": "{query}", "top_p": 0}, "top_p must lie above 0"),
        ({"user": "{query}", "system": 3}, "must be text, not 3"),
        ({"user": 3}, "must be text"),
    ],
)
def test_a_template_that_makes_no_sense_is_refused(given, message):
    """A template says where the question goes and how long an answer may be."""
    with pytest.raises(ValueError, match=message):
        PromptTemplate(**{"max_tokens": 8, **given})


def test_only_the_query_is_replaced():
    """Braces, format codes and the text {query} inside a question stay as they are."""
    template = PromptTemplate('{"x": {query}} {0}', system="Use {braces}.", max_tokens=8)
    system, user = template.messages("{query} {1} \\1")
    assert user == {"role": "user", "content": '{"x": {query} {1} \\1} {0}'} and system["content"] == "Use {braces}."


def test_what_will_be_sent_is_what_is_sent(server, ledger):
    """The preview is the body of the request, without the key."""
    env = live(server, ledger)
    env.sample([1], [2], 3, rng())
    assert server.requests == [env.preview(1, 2, 3)]
    assert server.requests[0]["messages"][0] == {"role": "system", "content": "You count {x}."}
    assert {k: server.requests[0][k] for k in ("n", "max_tokens", "temperature")} == {
        "n": 3, "max_tokens": 64, "temperature": 0.7,
    }  # fmt: skip


def test_the_estimate_bounds_what_a_run_takes(server, ledger):
    """Sends nothing; the bound holds for the run; afterwards the guess is measured and close."""
    env = live(server, ledger, limit=SpendingLimit(money=100.0))
    before = env.estimate(200)
    assert not server.requests and before.fits and not before.measured and "half of max_tokens" in str(before)
    train("psst", env, 200, seed=0)
    spent = ledger.spent()
    assert spent.tokens <= before.tokens_at_most and spent.money <= before.money_at_most
    after = env.estimate(200)
    assert after.measured and after.tokens_likely < before.tokens_likely
    tight = env.with_(limit=SpendingLimit(tokens=spent.tokens + 100)).estimate(200)
    assert not tight.fits and "may end the run before that" in str(tight)
    with pytest.raises(ValueError, match="budget must be a whole number"):
        env.estimate(0)


@pytest.mark.parametrize(("unit", "of"), [("tokens", 1.0), ("kilotokens", 1e-3), ("dollars", None), ("cents", None)])
def test_costs_come_in_the_unit_that_was_asked_for(server, ledger, unit, of):
    """Completions and requests together are what the ledger charged: a prompt once, whatever the number of choices."""
    env = live(server, ledger, cost_unit=unit)
    drawn = env.sample([0, 1], [0, 1], 4, rng())
    total = drawn.cost.sum() + drawn.call_cost.sum()
    spent = ledger.spent()
    money = spent.money * (100 if unit == "cents" else 1)
    assert total == pytest.approx(money if of is None else of * spent.tokens) and len(server.requests) == 2
    assert spent.tokens == server.tokens


def test_a_judge_is_awaited_and_its_failure_is_missing(server, ledger):
    """A scorer with calls of its own is used through them; what it could not judge is not valid, and not a zero."""
    judge = Judge()
    env = live(server, ledger, scorers=(Correct(), judge))
    assert (env.sample([0], [0], 3, rng()).objectives[0, :, 1] == 0.5).all()
    judge.failing = True
    assert not env.sample([0], [0], 3, rng()).valid.any() and env.report().unjudged == 3


def test_a_broken_scorer_loses_no_answer(server, ledger):
    """The error names scorer and answer; a rerun with a sound one pays nothing."""
    env = live(server, ledger, scorers=(Correct(), Broken()))
    with pytest.raises(LiveError, match=r"scorer 'broken' failed on the answer .* ZeroDivisionError"):
        env.sample([0], [0], 3, rng())
    asked = len(server.requests)
    assert live(server, ledger).sample([0], [0], 3, rng()).valid.all() and len(server.requests) == asked


def test_unreadable_answers_cast_no_vote_and_are_counted_apart(server, ledger):
    """They arrived and cost something, but vote for nothing."""
    server.answer = lambda body, i: "I do not know" if i % 2 else "0"
    drawn = live(server, ledger).sample([0], [0], 4, rng())
    assert drawn.valid.all() and drawn.answers.tolist() == [[0, -1, 0, -1]] and drawn.cost.sum() > 0
    env = live(server, ledger, strategy=MajorityVote())
    env.sample([0], [0], 4, rng())
    assert env.report().unreadable == 2 and env.report().replayed == 4


def test_it_works_where_a_loop_already_runs(server, ledger):
    """As in a notebook: ``sample`` is called from inside a running event loop."""

    async def cell():
        return live(server, ledger, contexts=CONTEXTS).sample([0], [0], 2, rng())

    assert on_a_loop(cell()).valid.all()
