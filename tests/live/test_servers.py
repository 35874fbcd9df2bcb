"""Servers as they are: whatever their habits, the policy is that of a faultless one, caps hold, and costs are right.

They are imitations, and llama.cpp's own server with a small model behind it.
"""

import re
from dataclasses import dataclass

import numpy as np
import pytest

from habits import HABITS, HabitServer, words
from iapo_widgets import Arm, MajorityVote, Policy, mv_contexts, train
from iapo_widgets.live import (
    EndpointError,
    ExactMatch,
    LimitReached,
    LiveWarning,
    PromptTemplate,
    Question,
    SpendingLimit,
)
from iapo_widgets.live.endpoint import abilities as memory
from live_cases import live, new_ledger
from serving import ITSELF, SERVERS

CONTEXTS = mv_contexts({"low": 0.001, "high": 0.01})


@dataclass(frozen=True)
class Task:
    """What a server is asked: under prompt 0 it is always right, under the others seldom, or dearer.

    budget: completions that show it; caps: that a larger budget meets.
    """

    prompts: tuple
    questions: tuple
    scorer: ExactMatch
    budget: int
    caps: tuple
    timeout: float = 5.0


def prompts(*users, **settings):
    """Templates of these texts."""
    return tuple(PromptTemplate(user, **settings) for user in users)


SUMS = Task(
    prompts(
        "{query} Think.", "{query} Guess.", "You are a clerk. {query} Write at length, please.", max_tokens=64
    ),
    tuple(Question(f"What is {i} plus {i + 1}?", str(2 * i + 1)) for i in range(12)), ExactMatch(), 160,
    (SpendingLimit(completions=37), SpendingLimit(tokens=1_500)),
)  # fmt: skip
PLACES = {
    "France": "Paris", "Italy": "Rome", "Japan": "Tokyo", "Spain": "Madrid", "Peru": "Lima", "Greece": "Athens",
    "Russia": "Moscow", "Cuba": "Havana", "Portugal": "Lisbon", "Austria": "Vienna", "Germany": "Berlin",
    "Norway": "Oslo",
}  # fmt: skip
#: What a small model knows for sure, where it is asked for one word; eight tokens an answer, whose last word is read.
CAPITALS = Task(
    prompts(
        "{query} Answer with one word.", "Begin a poem. {query}", "You are a clerk. {query} Write at length, please.",
        max_tokens=8, temperature=0.0,
    ),
    tuple(Question(f"What is the capital of {land}?", city) for land, city in PLACES.items()),
    ExactMatch(re.compile(r"\w+(?=\W*$)")), 64,
    (SpendingLimit(completions=14), SpendingLimit(tokens=700)), 600.0,
)  # fmt: skip
PROMPTS, QUESTIONS = SUMS.prompts, SUMS.questions


def says(messages, take):
    """Right under the first prompt; under the second for every other question; at length and seldom right else.

    How requests are shaped changes no answer, and every text has as many tokens.
    """
    asked = messages[-1]["content"]
    number = int(re.search(r"What is (\d+) plus", asked)[1])
    right = "Think" in asked or ("Guess" in asked and number % 2) or number % 4 == 0
    answer = f"The answer is {2 * number + (1 if right else 3)}."
    return (
        answer
        if "length" not in asked
        else f"Well, that is not an easy matter, let me tell you, {take} times. {answer}"
    )


def task_of(habit):
    """What a server of that habit is asked."""
    return CAPITALS if habit is ITSELF else SUMS


def environment(server, ledger, **more):
    """Its task on a server."""
    task = task_of(server.habit)
    given = {"prompts": task.prompts, "questions": task.questions, "scorers": [task.scorer], "contexts": CONTEXTS}
    return live(server, ledger, prices=(None, None), n_max=8, **{"timeout": task.timeout, **given, **more})


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("habit", SERVERS, ids=lambda habit: habit.name)
def test_psst_ends_with_the_policy_of_a_faultless_server(tmp_path, serving, habit, concurrency):
    """And everything that the server made is charged, by its own count at least; no estimate passes as a report."""
    with serving(habit, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger, concurrency=concurrency)
        policy = train("psst", env, task_of(habit).budget, seed=0).policy
        assert {context: (arm.prompt, arm.n) for context, arm in policy.items()} == {"low": (0, 1), "high": (0, 1)}
        spent, report = ledger.spent(), env.report()
        assert spent.completions == server.delivered and spent.tokens >= server.tokens and ledger.open_calls() == 0
        assert report.failed == 0 and report.unreadable == 0 and report.above == 0
        exact = habit.counts in ("all", "total")
        assert (report.estimated == 0) == exact
        if exact:
            assert spent.tokens == server.tokens
        else:  # not so far above that the choice between arms would suffer
            assert spent.tokens <= (2 if habit.counts == "one" else 12) * server.tokens


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("habit", SERVERS, ids=lambda habit: habit.name)
def test_caps_hold_by_the_servers_own_count(tmp_path, serving, habit, concurrency):
    """Of completions and of tokens; what the server made never passes them."""
    for limit in task_of(habit).caps:
        with serving(habit, says) as server, new_ledger(tmp_path) as ledger:
            env = environment(server, ledger, concurrency=concurrency, limit=limit)
            with pytest.raises(LimitReached):
                train("psst", env, 500, seed=0)
            assert env.finish(60)
            assert 0 < server.delivered <= (limit.completions or 10**9)
            assert server.tokens <= ledger.spent().tokens <= (limit.tokens or 10**9)


