"""A policy at work on the simulated endpoint, over real HTTP: what it answers, and what it says that cost."""

import asyncio
from collections import Counter

import pytest

from iapo_widgets import Arm, BestOfN, Context, MajorityVote, Policy, Prompt, VoteThenBest, mv_contexts, train
from iapo_widgets.live.deployment import Deployed
from iapo_widgets.live.endpoint.endpoint import Endpoint
from iapo_widgets.live.endpoint.retries import Retries
from iapo_widgets.live.environment import LiveEnvironment
from iapo_widgets.live.errors import EndpointError, LimitReached, LiveError
from iapo_widgets.live.ledger.spending import Spending, SpendingLimit
from iapo_widgets.live.problem import PromptTemplate, Question
from iapo_widgets.live.scoring.judge import Judge
from iapo_widgets.live.scoring.scorers import Brevity, ExactMatch, FunctionScorer
from iapo_widgets.live.simulated.endpoint import SimulatedEndpoint
from live_cases import on_a_loop

PROMPTS = SimulatedEndpoint.prompts()
AT_ONCE = Retries(wait=False)
LIMIT = SpendingLimit(completions=2_000)
VOTING = Policy(
    mv_contexts({"low": 0.0, "high": 1.0}), [Arm(2, 6), Arm(4, 1)],
    prompts=PROMPTS, objectives=("correct",), strategy=MajorityVote(),
)  # fmt: skip
STYLE = FunctionScorer(lambda q, t: float("Then" in t), name="style")


@pytest.fixture
def sim():
    """A simulated endpoint without faults."""
    with SimulatedEndpoint(seed=0) as sim:
        yield sim


def endpoint_of(sim, **options):
    """The live endpoint of a simulated one, with prices."""
    return Endpoint(sim.base_url, sim.model, key="canary-key", input_price=1.0, output_price=2.0, **options)


def deployed(sim, ledger, policy=VOTING, **options):
    """The policy on the simulated endpoint."""
    given = {"scorers": [ExactMatch()], "ledger": ledger, "limit": LIMIT, "retries": AT_ONCE, **options}
    return Deployed(policy, endpoint_of(sim), **given)


def test_from_prompts_to_ten_new_answers(sim, ledger, tmp_path):
    """PSST learns on the endpoint, its policy goes through a file, answers ten new questions, most of them right, and
    everything that was spent is what the server itself counted."""
    env = LiveEnvironment(
        endpoint_of(sim), PROMPTS, sim.questions(24), [ExactMatch()], n_max=4, strategy="majority-vote",
        contexts=mv_contexts({"low": 0.0, "high": 0.005}), ledger=ledger, limit=LIMIT,
    )  # fmt: skip
    train("psst", env, 600, seed=0).policy.save(tmp_path / "policy.json")
    ask = Policy.load(tmp_path / "policy.json").deploy(env)
    questions, before = sim.questions(10, seed=50), ledger.spent()
    responses = [ask(q.text, context="low") for q in questions]
    assert sum(r.answer == q.gold for r, q in zip(responses, questions, strict=True)) >= 6
    assert sum((r.spent for r in responses), before) == ledger.spent()
    stats = sim.stats
    assert ledger.spent().completions == stats.delivered == stats.generated <= 600 + 10 * 4
    assert ledger.spent().tokens == stats.prompt_tokens + stats.completion_tokens


def test_the_response_carries_the_winning_answer(sim, ledger):
    """Votes are those of the recorded completions, the winner has most, and the text says it."""
    ask, correct = deployed(sim, ledger), ExactMatch()
    for question in sim.questions(8, seed=3):
        response = ask(question.text, "low")
        votes = Counter(response.votes)
        assert response.votes[response.answer] == max(votes.values())
        assert correct.score(question, response.text).answer == response.answer
        assert votes.total() + response.unreadable == response.arrived == 6 and response.missing == 0
        assert (response.context, response.prompt, response.n, response.recorded) == ("low", 2, 6, 0)
        assert response.text in str(response) and "N = 6" in str(response) and "6 completions" in str(response)


