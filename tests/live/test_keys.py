"""A key is in no file, log, repr, pickle or traceback; addresses that hold one are refused."""

import copy
import io
import logging
import pickle
import traceback

import numpy as np
import pytest

from iapo_widgets import train
from iapo_widgets.live import Endpoint, EndpointError, LedgerError
from iapo_widgets.live.endpoint.secret import Secret
from live_cases import KEY, PROMPTS, live

HEADER = "canary-header-7d02ab"
TEAM = {"X-Gateway-Token": HEADER, "X-Two": f"Basic {HEADER}-again", "X-Team": "a1"}
ACCOUNT = {"organization": "canary-org-11aa22", "project": "canary-proj-33bb44"}
SECRETS = (KEY, KEY[3:20], HEADER, *ACCOUNT.values())


def test_a_canary_key_is_found_nowhere(server, ledger, capsys):
    """Ledger bytes, logs at their most talkative, reprs, reports, pickles, and tracebacks with all variables.

    What is in headers, organisation and project are secrets too.
    """
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    told = []
    try:
        server.script.extend([429, 500, "reset", "malformed", "echo", "echo", "echo all"])
        env = live(server, ledger, account={"headers": TEAM, **ACCOUNT})
        train("psst", env, 60, seed=0)
        server.script.extend([(401, {}, {"message": f"Incorrect API key provided: {KEY} {TEAM}"})] * 100)
        with pytest.raises(EndpointError, match=r"Incorrect API key provided: \[key\]") as caught:
            train("psst", env, 600, seed=1)
        error = caught.value
        for frames in (True, False):
            whole = traceback.TracebackException.from_exception(error, capture_locals=frames)
            told += list(whole.format())
        while error is not None:
            told += [repr(error), str(error.args), str(vars(error))]
            error = error.__cause__ or error.__context__
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    told += [log.getvalue(), repr(env), repr(env.endpoint), str(env.report()), repr(ledger), repr(env.recorded())]
    told += [repr(vars(env.endpoint)), str(env.preview(0, 0)), str(env.estimate(10)), repr(ledger.calls())]
    told += [repr(pickle.dumps(env.endpoint)), repr(pickle.dumps(copy.deepcopy(PROMPTS))), capsys.readouterr().err]
    ledger.close()
    files = list(ledger.path.parent.glob(ledger.path.name + "*"))
    assert files and len(log.getvalue()) > 1000 and any("[key]" in text for text in told)
    assert all(head[name.lower()] == value for _, head in server.heads for name, value in TEAM.items())
    for text in told:
        assert not any(secret in text for secret in SECRETS)
    for file in files:
        assert not any(secret.encode() in file.read_bytes() for secret in SECRETS)


def test_an_answer_that_repeats_the_key_is_kept_without_it(server, ledger):
    """An endpoint that echoes the request's headers cannot bring the key into the ledger."""
    server.script.append("echo")
    env = live(server, ledger)
    env.sample([0], [0], 1, np.random.default_rng(0))
    assert env.answers(0, 0)[0].text == "You sent Bearer [key]"


def test_a_pickled_endpoint_has_no_key_and_says_so(server, ledger):
    """The copy knows address and model; using it asks for the key again."""
    endpoint = pickle.loads(pickle.dumps(live(server, ledger).endpoint))
    assert endpoint.model == server.model and KEY not in repr(vars(endpoint))
    with pytest.raises(EndpointError, match="make it anew with its key"):
        endpoint.client().__enter__()
    with pytest.raises(TypeError, match="a key is never pickled"):
        pickle.dumps(Secret(KEY))
    with pytest.raises(LedgerError, match="a ledger is a file"):
        pickle.dumps(ledger)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (f"https://user:{KEY}@host/v1", "holds a user name or password"),
        (f"https://{KEY}@host/v1", "holds a user name or password"),
        (f"https://host/v1?key={KEY}", r"a part after \? or #"),
        (f"https://host/v1#{KEY}", r"a part after \? or #"),
        ("ftp://host/v1", "must look like https://host/v1"),
        ("host/v1", "must look like"),
        ("", "must look like"),
        ("http://host:port/v1", "is not an address"),
    ],
)
def test_an_address_that_is_none_or_holds_a_key_is_refused(address, message):
    """The error does not repeat what it may hold, not even to a traceback that shows variables."""
    with pytest.raises(ValueError, match=message) as caught:
        Endpoint(address, "model", key="abcdefgh")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("bad", ["", "  ", f"{KEY} and more", f"{KEY}\n{KEY}", "schlüssel"])
def test_a_key_that_cannot_be_one_is_refused_without_being_shown(bad):
    """The message says what a key looks like."""
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        Endpoint("https://host/v1", "model", key=bad)
    assert KEY not in str(caught.value)


def test_where_a_key_comes_from(monkeypatch):
    """IAPO_API_KEY for any host, OPENAI_API_KEY for OpenAI's own only, typed in unseen, or none on this machine."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert Endpoint("https://api.openai.com/v1", "m")._secret.reveal() == KEY
    with pytest.raises(ValueError, match=r"host\.net needs a key: set IAPO_API_KEY"):
        Endpoint("https://host.net/v1", "m")
    assert Endpoint("http://localhost:8000/v1", "m")._secret.reveal() == "none"
    monkeypatch.setenv("IAPO_API_KEY", "another-key")
    assert Endpoint("https://host/v1", "m")._secret.reveal() == "another-key"
    monkeypatch.setattr("getpass.getpass", lambda prompt: f"  {KEY} ")
    assert Endpoint.ask("https://host/v1", "m")._secret.reveal() == KEY
    with pytest.warns(UserWarning, match="unencrypted"):
        Endpoint("http://host/v1", "m")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"input_price": 1.0}, "give both prices"),
        ({"input_price": -1.0, "output_price": 1.0}, "input_price must be above 0"),
        ({"timeout": 0}, "timeout must be above 0"),
    ],
)
def test_an_endpoint_that_makes_no_sense_is_refused(more, message):
    """Prices come in pairs and are not negative; a deadline is above 0."""
    with pytest.raises(ValueError, match=message):
        Endpoint("http://localhost/v1", "m", **more)
    with pytest.raises(ValueError, match="model must be a name"):
        Endpoint("http://localhost/v1", " ")
