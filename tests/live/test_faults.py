"""Whatever an endpoint does: what arrived is kept and never asked again, no cap is passed, a failure is missing."""

import io
import logging
import os
import threading
import time
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import httpx2
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from echoes import WRITINGS, echo, echoed, files_in, shown_in
from faulty import FaultyServer, refuses
from iapo_widgets import train
from iapo_widgets.live import (
    Endpoint,
    EndpointError,
    LimitReached,
    LiveError,
    LiveWarning,
    PromptTemplate,
    Question,
    Retries,
    SpendingLimit,
    Stopped,
)
from iapo_widgets.live.endpoint.faults import retry_after
from live_cases import KEY, NO_WAIT, PROMPTS, live, new_ledger

QUOTA = (429, {}, {"message": "You exceeded your current quota", "code": "insufficient_quota"})
PASSING = [
    429, (429, {"retry-after": "0"}, {"message": "slow down"}), (429, {"retry-after-ms": "5"}, {"message": "slow"}),
    500, 502, 503, 504, "reset", "hang up", "malformed", "html", "list", "empty",
]  # fmt: skip
EXAMPLES = int(os.environ.get("IAPO_FAULT_SCHEDULES", "100"))  # hundreds are run by hand
SCHEDULES = Counter()  # what the schedules that were run met; printed with -s
SEARCH = (Phase.explicit, Phase.generate)  # a schedule that fails is printed; to shrink one takes minutes
OUTAGE = float(os.environ.get("IAPO_OUTAGE", "6"))  # seconds
ODD = ["too few", "copies", "no usage", "absurd", "huge", "text usage", "length", "filter"]


def rng(seed=0):
    """The generator of a run."""
    return np.random.default_rng(seed)


def holds(server, ledger, limit, lost=0):
    """The laws that hold after anything: nothing delivered is lost, nothing was charged too little, no cap passed."""
    spent = ledger.spent()
    assert len(ledger) == server.delivered - lost
    assert spent.completions >= server.delivered and spent.tokens >= server.tokens
    assert limit.completions is None or spent.completions <= limit.completions
    assert limit.tokens is None or server.tokens <= spent.tokens <= limit.tokens
    assert limit.money is None or spent.money <= limit.money
    assert ledger.open_calls() == 0


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_passing_fault_is_got_over(server, ledger, fault):
    """After one or two failures the same completions arrive, each recorded once; the user sees what it was."""
    server.script.extend([fault, fault])
    env = live(server, ledger)
    drawn = env.sample([0, 1, 2], [0, 1, 2], 4, rng())
    assert drawn.valid.all() and server.delivered == 12
    report = env.report()
    assert report.faults == 2 and report.failed == 0 and report.last_fault
    holds(server, ledger, env.limit)


@pytest.mark.parametrize("fault", [500, "reset", "malformed", "empty"], ids=str)
def test_a_fault_that_stays_is_missing_and_never_a_zero(server, ledger, fault):
    """After the last attempt the completions are not valid; the others are, and a rerun asks for those only."""
    server.script.extend([fault] * (NO_WAIT.attempts + (fault == 500)))  # of several that meet a 5xx one is tried alone
    env = live(server, ledger, concurrency=1)
    drawn = env.sample([0, 1], [0, 1], 4, rng())
    assert not drawn.valid[0].any() and drawn.valid[1].all() and env.report().failed == 4
    asked = len(server.requests)
    again = env.sample([0, 1], [0, 1], 4, rng(1))
    assert again.valid.all() and len(server.requests) == asked + 1
    assert np.array_equal(again.objectives[1], drawn.objectives[1])
    holds(server, ledger, env.limit)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (QUOTA, "quota is used up"),
        (401, "the key was refused"),
        (404, r"there is no model '.*' or no chat API"),
        (refuses("temperature"), r"give PromptTemplate\(temperature=None\)"),
    ],
)
def test_a_fault_that_every_request_would_meet_ends_the_run_at_once(server, ledger, fault, message):
    """It is not tried again, the error says what to mend, and nothing is charged."""
    server.script.append(fault)
    env = live(server, ledger, concurrency=1, prompts=[PromptTemplate("{query}", temperature=0.7, max_tokens=32)])
    with pytest.raises(EndpointError, match=message):
        train("psst", env, 100, seed=0)
    assert len(server.requests) == 1 and ledger.spent().completions == 0
    holds(server, ledger, env.limit)


