"""Widgets inside one: what is set on either side arrives at the other, and no part speaks for itself."""

from types import SimpleNamespace

import pytest
import traitlets as t

from iapo_widgets.widgets import ScalingExplorer
from iapo_widgets.widgets.shared.parts import Host, Part


class Scaling(Part, ScalingExplorer):
    """A part."""


@pytest.fixture
def host():
    """A host with two parts of a kind."""
    made = Host()
    made.adopt("a", Scaling(n=5))
    made.adopt("b", Scaling(n=9))
    return made


def test_a_part_has_no_channel_of_its_own(host):
    """What the browser sees of it are traits of the host, by the part's name."""
    assert all(part.comm is None for part in host.parts.values())
    state = host.get_state()
    assert (state["_a_n"], state["_b_n"], state["_parts"]) == (5, 9, ["a", "b"])
    assert state["_a__scene"] == host.parts["a"]._scene


def test_what_is_set_arrives_at_the_other_side(host):
    """From the part to the host's trait, and from the browser through the host to the part."""
    host.parts["a"].n = 7
    assert (host._a_n, host._b_n) == (7, 9)
    host.set_state({"_b_n": 11})
    assert (host.parts["b"].n, host.parts["a"].n) == (11, 7)
    assert host._b__scene == host.parts["b"]._scene


def test_what_a_part_refuses_comes_back(host):
    """The host's trait is again what the part's is, and the part tells why."""
    host.set_state({"_a_n": 0})
    assert host.parts["a"].n == host._a_n == 5 and host._a__errors


def test_a_message_goes_to_the_part_that_it_names(host):
    """A press on Reset of one part leaves the other."""
    for part in host.parts.values():
        part.n = 20
    host._handle_custom_msg({"part": "b", "content": {"press": "reset"}}, [])
    host._handle_custom_msg({"part": "none", "content": {"press": "reset"}}, [])
    assert (host._a_n, host._b_n) == (20, 9)


def test_what_changes_together_is_sent_together(host, monkeypatch):
    """A part that holds its changes holds the host's."""
    sent = []
    monkeypatch.setattr(host, "_send", lambda message, buffers=None: sent.append(set(message["state"])))
    host.parts["a"].reset()
    host.parts["a"].n = 8
    assert all(name.startswith("_a_") for names in sent for name in names)


def test_a_part_that_was_given_a_channel_says_nothing_twice(host, monkeypatch):
    """marimo opens one for every widget; the host alone sends a change, with the value that it has now."""
    channel = SimpleNamespace(comm_id="channel", kernel="marimo", on_msg=lambda _: None, close=lambda *_: None)
    host.parts["a"].comm = channel
    sent = []
    monkeypatch.setattr(host, "_send", lambda message, buffers=None: sent.append(message["state"].get("_a_n")))
    host.parts["a"].n = 7
    assert [value for value in sent if value is not None] == [7]


def test_traits_that_a_part_gets_later_are_shown_too(host):
    """As the rounds of a race are."""
    part = host.parts["a"]
    part.add_traits(late=t.Any(None).tag(sync=True))
    part.late = {"q": b"12"}
    assert host.get_state()["_a_late"] == {"q": b"12"}


def test_a_part_that_was_dismissed_is_heard_no_longer(host):
    """The host keeps its last words."""
    part = host.parts["a"]
    host.dismiss("a")
    part.n = 3
    assert host._a_n == 5 and host._parts == ["b"]
