"""The simulated endpoint over real HTTP, asked through the openai package."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress

import openai
import pytest

from iapo_widgets.live.simulated import http
from iapo_widgets.live.simulated.endpoint import SimulatedEndpoint
from iapo_widgets.live.simulated.faults import FAULTS, Bucket, parse_faults
from live_cases import on_a_loop

STEPS = SimulatedEndpoint.prompts()[2]
QUESTION = SimulatedEndpoint.questions(2)[1].text


@contextmanager
def serving(**options):
    """An endpoint and a client without retries of its own."""
    with SimulatedEndpoint(**options) as sim, openai.OpenAI(
        base_url=sim.base_url, api_key="any", max_retries=0, timeout=5
    ) as client:  # fmt: skip
        yield sim, client


def ask(sim, client, **settings):
    """One request for the question, step by step."""
    return client.chat.completions.create(model=sim.model, messages=STEPS.messages(QUESTION), **settings)


def texts(completion):
    """The texts of all choices."""
    return [choice.message.content for choice in completion.choices]


def test_same_seed_same_answers_and_without_seed_they_follow_from_the_count():
    """A request's seed fixes its answers; unseeded ones are fresh, and the same again at a server started anew."""
    runs = []
    for _ in range(2):
        with serving(seed=3) as (sim, client):
            seeded = [texts(ask(sim, client, n=3, seed=11)) for _ in range(2)]
            assert seeded[0] == seeded[1] != texts(ask(sim, client, n=3, seed=12))
            runs.append(texts(ask(sim, client, n=3)) + texts(ask(sim, client, n=3)))
    assert runs[0] == runs[1] and len(set(runs[0])) > 3


def test_one_request_for_four_is_four_for_one():
    """The k-th completion asked for a content is the same, in whatever portions it is asked."""
    with serving(seed=1) as (sim, client):
        at_once = texts(ask(sim, client, n=4))
    with serving(seed=1) as (sim, client):
        assert at_once == [texts(ask(sim, client))[0] for _ in range(4)]


def test_usage_finish_reason_and_name_are_told():
    """Usage adds up over choices, max_tokens cuts with finish_reason length, and all names say simulated."""
    with serving() as (sim, client):
        whole, cut = ask(sim, client, n=2, max_completion_tokens=300), ask(sim, client, n=2, max_tokens=5)
        assert [c.finish_reason for c in whole.choices + cut.choices] == ["stop", "stop", "length", "length"]
        assert cut.usage.completion_tokens == 10 and cut.usage.prompt_tokens == whole.usage.prompt_tokens > 0
        assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
        names = [whole.model, whole.system_fingerprint, *(m.id for m in client.models.list())]
        assert all(name.startswith("simulated-") for name in names) and "simulated" in repr(sim)
        with urllib.request.urlopen(sim.base_url.removesuffix("v1")) as page:
            assert "not a language model" in page.read().decode()


def test_stop_texts_end_an_answer():
    """What comes is the answer up to the first of them, counted so; without one in it nothing changes."""
    with serving(seed=1) as (sim, client):
        whole = ask(sim, client, n=3, seed=5)
        cut = ask(sim, client, n=3, seed=5, stop=["\n", "nowhere"])
        same = ask(sim, client, n=3, seed=5, stop="nowhere")
    assert texts(same) == texts(whole) and any("\n" in text for text in texts(whole))
    assert texts(cut) == [text.partition("\n")[0] for text in texts(whole)]
    assert cut.usage.completion_tokens < whole.usage.completion_tokens
    assert {choice.finish_reason for choice in cut.choices} == {"stop"}


def test_temperature_zero_answers_alike():
    """At temperature 0 all completions are one text."""
    with serving() as (sim, client):
        assert len(set(texts(ask(sim, client, n=5, temperature=0)))) == 1
        assert len(set(texts(ask(sim, client, n=5, temperature=1)))) > 1


