"""What a policy's answers will take, before anything is sent, and what they then took."""

import json

import pytest

from iapo_widgets import Arm, EarlyVote, MajorityVote, Policy, mv_contexts, train
from iapo_widgets.core.draws import with_draws
from iapo_widgets.live.deployment import Deployed
from iapo_widgets.live.endpoint.endpoint import Endpoint
from iapo_widgets.live.environment import LiveEnvironment
from iapo_widgets.live.ledger.spending import SpendingLimit
from iapo_widgets.live.scoring.scorers import ExactMatch
from iapo_widgets.live.simulated.endpoint import SimulatedEndpoint

PROMPTS = SimulatedEndpoint.prompts()
CAP = 12


def sums(number):
    """So many queries that all differ and are as long as each other."""
    return [f"What is 3 + {k}?" for k in range(number)]


def environment(sim, ledger, **more):
    """A live environment on the simulated endpoint, with prices."""
    endpoint = Endpoint(sim.base_url, sim.model, input_price=1.0, output_price=2.0)
    given = {
        "n_max": CAP, "strategy": "early-vote", "contexts": mv_contexts({"low": 0.0, "high": 0.05}), "ledger": ledger,
        "limit": SpendingLimit(completions=6_000), "cost_unit": "kilotokens",
    }  # fmt: skip
    return LiveEnvironment(endpoint, PROMPTS, sim.questions(30), [ExactMatch()], **{**given, **more})


def test_a_training_tells_what_an_arm_that_stops_will_take(ledger):
    """Likely completions, tokens and money are within a fifth of what forty new questions take; the most is the cap's
    and is not passed; telling it sends nothing."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger)
        trained = train("frugal", env, 2_000, seed=0)
        policy = with_draws(trained.policy.with_arms([Arm(2, CAP, 2, 1)] * 2), trained.rounds)
        ask = policy.deploy(env)
        questions = [question.text for question in sim.questions(40, seed=77)]
        requests = sim.stats.requests
        found = ask.estimate(questions, "high")
        assert sim.stats.requests == requests and found.measured and found.fits and found.learnt
        before = ledger.spent()
        for text in questions:
            ask(text, "high")
        took = ledger.spent() - before
    assert found.completions == 40 * CAP and 40 <= found.completions_likely < 0.7 * found.completions
    for likely, real, most in (
        (found.completions_likely, took.completions, found.completions),
        (found.tokens_likely, took.tokens, found.tokens_at_most), (found.money_likely, took.money, found.money_at_most),
    ):  # fmt: skip
        assert likely == pytest.approx(real, rel=0.2) and real < most
    assert f"likely {found.completions_likely:,} completions, at most 480: likely" in str(found)


def test_without_a_training_the_cap_is_taken(ledger):
    """An arm of which nothing is known is taken to ask all, and the words say so; a fixed arm asks all."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger)
        given = {"prompts": PROMPTS, "objectives": ("correct",)}
        early = Policy(env.contexts, [Arm(2, CAP, 2, 4)] * 2, strategy=EarlyVote(), **given).deploy(env)
        fixed = Policy(env.contexts, [Arm(2, CAP)] * 2, strategy=MajorityVote(), **given).deploy(env)
        one, two = (ask.estimate(sums(5), "low") for ask in (early, fixed))
        told = Policy(env.contexts, [Arm(2, CAP, 2, 4)] * 2, strategy=EarlyVote(), drawn={"low": 6.0}, **given)
        three = told.deploy(env).estimate(sums(5), "low")
        assert sim.stats.requests == 0
    assert one.completions_likely is None and two.completions_likely is None and three.completions_likely == 30
    assert not one.learnt and two.learnt and "no training tells how early" in str(one)
    assert str(two).startswith("60 completions: likely") and not two.measured and "half of max_tokens" in str(two)
    assert one.tokens_at_most == two.tokens_at_most == three.tokens_at_most
    assert two.tokens_likely < one.tokens_likely and three.tokens_likely < one.tokens_likely  # the prompt, thrice


