"""What cannot be written holds up nothing else, and texts of others are made fit to be stored."""

import sqlite3

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iapo_widgets.live import Ledger, LedgerError, Spending, SpendingLimit
from iapo_widgets.live.ledger.ledger import Record
from iapo_widgets.live.ledger.texts import CUT, LONGEST, SHORT, clean
from iapo_widgets.live.request import Request
from live_cases import live, new_ledger

MANY = SpendingLimit(completions=1000)
HALF = "half \ud83d of it"
GOOD = Record(0, "7", "stop", 5, 5, 0, True, None, None)


def request(number=0, text="?"):
    """Something to ask."""
    return Request("http://localhost/v1", "m", {"max_tokens": 1}, [{"role": "user", "content": f"{number} {text}"}])


def bad_type(transaction):
    transaction.charge(None, "reserved", Spending(1, 1, 1), 0.0)
    raise TypeError("an odd value")


def bad_value(transaction):
    transaction.charge(None, "reserved", Spending(1, 1, 1), 0.0)
    transaction.connection.execute("INSERT INTO request VALUES (NULL, NULL, '', '', '', '')")


def bad_number(transaction):
    transaction.connection.execute("INSERT INTO address VALUES (NULL, 'a', 'b', ?)", (2**70,))


def bad_text(transaction):
    transaction.connection.execute("INSERT INTO address VALUES (NULL, ?, 'b', 0.0)", (HALF,))


BAD = {"a type": bad_type, "a constraint": bad_value, "a number": bad_number, "a text": bad_text}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_cannot_be_written_is_set_apart(tmp_path, bad):
    """It changes nothing, all else is written, before it and after it; closing names it with one of our errors."""
    ledger = new_ledger(tmp_path)
    kept = [ledger._writer.submit(bad, keep=True)]
    for number in range(5):
        call = ledger.reserve(MANY, Spending(1, 10, 0)).result()
        ledger.settle(call, request(number), "delivered", Spending(0, -5, 0), [GOOD]).result()
        kept.append(ledger._writer.submit(bad, keep=True))
    for future in kept:
        with pytest.raises(LedgerError, match="cannot be"):
            future.result()
    assert len(ledger) == 5 and ledger.spent() == Spending(5, 25, 0) and ledger.unsaved == 6
    with pytest.raises(LedgerError, match=r"6 of what was to be written .* All else is in it"):
        ledger.close()
    with Ledger(ledger.path) as again:
        assert len(again) == 5 and again.spent() == Spending(5, 25, 0) and again.open_calls() == 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([None, *BAD]), max_size=40), st.integers(0, 2**31))
def test_in_any_order_the_good_are_written(tmp_path_factory, order, seed):
    """However good and bad fall into batches, the journal holds the good ones only, in order."""
    ledger = new_ledger(tmp_path_factory.mktemp("order"))
    futures = []
    for number, name in enumerate(order):
        operation = BAD[name] if name else lambda t, n=number: t.charge(None, f"good {n}", Spending(1, n, 0), 0.0)
        futures.append((name, ledger._writer.submit(operation, keep=bool((seed >> number % 31) & 1))))
        if number % 7 == seed % 7:
            futures[-1][1].exception()
    wrong = [name for name, future in futures if bool(name) != isinstance(future.exception(), LedgerError)]
    assert not wrong
    good = [number for number, name in enumerate(order) if not name]
    assert [what for _, what, _, _ in ledger.calls()] == [f"good {number}" for number in good]
    assert ledger.spent() == Spending(len(good), sum(good), 0)
    try:
        ledger.close()
    except LedgerError as told:
        assert "All else is in it" in str(told)
    with Ledger(ledger.path) as again:
        assert again.spent() == Spending(len(good), sum(good), 0)


def test_half_an_emoji_in_an_error_message_loses_nothing(server, ledger):
    """As servers send that cut a text where it is two UTF-16 units: all that is delivered is recorded."""
    server.script.extend([None, (400, {}, {"message": "your prompt \ud83d was cut", "code": "\udc00"}), None])
    env = live(server, ledger)
    env.sample(*np.divmod(np.arange(12), 4), 4, np.random.default_rng(0))
    env.report().last_fault.encode()
    assert ledger.unsaved == 0 and len(ledger) == server.delivered == ledger.spent().completions > 0
    assert any("your prompt ? was cut" in what for _, what, _, _ in ledger.calls())
    ledger.close()


def test_texts_of_replies_are_made_fit_to_be_stored(ledger):
    """Halves of pairs become question marks, absurd lengths are cut with a mark; what is given back is what is kept."""
    names = {"finish_reason": HALF, "request_id": HALF * 100, "fingerprint": HALF, "model": HALF * 100}
    odd = Record(0, HALF, prompt_tokens=1, completion_tokens=1, picos=0, cost_reported=True, thought=HALF, **names)
    long = Record(1, "x" * (LONGEST + 5), "stop", 1, 1, 0, True, None, None, thought="\ud83d" * (LONGEST + 1))
    call = ledger.reserve(MANY, Spending(2, 10, 0)).result()
    asked = request(text=HALF)
    ledger.settle(call, asked, HALF, Spending(), [odd, long]).result()
    first, second = ledger.answers(asked)
    assert (first, second) == (odd.answer(), long.answer())
    assert first.text == first.thought == first.finish_reason == first.fingerprint == "half ? of it"
    assert len(first.model) == len(first.request_id) == SHORT and first.model.endswith(CUT)
    assert len(second.text) == len(second.thought) == LONGEST and second.text.endswith("x" + CUT)
    assert ledger.calls()[-1][1] == "half ? of it" and ledger.models(asked.endpoint, "m") == [first.model]
    ledger.keep_ability("http://a/v1", HALF, HALF, HALF).result()
    assert ledger.abilities("http://a/v1", HALF) == {"half ? of it": "half ? of it"}


@given(st.text(st.characters(), max_size=30), st.integers(len(CUT), 40))
def test_any_text_can_be_stored_once_it_is_clean(text, most):
    """It is UTF-8, no longer than allowed, the same when cleaned again, and untouched where nothing was wrong."""
    found = clean(text, most)
    assert len(found.encode()) >= len(found) <= most
    assert clean(found, most) == found
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        assert found == text or len(text) > most


def test_a_number_that_nobody_can_spend_is_refused(ledger):
    """Neither one charge nor a sum of them can come where SQLite no longer adds up."""
    limit = SpendingLimit(completions=2**50)
    with pytest.raises(LedgerError, match="more than can be counted"):
        ledger.reserve(limit, Spending(1, 10**19, 0)).result()
    for _ in range(2):
        with pytest.raises(LedgerError, match="more than can be counted"):
            [ledger.reserve(limit, Spending(1, 2**59, 0)).result() for _ in range(3)]
    assert ledger.spent().tokens == 2**60
    with Ledger(ledger.path) as again:
        assert again.spent().tokens == 2**60


def test_a_closed_reader_or_writer_raises_ours_only(tmp_path):
    """Whatever befalls the file, closing raises a LedgerError or nothing, and a second time nothing."""
    ledger = new_ledger(tmp_path)
    call = ledger.reserve(MANY, Spending(1, 10, 0)).result()
    other = sqlite3.connect(ledger.path)
    other.execute("DROP TABLE completion")
    other.close()
    with pytest.raises(LedgerError):
        ledger.settle(call, request(), "delivered", Spending(), [GOOD]).result()
    with pytest.raises(LedgerError, match="no such table"):
        ledger.close()
    ledger.close()