def test_64_requests_at_once_through_the_async_client():
    """Each of 64 simultaneous requests is answered and counted, and no two share an index of their content."""

    async def all_of_them(sim):
        async with openai.AsyncOpenAI(base_url=sim.base_url, api_key="any", max_retries=0) as client:
            return await asyncio.gather(*(ask(sim, client, n=2) for _ in range(64)))

    with SimulatedEndpoint(latency=0.01) as sim:
        answers = on_a_loop(all_of_them(sim))
        assert sum(len(a.choices) for a in answers) == sim.stats.delivered == sim.stats.generated == 128
        assert sorted(i for d in sim.deliveries for i in d.indices) == list(range(128))
        assert sum(a.usage.completion_tokens for a in answers) == sim.stats.completion_tokens
        assert sum(a.usage.prompt_tokens for a in answers) == sim.stats.prompt_tokens


RAISED = {
    "429": openai.RateLimitError, "429-bare": openai.RateLimitError, "quota": openai.RateLimitError,
    "400": openai.BadRequestError, "401": openai.AuthenticationError, "404": openai.NotFoundError,
    "500": openai.InternalServerError, "503": openai.InternalServerError, "timeout": openai.APIConnectionError,
    "reset": openai.APIConnectionError, "malformed": json.JSONDecodeError,
}  # fmt: skip


@pytest.mark.parametrize("fault", RAISED)
def test_a_fault_that_fails_is_raised_and_the_next_request_is_well(fault):
    """The client sees the error that the fault stands for; nothing is delivered by it, and then all is well again."""
    with serving(schedule=[fault], hang_seconds=0.2) as (sim, client):
        with pytest.raises(RAISED[fault]) as caught:
            ask(sim, client, n=2)
        made = 2 if fault in ("timeout", "reset", "malformed") else 0
        assert (sim.stats.generated, sim.stats.delivered, sim.stats.faults) == (made, 0, {fault: 1})
        if fault.startswith("429") or fault == "quota":
            assert ("retry-after" in caught.value.response.headers) == (fault == "429")
            assert (caught.value.code == "insufficient_quota") == (fault == "quota")
        assert len(ask(sim, client, n=2).choices) == 2 and sim.stats.delivered == 2


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - set(RAISED)))
def test_a_fault_that_answers_answers_as_it_says(fault):
    """Odd answers arrive through the client with the oddity that their name promises."""
    with serving(schedule=[fault], hang_seconds=0.2) as (sim, client):
        got = ask(sim, client, n=4, max_tokens=300)
        reasons = {c.finish_reason for c in got.choices}
        usage = None if got.usage is None else got.usage.completion_tokens
        told = {
            "slow": lambda: len(set(texts(got))) > 1 and reasons == {"stop"},
            "empty": lambda: got.choices == [],
            "few": lambda: len(got.choices) == 2,
            "identical": lambda: len(got.choices) == 4 and len(set(texts(got))) == 1,
            "no-usage": lambda: usage is None,
            "absurd-usage": lambda: usage == 10**12 and got.usage.prompt_tokens < 0,
            "length": lambda: reasons == {"length"} and usage == 4,
            "filter": lambda: reasons == {"content_filter"} and set(texts(got)) == {""},
        }
        assert told[fault]() and sim.stats.delivered == len(got.choices)


def test_faults_come_at_their_rate_and_follow_from_the_seed():
    """Of 200 requests about 30 % meet 500, the same ones in every run."""
    runs = []
    for _ in range(2):
        with serving(seed=4, faults="500:0.3") as (sim, client):
            url = client.chat.completions.with_raw_response
            met = []
            for _ in range(200):
                try:
                    url.create(model=sim.model, messages=[{"role": "user", "content": "1 + 1"}])
                    met.append(False)
                except openai.InternalServerError:
                    met.append(True)
            runs.append(met)
            assert sim.stats.faults == {"500": sum(met)} and sim.stats.delivered == 200 - sum(met)
    assert runs[0] == runs[1] and 40 <= sum(runs[0]) <= 80


