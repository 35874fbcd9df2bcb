"""However large, slow, packed or odd a body is, little of it is read, and nothing else waits for it."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty import FaultyServer, send
from iapo_widgets.live.endpoint.abilities import Abilities
from iapo_widgets.live.endpoint.body import MOST, TooLarge, _Unpacked, plain
from iapo_widgets.live.endpoint.faults import Fault, of_error, of_status
from iapo_widgets.live.endpoint.prices import Prices
from iapo_widgets.live.endpoint.reply import Refused, Unreadable, parsed, read_reply
from iapo_widgets.live.endpoint.told import told
from iapo_widgets.live.request import Request
from live_cases import live

GUARD = 60  # seconds, against hanging only
GOOD = json.dumps({"choices": [{"finish_reason": "stop", "message": {"content": "The answer is 7."}}]}).encode()
RAW = zlib.compressobj(wbits=-15)
CODINGS = {
    "identity": GOOD,
    "gzip": gzip.compress(GOOD),
    "x-gzip": gzip.compress(GOOD),
    "GZip ": gzip.compress(GOOD),
    "deflate": zlib.compress(GOOD),
    "deflate, headless": RAW.compress(GOOD) + RAW.flush(),
}


def bomb(megabytes):
    """So many megabytes of zeros, packed a thousand times smaller."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(megabytes)) + packer.flush()


def begin(http, headers, status=200):
    """Status and headers of a reply that is written by hand."""
    lines = [f"HTTP/1.1 {status} OK", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    http.wfile.write("\r\n".join(lines).encode())
    http.close_connection = True


def packed(coding, data, status=200):
    """A reply that says how it is packed."""

    def fault(http, _):
        begin(
            http, {"Content-Type": "application/json", "Content-Encoding": coding, "Content-Length": len(data)}, status
        )
        http.wfile.write(data)

    return fault


def endless(http, _):
    """A body that never ends."""
    begin(http, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    while True:
        http.wfile.write(b"10000\r\n" + b"7" * 0x10000 + b"\r\n")


def promised(http, _):
    """A body that is said to be large."""
    begin(http, {"Content-Type": "application/json", "Content-Length": 10**18})
    time.sleep(0.5)


def slow(http, _):
    """A packed body of which a few bytes come at a time."""
    data = gzip.compress(os.urandom(2000))
    begin(http, {"Content-Encoding": "gzip", "Content-Length": len(data)})
    for byte in data:
        http.wfile.write(bytes([byte]))
        http.wfile.flush()
        time.sleep(0.05)


TOO_MUCH = {
    "packed": packed("gzip", bomb(300)),
    "packed error": packed("gzip", bomb(300), 400),
    "packed redirect": lambda http, _: (
        begin(http, {"Location": "/v1/more", "Content-Encoding": "gzip", "Content-Length": len(bomb(50))}, 307),
        http.wfile.write(bomb(50)),
    ),
    "endless": endless,
    "promised": promised,
    "plain": lambda http, _: send(http, 200, "7" * (MOST + 1), {}),
    "plain error": lambda http, _: send(http, 500, "7" * (MOST + 1), {}),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_a_body_without_measure_is_cut_off(server, ledger, what):
    """It is no answer, is not asked for again, and stays charged, since an answer may have been made."""
    server.script.append(TOO_MUCH[what])
    env = live(server, ledger, timeout=GUARD)
    assert not env.sample([0], [0], 1, np.random.default_rng(0)).valid.any()
    assert "the reply is larger than 10 MB" in env.report().last_fault and len(server.requests) == 1
    assert ledger.open_calls() == 0 and ledger.spent().completions == 1
    assert env.sample([1], [1], 1, np.random.default_rng(0)).valid.all()  # and the next is served as ever


def test_a_body_of_the_largest_size_is_read(server, ledger):
    """The bound is not below what it says."""
    text = GOOD.decode() + " " * (MOST - len(GOOD))
    server.script.append(lambda http, _: send(http, 200, text, {}))
    assert live(server, ledger).sample([0], [0], 1, np.random.default_rng(0)).valid.all()


def test_the_time_holds_for_all_of_a_slow_body(server, ledger):
    """Bytes that keep coming do not keep it alive."""
    server.script.extend([slow] * 4)
    env = live(server, ledger, timeout=0.3)
    assert not env.sample([0], [0], 1, np.random.default_rng(0)).valid.any()
    assert "no complete answer within 0.3 s" in env.report().last_fault


@pytest.mark.parametrize("coding", CODINGS)
def test_packed_replies_are_read(server, ledger, coding):
    """In the codings that were asked for."""
    server.script.append(packed(coding.partition(",")[0], CODINGS[coding]))
    assert live(server, ledger).sample([0], [0], 1, np.random.default_rng(0)).valid.all()


@pytest.mark.parametrize(("coding", "data"), [("br", GOOD), ("gzip, gzip", gzip.compress(gzip.compress(GOOD))),
                                              ("gzip", GOOD), ("deflate", b"\xff" * 50)])  # fmt: skip
def test_other_packings_are_faults(server, ledger, coding, data):
    """What was not asked for, or is not what it says, is no answer."""
    server.script.extend([packed(coding, data)] * 4)
    env = live(server, ledger)
    assert not env.sample([0], [0], 1, np.random.default_rng(0)).valid.any()
    assert "DecodingError" in env.report().last_fault and ledger.open_calls() == 0


@given(st.binary(max_size=2000), st.lists(st.integers(1, 50), min_size=1), st.sampled_from(["gzip", "deflate", ""]))
def test_unpacking_in_pieces_gives_the_whole(data, sizes, coding):
    """Wherever the pieces are cut."""
    packed_data = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[coding](data)
    unpacked, out, at, i = _Unpacked(coding), b"", 0, 0
    while at < len(packed_data):
        size = sizes[i % len(sizes)]
        out += unpacked.more(packed_data[at : at + size], MOST)
        at, i = at + size, i + 1
    assert out == data


def test_a_page_of_brackets_is_read_at_once(server, ledger):
    """An error page of nothing but "<", or of half a tag, holds up no other thread."""
    pages = ["<" * 200_000, "<a " * 70_000, "<" * 100_000 + ">" * 100_000, "< >" * 70_000]
    server.script.extend([lambda http, _, page=page: send(http, 400, page, {}) for page in pages])
    env, longest, done = live(server, ledger, timeout=GUARD), [0.0], threading.Event()

    def watch():
        last = time.monotonic()
        while not done.is_set():
            time.sleep(0.005)
            now = time.monotonic()
            longest[0], last = max(longest[0], now - last), now

    watcher = threading.Thread(target=watch)
    watcher.start()
    env.sample([0, 0, 0, 0], [0, 1, 2, 3], 1, np.random.default_rng(0))
    done.set()
    watcher.join()
    assert env.report().faults >= 4 and longest[0] < 5


ODD = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**20), 10**20) | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["choices", "message", "content", "usage", "prompt_tokens", "completion_tokens", "error",
                         "text", "finish_reason", "code", "param", "type", "detail", "system_fingerprint", "id"]),
        inner, max_size=5), max_leaves=25,
)  # fmt: skip
CHOICES = st.fixed_dictionaries({"choices": st.lists(st.fixed_dictionaries({"message": ODD, "finish_reason": ODD}))})
REPLIES = (ODD | CHOICES).map(lambda value: json.dumps(value).encode()) | st.binary()