def test_a_cap_that_may_end_it_is_said(ledger):
    """``fits`` is about the most; a limit that the most passes is told, though what is likely fits."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger, limit=SpendingLimit(completions=30))
        policy = Policy(env.contexts, [Arm(2, CAP, 2, 1)] * 2, prompts=PROMPTS, objectives=("correct",),
                        strategy=EarlyVote(), drawn={"high": 3.0})  # fmt: skip
        ask = policy.deploy(env)
        assert ask.estimate(sums(2), "high").fits
        found = ask.estimate(sums(3), "high")
        assert not found.fits and found.completions_likely == 9 and "may end the run before that" in str(found)


def test_an_arm_without_an_n_is_estimated_by_its_mean(ledger):
    """N drawn from 1 to n_max asks half of it and a half on average, and n_max at most."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger, strategy="majority-vote")
        policy = Policy(env.contexts, [Arm(2, None)] * 2, prompts=PROMPTS, objectives=("correct",))
        found = policy.deploy(env).estimate(sums(4), "low")
    assert (found.completions_likely, found.completions) == (26, 4 * CAP)


@pytest.mark.parametrize(
    ("arm", "drawn", "per_call", "tokens"),
    [
        (Arm(2, None), {}, None, 10 * (1 * 1_000 + 4.5 * 10)),  # one request, whatever N
        (Arm(2, None), {}, 3, 10 * (15 / 8 * 1_000 + 4.5 * 10)),  # 1, 1, 1, 2, 2, 2, 3, 3 requests
        (Arm(2, 6, 3, 5), {"low": 6.0}, None, 10 * (2 * 1_000 + 6 * 10)),  # a batch of 5, and one cut short at the cap
        (Arm(2, 6, 3, 5), {"low": 5.0}, None, 10 * (1 * 1_000 + 5 * 10)),  # the first batch is always enough
        (Arm(2, 6, 3, 5), {"low": 5.5}, None, 10 * (1.5 * 1_000 + 5.5 * 10)),  # every second query goes on
    ],
)
def test_the_likely_tokens_are_those_of_the_requests_that_leave(arm, drawn, per_call, tokens, ledger):
    """Ten queries, prompts of 1,000 tokens and answers of 10: the prompt is paid as often as it is sent."""
    with SimulatedEndpoint() as sim:
        env = environment(sim, ledger, n_max=8)
        policy = Policy(env.contexts[:1], [arm], drawn=drawn, prompts=PROMPTS, objectives=("correct",))
        ledger.keep_ability(env.endpoint.base_url, env.endpoint.model, "per_call", json.dumps(per_call)).result()
        ask = Deployed(
            policy, env.endpoint, scorers=[ExactMatch()], ledger=ledger, limit=SpendingLimit(completions=100), n_max=8,
            strategy=EarlyVote(), lengths=lambda _: (1_000.0, 10.0),
        )  # fmt: skip
        assert ask.estimate(sums(10)).tokens_likely == tokens


def test_a_query_that_stands_twice_is_counted_once(ledger):
    """The ledger answers it the second time: the estimate is that of the queries that differ, and so is the bill."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger, limit=SpendingLimit(completions=3 * CAP))
        policy = Policy(env.contexts, [Arm(2, CAP)] * 2, prompts=PROMPTS, objectives=("correct",))
        ask = policy.deploy(env, strategy=MajorityVote())
        twice = ask.estimate(sums(3) * 2, "low")
        assert twice == ask.estimate(sums(3), "low") and twice.completions == 3 * CAP and twice.fits
        for query in sums(3) * 2:
            ask(query, "low")
        assert ledger.spent().completions == 3 * CAP


def test_what_the_ledger_holds_needs_no_room_under_the_limit(ledger):
    """Where two of three queries were answered, room for the third is enough; for a fourth it is not."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger, limit=SpendingLimit(completions=3 * CAP))
        policy = Policy(env.contexts, [Arm(2, 4), Arm(2, CAP)], prompts=PROMPTS, objectives=("correct",))
        ask = policy.deploy(env, strategy=MajorityVote())
        assert ask.estimate(sums(3), "high").fits
        for query, context in zip(sums(2), ("low", "high"), strict=True):  # 4 completions of one, all of the other
            ask(query, context)
        assert ledger.spent().completions == 4 + CAP
        assert ask.estimate(sums(3), "high").fits and not ask.estimate(sums(4), "high").fits
        assert ask.estimate(sums(3), "high").completions == 3 * CAP


@pytest.mark.parametrize("queries", [[], "What is 3 + 4?", [""]])
def test_what_cannot_be_estimated_is_refused(queries, ledger):
    """No query, a text in place of several, and an empty one."""
    with SimulatedEndpoint(seed=3) as sim:
        env = environment(sim, ledger)
        policy = Policy(env.contexts, [Arm(2, 4)] * 2, prompts=PROMPTS, objectives=("correct",))
        with pytest.raises(ValueError, match=r"list of texts|empty"):
            policy.deploy(env).estimate(queries, "low")
