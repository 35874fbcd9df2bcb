"""A key whose characters stand apart in one text, or in base64: it is blotted out; what is no key stays as it is."""

import base64
import json
import random
import re
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from faulty import send
from iapo_widgets.live.endpoint.headers import Headers
from iapo_widgets.live.endpoint.secret import BLOT, Secret
from iapo_widgets.live.endpoint.told import told
from live_cases import live, new_ledger
from test_key_echoes import KEY, OK, told_by, unescaped

LETTERS = re.sub(r"[^A-Za-z0-9]", "", KEY)
SHOWING = LETTERS[4:14]
HALVES = KEY[:17], KEY[17:]
UNSEEN = ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e"]
JOINTS = {
    "blank": " ", "blanks": "   ", "line": "\n", "lines": "\r\n\r\n", "tab": "\t", "hard blank": "\u00a0",
    "unseen": "\u200b", "many unseen": "".join(UNSEEN), "dash": "-", "dot": ".", "comma": ", ", "bar": " | ",
    "quotes": "', '", "json": '","', "plus": '" + "', "newline's escape": "\\n", "number of unseen": "\\u200b",
    "blank by percent": "%20", "unseen by percent": "%E2%80%8B", "entity": "&nbsp;", "unseen entity": "&#8203;",
    "unseen name": "&ZeroWidthSpace;", "break": "<br>", "breaks": "<br/>\n", "may break": "<wbr>",
    "far apart": " " * 900, "escapes of escapes": "\\\\n", "marks": "**`_`**", "arrows": " \u2192 ",
}  # fmt: skip
CUTS = {"each": list(KEY), "halves": list(HALVES), "lines": re.findall(".{1,9}", KEY)}


def visible(text):
    """Its letters and digits, once escapes are resolved."""
    resolved = unescaped(re.sub(r"\\+[nrt]|\\+u2\w{3}", "", text))
    return re.sub(r"\\+u[0-9a-f]{4}|\\+[nrt]|&\w+;|</?w?br ?/?>|[^A-Za-z0-9]", "", resolved)


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("joint", JOINTS)
def test_a_key_in_pieces_is_blotted_out(joint, cut):
    """Whatever stands between them that is no letter or digit, also where an escape writes it."""
    text = f"You sent: {JOINTS[joint].join(CUTS[cut])}. Do not!"
    found = Secret(KEY).scrub(text)
    assert found.count(BLOT) == 1 and found.startswith("You sent: ") and found.endswith("Do not!")
    assert SHOWING not in visible(found)


@pytest.mark.parametrize("joint", JOINTS)
def test_also_where_its_own_characters_are_escaped(joint):
    """By number, in addresses, in HTML, and one kind inside the other."""
    for write in (
        lambda c: f"\\u{ord(c):04x}", lambda c: f"\\x{ord(c):02X}", lambda c: f"%{ord(c):02x}",
        lambda c: f"&#{ord(c)};", lambda c: f"&#x{ord(c):x};", lambda c: f"%5Cu{ord(c):04x}",
        lambda c: f"&#92;u{ord(c):04x}",
    ):  # fmt: skip
        found = Secret(KEY).scrub("You sent: " + JOINTS[joint].join(map(write, KEY)))
        assert BLOT in found and SHOWING not in visible(found)


