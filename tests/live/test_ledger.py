"""The ledger: append only, shared, and clear about what is wrong with its file."""

import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from faulty import FaultyServer
from iapo_widgets import train
from iapo_widgets.live import (
    Ledger,
    LedgerCorrupted,
    LedgerError,
    LedgerFull,
    LedgerLocked,
    LimitReached,
    Spending,
    SpendingLimit,
)
from iapo_widgets.live.ledger.ledger import Record
from live_cases import live, new_ledger

MANY = SpendingLimit(completions=1000)


def rng(seed=0):
    """The generator of a run."""
    return np.random.default_rng(seed)


def filled(server, tmp_path, n=4):
    """A closed ledger with ``n`` completions of each of twelve pairs."""
    with new_ledger(tmp_path) as ledger:
        env = live(server, ledger)
        env.sample(*np.divmod(np.arange(12), 4), n, rng())
        known(ledger, env)
        return ledger.path


def known(ledger, env):
    """Fill what a ledger knows of endpoints."""
    ledger.keep_ability(env.endpoint.base_url, env.endpoint.model, "n", "8").result()
    ledger.same_address(env.endpoint.base_url, "http://127.0.0.1:1/v1")
    call = ledger.reserve(MANY, Spending(1, 10, 0)).result()
    record = Record(None, "7", "stop", 5, 5, 0, True, None, None, model="m-2")
    ledger.settle(call, env.request(0, 0), "delivered", Spending(), [record]).result()


@pytest.mark.parametrize(
    "table",
    ["request", "charge", "completion", "ability", "address", "reply_model", "question_list", "task"],
)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET id = id + 1"])
def test_it_is_append_only(server, tmp_path, table, statement):
    """Nobody can change or remove a row, not even by hand."""
    connection = sqlite3.connect(filled(server, tmp_path))
    with pytest.raises(sqlite3.IntegrityError, match="append only"):
        connection.execute(statement.format(table))
    connection.close()


def test_charges_add_up(ledger):
    """A reservation counts until it is settled, and then what was settled; an open one stays."""
    limit, most = SpendingLimit(completions=10, tokens=100), Spending(4, 40, 7)
    first = ledger.reserve(limit, most).result()
    ledger.reserve(limit, most).result()
    assert ledger.spent() == Spending(8, 80, 14) and ledger.open_calls() == 2
    with pytest.raises(LimitReached, match=r"limit in completions is reached: 8 of 10 are spent or reserved"):
        ledger.reserve(limit, most).result()
    ledger.settle(first, None, "nothing came", Spending() - most).result()
    assert ledger.spent() == Spending(4, 40, 7) and ledger.open_calls() == 1
    assert [(call, what) for call, what, _, _ in ledger.calls()] == [
        (1, "reserved"),
        (2, "reserved"),
        (1, "nothing came"),
    ]
    with Ledger(ledger.path) as again:
        assert again.spent() == Spending(4, 40, 7) and again.open_calls() == 1


@pytest.mark.parametrize(
    ("given", "message"),
    [({}, "at least one cap"), ({"completions": 0}, "at least 1"), ({"tokens": 1.5}, "whole number"),
     ({"money": -1}, "money must be above 0"), ({"money": float("nan")}, "money must be above 0")],
)  # fmt: skip
def test_a_limit_that_limits_nothing_is_refused(given, message):
    """A cap is above 0, and there is one at least."""
    with pytest.raises(ValueError, match=message):
        SpendingLimit(**given)


def test_a_limit_can_be_put_on_top_of_what_was_spent():
    """``above`` allows a further run as much again, in every cap that is set."""
    assert SpendingLimit(5, None, 2.0).above(Spending(3, 7, 10**12)) == SpendingLimit(8, None, 3.0)


def test_a_full_disk_stops_sending_and_loses_nothing(server, ledger):
    """What came while nothing could be written waits in memory and is written as soon as there is room."""
    env = live(server, ledger, limit=MANY)
    env.sample([0], [0], 1, rng())
    writer = ledger._writer._connection
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    settle = ledger._writer.submit

    def fill(operation, keep=False):
        if keep:  # the disk fills up between the request and its answer
            writer.execute(f"PRAGMA max_page_count={pages}")
        return settle(operation, keep)

    ledger._writer.submit = fill
    server.answer = lambda body, i: "long " * 5000
    with pytest.raises(LedgerFull, match=r"no space left for the ledger .* free some space and run again"):
        env.sample([0, 0], [1, 2], 4, rng())
    assert env.finish() and ledger.unsaved >= 1
    requests = len(server.requests)
    with pytest.raises(LedgerFull):
        env.sample([1], [1], 4, rng())
    assert len(server.requests) == requests
    ledger._writer.submit = settle
    writer.execute("PRAGMA max_page_count=1000000")
    ledger.settle(ledger.reserve(MANY, Spending()).result(), None, "there is room again", Spending()).result()
    assert ledger.unsaved == 0 and len(ledger) == server.delivered and ledger.open_calls() == 0
    env.sample([0, 0], [1, 2], 4, rng())
    assert len(ledger) == server.delivered


