"""The first request to an endpoint of which nothing is known goes alone, so that the others know what they cost."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from faulty import FaultyServer
from habits import Habit, HabitServer
from iapo_widgets import train
from iapo_widgets.live import LimitReached, LiveError, PromptTemplate, Retries, SpendingLimit, Stopped
from iapo_widgets.live.endpoint import abilities as memory
from live_cases import live, new_ledger

PAIRS = np.arange(12) % 3, np.arange(12) // 3
PROMPTS = [PromptTemplate(f"{{query}} {word}.", max_tokens=8) for word in ("One", "Two", "Three")]
FILTERED = (400, {}, {"message": "filtered", "code": "content_filter"})
SURPRISES = {
    "choices": Habit("gives three more", surplus=3),
    "template": Habit("long template", overhead=5_000),
    "length": Habit("heeds no max_tokens"),
    "thought": Habit("thinks beyond", thought="hidden"),
    "thought, in the total only": Habit("thinks", thought="hidden", counts="total"),
}


def at_length(messages, number):
    """Forty words and more, whatever max_tokens says."""
    return "Well, let me see. " * 10 + "The answer is 1."


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("surprise", SURPRISES)
def test_no_cap_is_passed_by_what_the_first_reply_shows(tmp_path, surprise, concurrency, n):
    """Caps of which the first request takes its part, and in which all that fit by the estimate would not fit."""
    habit = SURPRISES[surprise]
    with HabitServer(habit, at_length) as server, new_ledger(tmp_path) as ledger:
        live(server, ledger, prompts=PROMPTS).sample([0], [0], n, np.random.default_rng(0))
        first = ledger.spent()
    for cap in ({"completions": 3 * first.completions}, {"tokens": 3 * first.tokens}, {"money": 3 * first.money}):
        with HabitServer(habit, at_length) as server, new_ledger(tmp_path) as ledger:
            limit = SpendingLimit(**cap)
            env = live(server, ledger, limit=limit, concurrency=concurrency, prompts=PROMPTS)
            rng = np.random.default_rng(0)
            with pytest.raises(LimitReached):
                for _ in range(20):
                    env.sample(*PAIRS, n, rng)
            assert env.finish(10)
            spent = ledger.spent()
            assert server.delivered == spent.completions <= cap.get("completions", 10**9)
            assert server.tokens <= spent.tokens <= cap.get("tokens", 10**9)
            assert spent.money <= cap.get("money", 10**9)


def test_one_goes_first_and_then_all(ledger):
    """Until the first answer came, nothing else is under way; afterwards as many as are allowed."""
    with FaultyServer(delay=0.1) as server:
        env = live(server, ledger, concurrency=16)
        seen = []
        env.caller.book.compare = lambda named: seen.append(len(server.requests))  # when an answer is taken in
        assert env.sample(*PAIRS, 2, np.random.default_rng(0)).valid.all()
        assert seen[0] == 1 and server.most_active > 4


def test_what_is_known_needs_no_scout(tmp_path):
    """In the same process, from its ledger in another, and for another environment."""
    with FaultyServer(delay=0.1) as server, new_ledger(tmp_path) as ledger:
        live(server, ledger).sample([0], [0], 1, np.random.default_rng(0))
        for forget in (False, True):
            if forget:
                memory._known.clear()
            server.most_active = 0
            env = live(server, ledger, concurrency=8)
            env.sample(*PAIRS, 2 + forget, np.random.default_rng(1 + forget))
            assert env.caller.abilities.replied and server.most_active > 4
    with new_ledger(tmp_path) as another, FaultyServer(delay=0.1) as server:
        server.script.extend(["no usage"] * 30)  # also where a reply tells nothing of tokens
        env = live(server, another, concurrency=8)
        assert env.sample(*PAIRS, 2, np.random.default_rng(0)).valid.all() and server.most_active > 4


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("fault", [429, 500, 502, "reset", "hang up", "malformed", "empty", FILTERED, "drip"], ids=str)
def test_where_the_scout_fails_the_next_is_it(ledger, fault, concurrency):
    """One after the other until one is answered; all arrive but what is refused for good."""
    refused = 3 * (fault is FILTERED)
    with FaultyServer([fault] * 3, delay=0.02) as server:
        env = live(server, ledger, concurrency=concurrency, timeout=0.3 if fault == "drip" else 5.0)
        drawn = env.sample(*PAIRS, 2, np.random.default_rng(0))
        assert (~drawn.valid).sum() == env.report().failed == 2 * refused
        calls = [call for call, *_ in ledger.calls()[:6]]  # reserved and settled, one by one
        assert calls == [calls[0]] * 2 + [calls[2]] * 2 + [calls[4]] * 2 and len(set(calls)) == 3
        assert ledger.open_calls() == 0


def test_a_stop_ends_a_scout(ledger):
    """Promptly, and nothing else has been sent; what it brings lands, and a later run goes on."""
    with FaultyServer(delay=0.5) as server:
        env = live(server, ledger, concurrency=16)
        threading.Timer(0.2, env.stop.set).start()
        start = time.monotonic()
        with pytest.raises(Stopped):
            env.sample(*PAIRS, 2, np.random.default_rng(0))
        assert time.monotonic() - start < 5 and env.finish(10) and len(server.requests) == 1
        assert len(ledger) == server.delivered == 2 and ledger.open_calls() == 0
        env.stop.clear()
        assert env.sample(*PAIRS, 2, np.random.default_rng(0)).valid.all() and server.delivered == 24


def test_an_endpoint_that_fails_always_ends_the_run(server, ledger):
    """No request waits for a scout that is gone."""
    server.script.extend([500] * 10_000)
    env = live(server, ledger, concurrency=16, retries=Retries(wait=False, attempts=3, in_a_row=6))
    with pytest.raises(LiveError, match="6 requests in a row"):
        train("psst", env, 400, seed=0)
    assert env.finish(10) and ledger.spent().completions == 0 and ledger.open_calls() == 0


def test_a_cap_that_is_too_low_for_the_scout_ends_the_run(server, ledger):
    """At once, with nothing sent."""
    env = live(server, ledger, concurrency=16, limit=SpendingLimit(tokens=20))
    with pytest.raises(LimitReached):
        env.sample(*PAIRS, 2, np.random.default_rng(0))
    assert env.finish(10) and not server.requests and ledger.open_calls() == 0


@pytest.mark.parametrize("concurrency", [1, 16])
def test_what_another_waits_to_ask_for_is_asked_once(ledger, concurrency):
    """Two threads that want the same samples, most of which wait for their turn."""
    with FaultyServer(delay=0.03) as server:
        envs = [live(server, ledger, concurrency=concurrency) for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(env.sample, *PAIRS, 3, np.random.default_rng(0)) for env in envs]
            drawn = [run.result(60) for run in runs]
        assert drawn[0].valid.all() and np.array_equal(drawn[0].objectives, drawn[1].objectives)
        assert server.delivered == len(ledger) == 36
