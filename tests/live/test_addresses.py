"""Whom an endpoint asks: addresses, hosts that need no key, Azure's form, headers, and what is shown of them."""

import copy
import pickle
import traceback
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets.live import Endpoint, EndpointError
from iapo_widgets.live.endpoint.address import check_address, is_here, is_near, may_be_shown
from iapo_widgets.live.endpoint.headers import Headers
from live_cases import KEY, live

HERE = ("localhost", "127.0.0.1", "127.1.2.3", "[::1]", "0.0.0.0", "[::]", "app.localhost", "host.docker.internal",
        "LocalHost", "[::ffff:127.0.0.1]")  # fmt: skip
NEAR = ("10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.1.20", "169.254.7.7", "100.64.0.1",
        "100.127.255.254", "[fc00::1]", "[fdff::2]", "[fe80::1]", "[fe80::1%25eth0]", "[::ffff:192.168.0.9]",
        "gpu.local", "ollama", "vllm-server", "my_service", "GPU01", "3gpp", "ollama.")  # fmt: skip
FAR = ("9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.1.1", "192.169.0.1", "169.253.0.1",
       "100.63.255.255", "100.128.0.0", "8.8.8.8", "[2001:db8::1]", "[fbff::1]", "[fec0::1]", "[::ffff:8.8.8.8]",
       "api.example.org", "local.example.org", "10.0.0.1.example.org", "localhost.example.org", "evil-local.com",
       "host.docker.internal.example.org", "134744072", "0x8080808", "010.0.0.1", "8.8", "ollama.example",
       "-ollama", "xn--bcher-kva.example")  # fmt: skip


def told(error):
    """The error, and every variable of every frame but the first, which is the test's."""
    frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    inside = [str(frame.locals) for frame in frames if "iapo_widgets" in frame.filename]
    assert inside
    return str(error) + " ".join(inside)


@pytest.fixture(autouse=True)
def without_a_key(monkeypatch):
    """No key lies in the surroundings."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.mark.parametrize("host", [*HERE, *NEAR])
def test_this_machine_and_its_network_need_no_key(host):
    """Private, shared and link-local addresses, .local, containers, and names of one label."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # no key, so that nothing is said of one
        assert Endpoint(f"http://{host}:8000/v1", "m")._secret.reveal() == "none"


@pytest.mark.parametrize("host", FAR)
def test_everything_else_needs_a_key(host):
    """Neighbours of the private ranges, names that only look near, and numbers that are addresses."""
    with pytest.raises(ValueError, match="needs a key: set IAPO_API_KEY"):
        Endpoint(f"https://{host}/v1", "m")


@given(st.ip_addresses())
def test_what_python_calls_global_needs_a_key(address):
    """No address of the public internet is taken for one near by; what is here is near."""
    host = str(address)
    if address.is_global and not (address.version == 6 and address.ipv4_mapped):
        assert not is_near(host)
    assert is_near(host) or not is_here(host)