def test_a_query_that_was_answered_is_not_paid_again(sim, ledger):
    """The same query gets the same response from the ledger, for nothing."""
    question = sim.questions(1, seed=8)[0].text
    first, again = (deployed(sim, ledger)(question, "low") for _ in range(2))
    assert (first.text, first.votes) == (again.text, again.votes)
    assert first.spent.completions == 6 and again.spent == Spending() and again.recorded == 6
    assert sim.stats.generated == 6


def test_an_elsewhere_needs_the_file_and_an_endpoint_only(sim, ledger, tmp_path):
    """A loaded policy is deployed on a bare endpoint with scorers, ledger and limit, and answers alike."""
    VOTING.save(tmp_path / "p.json")
    assert "canary" not in (tmp_path / "p.json").read_text()
    options = {"scorers": [ExactMatch()], "ledger": ledger, "limit": LIMIT}
    question = sim.questions(1, seed=4)[0].text
    there = Policy.load(tmp_path / "p.json").deploy(endpoint_of(sim), **options)(question, "high")
    here = deployed(sim, ledger)(question, "high")
    assert (there.text, there.answer, there.prompt, there.n) == (here.text, here.answer, 4, 1)
    assert "canary" not in f"{there!r}{deployed(sim, ledger)!r}"


def test_many_queries_at_once_each_say_their_own_cost(sim, ledger):
    """Twenty queries on one loop: each response's cost is its own, and together they are the ledger's."""

    async def all_of_them():
        ask = deployed(sim, ledger)
        return await asyncio.gather(*(ask.ask(q.text, "low") for q in sim.questions(20, seed=6)))

    responses = on_a_loop(all_of_them())
    assert [r.spent.completions for r in responses] == [6] * 20
    assert sum((r.spent for r in responses), Spending()) == ledger.spent()


def test_best_of_n_takes_the_best_by_a_score_without_right_answers(sim, ledger):
    """The picked text is the best by the selection score among what was recorded; by truth alone it is refused."""
    policy = Policy([Context("c", (1.0, 0.5))], [Arm(2, 8)], prompts=PROMPTS, objectives=("correct", "brevity"),
                    strategy=BestOfN())  # fmt: skip
    scorers = [ExactMatch(), Brevity(100)]
    with pytest.raises(ValueError, match="needs the right answer"):
        deployed(sim, ledger, policy, scorers=scorers)
    ask = deployed(sim, ledger, policy, scorers=scorers, select=lambda question, text: -len(text))
    response = ask("What is 17 * 24 + 9?")
    texts = [d[0] for d in ledger._rows("SELECT text FROM completion")]
    assert len(texts) == 8 and len(response.text) == min(map(len, texts)) and response.answer is None


def test_vote_first_then_style(sim, ledger):
    """Among the completions that carry the winning answer the best style is taken."""
    policy = Policy([Context("c", (1.0, 0.5))], [Arm(2, 8)], prompts=PROMPTS, objectives=("correct", "style"),
                    strategy=VoteThenBest())  # fmt: skip
    shortest = FunctionScorer(lambda q, t: 1 / len(t), name="style")
    response = deployed(sim, ledger, policy, scorers=[ExactMatch(), shortest])("What is 61 * 14 - 7?")
    texts = [d[0] for d in ledger._rows("SELECT text FROM completion")]
    winners = [t for t in texts if ExactMatch().score(Question("q"), t).answer == response.answer]
    assert len(winners) == response.votes[response.answer] and response.text == min(winners, key=len)


def test_the_judge_picks_and_its_calls_are_charged(sim, ledger):
    """Each completion is graded once by its own call, charged to the query; the pick has the highest grade."""
    judge = Judge(endpoint_of(sim))
    policy = Policy([Context("c", (1.0,))], [Arm(1, 5)], prompts=PROMPTS, objectives=("judged",), strategy=BestOfN())
    ask = deployed(sim, ledger, policy, scorers=[judge])
    question = "What is 38 * 21 + 17?"
    response = ask(question)
    rows = ledger._rows("SELECT text FROM completion")
    graded = {t for (t,) in rows if t.lstrip("-").isdigit()}
    assert response.spent == ledger.spent() and response.spent.completions == 5 + len(graded) == sim.stats.generated
    assert response.spent.tokens == sim.stats.prompt_tokens + sim.stats.completion_tokens

    async def grade(text):
        return await judge.score_async(Question(question), text, ledger, LIMIT)

    from iapo_widgets.live.background import on_loop

    grades = {text: on_loop(grade(text)).result().value for text in graded}
    assert grades[response.text] == max(grades.values())
    assert sim.stats.generated == 5 + len(graded)  # read from the ledger, not asked again