def test_a_refused_question_is_missing_and_is_not_tried_again(server, ledger):
    """A content filter that answers 400 costs one request and ends nothing."""
    server.script.append((400, {}, {"message": "filtered", "code": "content_filter"}))
    env = live(server, ledger, concurrency=1)
    drawn = env.sample([0, 0], [0, 1], 2, rng())
    assert drawn.valid.tolist() == [[False, False], [True, True]] and len(server.requests) == 2


def test_when_nothing_works_any_more_the_run_ends(server, ledger):
    """After many failures in a row an error names the last one, instead of a policy made of nothing."""
    server.script.extend([500] * 1000)
    env = live(server, ledger, retries=Retries(wait=False, in_a_row=5, attempts=2))
    with pytest.raises(EndpointError, match="5 requests in a row failed for good"):
        train("psst", env, 400, seed=0)


@pytest.mark.parametrize("concurrency", [1, 16])
def test_when_every_prompt_is_refused_the_run_ends(server, ledger, concurrency):
    """After a few questions of each prompt; the error says what was said, and nothing was charged."""
    server.script.extend([(400, {}, {"message": "no such thing here"})] * 1000)
    env = live(server, ledger, concurrency=concurrency)
    with pytest.raises(EndpointError, match=r"every prompt was refused: .*no such thing here.*Nothing was charged"):
        train("psst", env, 400, seed=0)
    assert ledger.spent().completions == 0 and len(server.requests) <= 3 * 4 * 3


@pytest.mark.parametrize("concurrency", [1, 16])
@pytest.mark.parametrize("algorithm", ["psst", "frugal", "uniform"])
def test_a_prompt_that_is_refused_is_named_and_the_others_go_on(ledger, algorithm, concurrency):
    """A server without a system role: the prompt that has one is missing, and is not the policy's."""

    class NoSystem(FaultyServer):
        def reply(self, http, body, fault, first):
            refused = (400, {}, {"message": "System role not supported"})
            return super().reply(http, body, refused if len(body["messages"]) > 1 else fault, first)

    with NoSystem() as server:
        env = live(server, ledger, concurrency=concurrency)
        with pytest.warns(LiveWarning, match=r"prompt 1 .*did not arrive: .*System role not supported"):
            policy = train(algorithm, env, 300, seed=0).policy
        assert {arm.prompt for arm in policy.values()} <= {0, 2}
        assert env.report().refused >= 3 and sum(len(body["messages"]) > 1 for body in server.requests) <= 14
        holds(server, ledger, env.limit)


def test_a_question_that_is_too_long_is_missing_and_the_run_goes_on(ledger):
    """It is asked once a prompt, whatever the run wants of it later."""

    class Small(FaultyServer):
        def reply(self, http, body, fault, first):
            long = "long" in body["messages"][-1]["content"]
            said = {"message": "request (408 tokens) exceeds the available context size (256 tokens)"}
            return super().reply(http, body, (400, {}, said) if long else fault, first)

    with Small() as server:
        questions = [Question("What is 1?", "1"), Question("What is long?", "2"), Question("What is 2?", "2")]
        env = live(server, ledger, questions=questions, concurrency=4)
        generator = rng()
        first = env.sample([0, 0, 0], [0, 1, 2], 2, generator)
        assert first.valid.tolist() == [[True, True], [False, False], [True, True]]
        assert "too long for the model" in env.report().last_fault
        asked = len(server.requests)
        assert not env.sample([0], [1], 2, generator).valid.any() and len(server.requests) == asked