def test_what_cannot_be_written_is_said_at_closing(tmp_path):
    """Closing tries once more, and raises where there is still no room."""
    ledger = new_ledger(tmp_path)
    call = ledger.reserve(MANY, Spending(1, 1, 1)).result()
    writer = ledger._writer._connection
    writer.execute("PRAGMA max_page_count=1")
    from iapo_widgets.live.request import Request

    record = Record(0, "x" * 50_000, "stop", 1, 1, 0, True, None, None)
    request = Request("http://localhost/v1", "m", {"max_tokens": 1}, [{"role": "user", "content": "?"}])
    with pytest.raises(LedgerFull):
        ledger.settle(call, request, "delivered", Spending(), [record]).result()
    with pytest.raises(LedgerFull):
        ledger.close()
    with Ledger(ledger.path) as again:
        assert len(again) == 0 and again.spent() == Spending(1, 1, 1) and again.open_calls() == 1


def test_a_locked_ledger_is_waited_for_and_then_said(server, tmp_path):
    """A short lock is waited for; a long one ends the run before anything is sent."""
    with new_ledger(tmp_path, wait=0.2) as ledger:
        env = live(server, ledger)
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerLocked, match="another process holds the ledger"):
            env.sample([0], [0], 2, rng())
        assert not server.requests
        other.execute("COMMIT")
        other.close()
        assert env.sample([0], [0], 2, rng()).valid.all() and len(ledger) == 2


def test_an_answer_that_comes_while_the_ledger_is_locked_is_kept(tmp_path):
    """It is written with the next commit, and not asked for again."""
    with FaultyServer() as server, new_ledger(tmp_path, wait=0.1) as ledger:
        other = sqlite3.connect(ledger.path, isolation_level=None, check_same_thread=False)

        def lock(body, i):
            if not other.in_transaction:
                other.execute("BEGIN IMMEDIATE")
            return "1"

        server.answer = lock
        env = live(server, ledger)
        with pytest.raises(LedgerLocked):
            env.sample([0], [0], 2, rng())
        other.execute("COMMIT")
        other.close()
        server.answer = lambda body, i: "2"
        assert ledger.unsaved == 1
        env.sample([1], [0], 1, rng())
        assert ledger.unsaved == 0 and len(ledger) == server.delivered == 3
        env.sample([0], [0], 2, rng())
        assert server.delivered == 3


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be told from one" * 40, b"SQLite format 3\0" + b"x" * 4096]
)
def test_a_file_that_is_no_ledger_is_left_as_it_is(tmp_path, content):
    """The error says so, and not a byte is changed."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(LedgerCorrupted, match=r"is damaged or is no ledger"):
        Ledger(path)
    assert path.read_bytes() == content


def test_another_kind_of_sqlite_file_is_refused(tmp_path):
    """Tables of somebody else stay theirs."""
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (a)")
    other.commit()
    other.close()
    with pytest.raises(LedgerCorrupted, match="an SQLite file of another kind"):
        Ledger(path)


def test_a_missing_folder_and_a_newer_version_are_said(tmp_path):
    """A ledger is made in a folder that is there; one of a later release is not touched."""
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        Ledger(tmp_path / "none" / "a.ledger")
    Ledger(tmp_path / "a.ledger").close()
    other = sqlite3.connect(tmp_path / "a.ledger")
    other.execute("PRAGMA user_version=9")
    other.close()
    with pytest.raises(LedgerError, match="a ledger of version 9; this release reads versions 1 to 3"):
        Ledger(tmp_path / "a.ledger")


def test_a_closed_ledger_says_so(server, tmp_path):
    """Nothing is sent once nothing can be kept."""
    ledger = new_ledger(tmp_path)
    env = live(server, ledger)
    ledger.close()
    with pytest.raises(LedgerError, match="is closed"):
        env.sample([0], [0], 1, rng())
    assert not server.requests


@pytest.mark.parametrize("seed", range(5))
def test_what_can_be_read_of_a_damaged_ledger_is_salvaged(tmp_path, seed):
    """A page overwritten at random costs at most what it held; the copy works, and the damaged file stays."""
    with FaultyServer(answer=lambda body, i: f"The answer {'is ' * 200}{i % 3}.") as server:
        path = filled(server, tmp_path, n=8)
        with Ledger(path) as whole:
            records = len(whole)
        data = bytearray(path.read_bytes())
        page = 4096 * int(rng(seed).integers(12, len(data) // 4096))
        data[page : page + 4096] = b"\xff" * 4096
        path.write_bytes(bytes(data))
        with Ledger.salvage(path, tmp_path / "copy.ledger") as copy:
            assert records - 24 <= len(copy) <= records
            assert train("psst", live(server, copy), 60, seed=0).spent <= 60
        assert path.read_bytes() == bytes(data)
        with pytest.raises(FileExistsError):
            Ledger.salvage(path, tmp_path / "copy.ledger")


def test_another_process_that_was_faster_keeps_its_index(server, ledger, tmp_path):
    """The later completion takes the next free index, nothing paid is lost, and both read the same."""
    env = live(server, ledger)
    env.sample([0], [0], 1, rng())
    request = env.request(0, 0)
    call = ledger.reserve(MANY, Spending(1, 10, 0)).result()
    late = Record(0, "late", "stop", 5, 5, 0, True, None, None)
    there = ledger.settle(
        call, request, "delivered", Spending(), [late, replace(late, sample=7, text="other")]
    ).result()
    first, second, third = ledger.answers(request)
    assert there == {0: first} and (second.text, third.text) == ("late", "other") and len(ledger) == 3