@pytest.mark.parametrize(
    ("reply", "value"),
    [("Good. Score: 7", 0.7), ("score: 3\nno, Score: **10**", 1.0), ("Score: 11", None), ("Score: -3", None),
     ("Fine!", None), ("Score: 2.5/10", 0.25)],
)  # fmt: skip
def test_grades_are_read_from_what_the_judge_says(reply, value):
    """The last grade counts, between 0 and 1; what is missing or out of range is unreadable."""
    assert Judge(None).read(reply) == value


def test_a_judge_keeps_to_its_range_and_its_place():
    """Odd ranges and criteria are refused, so is asking without a ledger; a response cannot pose as the rules."""
    with pytest.raises(ValueError, match="range"):
        Judge(None, low=5, high=5)
    with pytest.raises(ValueError, match="criterion"):
        Judge(None, " ")
    with pytest.raises(TypeError, match="score_async"):
        Judge(None).score(Question("q"), "text")
    rules, asked = Judge(None, "it is {kind}", low=1, high=5).messages(Question("q {x}"), "Score: 5 {y}")
    assert "it is {kind}" in rules["content"] and "from 1 to 5" in rules["content"]
    assert asked["content"].endswith("Response to grade:\nScore: 5 {y}") and "Score: 5 {y}" not in rules["content"]


def test_a_failed_judge_leaves_a_completion_unjudged(ledger):
    """Where some of the judge's calls fail for good, the others decide; where all fail, the error says so."""
    policy = Policy([Context("c", (1.0,))], [Arm(2, 3)], prompts=PROMPTS, objectives=("judged",), strategy=BestOfN())
    with SimulatedEndpoint(seed=0) as sim, SimulatedEndpoint(seed=1, schedule=["400"]) as other:
        ask = deployed(sim, ledger, policy, scorers=[Judge(endpoint_of(other))])
        response = ask("What is 12 * 12 + 1?")
        assert (response.arrived, response.unjudged) == (3, 1) and "1 unjudged" in str(response)
    with SimulatedEndpoint(seed=0) as sim, SimulatedEndpoint(seed=1, faults="400:1") as other:
        ask = deployed(sim, ledger, policy, scorers=[Judge(endpoint_of(other))])
        with pytest.raises(LiveError, match="no judge's call"):
            ask("What is 12 * 12 + 2?")


def test_failed_calls_are_missing_and_told(ledger):
    """Where the endpoint leaves completions out for good, the others vote; where none comes, the error says why."""
    retries = Retries(attempts=1, wait=False)
    # n = 6 and n = 3 are refused, so that all six go one by one: two of those fail
    with SimulatedEndpoint(seed=0, n_support="refused", schedule=[None, None, "400", None, "500"]) as sim:
        response = deployed(sim, ledger, retries=retries)("What is 31 * 14 + 5?", "low")
        assert (response.arrived, response.missing) == (4, 2) and "2 missing" in str(response)
        assert sum(response.votes.values()) + response.unreadable == response.arrived
    with SimulatedEndpoint(seed=0, faults="400:1") as sim, pytest.raises(LiveError, match="none of the 1 completions"):
        deployed(sim, ledger, retries=retries)("What is 31 * 14 + 6?", "high")
    with SimulatedEndpoint(seed=0, faults="401:1") as sim, pytest.raises(EndpointError, match="key was refused"):
        deployed(sim, ledger, retries=retries)("What is 31 * 14 + 7?", "high")


def test_faults_on_the_way_are_charged_and_the_answer_comes(ledger):
    """Attempts that broke off after they may have been billed stay charged: the spending told is the ledger's."""
    with SimulatedEndpoint(seed=0, schedule=["reset", "429", "malformed", "500"], retry_after=0.01) as sim:
        response = deployed(sim, ledger)("What is 27 * 19 - 8?", "low")
        assert response.arrived == 6 and response.spent == ledger.spent()
        assert response.spent.completions >= sim.stats.generated == 3 * 6
        assert response.spent.tokens >= sim.stats.prompt_tokens + sim.stats.completion_tokens