def test_a_limit_of_requests_answers_429_and_tells_what_is_left():
    """After the allowed requests comes 429 with retry-after; the x-ratelimit headers count down to it."""
    with serving(requests_per_minute=3) as (sim, client):
        left = []
        for _ in range(3):
            raw = client.chat.completions.with_raw_response.create(
                model=sim.model, messages=[{"role": "user", "content": "1 + 1"}]
            )
            left.append(int(raw.headers["x-ratelimit-remaining-requests"]))
        assert left == [2, 1, 0]
        with pytest.raises(openai.RateLimitError) as caught:
            ask(sim, client)
        assert 0 < int(caught.value.response.headers["retry-after"]) <= 20
        assert sim.stats.refused == {429: 1} and sim.stats.delivered == 3


def test_a_bucket_never_gives_more_than_its_rate():
    """Over simulated time, what was taken stays within the first fill and what has been refilled; waiting suffices."""
    now = [0.0]
    bucket, taken = Bucket(60, "rate", clock=lambda: now[0]), 0.0
    for step in range(500):
        wait = bucket.take(7)
        taken += 0 if wait else 7
        assert taken <= 60 + now[0] + 1e-9
        if wait:
            now[0] += wait + 1e-9
            assert bucket.take(7) == 0, step
            taken += 7
    now[0] -= 1_000  # a clock that goes back gives nothing and breaks nothing
    assert bucket.take(60) > 0


@pytest.mark.parametrize(
    ("support", "choices"), [("honoured", 3), ("ignored", 1), ("refused", None)]
)  # fmt: skip
def test_n_is_honoured_ignored_or_refused(support, choices):
    """As at real endpoints: n choices, one choice, or a 400 that names n."""
    with serving(n_support=support) as (sim, client):
        if choices is None:
            with pytest.raises(openai.BadRequestError) as caught:
                ask(sim, client, n=3)
            assert caught.value.param == "n"
        else:
            assert len(ask(sim, client, n=3).choices) == choices


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"model": "gpt-5"}, openai.NotFoundError),
        ({"stop": [3]}, openai.BadRequestError),
        ({"stop": ""}, openai.BadRequestError),
        ({"messages": []}, openai.BadRequestError),
        ({"n": 0}, openai.BadRequestError),
        ({"n": 129}, openai.BadRequestError),
        ({"temperature": 3}, openai.BadRequestError),
        ({"top_p": 0}, openai.BadRequestError),
        ({"max_tokens": 5, "max_completion_tokens": 5}, openai.BadRequestError),
        ({"seed": "one"}, openai.BadRequestError),
        ({"stream": True}, openai.BadRequestError),
    ],
)
def test_bad_requests_are_refused(wrong, error):
    """A field out of range gets the error that a real endpoint gives, and nothing is generated."""
    with serving() as (sim, client):
        with pytest.raises(error, match="Simulated endpoint"):
            client.chat.completions.create(**{"model": sim.model, "messages": STEPS.messages(QUESTION), **wrong})
        assert sim.stats.generated == 0 and sum(sim.stats.refused.values()) == 1


def test_a_wrong_key_is_refused_and_never_repeated():
    """Another key than the given one gets 401; neither key stands in the error, the repr or the counts."""
    with serving(api_key="canary-right") as (sim, client):
        with pytest.raises(openai.AuthenticationError) as caught:
            ask(sim, client.with_options(api_key="canary-wrong"))
        assert len(ask(sim, client.with_options(api_key="canary-right")).choices) == 1
        assert "canary" not in f"{caught.value}{caught.value.body}{sim!r}{sim.stats}{sim.deliveries}"


