"""What endpoints say when they refuse: which parameter it is about, or that it is about none."""

import json
import socket

import numpy as np
import pytest

from faulty import FaultyServer, send
from iapo_widgets import train
from iapo_widgets.live import EndpointError, LiveWarning, PromptTemplate, Retries
from iapo_widgets.live.endpoint.faults import of_error, of_status
from iapo_widgets.live.endpoint.refusal import named_parameter, stated_most
from iapo_widgets.live.endpoint.reply import is_refusal
from iapo_widgets.live.endpoint.told import asked_wait, told
from live_cases import KEY, live

SENT = {"model": "m", "messages": [], "n": 8, "seed": 1, "max_tokens": 64, "temperature": 1.0, "stop": ["x"]}
NAMED = {
    "Unrecognized request argument supplied: seed": "seed",
    "The seed parameter is not supported": "seed",
    "This model does not support seed": "seed",
    "Unknown fields: seed": "seed",
    "Seed is not supported": "seed",
    "[seed] is not allowed here": "seed",
    "seed (not supported)": "seed",
    "The max_tokens parameter is not supported; use max_completion_tokens": "max_tokens",
    "Unsupported value: 'temperature' does not support 1.0 with this model": "temperature",
    "n must be 1": "n",
    "Only one completion choice is allowed": "n",
    "this model makes a single completion": "n",
    "n_cmpl is above the slots": "n",
    "Extra inputs are not permitted: stop": "stop",
    "stop type must be one of a text or a list": "stop",
    "bad request": None,
    "the server is in no mood": None,
    'cannot parse {"model": "m", "seed": 1, "max_tokens": 64}': None,
}


@pytest.mark.parametrize("message", NAMED)
def test_the_parameter_that_is_refused_is_found(message):
    """In the words of many servers; what they repeat of the request names nothing."""
    assert named_parameter(told({"error": {"message": message}}), SENT) == NAMED[message]


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "no", "param": "seed"}},
        {"error": {"message": "no", "param": ["body", "seed"]}},
        {"error": {"message": "no", "param": "seed,stop"}},
        {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs are not permitted"}]},
        {"error": {"message": "no", "field": "seed"}},
    ],
)
def test_a_parameter_may_stand_in_a_field_of_its_own(body):
    """As text, as a list, among others, or as a place in the body."""
    assert named_parameter(told(body), SENT) == "seed"


@pytest.mark.parametrize(
    ("message", "most"),
    [
        ("n must be <= 4", 4),
        ("n is at most 2", 2),
        ("n must be 1", 1),
        ("n cannot be 8", None),
        ("up to 16 for n", None),
    ],
)
def test_the_number_of_choices_that_is_taken_is_read(message, most):
    """Where it is fewer than were asked for; else nothing is read."""
    assert stated_most(told({"error": message}), SENT) == most


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Please try again in 6m0s.", 360),
        ("retry in 12.5s", 12.5),
        ("wait 20 seconds", 20),
        ("try again in 350ms", 0.35),
        ("retry after 3", 3),
        ("in 5 years nothing of it", None),
        ("no wait is named", None),
    ],
)
def test_a_wait_in_words_is_read(text, seconds):
    """Minutes, seconds and thousandths of one."""
    assert asked_wait(text) == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("error", "status", "again", "fatal"),
    [
        ({"message": "quota", "code": None, "status": 429}, 429, True, False),
        ({"message": "who are you", "code": "word", "status": 401}, 401, False, True),
        ({"message": "model is loading", "success": False}, 503, True, False),
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, 429, True, False),
        ({"code": "²", "message": "odd"}, 503, True, False),
    ],
)
def test_an_error_under_a_good_status_is_read_as_what_it_is(error, status, again, fatal):
    """Whatever its fields are called; nothing was made for it."""
    assert is_refusal(error)
    fault = of_error(told(error), SENT)
    assert (fault.again, fault.fatal, fault.paid) == (again, fatal, False)
    assert fault.slow_down == (status in (429, 503))