@pytest.mark.parametrize("habit", SERVERS, ids=lambda habit: habit.name)
def test_an_arm_costs_what_its_deployment_will_send(tmp_path, serving, habit):
    """The prompt's tokens are the request's, whatever number of choices training asked for at once."""
    with serving(habit, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger, concurrency=1)
        env.sample([0], [0], 8, np.random.default_rng(9))  # one reply or two may be needed to learn the habit
        drawn = env.sample([0, 2], [1, 1], 8, np.random.default_rng(0))
        if habit.counts in ("all", "total"):
            for b, prompt in enumerate((0, 2)):
                asked = PROMPTS[prompt].messages(QUESTIONS[1].text)
                assert drawn.call_cost[b] == sum(words(m["content"]) + 2 for m in asked) + habit.overhead
        known = habit.choices if habit.choices < 8 else None
        if habit.many != "ignored" or habit.choices == 1:
            assert env.per_call == (1 if habit.many == "unnamed" else known)


@pytest.mark.parametrize(
    "habit", [h for h in HABITS if h.thought in ("reasoning_content", "tags")], ids=lambda h: h.name
)
def test_thought_is_kept_apart_and_paid(tmp_path, habit):
    """It is no part of the answer, it is in the ledger, and its tokens are charged."""
    with HabitServer(habit, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger)
        drawn = env.sample([0], [0], 3, np.random.default_rng(0))
        assert drawn.answers.tolist() == [[0, 0, 0]]
        answer = env.answers(0, 0)[0]
        assert "one by one" in (answer.thought or answer.text) and answer.completion_tokens > words("The answer is 1.")


@pytest.mark.parametrize("algorithm", ["psst", "frugal", "ucb", "epsilon-greedy"])
@pytest.mark.parametrize("name", ["llama.cpp", "llama.cpp itself", "vLLM, older", "taciturn", "gateway"])
def test_a_run_is_repeated_from_its_ledger(tmp_path, serving, name, algorithm):
    """Also where what one request carries was learnt on the way: the same rounds, offline and with memory emptied."""
    habit = next(habit for habit in SERVERS if habit.name == name)
    budget = min(120, task_of(habit).budget)
    with serving(habit, says) as server, new_ledger(tmp_path) as ledger:
        first = train(algorithm, environment(server, ledger, concurrency=4), budget, seed=1)
        memory._known.clear()
        again = train(algorithm, environment(server, ledger, offline=True), budget, seed=1)
    assert dict(again.policy) == dict(first.policy)
    for a, b in zip(first.rounds, again.rounds, strict=True):
        assert a.q.tobytes() == b.q.tobytes()


def test_a_policy_says_where_it_will_send_more_requests(tmp_path):
    """Learnt where one request carries all, deployed where each answer takes one."""
    one = next(habit for habit in HABITS if habit.name == "vLLM, older")
    policy = Policy(CONTEXTS[:1], [Arm(0, 3)], prompts=PROMPTS, objectives=("correct",), strategy=MajorityVote())
    with HabitServer(one, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger, concurrency=1)
        env.sample([0], [0], 4, np.random.default_rng(0))
        assert env.per_call == 1
        with pytest.warns(LiveWarning, match="N = 3 sends its prompt 3 times"):
            policy.deploy(env)


@pytest.mark.parametrize("habit", SERVERS, ids=lambda habit: habit.name)
def test_one_answer_alone_is_told_whole(tmp_path, serving, habit):
    """The model's name, why it ended, a text within its bound, and tokens: the server's own count, where it tells."""
    with serving(habit, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger)
        assert env.sample([0], [0], 1, np.random.default_rng(0)).objectives.tolist() == [[[1.0]]]
        (answer,) = env.answers(0, 0)
        assert answer.model == server.model and answer.finish_reason == "stop" and answer.text in server.texts[0]
        assert 0 < answer.completion_tokens <= env.prompts[0].max_tokens
        told = habit.counts in ("all", "total", "one")
        assert answer.cost_reported == told and (not told or ledger.spent().tokens == server.tokens)


def test_what_llama_cpp_cuts_off_and_whom_it_serves(tmp_path, serving):
    """An answer that meets its bound says so, and a model of another name is answered by the one that is there."""
    with serving(ITSELF, says) as server, new_ledger(tmp_path) as ledger:
        real, server.model = server.model, "another"
        env = environment(server, ledger)
        env.sample([2], [0], 3, np.random.default_rng(0))
        for answer in env.answers(2, 0):
            assert (answer.model, answer.finish_reason, answer.completion_tokens) == (real, "length", 8)
        assert ledger.models(server.url, "another") == [real]


def test_what_llama_cpp_refuses_is_told(tmp_path, serving):
    """Too long a question and a setting that it does not know cost nothing and name themselves; another route ends."""
    odd = PromptTemplate("{query}", max_tokens=8, response_format={"type": "nonsense"})
    long = Question("Which? " * 300, "this")
    with serving(ITSELF, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger, prompts=[CAPITALS.prompts[0], odd], questions=[CAPITALS.questions[0], long])
        drawn = env.sample([0, 0, 1], [0, 1, 0], 1, np.random.default_rng(0))
        assert drawn.valid.tolist() == [[True], [False], [False]] and ledger.spent().completions == 1
        said = [env.caller.refusals.said[env.request(*pair).digest] for pair in ((0, 1), (1, 0))]
        assert "too long for the model" in said[0] and "does not take this response_format" in said[1]
        server.url += "/elsewhere"
        with pytest.raises(EndpointError, match="no chat API at this address"):
            environment(server, ledger).sample([0], [0], 1, np.random.default_rng(0))