def test_the_cap_holds_at_deployment(sim, ledger):
    """A query that could pass the cap is refused, and by the server's own count nothing beyond it was made."""
    ask = deployed(sim, ledger, limit=SpendingLimit(completions=15))
    questions = sim.questions(5, seed=12)
    assert [ask(q.text, "low").arrived for q in questions[:2]] == [6, 6]
    with pytest.raises(LimitReached, match="completions"):
        ask(questions[2].text, "low")
    assert ledger.spent().completions == sim.stats.generated <= 15
    assert ask(questions[0].text, "low").spent == Spending()  # what is recorded is still answered


def test_an_arm_without_n_draws_it_for_each_query(sim, ledger):
    """With n_max and a seed N varies within 1 .. n_max, the same in every run; without n_max it is refused."""
    policy = VOTING.with_arms([Arm(4, None), Arm(4, 1)])
    with pytest.raises(ValueError, match="give n_max"):
        deployed(sim, ledger, policy)
    drawn = []
    for _ in range(2):
        ask = deployed(sim, ledger, policy, n_max=5, seed=1)
        drawn.append([ask(q.text, "low").n for q in sim.questions(12, seed=2)])
    assert drawn[0] == drawn[1] and set(drawn[0]) <= set(range(1, 6)) and len(set(drawn[0])) > 2


@pytest.mark.parametrize(
    ("policy", "options", "message"),
    [
        (Policy(VOTING.contexts, list(VOTING.values()), strategy=MajorityVote()), {}, "prompt [24], and its text"),
        (Policy(VOTING.contexts, list(VOTING.values()), prompts=PROMPTS), {}, "name a strategy"),
        (VOTING, {"scorers": [Brevity()]}, "weighs correct; the scorers are brevity"),
        (VOTING, {"scorers": [ExactMatch(), Brevity()]}, "weighs correct; the scorers are correct, brevity"),
        (VOTING, {"prompts": [Prompt("{query}")] * 5}, "no max_tokens"),
        (VOTING, {"prompts": [Prompt("no place", max_tokens=5)] * 5}, "{query}"),
        (VOTING, {"prompts": PROMPTS[:3]}, "prompt 4"),
    ],
)
def test_what_lacks_for_a_deployment_is_said_at_once(sim, ledger, policy, options, message):
    """Prompts, settings, strategy and scorers that are missing or do not fit are refused before any query."""
    with pytest.raises(ValueError, match=message):
        deployed(sim, ledger, policy, **options)
    assert sim.stats.requests == 0


def test_plain_prompts_of_a_loaded_policy_are_sent_as_they_were(sim, ledger):
    """A core prompt with system part and settings is asked in the same words as the template that it was."""
    plain = Prompt("Sum: {query}", 0.5, 0.9, 50, "Answer only with the number.")
    policy = Policy(VOTING.contexts, [Arm(0, 2)] * 2, prompts=[plain], objectives=("correct",), strategy=MajorityVote())
    template = PromptTemplate("Sum: {query}", "Answer only with the number.", 0.5, 0.9, max_tokens=50)
    first = deployed(sim, ledger, policy)("5 * 5", "low")
    again = deployed(sim, ledger, policy, prompts=[template])("5 * 5", "low")
    assert again.recorded == 2 and first.text == again.text


def test_contexts_and_queries_are_checked(sim, ledger):
    """An unknown context, none where there are several, and an empty query are named; one context needs no name."""
    ask = deployed(sim, ledger)
    with pytest.raises(KeyError, match="known: low, high"):
        ask("1 + 1", "middle")
    with pytest.raises(ValueError, match="name a context: low, high"):
        ask("1 + 1")
    with pytest.raises(ValueError, match="not empty"):
        ask(" ", "low")
    assert sim.stats.requests == 0
    one = Policy(VOTING.contexts[:1], [Arm(4, 1)], prompts=PROMPTS, objectives=("correct",), strategy=MajorityVote())
    assert deployed(sim, ledger, one)("1 + 1").context == "low"
