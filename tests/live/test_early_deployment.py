"""Arms that stop early at work on the simulated endpoint: fewer completions, the same answers, by the ledger."""

import pytest

from iapo_widgets import Arm, BestOfN, Context, EarlyBest, EarlyVote, MajorityVote, Policy, mv_contexts, train
from iapo_widgets.live.deployment import Deployed
from iapo_widgets.live.endpoint.endpoint import Endpoint
from iapo_widgets.live.endpoint.retries import Retries
from iapo_widgets.live.environment import LiveEnvironment
from iapo_widgets.live.ledger.spending import Spending, SpendingLimit
from iapo_widgets.live.scoring.scorers import Brevity, ExactMatch
from iapo_widgets.live.sequence import Drawn, batches, instead, why_stop
from iapo_widgets.live.simulated.endpoint import SimulatedEndpoint

PROMPTS = SimulatedEndpoint.prompts()
LIMIT = SpendingLimit(completions=3_000)


def voting(*arms, strategy=None):
    """A policy with those arms for contexts c0, c1, ..."""
    contexts = mv_contexts({f"c{i}": 0.1 for i in range(len(arms))})
    return Policy(contexts, arms, prompts=PROMPTS, objectives=("correct",), strategy=strategy or EarlyVote())


def deployed(sim, ledger, policy, scorers=None, **options):
    """The policy on the simulated endpoint, with prices."""
    endpoint = Endpoint(sim.base_url, sim.model, key="canary-key", input_price=1.0, output_price=2.0)
    given = {"scorers": scorers or [ExactMatch()], "ledger": ledger, "limit": LIMIT, "retries": Retries(wait=False)}
    return Deployed(policy, endpoint, **{**given, **options})


def test_a_curtailed_vote_answers_as_the_full_n_and_asks_less(ledger):
    """Thirty questions: every answer is that of all twelve votes, and the ledger holds a fifth fewer completions."""
    with SimulatedEndpoint(seed=0) as sim:
        ask = deployed(sim, ledger, voting(Arm(2, 12, 12, 1), Arm(2, 12)))
        questions = sim.questions(30, seed=5)
        early = [ask(q.text, "c0") for q in questions]
        asked = ledger.spent().completions
        assert asked == sum(r.drawn for r in early) == sum(r.spent.completions for r in early)
        told = [r.instead() for r in early]
        assert ledger.spent().completions == asked  # telling asks nothing
        full = [ask(q.text, "c1") for q in questions]  # goes on from the same completions
    assert [r.answer for r in early] == [r.answer for r in full]
    assert ledger.spent().completions == 30 * 12 > 1.2 * asked
    for one, two, fixed in zip(early, full, told, strict=True):
        assert fixed.answer == two.answer and fixed.n == 12 and fixed.exact == (one.drawn == 12)
        assert one.stopped == ("the cap" if one.drawn == 12 else "decided") and not two.stopped
        assert f"{one.drawn} of up to 12 asked, {one.stopped}" in str(one) and "N = 12" in str(two)


def test_a_lead_asks_far_less_for_as_many_right_answers(ledger):
    """At a lead of three, as many answers are right as of twelve, within one, for six tenths of the completions."""
    with SimulatedEndpoint(seed=1) as sim:
        ask = deployed(sim, ledger, voting(Arm(2, 12, 3, 1), Arm(2, 12)))
        questions = sim.questions(30, seed=6)
        early = [ask(q.text, "c0") for q in questions]
        asked = ledger.spent().completions
        full = [ask(q.text, "c1") for q in questions]
    right = [sum(r.answer == q.gold for r, q in zip(rs, questions, strict=True)) for rs in (early, full)]
    assert asked <= 0.6 * 30 * 12 and right[0] >= right[1] - 1
    told = ask.report()
    assert (told.answers, told.asked, told.at_most) == (60, asked + 360, 720) and told.stopped["3 ahead"] >= 10
    assert sum(told.stopped.values()) == 30 and "completions asked; " in str(told)
    assert {r.stopped for r in early} >= {"3 ahead"} and all(r.missing == 0 for r in early)


def test_what_less_would_have_done_is_known_to_the_last_token(ledger):
    """A smaller fixed N has the vote and the cost that asking so many at once has on another ledger."""
    with SimulatedEndpoint(seed=2) as sim:
        response = deployed(sim, ledger, voting(Arm(2, 8, 8, 4)))("What is 17 * 24 + 9?")
        for n in (1, 3, response.drawn):
            less = response.instead(n)
            votes = [d.vote for d in response.each[:n]]
            assert less.exact and votes.count(less.answer) == max(map(votes.count, votes))
            one_prompt = response.each[0].prompt
            assert less.spent == sum((d.own for d in response.each[:n]), one_prompt)
        with pytest.raises(ValueError, match="n must be"):
            response.instead(0)