@given(REPLIES, st.integers(1, 3), st.sampled_from([200, 400, 401, 404, 422, 429, 500, 503]))
def test_any_body_is_a_reply_or_a_fault(body, n, status):
    """Whatever the bytes are: completions, or what is wrong with them; and either can be written down."""
    request = Request("http://a/v1", "m", {"max_tokens": 10}, [{"role": "user", "content": "?"}])
    content = plain(body, str, parsed)
    fault = of_status(max(status, 400), {}, told(content), {"n": n, "max_tokens": 10})
    assert isinstance(fault, Fault) and fault.what.encode()
    try:
        reply = read_reply(content, Prices(1.0, 2.0), request, list(range(n)), None, Abilities())
    except Unreadable:
        return
    except Refused as refused:
        assert of_error(told(refused.content), {"n": n}).paid is False
        return
    assert min(reply.spent.completions, reply.spent.tokens, reply.spent.picos) >= 0
    for record in reply.records:
        assert record.text.encode() is not None and record.prompt_tokens >= 0 <= record.completion_tokens


SMALL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))
import numpy as np
from pathlib import Path
from iapo_widgets.live import LiveError
from live_cases import live, new_ledger
class Server:
    url, model = sys.argv[1:3]
with new_ledger(Path(sys.argv[3])) as ledger:
    env = live(Server, ledger, timeout=60.0, concurrency=1)
    for i in range(int(sys.argv[4])):
        try:
            env.sample([i % 3], [i // 3], 1, np.random.default_rng(0))
        except LiveError:  # nothing arrived by now
            pass
    print(env.report().faults, len(ledger), ledger.open_calls(), ledger.unsaved)
"""


def test_a_process_of_1_gb_survives_all_of_them(tmp_path):
    """One after the other, and bodies of many small values beside."""
    many = [lambda http, _, part=part: send(http, 400, f"[{part * (9_000_000 // len(part))}1]", {})
            for part in ("[],", "1,", '"",', '{"a":[]},')]  # fmt: skip
    faults = [*TOO_MUCH.values(), *many, lambda http, _: send(http, 400, "[" * 9_000_000, {})]
    with FaultyServer() as server:
        server.script.extend(faults)
        done = subprocess.run(
            [sys.executable, "-c", SMALL, server.url, server.model, str(tmp_path), "12"], timeout=600, check=False,
            capture_output=True, text=True, cwd=Path(__file__).parent, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    faults_seen, recorded, opened, unsaved = map(int, done.stdout.split())
    assert faults_seen >= 12 and (opened, unsaved) == (0, 0) and recorded <= 12
    assert issubclass(TooLarge, Exception)