@pytest.mark.parametrize(
    ("message", "of_request"),
    [
        ("max_tokens is too large: 64 of a context length of 100, of which the input has 90", True),
        ("input and `max_tokens` exceed the context limit: 90 + 64 > 100", True),
        ("max_tokens must be at least 1, got -9", True), ("90 prompt tokens, the most is n_ctx = 80", True),
        ("`inputs` tokens and `max_tokens` must be <= 100", True), ("the context overflows", True),
        ("the input token count (90) exceeds the 80 that are allowed", True), ("give a shorter prompt", True),
        ("max_tokens is too large: 64, this model writes at most 32", False),
        ("max_tokens must be at least 100", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [400, 200])
def test_a_long_question_is_not_a_bound_of_all_answers(message, of_request, status):
    """What does not fit beside this prompt is missing and ends nothing; a bound of max_tokens holds for all."""
    said = told({"error": {"message": message, "code": 400}})
    fault = of_status(400, {}, said, SENT) if status == 400 else of_error(said, SENT)
    assert (fault.of_request, fault.fatal, fault.paid) == (of_request, not of_request, False)
    assert ("too long for the model" in fault.what) == of_request


def test_a_flagged_question_is_its_own_fault():
    """Also with a status that else speaks of the key."""
    fault = of_status(403, {}, told({"error": "this requires moderation and your input was flagged"}), SENT)
    assert fault.of_request and not fault.fatal and not fault.of_prompt


def test_a_setting_that_is_refused_costs_its_prompt_only(ledger):
    """The prompt is named and given up at once; the others go on."""

    class NoStop(FaultyServer):
        def reply(self, http, body, fault, first):
            refused = (400, {}, {"message": "Unsupported parameter: 'stop'"})
            return super().reply(http, body, refused if "stop" in body else fault, first)

    prompts = [PromptTemplate("{query}", max_tokens=8), PromptTemplate("{query} Now.", max_tokens=8, stop=("x",))]
    with NoStop() as server:
        env = live(server, ledger, prompts=prompts, concurrency=1)
        with pytest.warns(LiveWarning, match=r"prompt 1 .* does not take this stop"):
            policy = train("psst", env, 100, seed=0).policy
        assert {arm.prompt for arm in policy.values()} == {0}
        assert sum("stop" in body for body in server.requests) == 1


def test_an_answer_that_breaks_off_stays_charged(server, ledger):
    """A stream with text and then an error was made, in part; a stream with an error alone was not."""
    text = 'data: {"choices": [{"index": 0, "delta": {"content": "The answer"}}]}\n\n'
    error = 'data: {"error": {"code": 502, "message": "upstream"}}\n\n'
    for body, charged in ((text + error, 2), (error, 1)):
        server.script.extend([lambda http, _, body=body: send(http, 200, body, {})])
        before = ledger.spent().completions
        assert live(server, ledger).sample([0], [charged], 1, np.random.default_rng(0)).valid.all()
        assert ledger.spent().completions - before == charged


def test_a_key_in_pieces_is_blotted_out(server, ledger):
    """Parts of an answer that make the key only together."""
    parts = [{"type": "text", "text": f"You sent {KEY[:10]}"}, {"type": "text", "text": KEY[10:]}]
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": parts}}
    server.script.append(lambda http, _: send(http, 200, json.dumps({"choices": [choice]}), {}))
    env = live(server, ledger)
    env.sample([0], [0], 1, np.random.default_rng(0))
    assert env.answers(0, 0)[0].text == "You sent [key]"


def test_an_address_that_takes_no_connection_is_known_and_charges_nothing(ledger):
    """A listener whose queue is full swallows connections: no request left, so none is paid."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(silent.getsockname())

        class Swallowing:
            model = "m"

        Swallowing.url = url
        env = live(Swallowing, ledger, timeout=2.0, concurrency=2, retries=Retries(attempts=2))
        with pytest.raises(EndpointError, match="nothing answers at"):
            env.sample([0, 1, 2], [0, 1, 2], 1, np.random.default_rng(0))
        for each in waiting:
            each.close()
    assert env.finish(10) and ledger.spent().completions == 0


def test_a_sure_model_is_no_endpoint_that_copies(server, ledger):
    """A long answer that comes again and again, alone as well, teaches nothing; and when cold, it is taken as it is."""
    env = live(server, ledger, concurrency=1)
    server.answer = lambda *_: "I am quite sure of this, and will say it again: the answer is 2."
    for question in range(3):
        assert env.sample([0], [question], 4, np.random.default_rng(0)).valid.all()
        assert server.requests[-4]["n"] == 4
    cold = [PromptTemplate("{query}", temperature=0.2, max_tokens=32)]
    env = live(server, ledger, concurrency=1, prompts=cold)
    before = len(server.requests)
    assert env.sample([0], [0], 4, np.random.default_rng(0)).valid.all()
    assert len(server.requests) == before + 1 and env.report().spare == 0


@pytest.mark.parametrize("odd", ["copies", (400, {}, {"message": "bad request"})], ids=["copies", "refusal"])
def test_one_odd_reply_is_no_rule(server, ledger, odd):
    """It is topped up one by one; the next request asks for several again, and only after a second time no more."""
    env = live(server, ledger, concurrency=1)
    for times in (1, 2):
        server.script.append(odd)
        assert env.sample([times], [0], 4, np.random.default_rng(0)).valid.all()
        env.sample([times], [1], 4, np.random.default_rng(0))
        assert server.requests[-1].get("n", 1) == (4 if times == 1 else 1)