def test_batches_ask_so_many_at_once(ledger):
    """Four at a time: what is asked is a multiple of four or the cap, in as many requests as batches."""
    with SimulatedEndpoint(seed=3) as sim:
        ask = deployed(sim, ledger, voting(Arm(2, 10, 2, 4)))
        drawn = [ask(q.text).drawn for q in sim.questions(12, seed=7)]
        assert set(drawn) <= {4, 8, 10} and 4 in drawn
        assert sim.stats.requests == sum(-(-k // 4) for k in drawn)


def test_failed_calls_in_the_middle_leave_the_rule_to_what_arrived(ledger):
    """With every third request failing for good the vote still stops, says what is missing, and counts what came."""
    with SimulatedEndpoint(seed=4, faults="400:0.3") as sim:
        ask = deployed(sim, ledger, voting(Arm(2, 12, 2, 1)))
        found = []
        for q in sim.questions(12, seed=8):
            try:
                found.append(ask(q.text))
            except RuntimeError:  # none arrived
                continue
    assert found and any(r.missing for r in found)
    for r in found:
        assert sum(r.votes.values()) + r.unreadable == r.arrived <= r.drawn <= 12
        best = [*sorted(r.votes.values(), reverse=True), 0, 0]
        assert r.drawn == 12 or best[0] - best[1] >= 2 or best[0] - best[1] > 12 - r.drawn


def test_best_of_n_stops_at_its_reach(ledger):
    """The response reaches it, or all were asked; the best so far is what less would have taken."""
    policy = Policy([Context("c", (1.0,))], [Arm(2, 8, 0.6, 1)], prompts=PROMPTS, objectives=("brevity",),
                    strategy=EarlyBest())  # fmt: skip
    scorer = Brevity(100)
    with SimulatedEndpoint(seed=5) as sim:
        ask = deployed(sim, ledger, policy, [scorer])
        for q in sim.questions(8, seed=9):
            response = ask(q.text)
            best = max(d.style for d in response.each)
            assert (best >= 0.6 and "reached" in response.stopped) or response.drawn == 8
            assert all(d.style < 0.6 for d in response.each[:-1])
            assert response.instead(1).text == response.each[0].text
            assert (response.instead().text is None) == (response.drawn < 8)


def test_what_cannot_stop_so_is_refused_before_anything_is_asked(ledger):
    """A strategy without stops, and a reach where another score picks."""
    with SimulatedEndpoint(seed=6) as sim:
        with pytest.raises(ValueError, match="early-vote"):
            deployed(sim, ledger, voting(Arm(2, 8, 2, 1), strategy=MajorityVote()))
        reach = Policy([Context("c", (1.0,))], [Arm(2, 8, 0.6, 1)], prompts=PROMPTS, strategy=EarlyBest())
        with pytest.raises(ValueError, match="without select"):
            deployed(sim, ledger, reach, [Brevity()], select=lambda question, text: 1.0)
        with pytest.raises(ValueError, match="early-best"):
            deployed(sim, ledger, reach, [Brevity()], strategy=BestOfN())
        assert sim.stats.requests == 0


@pytest.mark.parametrize("algorithm", ["psst", "frugal"])
def test_from_training_to_an_answer(algorithm, ledger, tmp_path):
    """The race learns stops on the endpoint, asks no more than T, and its policy goes through a file to an answer."""
    with SimulatedEndpoint(seed=7) as sim:
        env = LiveEnvironment(
            Endpoint(sim.base_url, sim.model), PROMPTS, sim.questions(24), [ExactMatch()], n_max=6,
            strategy="early-vote", contexts=mv_contexts({"low": 0.0, "high": 0.05}), ledger=ledger, limit=LIMIT,
            cost_unit="kilotokens",
        )  # fmt: skip
        result = train(algorithm, env, 600, seed=0)
        assert ledger.spent().completions <= 600 and result.rounds[0].q.shape == (2, len(PROMPTS), 6, 11)
        result.policy.save(tmp_path / "p.json")
        policy = Policy.load(tmp_path / "p.json")
        assert dict(policy) == dict(result.policy) and policy.strategy == EarlyVote()
        response = policy.deploy(env)(sim.questions(1, seed=60)[0].text, context="high")
        assert response.drawn <= policy["high"].n and response.arrived == response.drawn


def drawn(*votes):
    """Completions with these votes, each at its place."""
    return [Drawn(i, f"says {v}", v, 0.0, Spending(0, 3, 3), Spending(1, 5, 10)) for i, v in enumerate(votes)]


@pytest.mark.parametrize(
    ("arm", "votes", "why"),
    [(Arm(0, 8, 2, 1), "aa", "2 ahead"), (Arm(0, 8, 2, 1), "ab", ""), (Arm(0, 8, 8, 1), "aaaa", ""),
     (Arm(0, 8, 8, 1), "aaaaa", "decided"), (Arm(0, 8, 8, 1), "aaaabbbb", "the cap"),
     (Arm(0, 4, 4, 1), "aaa", "decided"), (Arm(0, 4, 4, 1), "aa", ""), (Arm(0, 8), "aaa", "")],
)  # fmt: skip
def test_why_a_vote_stops(arm, votes, why):
    """By its lead, decided by strictly more than are left, or at the cap."""
    assert why_stop(arm, drawn(*votes), len(votes), True) == why


def test_places_of_batches():
    """An arm asks its batches up to the cap; one without a stop asks all at once."""
    assert [list(b) for b in batches(Arm(0, 5, 2, 2), 5)] == [[0, 1], [2, 3], [4]]
    assert [list(b) for b in batches(Arm(0, 5), 5)] == [[0, 1, 2, 3, 4]] and len(list(batches(Arm(0, 5, 2), 5))) == 1


def test_what_more_would_have_done_is_told_as_far_as_it_is_known():
    """Beyond what was asked a decided vote is known, its cost is a mean; an open one is not known."""
    known = instead(drawn(*"aaab"), 4, 5, True, None)
    assert (known.answer, known.exact) == ("a", False) and known.spent == Spending(5, 3 + 25, 3 + 50)
    assert instead(drawn(*"aab"), 3, 5, True, 2).answer is None
    assert instead(drawn(*"aab"), 3, 3, True, 2).spent == Spending(3, 2 * 3 + 15, 2 * 3 + 30)
    assert instead([], 3, 5, True, None).spent == Spending()
