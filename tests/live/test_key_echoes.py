"""However an endpoint repeats the key, and wherever: it comes into no file, error, report or log."""

import html
import io
import json
import logging
import re
import traceback
import urllib.parse
from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty import FaultyServer, send
from iapo_widgets.live import LiveError
from iapo_widgets.live.endpoint.body import DEPTH, fit, header, loads, plain, scrubbed
from iapo_widgets.live.endpoint.collecting import collect
from iapo_widgets.live.endpoint.secret import BLOT, Secret
from iapo_widgets.live.request import Request
from live_cases import live, new_ledger

KEY = "sk-CANARY/aGk+dGhl/re5f0c1f7be1a94a7f&x=="
PART = "CANARY/aGk"
HERE = "@KEY@"
IN_JSON = json.dumps(KEY)[1:-1]
#: The key as JSON's source, and other texts, write it.
WRITINGS = {
    "plain": KEY,
    "escaped slash": IN_JSON.replace("/", "\\/"),
    "a letter by number": IN_JSON.replace("s", "\\u0073", 1).replace("+", "\\u002B"),
    "every letter by number": "".join(f"\\u{ord(c):04x}" for c in KEY),
    "percent": urllib.parse.quote(KEY, safe=""),
    "percent twice": urllib.parse.quote(urllib.parse.quote(KEY, safe=""), safe=""),
    "html": html.escape(KEY).replace("/", "&#x2F;").replace("+", "&plus;"),
    "html by number": "".join(f"&#{ord(c)};" for c in KEY),
    "json in json": json.dumps(json.dumps(KEY).replace("/", "\\/"))[1:-1],
}
OK = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "7"}}]}


def error(**more):
    """An error's body."""
    return json.dumps({"error": {"message": "no", **more}})


def good(**more):
    """A reply's body."""
    return json.dumps({**OK, **more})


#: Where it stands: status, body.
PLACES = {
    "message": (400, error(message=f"you sent {HERE}")),
    "key refused": (401, error(message=f"Incorrect API key provided: {HERE}")),
    "server error": (500, error(message=HERE, code=HERE, type=HERE, param=HERE)),
    "nested": (400, json.dumps({"detail": [{"loc": ["header", HERE], "msg": {"headers": {HERE: [HERE]}}}]})),
    "a name": (400, json.dumps({"error": {HERE: HERE}})),
    "no object": (400, json.dumps([HERE])),
    "a page": (502, f"<html><p class={HERE}>Bad gateway {HERE}</p></html>"),
    "half of JSON": (400, error(message=f"you sent {HERE} and")[:-4]),
    "a stream's error": (200, f"event: error\ndata: {error(message=HERE)}\n\ndata: [DONE]\n"),
    "an answer": (200, good(choices=[{"finish_reason": HERE, "message": {"content": f"You sent {HERE}"}}])),
    "an answer in parts": (200, good(choices=[{"message": {"content": [{"type": "text", "text": HERE}]}}])),
    "beside an answer": (200, good(system_fingerprint=HERE, model=HERE, id=HERE, usage={"prompt_tokens": HERE})),
    "an error at 200": (200, error(message=HERE)),
    "nested too deeply": (400, '{"error":' * 100_000 + f'"{HERE}"' + "}" * 100_000),
}


def unescaped(text):
    """A text with all escapes resolved, so that a key in it shows however it is written."""
    for _ in range(3):
        text = urllib.parse.unquote(html.unescape(text))
        text = re.sub(r"\\+u00([0-9a-fA-F]{2})", lambda found: chr(int(found[1], 16)), text).replace("\\", "")
    return text


def told_by(env, server, fault):
    """Everything that anybody may see of a run that meets ``fault`` at its first requests: logs at their loudest."""
    log, told = io.StringIO(), []
    handler = logging.StreamHandler(log)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    server.script.extend([fault] * 3)
    try:
        env.sample([0, 1], [0, 1], 2, np.random.default_rng(0))
    except LiveError as caught:
        told += traceback.TracebackException.from_exception(caught, capture_locals=True).format()
        chain = caught
        while chain is not None:
            assert not hasattr(chain, "request") and not hasattr(chain, "response")
            told += [repr(chain), str(chain), repr(chain.args), repr(vars(chain))]
            chain = chain.__cause__ or chain.__context__
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    answers = [env.answers(p, x) for p in (0, 1) for x in (0, 1)]
    told += [repr(answers), repr(env.report()), repr(env.ledger.calls()), env.caller.last_fault]
    return told, log.getvalue()


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_is_repeated_stays_unseen(server, tmp_path, place, writing):
    """In an error, an answer or beside it, written in whichever way, in the body and in headers at the same time."""
    status, body = PLACES[place]
    body = body.replace(HERE, WRITINGS[writing])

    def fault(http, _):
        named = {"x-request-id": KEY, "x-odd": WRITINGS[writing], f"x-{KEY[:2]}": KEY, "retry-after": KEY}
        send(http, status, body, named)

    ledger = new_ledger(tmp_path)
    told, log = told_by(live(server, ledger, key=KEY), server, fault)
    assert ledger.open_calls() == 0 and ledger.unsaved == 0
    ledger.close()
    told += [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.iterdir()]
    assert "x-request-id" in log and BLOT in log
    for text in (*told, log):
        assert KEY not in text and PART not in unescaped(text)