@pytest.mark.parametrize(
    ("address", "key", "headers", "said"),
    [
        ("http://192.168.1.5/v1", KEY, None, "the key goes to 192.168.1.5 unencrypted"),
        ("http://gpu.local/v1", None, {"X-Token": KEY}, "the headers go to gpu.local unencrypted"),
        ("http://host.net/v1", KEY, {"X-Token": KEY}, "the key and headers go to host.net unencrypted"),
        ("http://192.168.1.5/v1", None, None, ""), ("http://localhost/v1", KEY, {"X-Token": KEY}, ""),
        ("https://host.net/v1", KEY, None, ""), ("http://host.docker.internal/v1", KEY, None, ""),
    ],
)  # fmt: skip
def test_a_key_that_can_be_read_on_its_way_is_warned_of(address, key, headers, said):
    """As a Python warning and as ``Endpoint.warning``; never on this machine, nor by https."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        endpoint = Endpoint(address, "m", key=key, headers=headers)
    assert endpoint.warning.startswith(said) and bool(endpoint.warning) == bool(said)
    assert [str(w.message) for w in caught] == ([endpoint.warning] if said else [])


@pytest.mark.parametrize(
    ("given", "url", "base", "query"),
    [
        ("https://h.net/v1/", "https://h.net/v1", "https://h.net/v1", {}),
        (" https://h.net/v1 ", "https://h.net/v1", "https://h.net/v1", {}),
        ("https://h.net/v1?", "https://h.net/v1", "https://h.net/v1", {}),
        ("https://r.openai.azure.com/openai/deployments/d/?api-version=2024-06-01",
         "https://r.openai.azure.com/openai/deployments/d?api-version=2024-06-01",
         "https://r.openai.azure.com/openai/deployments/d", {"api-version": "2024-06-01"}),
        ("https://r.net/d?api-version=2025-01-01-preview", "https://r.net/d?api-version=2025-01-01-preview",
         "https://r.net/d", {"api-version": "2025-01-01-preview"}),
    ],
)  # fmt: skip
def test_addresses_are_kept_in_one_form(given, url, base, query):
    """Without a trailing slash; Azure's version is part of the identity and of every request, not of the path."""
    found = check_address(given)
    assert (found.url, found.base, found.query) == (url, base, query)


@pytest.mark.parametrize(
    "query",
    [f"key={KEY}", f"api-version={KEY}", f"api-version=2024-06-01&key={KEY}", f"api-version=2024-06-01-{KEY}",
     f"key={KEY}&api-version=2024-06-01", "api-version=", "api-version=2024-6-1", "API-version=2024-06-01",
     "api-version=2024-06-01-preview2", "api-version=٢٠٢٤-06-01", f"api-version=2024-06-01#{KEY}", "#"],
)  # fmt: skip
def test_nothing_else_may_stand_after_the_question_mark(query):
    """The error says what may, and repeats nothing."""
    with pytest.raises(ValueError, match=r"only Azure's \?api-version=2024-06-01") as caught:
        Endpoint(f"https://h.net/v1?{query}", "m", key="abcdefgh")
    assert KEY not in str(caught.value)


def test_azure_s_form_sends_version_and_key_as_azure_wants_them(server, ledger):
    """The version with every request, the key in ``api-key`` and not as a bearer's; the ledger knows the version."""
    server.url = server.url.replace("/v1", "/openai/deployments/d?api-version=2024-06-01")
    env = live(server, ledger)
    env.sample([0], [0], 1, np.random.default_rng(0))
    ((path, headers),) = server.heads
    assert path == "/openai/deployments/d/chat/completions?api-version=2024-06-01"
    assert headers["api-key"] == KEY and "authorization" not in headers
    assert env.request(0, 0).endpoint.endswith("/openai/deployments/d?api-version=2024-06-01")


