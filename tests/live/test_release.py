"""Calls that a kill left open can be given back on request, and no others."""

import time

import pytest

from faulty import FaultyServer
from iapo_widgets import train
from iapo_widgets.live import Ledger, LedgerFull, Spending, SpendingLimit
from iapo_widgets.live.ledger.ledger import Record
from live_cases import live, new_ledger
from test_kills import start

MANY = SpendingLimit(completions=1000)
MOST = Spending(4, 100, 50)


def test_what_kills_left_open_is_released_with_its_price(tmp_path):
    """The sum is told before and after; what is recorded stays charged, and no more; then a run goes on as ever."""
    with FaultyServer(delay=0.05) as server:
        path = tmp_path / "killed.ledger"
        for seed in range(3):
            process = start(server, path, seed)
            served = len(server.requests)
            while len(server.requests) < served + 8:
                time.sleep(0.005)
            process.kill()
            process.wait()
            process.stdout.close()
        server.settle()
        with Ledger(path, durable=False) as ledger:
            before, calls, recorded = ledger.spent(), ledger.open_calls(), len(ledger)
            assert calls > 0 and ledger.left_open() == Spending() == ledger.release(3600)
            price = ledger.left_open(0)
            assert ledger.release(0) == price and price.completions >= calls
            assert ledger.spent() == before - price and ledger.spent().completions == recorded
            assert ledger.open_calls() == 0 and ledger.release(0) == ledger.left_open(0) == Spending()
            released = [what for _, what, _, _ in ledger.calls()].count("released")
            assert released == calls
            train("psst", live(server, ledger), 150, seed=0)
        with Ledger(path) as again:
            assert again.spent().completions == len(again) and again.open_calls() == 0


def test_a_call_in_flight_in_this_process_is_never_released(server, tmp_path):
    """Neither through the ledger that made it, nor through another one of the same file."""
    with new_ledger(tmp_path) as ledger, Ledger(ledger.path) as same:
        call = ledger.reserve(MANY, MOST).result()
        for each in (ledger, same):
            assert each.release(0) == each.left_open(0) == Spending()
        assert ledger.spent() == MOST and same.open_calls() == 1
        env = live(server, ledger)
        record = Record(0, "7", "stop", 5, 5, 0, True, None, None)
        ledger.settle(call, env.request(0, 0), "delivered", Spending(1, 10, 5) - MOST, [record]).result()
        assert same.release(0) == Spending() and same.spent() == Spending(1, 10, 5)


def test_a_call_of_another_process_that_lands_after_all_is_charged_right(server, tmp_path):
    """Released too early, its answer is recorded and costs what it costs; its release is undone."""
    with new_ledger(tmp_path) as ledger:
        call = ledger.reserve(MANY, MOST).result()
        ledger._flights._landed(call)  # as another process sees it
        assert ledger.release(0) == MOST and ledger.spent() == Spending()
        env = live(server, ledger)
        record = Record(0, "7", "stop", 5, 5, 0, True, None, None)
        ledger.settle(call, env.request(0, 0), "delivered", Spending(1, 10, 5) - MOST, [record]).result()
        assert ledger.spent() == Spending(1, 10, 5) and len(ledger) == 1
        assert ledger.release(0) == Spending() and ledger.open_calls() == 0
    with Ledger(ledger.path) as again:
        assert again.spent() == Spending(1, 10, 5)


def test_a_fault_that_calls_itself_released_is_none(tmp_path):
    """Only a release counts as one."""
    with new_ledger(tmp_path) as ledger:
        call = ledger.reserve(MANY, MOST).result()
        ledger.settle(call, None, "released", Spending() - MOST).result()
        ledger.settle(call, None, "late", Spending(1, 1, 1)).result()
        assert ledger.spent() == Spending(1, 1, 1)


def test_a_reservation_that_failed_is_not_in_flight(tmp_path):
    """What was undone with the rest of its batch, for lack of space, never left; its number is given out again."""
    with new_ledger(tmp_path) as ledger:
        connection = ledger._writer._connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        bad = ledger.reserve(MANY, MOST)
        full = ledger._writer.submit(
            lambda t: (
                t.charge(None, "x" * 1000, MOST, 0.0)
                and [t.connection.execute("INSERT INTO address VALUES (NULL, ?, 'b', 0.0)", ("x" * 50_000,))]
            )
        )
        assert isinstance(full.exception(), LedgerFull) and isinstance(bad.exception(), LedgerFull)
        assert not ledger._flights.calls() and ledger.open_calls() == 0
        connection.execute("PRAGMA max_page_count=1000000")
        assert {ledger.reserve(MANY, MOST).result()} == ledger._flights.calls()


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), "600", None, True])
def test_an_age_is_a_number_of_seconds(ledger, bad):
    """Anything else is refused."""
    for ask in (ledger.release, ledger.left_open):
        with pytest.raises(ValueError, match="older_than must be above 0"):
            ask(bad)