def test_completions_that_cannot_be_read_are_told_while_it_runs_and_end_it(server, ledger):
    """Each prompt is named with its share and an example; where hardly any can be read, there is no policy."""
    server.answer = lambda body, i: "I do not know"
    env = live(server, ledger)
    with (
        pytest.warns(LiveWarning, match=r"prompt 0 \('\{query\}'\): .* could not be read, for example 'I do not know'"),
        pytest.raises(LiveError, match=r"hardly any of the .* completions .* could be read; one of them is 'I do not"),
    ):
        train("psst", env, 300, seed=0)
    assert ledger.spent().completions == server.delivered < 150


@pytest.mark.parametrize("fault", ODD)
def test_an_odd_reply_is_understood(server, ledger, fault):
    """Too few or copied choices are topped up; usage that cannot be is estimated; ends of an answer are told apart."""
    server.script.append(fault)
    env = live(server, ledger, concurrency=1)
    drawn = env.sample([0], [0], 4, rng())
    report = env.report()
    assert drawn.valid.all() and (drawn.cost > 0).all() and report.failed == 0
    holds(server, ledger, env.limit)
    if fault == "too few":
        assert len(server.requests) == 2 and server.delivered == 4
    if fault == "copies":
        assert report.spare == 3 and server.delivered == 7
        seeds = [body["seed"] for body in server.requests[1:]]
        assert len(set(seeds)) == 3 and "seed" not in server.requests[0]
    usable = fault not in ("no usage", "absurd", "huge", "text usage")
    assert {answer.cost_reported for answer in env.answers(0, 0)} == {usable} and bool(report.estimated) != usable
    assert report.above == (fault in ("absurd", "huge")) - (fault == "absurd")
    assert report.cut_off == 4 * (fault == "length") and report.filtered == 4 * (fault == "filter")
    if fault == "filter":
        assert (drawn.answers == -1).all() and report.unreadable == 4


@pytest.mark.parametrize("honours", [1, 2, 128])
def test_n_is_honoured_or_topped_up_and_remembered(ledger, honours):
    """Every sample arrives; once it is known how many choices come, no more are asked for, and seeds differ."""
    with FaultyServer(honours=honours) as server:
        env = live(server, ledger, concurrency=1)
        assert env.sample([0] * 4, [0, 1, 2, 3], 6, rng()).valid.all()
        assert server.delivered == 24
        if honours == 1:
            assert all("n" not in body for body in server.requests[2:])
            seeds = [body["seed"] for body in server.requests if "seed" in body]
            assert len(seeds) == len(set(seeds))
        assert env.preview(0, 0, 6).get("n", 1) == 6
        fresh = live(server, ledger)
        assert fresh.caller.abilities.n == (128 if honours == 128 else honours)


@pytest.mark.parametrize(
    ("parameter", "message", "then"),
    [
        ("n", "n must be 1 for this model", lambda body: "n" not in body),
        ("seed", "Unknown parameter: 'seed'", lambda body: "seed" not in body),
        ("max_tokens", "Use 'max_completion_tokens' instead of 'max_tokens'", lambda body: "max_tokens" not in body),
    ],
)
def test_a_refused_parameter_is_done_without(ledger, parameter, message, then):
    """Only one that can be: the number of choices, the seed, or the other name of max_tokens."""

    class Choosy(FaultyServer):
        def reply(self, http, body, fault, first):
            refused = (400, {}, {"message": message, "param": parameter if parameter == "max_tokens" else None})
            return super().reply(http, body, refused if parameter in body else fault, first)

    with Choosy() as server:
        env = live(server, ledger, concurrency=1)
        drawn = env.sample([0, 0], [0, 1], 1 if parameter == "seed" else 4, rng())
        assert drawn.valid.all() and then(server.requests[-1])
        holds(server, ledger, env.limit)
        asked = len(server.requests)
        env.sample([0], [2], 1, rng())
        assert len(server.requests) == asked + 1