def test_a_client_that_hangs_up_was_not_delivered():
    """Completions made for a client that left in the middle of the body are counted as made, not as delivered."""
    with serving(schedule=["slow"], hang_seconds=2) as (sim, client):
        with pytest.raises(openai.APITimeoutError):
            ask(sim, client.with_options(timeout=openai.Timeout(5, read=0.05)), n=2)
        sim.stop()
        assert (sim.stats.generated, sim.stats.delivered) == (2, 0)


def test_it_stops_cleanly_and_serves_again():
    """After the stop the port refuses, no thread is left, and a second start serves at the same address."""
    before = set(threading.enumerate())
    sim = SimulatedEndpoint(hang_seconds=60, schedule=["timeout"])
    with pytest.raises(RuntimeError, match="not been started"):
        _ = sim.base_url
    with sim:
        address = sim.base_url
        with openai.OpenAI(base_url=address, api_key="any", max_retries=0, timeout=60) as client:
            hung = []

            def hang():
                with pytest.raises(openai.APIConnectionError) as caught:
                    ask(sim, client)
                hung.append(caught.value)

            thread = threading.Thread(target=hang)
            thread.start()
            while not sim.stats.requests:
                thread.join(0.01)
            sim.stop()  # in the middle of a request that would hang for a minute
            thread.join(10)
            assert len(hung) == 1
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(address.split(":")[2].split("/")[0]))) != 0
    assert set(threading.enumerate()) <= before
    with sim:
        assert sim.base_url == address
        with urllib.request.urlopen(address + "/models") as answer:
            assert answer.status == 200


def test_other_paths_and_bodies_get_an_error():
    """What is no chat request is answered with 404, 400 or 413, and the server lives on."""
    with SimulatedEndpoint() as sim:
        chat = "/v1/chat/completions"
        for path, body, status in [("/x", None, 404), ("/x", b"{}", 404), (chat, b"{", 400), (chat, b"[]", 400)]:
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(sim.base_url.removesuffix("/v1") + path, body)
            assert caught.value.code == status and b"Simulated endpoint" in caught.value.read()
        request = urllib.request.Request(sim.base_url + "/chat/completions", b"", {"Content-Length": "99999999999"})
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        assert caught.value.code == 413
        with urllib.request.urlopen(sim.base_url.removesuffix("v1") + "stats") as answer:
            assert json.load(answer)["generated"] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed"), ({"port": 99999}, "0 to 65535"), ({"latency": -1}, "latency"),
        ({"faults": "430:1"}, "known: 429"), ({"faults": "429"}, "NAME:RATE"),
        ({"faults": "429:0.6,500:0.6"}, "pass 1"),
        ({"faults": "429:0.1,429:0.1"}, "twice"), ({"schedule": ["often"]}, "schedule"),
        ({"n_support": "no"}, "honoured"),
        ({"requests_per_minute": 0}, "requests_per_minute"), ({"hang_seconds": 0}, "hang_seconds"),
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(options, message):
    """Every option says what would be right."""
    with pytest.raises(ValueError, match=message):
        SimulatedEndpoint(**options)


def test_faults_are_read_from_text():
    """Names and rates, with spaces or without; nothing gives none."""
    assert parse_faults("429:0.1, reset:.02") == {"429": 0.1, "reset": 0.02} and parse_faults("") == {}


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process there")
def test_the_command_serves_says_simulated_and_ends_with_ctrl_c():
    """`iapo simulate` prints SIMULATED and its address, answers there, and an interrupt ends it with code 0."""
    code = "import sys; from iapo_widgets.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "simulate", "--port", "0", "--seed", "5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline() for _ in range(4)]
        assert "SIMULATED" in lines[0]
        with openai.OpenAI(base_url=lines[1].split()[-1], api_key="any") as client:
            reply = client.chat.completions.create(
                model=lines[2].split()[-1], messages=[{"role": "user", "content": "2 + 2"}], seed=0
            )
            assert reply.system_fingerprint == "simulated-seed-5"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        assert process.returncode == 0 and "1 completions delivered" in out