@pytest.mark.parametrize("before", ["", "a", "me", "you", "user:", "someone:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_is_no_hiding_place(before, encode):
    """As of a Basic header: whatever stands before and behind it, also broken into lines, and escaped."""
    secret = Secret(KEY)
    for behind in ("", "b", "bc"):
        text = encode(f"{before}{KEY}{behind}".encode()).decode()
        for shown in (text, "\n".join(re.findall(".{1,16}", text)), text.replace("/", "\\/"), text.replace("+", "%2B")):
            found = secret.scrub(f"Basic {shown}")
            assert BLOT in found and len(found) < 40


PLACEHOLDERS = ["not-needed", "no-key-required", "sk-no-key-required", "this-is-no-real-key-at-all", "lm-studio"]


@pytest.mark.parametrize("key", PLACEHOLDERS)
def test_a_placeholder_of_words_takes_nothing_out_of_answers(key):
    """It is a key to nothing, and its words may be an answer's."""
    text = f"Here {key.replace('-', ' ')}, {' '.join(key)}: {key.replace('-', ', ')}."
    assert Secret(key).scrub(text) == text


@given(st.integers(0, 10**6), st.text(max_size=200))
def test_any_key_in_any_text(seed, around):
    """Of any alphabet that keys are drawn from, cut anywhere, joined by anything that is no letter or digit."""
    rng = random.Random(seed)
    key = "".join(rng.choices(string.ascii_letters + string.digits + "-_/+=.", k=rng.randint(24, 60))) + "7a"
    joints = [" ", "\n", "-", "\u200b", ".", '"', "\\n", "%20", "&nbsp;", ""]
    text = around + "".join(c + rng.choice(joints) for c in key) + around
    found = Secret(key).scrub(text)
    assert BLOT in found and re.sub(r"[^A-Za-z0-9]", "", key) not in re.sub(r"[^A-Za-z0-9]", "", found)


@given(st.text("abs/k-CANRY \\u0073%73&#;<br>\n\u200b", max_size=120))
def test_texts_without_the_key_stay_as_they_are(text):
    """Their escapes too."""
    assert Secret(KEY).scrub(text) == text


def test_what_cannot_be_known():
    """Words between the pieces, or half of it: neither can be told from any other text."""
    halves = f"first {HALVES[0]} then {HALVES[1]}"
    assert Secret(KEY).scrub(halves) == halves and Secret(KEY).scrub(HALVES[0]) == HALVES[0]


def test_headers_are_found_in_pieces_too():
    """Each part of a value that is as long as a key."""
    headers = Headers({"X-Team": "Basic canary-header-7d02ab"})
    assert (
        headers.scrub("c a n a r y - h e a d e r - 7 d 0 2 a b") == BLOT and headers.scrub("B a s i c") == "B a s i c"
    )


@pytest.mark.parametrize(
    "content",
    [
        {"error": {"message": list(HALVES)}}, {"error": {"message": {"a": [HALVES[0], HALVES[1]]}}}, [list(KEY)],
        {"error": {"type": HALVES[0], "status": HALVES[1], "message": "no"}}, f"<p>{HALVES[0]}<b>{HALVES[1]}</b></p>",
        {"error": {"param": ["x", HALVES[0] + " " + HALVES[1]], "message": "no"}},
        {"error": {"message": "x" * 390 + " ".join(KEY)}},
    ],
    ids=["list", "inside", "letters", "code", "page", "param", "end"],
)  # fmt: skip
def test_what_an_error_puts_together_is_scrubbed_before_it_is_cut(content):
    """Texts that were scrubbed one by one, joined where an error is told."""
    found = told(content, Secret(KEY).scrub)
    for text in (found.message, found.code, found.param):
        assert SHOWING not in visible(text) and (not text.startswith("x" * 390) or BLOT in text)


PLACES = {
    "an answer": (200, lambda text: {"choices": [{"index": 0, "message": {"content": f"You sent {text}"}}]}),
    "an answer in parts": (
        200,
        lambda text: {"choices": [{"message": {"content": [{"type": "text", "text": c} for c in f"You sent {text}"]}}]},
    ),
    "thought": (200, lambda text: {"choices": [{"message": {"content": "7", "reasoning_content": text}}]}),
    "beside an answer": (200, lambda text: {**OK, "system_fingerprint": text, "model": text}),
    "an error": (400, lambda text: {"error": {"message": text, "code": text, "param": text}}),
    "an error of the server": (500, lambda text: {"error": {"message": text.split(" ")}}),
    "a list": (400, lambda text: {"error": {"message": list(text)}}),
}


@pytest.mark.parametrize("joint", ["blank", "line", "unseen", "quotes", "newline's escape", "entity"])
@pytest.mark.parametrize("place", PLACES)
def test_pieces_come_into_no_file_error_or_log(server, tmp_path, place, joint):
    """At a server, in answers, beside them and in errors; in a stream, too, where each event has one."""
    status, body = PLACES[place]
    text = JOINTS[joint].join(KEY)
    coded = base64.b64encode(f"me:{KEY}".encode()).decode()

    def fault(http, _):
        send(http, status, json.dumps(body(text)), {"x-request-id": "-".join(KEY), "x-odd": f"Basic {coded}"})

    ledger = new_ledger(tmp_path)
    said, log = told_by(live(server, ledger, key=KEY), server, fault)
    ledger.close()
    said += [path.read_bytes().decode("utf-8", "replace") for path in tmp_path.iterdir()]
    assert BLOT in log
    for each in (*said, log):
        assert SHOWING not in visible(each) and coded[8:40] not in each


def test_a_stream_of_single_letters_is_joined_and_scrubbed(server, ledger):
    """Each event has one letter of the key, and a blank."""
    events = [{"choices": [{"index": 0, "delta": {"content": f"{letter} "}}]} for letter in KEY]
    lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n"
    server.script.append(lambda http, _: send(http, 200, lines, {}))
    env = live(server, ledger, key=KEY)
    assert env.sample([0], [0], 1, np.random.default_rng(0)).valid.all()
    assert SHOWING not in visible(env.answers(0, 0)[0].text) and BLOT in env.answers(0, 0)[0].text