def test_a_slow_drip_ends_at_the_deadline(server, ledger):
    """Bytes that trickle in forever are cut off; the attempt stays charged, for it may have been paid."""
    server.script.append("drip")
    env = live(server, ledger, timeout=0.3)
    assert env.sample([0], [0], 2, rng()).valid.all()
    assert "no complete answer within 0.3 s" in env.report().last_fault
    assert ledger.spent().completions == 4 and server.delivered == 2
    assert [what for _, what, _, _ in ledger.calls()].count("no complete answer within 0.3 s (stays charged)") == 1


def test_a_rate_limit_is_obeyed(ledger):
    """A 429 halves the requests in flight, the wait that it asks for is kept, and good replies let them grow again."""
    wait = (429, {"retry-after": "0.2"}, {"message": "slow down"})
    with FaultyServer([wait] * 8, delay=0.01) as server:
        env = live(server, ledger, concurrency=8, retries=Retries(first=0.01, longest=0.02))
        start = time.monotonic()
        assert env.sample([0] * 4 + [1] * 4, [0, 1, 2, 3] * 2, 1, rng()).valid.all()
        assert time.monotonic() - start >= 0.2 and env.report().in_flight_most < 8
        generator = rng()
        for _ in range(60):
            env.sample([2], [0], 1, generator)
        assert env.report().in_flight_most == 8 and server.most_active <= 8


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"retry-after": "3"}, 3.0), ({"retry-after-ms": "250"}, 0.25), ({}, None), ({"retry-after": "soon"}, None),
     ({"retry-after": "-4"}, None), ({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, None)],
)  # fmt: skip
def test_the_wait_that_is_asked_for_is_read(headers, seconds):
    """In seconds or milliseconds; what makes no sense is no wait."""
    assert retry_after(headers) == seconds


def test_the_default_retries_wait_for_more_than_a_minute():
    """However the jitter falls, their waits add up to more than 60 s; what is asked for is kept up to 120 s."""
    retries = Retries()
    assert sum(min(retries.pause(i, None) for _ in range(50)) for i in range(1, retries.attempts)) > 60
    assert retries.pause(1, 1e6) == 120 and retries.pause(30, None) <= 30