def raw(sim, head, body=b"", more=()):
    """Status of the answer to a request of these bytes; 0 where the connection was closed without one."""
    with socket.create_connection(("127.0.0.1", int(sim.base_url.split(":")[2].split("/")[0])), timeout=30) as wire:
        for piece in (head.encode("latin-1") + body, *more):
            with suppress(OSError):
                wire.sendall(piece)
        with suppress(OSError):
            return int(wire.recv(200).split(b" ")[1])
    return 0


CHAT = "POST /v1/chat/completions HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Host: 127.0.0.1:PORT\r\n", 200), ("Host: LocalHost:PORT\r\n", 200),
        ("Host: 127.0.0.1:PORT\r\nOrigin: http://localhost:PORT\r\n", 200),
        ("Host: evil.example\r\n", 403), ("Host: 127.0.0.1.evil.example:PORT\r\n", 403), ("Host: 127.0.0.1:1\r\n", 403),
        ("Host: 127.0.0.1:PORT\r\nOrigin: https://evil.example\r\n", 403),
        ("Host: 127.0.0.1:PORT\r\nOrigin: null\r\n", 403),
        ("Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:1\r\n", 403),
    ],
)  # fmt: skip
def test_a_web_page_of_elsewhere_is_refused_and_moves_nothing(headers, status):
    """Another name for this machine, or a page's origin, gets 403, for reading as for asking; the counts stay."""
    body = json.dumps({"model": "simulated-arithmetic-1", "messages": [{"role": "user", "content": "1 + 1"}]}).encode()
    with SimulatedEndpoint() as sim:
        headers = headers.replace("PORT", sim.base_url.split(":")[2].split("/")[0])
        assert raw(sim, f"GET /deliveries HTTP/1.1\r\n{headers}\r\n") == status
        length = f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
        assert raw(sim, f"{CHAT}{headers}{length}\r\n", body) == status
        assert sim.stats.requests == (status == 200)


@pytest.mark.parametrize("length", ["\u00b2", "-1", "1e3", "", "+5", " ", "9" * 5_000])
def test_a_length_that_is_no_number_gets_an_answer(length):
    """Digits of another kind, signs and thousands of digits are refused, not met with silence."""
    with SimulatedEndpoint() as sim:
        assert raw(sim, f"{CHAT}Content-Length: {length}\r\n\r\n") == 413


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 9_000, b'{"n": 1, "n": 2}', b"\xff", b"NaN"]
)
def test_a_body_that_is_no_json_gets_an_answer(body):
    """Depth, numbers without an end and fields that stand twice are answered with 400."""
    with SimulatedEndpoint() as sim:
        assert raw(sim, f"{CHAT}Content-Length: {len(body)}\r\n\r\n", body) == 400


@pytest.mark.parametrize(
    "pieces",
    [[b""], [b"GET /stats HT"], [b"GET /stats HTTP/1.1\r\nHo"], [CHAT.encode() + b"Content-Length: 9\r\n\r\n{"]],
)
def test_a_connection_that_never_finishes_its_request_is_closed(monkeypatch, pieces):
    """Who sends nothing, half a head or half a body, a byte at a time or at once, is cut off."""
    monkeypatch.setattr(http, "PATIENCE", 0.3)
    with SimulatedEndpoint() as sim:
        port = int(sim.base_url.split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
            with suppress(OSError):
                for piece in pieces:
                    wire.sendall(piece)
                for _ in range(40 if pieces[0] else 0):  # longer than it has, but never silent for so long
                    wire.sendall(b"x")
                    time.sleep(0.02)
            received = b""
            with suppress(ConnectionError):
                while piece := wire.recv(1000):
                    received += piece
        assert b" 200 " not in received
        with urllib.request.urlopen(sim.base_url + "/models") as answer:
            assert answer.status == 200