def test_headers_and_account_are_sent_and_kept_nowhere(server, ledger, monkeypatch):
    """All arrive beside the key; an Authorization of one's own goes in place of it; the identity stays."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-the-surroundings")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-of-the-surroundings")
    more = {"headers": {"X-Team": "a1", "HTTP-Referer": "https://school.example"}, "organization": "org-1"}
    env = live(server, ledger, account={**more, "project": "proj-1"})
    env.sample([0], [0], 1, np.random.default_rng(0))
    live(server, ledger).sample([0], [1], 1, np.random.default_rng(0))
    live(server, ledger, key=None, account={"headers": {"authorization": "Basic abc"}}).sample(
        [0], [2], 1, np.random.default_rng(0)
    )
    first, second, third = (headers for _, headers in server.heads)
    assert (first["x-team"], first["http-referer"]) == ("a1", "https://school.example")
    assert (first["openai-organization"], first["openai-project"]) == ("org-1", "proj-1")
    assert first["authorization"] == second["authorization"] == f"Bearer {KEY}"
    assert not {"openai-organization", "openai-project", "x-team"} & set(second)  # not of somebody else's account
    assert third["authorization"] == "Basic abc"
    assert env.request(0, 0).digest == live(server, ledger).request(0, 0).digest


def test_a_header_may_stand_in_for_the_key():
    """An Authorization of one's own is enough, another header is not."""
    assert "hidden" in repr(Endpoint("https://h.net/v1", "m", headers={"Authorization": f"Basic {KEY}"}))
    with pytest.raises(ValueError, match="needs a key"):
        Endpoint("https://h.net/v1", "m", headers={"X-Team": KEY})


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ([KEY], "mapping of names"), ({f"X {KEY}": "a"}, "must be a word"), ({f"{KEY}:": "a"}, "must be a word"),
        ({3: KEY}, "must be a word"), ({"X-A": f"{KEY}\r\nEvil: 1"}, "printable ASCII"), ({"X-A": ""}, "printable"),
        ({"X-A": f"{KEY}é"}, "printable ASCII"), ({"X-A": None}, "printable ASCII"),
        ({"Content-Length": KEY}, "written by the client"), ({"X-A": KEY, "x-a": KEY}, "given twice"),
    ],
)  # fmt: skip
def test_headers_that_are_none_are_refused_without_their_values(headers, message):
    """Neither the error nor a traceback that shows variables repeats what may be a key."""
    for make in (lambda: Headers(headers), lambda: Endpoint("http://localhost/v1", "m", key=KEY, headers=headers)):
        with pytest.raises(ValueError, match=message) as caught:
            make()
        assert KEY not in told(caught.value)


@pytest.mark.parametrize(
    "more",
    [{"organization": f"{KEY}\n{KEY}"}, {"project": f"{KEY}\n{KEY}"}, {"key": f"{KEY} {KEY}", "headers": {"X-A": KEY}},
     {"base_url": f"https://{KEY}@h", "headers": {"X-A": KEY}, "project": KEY}, {"model": "", "headers": {"X-A": KEY}},
     {"timeout": -1, "headers": {"X-A": KEY}, "organization": KEY}, {"extra_body": {"api_key": 1}, "project": KEY}],
)  # fmt: skip
def test_whatever_is_refused_no_traceback_shows_a_secret(more):
    """Key, headers, organisation, project and an address that holds one are gone from every frame but the caller's."""
    with pytest.raises(ValueError) as caught:
        Endpoint(**{"base_url": "http://localhost/v1", "model": "m", **more})
    assert KEY not in told(caught.value)


def test_headers_show_names_only_and_are_not_pickled():
    """Repr and copies hide the values; a pickled endpoint has lost them and says so."""
    made = Headers({"X-A": f"Basic {KEY}", "X-B": "short"})
    assert repr(made) == "Headers(X-A, X-B; values hidden)" and copy.deepcopy(made) is made and "x-a" in made
    assert made.scrub(f"you sent Basic {KEY} or {KEY}, in short") == "you sent [header] or [key], in short"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(made)
    endpoint = Endpoint("http://localhost/v1", "m", headers={"X-A": KEY}, extra_body={"top_k": 3})
    again = pickle.loads(pickle.dumps(endpoint))
    assert again.extra_body == {"top_k": 3} and KEY not in repr(vars(again)) and KEY not in repr(vars(endpoint))
    with pytest.raises(EndpointError, match="make it anew"):
        again.client().__enter__()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("host/v1", True), ("localhost:8000/v1", True), ("htps://api.openai.com/v1", True), ("ftp://host/v1", True),
     ("https://", True), (KEY, False), ("sk-proj-Ab_3", False), ("gsk_abc", False), (f"https://{KEY}@h", False),
     (f"h/v1?key={KEY}", False), (f"h/v1#{KEY}", False), ("eyJh.eyJz.c2ln" * 6, False)],
)  # fmt: skip
def test_what_may_hold_a_key_is_not_repeated(text, shown):
    """A slip in an address is shown, so that it can be mended; what could be a key is not."""
    assert may_be_shown(text) is shown
    with pytest.raises(ValueError) as caught:
        check_address(text)
    assert shown or text not in str(caught.value)
