"""Servers as they are: whatever their habits, the policy is that of a faultless one, caps hold, and costs are right."""

import re

import numpy as np
import pytest

from habits import HABITS, HabitServer, words
from iapo_widgets import Arm, MajorityVote, Policy, mv_contexts, train
from iapo_widgets.live import ExactMatch, LimitReached, LiveWarning, PromptTemplate, Question, SpendingLimit
from iapo_widgets.live.endpoint import abilities as memory
from live_cases import live, new_ledger

PROMPTS = (
    PromptTemplate("{query} Think.", max_tokens=64),
    PromptTemplate("{query} Guess.", max_tokens=64),
    PromptTemplate("You are a clerk. {query} Write at length, please.", max_tokens=64),
)
QUESTIONS = tuple(Question(f"What is {i} plus {i + 1}?", str(2 * i + 1)) for i in range(12))
CONTEXTS = mv_contexts({"low": 0.001, "high": 0.01})


THINKING = [habit for habit in HABITS if habit.thought in ("reasoning_content", "tags")]


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


def environment(server, ledger, **more):
    """The task on a server."""
    return live(
        server, ledger, prices=(None, None), prompts=PROMPTS, questions=QUESTIONS, scorers=[ExactMatch()],
        contexts=CONTEXTS, n_max=8, **more,
    )  # fmt: skip


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_psst_ends_with_the_policy_of_a_faultless_server(tmp_path, habit, concurrency):
    """And everything that the server made is charged, by its own count at least; no estimate passes as a report."""
    with HabitServer(habit, says) as server, new_ledger(tmp_path) as ledger:
        env = environment(server, ledger, concurrency=concurrency)
        policy = train("psst", env, 160, seed=0).policy
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
@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_caps_hold_by_the_servers_own_count(tmp_path, habit, concurrency):
    """Of completions and of tokens; what the server made never passes them."""
    for limit in (SpendingLimit(completions=37), SpendingLimit(tokens=1_500)):
        with HabitServer(habit, says) as server, new_ledger(tmp_path) as ledger:
            env = environment(server, ledger, concurrency=concurrency, limit=limit)
            with pytest.raises(LimitReached):
                train("psst", env, 500, seed=0)
            assert env.finish(10)
            assert 0 < server.delivered <= (limit.completions or 10**9)
            assert server.tokens <= ledger.spent().tokens <= (limit.tokens or 10**9)


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.name)
def test_an_arm_costs_what_its_deployment_will_send(tmp_path, habit):
    """The prompt's tokens are the request's, whatever number of choices training asked for at once."""
    with HabitServer(habit, says) as server, new_ledger(tmp_path) as ledger:
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
@pytest.mark.parametrize("name", ["llama.cpp", "vLLM, older", "taciturn", "gateway"])
def test_a_run_is_repeated_from_its_ledger(tmp_path, name, algorithm):
    """Also where what one request carries was learnt on the way: the same rounds, offline and with memory emptied."""
    habit = next(habit for habit in HABITS if habit.name == name)
    with HabitServer(habit, says) as server, new_ledger(tmp_path) as ledger:
        first = train(algorithm, environment(server, ledger, concurrency=4), 120, seed=1)
        memory._known.clear()
        again = train(algorithm, environment(server, ledger, offline=True), 120, seed=1)
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