def test_a_body_nested_too_deeply_raises_nothing_odd(server, ledger):
    """Whatever the status, it is a fault like any other, and what was reserved is settled."""
    deep = '{"error":' * 100_000 + "1" + "}" * 100_000
    for status in (200, 400, 500):
        server.script.append(lambda http, _, status=status: send(http, status, deep, {}))
    env = live(server, ledger)
    env.sample([0], [0], 1, np.random.default_rng(0))
    env.sample([1], [0], 1, np.random.default_rng(0))
    assert ledger.open_calls() == 0 and env.report().faults >= 2


def test_logs_of_other_things_stay_as_they_are(server, ledger, caplog):
    """Only records with the key are changed; the libraries' logs are not silenced."""
    caplog.set_level(logging.DEBUG)
    live(server, ledger, key=KEY).sample([0], [0], 1, np.random.default_rng(0))
    logger = logging.getLogger("httpcore2.http11")
    logger.debug("a%sb %d", "x", 7)
    logger.debug("a%sb", KEY)
    told = [record.getMessage() for record in caplog.records if record.name == "httpcore2.http11"]
    assert told[-2:] == ["axb 7", f"a{BLOT}b"] and any("receive_response_headers" in each for each in told)


@given(st.text("sk/%&\\u0073+;#x2f-", max_size=40), st.sampled_from(sorted(WRITINGS)), st.text(max_size=20))
def test_whatever_stands_around_it_the_key_is_blotted_out(before, writing, after):
    """In any text, in each way to write it."""
    found = Secret(KEY).scrub(f"{before}{WRITINGS[writing]}{after}")
    assert BLOT in found and PART not in unescaped(found)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()) | st.just(KEY),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just(KEY), inner), max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_plain_values_are_the_same_but_for_the_key(value):
    """Numbers, names and texts come through; no text holds the key or what cannot be stored."""
    secret = Secret(KEY)
    found = plain(json.dumps(value).encode("utf-8", "surrogatepass"), secret.scrub)
    assert KEY not in repr(found) and repr(found).encode()
    if KEY not in repr(value) and "\\ud" not in json.dumps(value):
        assert repr(found) == repr(json.loads(json.dumps(value)))


@given(st.binary() | st.text(st.characters()).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_become_plain_values(body):
    """Text where they are no JSON; never an error."""
    found = plain(body, Secret(KEY).scrub)
    assert isinstance(found, str | list | dict | int | float | None)
    repr(found).encode()


@pytest.mark.parametrize("depth", [1, DEPTH - 1, DEPTH + 2, 1000, 200_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
def test_depth_is_bounded(depth, opening, closing):
    """What nests deeper is text."""
    body = opening * depth + "1" + closing * depth
    found = plain(body.encode(), Secret(KEY).scrub)
    levels = depth * (2 if opening[0] == "[" and len(opening) > 1 else 1)
    assert isinstance(found, str) == (levels > DEPTH + 1)
    with pytest.raises(ValueError, match="nested too deeply"):
        scrubbed(loads("[" * 300 + "]" * 300), str)


def test_a_header_is_scrubbed_or_missing():
    """Like any other text."""
    secret = Secret(KEY)
    assert header({"x-request-id": f"a{KEY}"}, "x-request-id", secret.scrub) == f"a{BLOT}"
    assert header({}, "x-request-id", secret.scrub) is None and fit("\ud83d", secret.scrub) == "?"


def test_a_request_that_cannot_be_sent_costs_nothing(tmp_path):
    """Half an emoji in what is asked is found before anything leaves, and what was reserved is given back."""
    with FaultyServer() as server, new_ledger(tmp_path) as ledger:
        env = live(server, ledger)
        asked = Request(server.url, server.model, {"max_tokens": 5}, [{"role": "user", "content": "2+3? \ud83d"}])
        assert collect(env.caller, deque([(asked, [0, 1])]), env.stop) == {}
        assert not server.requests and ledger.spent().completions == 0 and ledger.open_calls() == 0
        assert "half a surrogate pair" in env.report().last_fault