def test_a_network_that_goes_and_comes_back_is_survived(ledger):
    """Cut off in the middle of a run, gone for a while, back at the same address: every completion arrives, once.

    The while is 6 s, and the waits of the default retries are a tenth as long; IAPO_OUTAGE=60: a minute, and they.
    """
    retries = Retries(first=OUTAGE / 120, longest=OUTAGE / 2)
    with FaultyServer(delay=0.05) as server:
        questions = [Question(f"What is {i} modulo 3?", str(i % 3)) for i in range(8)]
        env = live(server, ledger, concurrency=4, retries=retries, questions=questions)
        pairs = np.arange(24)  # 24 requests of two completions
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(env.sample, pairs % 3, pairs // 3, 2, rng())
            while len(ledger) < 8:
                time.sleep(0.01)
            server.off()
            time.sleep(OUTAGE)
            kept = len(ledger)
            assert not run.done() and 8 <= kept < 48
            server.on()
            drawn = run.result(OUTAGE * 5)
    assert drawn.valid.all() and len(ledger) == 48 and env.report().failed == 0
    assert "connection" in env.report().last_fault
    # replies cut off on their way were paid for, arrived nowhere and were asked for again
    lost = server.delivered - 48
    assert 0 <= lost <= 4 * 2
    holds(server, ledger, env.limit, lost)


def test_a_network_that_comes_back_loses_nothing(ledger):
    """While nobody listens any more nothing is charged, and what was asked is missing."""
    server = FaultyServer()
    with server:
        env = live(server, ledger, retries=Retries(wait=False, attempts=3))
        assert env.sample([0], [0], 2, rng()).valid.all()
    assert not env.sample([1], [0], 2, rng(1)).valid.any()
    assert ledger.spent().completions == 2 and "no connection" in env.report().last_fault
    assert ledger.open_calls() == 0


def test_an_address_where_nobody_ever_answered_is_known_soon(ledger):
    """One message within seconds, also with the waits of the default retries; it names the address."""
    with FaultyServer() as server:
        pass
    env = live(server, ledger, retries=Retries())
    start = time.monotonic()
    with pytest.raises(EndpointError, match=r"nothing answers at http://127\.0\.0\.1:\d+/v1: .*port and /v1"):
        env.sample([0, 1, 2] * 4, [0, 1, 2, 3] * 3, 2, rng())
    assert time.monotonic() - start < 20  # 5 s on a machine that does nothing else
    assert env.finish(10) and ledger.spent().completions == 0 and ledger.open_calls() == 0


def test_timeouts_in_a_row_end_the_spending(ledger):
    """After five the run ends; the message names the option, and what was asked stays charged."""
    with FaultyServer(delay=0.5) as server:
        env = live(server, ledger, timeout=0.1, concurrency=1)
        with pytest.raises(EndpointError, match=r"5 requests in a row .* within 0\.1 s.*Endpoint\(timeout=\.\.\.\)"):
            env.sample([0, 1, 2] * 4, [0, 1, 2, 3] * 3, 4, rng())
        assert env.finish(10) and len(server.requests) == 5 and ledger.spent().completions == 20


@pytest.mark.parametrize("after", [0.0, 0.03, 0.1, 0.25])
def test_stop_ends_promptly_and_what_is_in_flight_still_lands(ledger, after):
    """``sample`` raises soon after Stop; afterwards the ledger holds all that was delivered, and a rerun reuses it."""
    with FaultyServer(delay=0.08) as server:
        env = live(server, ledger, concurrency=4)
        timer = threading.Timer(after, env.stop.set)
        timer.start()
        with pytest.raises(Stopped, match="Stop was asked for"):
            train("psst", env, 2000, seed=0)
        assert env.finish(10)
        holds(server, ledger, env.limit)
        before = server.delivered
        env.stop.clear()
        env.sample([0, 1, 2] * 4, [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3, 2, rng())
        assert server.delivered <= before + 24
        holds(server, ledger, env.limit)


def test_stop_during_a_long_wait_is_prompt(server, ledger):
    """A retry-after of a minute does not hold Stop up."""
    server.script.extend([(429, {"retry-after": "60"}, {"message": "slow"})] * 10)
    env = live(server, ledger, retries=Retries())
    threading.Timer(0.2, env.stop.set).start()
    start = time.monotonic()
    with pytest.raises(Stopped):
        env.sample([0, 1], [0, 1], 2, rng())
    assert time.monotonic() - start < 10 and env.finish(5)
    assert ledger.open_calls() == 0


def test_a_clock_that_goes_back_changes_nothing(server, ledger, monkeypatch):
    """Times are for the reader only: order, charges and waits do not rest on them."""
    clock = iter(range(10**9, 0, -1000))
    monkeypatch.setattr("iapo_widgets.live.ledger.ledger.time.time", lambda: float(next(clock)))
    server.script.extend([429, 500])
    env = live(server, ledger)
    first = train("psst", env, 60, seed=0)
    assert dict(train("psst", env, 60, seed=0).policy) == dict(first.policy)
    times = [at for *_, at in ledger.calls()]
    assert times != sorted(times)
    holds(server, ledger, env.limit)


@pytest.mark.parametrize(
    "limit", [SpendingLimit(completions=37), SpendingLimit(tokens=1500), SpendingLimit(money=0.004)], ids=repr
)
def test_a_cap_is_never_passed_and_used_up_as_far_as_it_goes(server, ledger, limit):
    """The run ends with an error that names the cap; a higher one goes on without asking anything again."""
    env = live(server, ledger, limit=limit)
    with pytest.raises(LimitReached, match="the spending limit in"):
        train("psst", env, 400, seed=0)
    assert env.finish()
    holds(server, ledger, limit)
    assert server.delivered > 0 and (limit.completions is None or server.delivered == limit.completions)
    higher = env.with_(limit=SpendingLimit(completions=10_000))
    run = train("psst", higher, 100, seed=0)
    delivered = server.delivered
    assert dict(train("psst", higher, 100, seed=0).policy) == dict(run.policy) and server.delivered == delivered


ECHOES = [echo(KEY, writing, status) for writing in WRITINGS for status in (429, 500)]
ECHOES += [f"say {echoed(KEY, writing)}" for writing in WRITINGS]


@contextmanager
def loud():
    """All logs at their most talkative, and the key in the environment only."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("IAPO_API_KEY", KEY)
        try:
            yield log
        finally:
            root.removeHandler(handler)
            root.setLevel(before)


def shown_frames(error):
    """The frames of an error and of its causes, with all variables; without those of the tests, which know the key."""
    while error is not None:
        for frame, line in traceback.walk_tb(error.__traceback__):
            if not frame.f_code.co_filename.startswith(os.path.dirname(__file__)):
                yield f"{line} {error!r} {frame.f_locals}"
        error = error.__cause__ or error.__context__


@settings(max_examples=EXAMPLES, phases=SEARCH)
@given(
    script=st.lists(st.sampled_from([None, *PASSING, *ODD, 400, *ECHOES]), max_size=14),
    honours=st.sampled_from([1, 2, 128]),
    concurrency=st.sampled_from([1, 3, 16]),
    cap=st.one_of(
        st.integers(1, 40).map(lambda n: SpendingLimit(completions=n)),
        st.integers(50, 4000).map(lambda n: SpendingLimit(tokens=n)),
        st.integers(1, 99).map(lambda n: SpendingLimit(money=n / 10_000)),
        st.just(SpendingLimit(completions=10_000)),
    ),
    pulls=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=6),
    n=st.integers(1, 5),
)
def test_any_schedule_of_faults_keeps_the_laws(tmp_path_factory, script, honours, concurrency, cap, pulls, n):
    """What was delivered in full is in the ledger, none of it is asked again, and no cap is passed.

    The server counts for itself; a rerun after the faults adds nothing but what is missing.  The key, which comes from
    the environment and is repeated in each way to write it, is in no file, log, error or report.
    """
    folder = tmp_path_factory.getbasetemp()
    with loud() as log, FaultyServer(script, honours) as server, new_ledger(folder) as ledger:
        env = live(server, ledger, concurrency=concurrency, limit=cap, key=None, timeout=60.0)  # no fault is slow
        assert env.endpoint._secret.reveal() == KEY
        told = []
        prompts, queries = zip(*pulls, strict=True)
        first = None
        try:
            first = env.sample(prompts, queries, n, rng())
        except LiveError as error:
            told += [str(error), *shown_frames(error)]
            assert env.finish()
        holds(server, ledger, cap)
        SCHEDULES.update(server.faults)
        server.script.clear()
        spare, delivered, spent = env.report().spare, server.delivered, ledger.spent()
        missing = len(pulls) * n - (delivered - spare)
        freed = env.with_(limit=SpendingLimit(completions=n * 100).above(spent))
        second = freed.sample(prompts, queries, n, rng())
        assert second.valid.all() and server.delivered - delivered == missing
        if first is not None:
            assert np.array_equal(first.objectives[first.valid], second.objectives[first.valid])
        third = freed.sample(prompts, queries, n, rng())
        assert np.array_equal(second.objectives, third.objectives) and len(ledger) == server.delivered
        told += [repr(env.report()), repr(ledger.calls()), repr([env.answers(*pair) for pair in pulls]), repr(env)]
    assert shown_in(KEY, log.getvalue(), *told, *files_in(folder, ledger.path.name)) == []
    SCHEDULES["schedules"] += 1
    SCHEDULES["keys blotted out"] += sum(text.count("[key]") for text in (log.getvalue(), *told))


def test_the_schedules_met_faults_and_echoes():
    """Of those that were run; where none were, as when one test is chosen, there is nothing to say."""
    print(dict(SCHEDULES))
    if SCHEDULES:
        assert SCHEDULES["keys blotted out"] > SCHEDULES["schedules"] > EXAMPLES // 2


def test_two_environments_share_what_is_in_flight(ledger):
    """Two threads that want the same samples at the same time cause one request for each."""
    with FaultyServer(delay=0.2) as server:
        envs = [live(server, ledger) for _ in range(2)]
        drawn = [None, None]

        def work(i):
            drawn[i] = envs[i].sample([0, 1], [0, 1], 3, rng())

        threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
        threads[0].start()
        time.sleep(0.1)
        threads[1].start()
        for thread in threads:
            thread.join()
        assert server.delivered == 6 and np.array_equal(drawn[0].objectives, drawn[1].objectives)


def test_equal_questions_draw_samples_of_their_own(server, ledger):
    """Two questions with one text never share a completion within a run."""
    from iapo_widgets.live import Question

    env = live(server, ledger, questions=[Question("What is 1?", "1"), Question("What is 1?", "1")])
    env.sample([0, 0], [0, 1], 3, rng())
    assert len(ledger) == 6


def test_a_real_endpoint_gives_what_is_asked(real, ledger):
    """Completions arrive, are charged within the limit, and come from the ledger the second time."""
    from iapo_widgets.live import Endpoint, LiveEnvironment
    from live_cases import CONTEXTS, QUESTIONS, Correct, Short

    url, model, key = real
    limit = SpendingLimit(completions=40)
    env = LiveEnvironment(
        Endpoint(url, model, key=key), [*PROMPTS, PromptTemplate("{query} Digit only.", max_tokens=16)], QUESTIONS,
        (Correct(), Short()), n_max=4, strategy="majority-vote", contexts=CONTEXTS, ledger=ledger, limit=limit,
    )  # fmt: skip
    drawn = env.sample([0, 1, 3], [0, 1, 2], 4, rng())
    assert drawn.valid.all() and 12 <= ledger.spent().completions <= 40
    requests = env.report().requests
    again = env.sample([0, 1, 3], [0, 1, 2], 4, rng())
    assert env.report().requests == requests and np.array_equal(again.objectives, drawn.objectives)


def test_a_client_that_cannot_be_made_says_so_and_charges_nothing(server, ledger, monkeypatch):
    """A proxy that is no address ends the run at once, and its reservations are given back."""
    env = live(server, ledger)
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(EndpointError, match="no client can be made"):
        env.sample([0, 1], [0, 1], 2, rng())
    assert env.finish(10) and ledger.spent().completions == 0 and ledger.open_calls() == 0


def test_clients_share_their_certificates(monkeypatch):
    """Loading them takes long: one load serves all clients of an endpoint, each lent to eight requests at most."""
    loads, load = [], httpx2.create_ssl_context
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda: loads.append(load()) or loads[-1])
    endpoint = Endpoint("https://localhost/v1", "m", key="sk-none")
    with ExitStack() as stack:
        lent = [stack.enter_context(endpoint.client()) for _ in range(20)]
        assert [sum(client is other for other in lent) for client in lent] == [8] * 16 + [4] * 4
        assert len(loads) == 1
        assert stack.enter_context(endpoint.client()) is lent[-1]
    endpoint.close()


def test_a_policy_is_not_made_of_nothing(server, ledger):
    """Also where so few were asked for that no share can be told: training raises."""
    server.script.extend([500] * 100)
    env = live(server, ledger, retries=Retries(wait=False, attempts=2))
    with pytest.raises(RuntimeError, match="no completion arrived of 3 that were asked for"):
        train("psst", env, 3, seed=0)
