"""The limit of time in a thread: functions that never return, swallow every exception, or leave."""

import threading
import time

import nbformat
import pytest
from nbclient import NotebookClient

from iapo_widgets.course import check, functions
from iapo_widgets.course.limit import TooLong, run_within


def exercises_running():
    return [thread for thread in threading.enumerate() if thread.name == "exercise"]


def test_what_returns_or_raises_in_time_does_so():
    """Value and exception, ``SystemExit`` included, come through."""
    assert run_within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        run_within(5, lambda: {}["a"])
    with pytest.raises(SystemExit):
        run_within(5, lambda: exit(3))


def test_an_endless_loop_is_ended():
    """A closure that counts without end is stopped: its count stands still, and no thread is left."""
    count = [0]

    def endless():
        while True:
            count[0] += 1

    with pytest.raises(TooLong) as error:
        run_within(0.2, endless)
    assert error.value.ended and exercises_running() == []
    seen = count[0]
    time.sleep(0.05)
    assert count[0] == seen > 0


def test_a_loop_that_catches_every_exception_does_not_block():
    """Swallowing ``Exception`` does not help it, and swallowing everything leaves the caller free all the same."""

    def stubborn():
        while True:
            try:
                sum(range(100))
            except Exception:
                continue

    with pytest.raises(TooLong) as error:
        run_within(0.2, stubborn)
    assert error.value.ended

    stop = threading.Event()

    def deaf():
        while not stop.is_set():
            try:
                while not stop.is_set():
                    stop.wait(0.001)
            except BaseException:
                continue

    with pytest.raises(TooLong):
        run_within(0.2, deaf)
    stop.set()


def test_a_function_that_sleeps_does_not_block():
    """What waits inside C is left behind, and ends as soon as the wait does."""
    woken = threading.Event()
    with pytest.raises(TooLong) as error:
        run_within(0.1, lambda: woken.wait(30))
    assert not error.value.ended
    woken.set()
    for thread in exercises_running():
        thread.join(10)
    assert exercises_running() == []


def test_what_a_function_prints_is_kept(capsys):
    """Prints of the learner's function show, also of one that is stopped, and no traceback does."""

    def talks():
        print("half way")
        while True:
            pass

    with pytest.raises(TooLong):
        run_within(0.2, talks)
    out = capsys.readouterr()
    assert out.out == "half way\n" and out.err == ""


def test_a_learner_hears_where_their_function_hangs(monkeypatch):
    """The verdict names the arguments of the call that never returned, and that it was stopped."""
    monkeypatch.setattr(functions, "SECONDS", 0.2)

    def hangs_on_ties(votes, gold):
        while len(set(votes)) > 1:
            pass
        return float(votes[0] == gold)

    message = check("01-b", hangs_on_ties).message
    assert "`votes = [0, 1], gold = 0`" in message and "It was stopped." in message


def test_a_learner_hears_what_their_function_raises():
    """The verdict names exception, arguments and line."""

    def fails(votes, gold):
        count = votes.count(gold)
        return 1 / (count - 1)

    message = check("01-b", fails).message
    line = fails.__code__.co_firstlineno + 2
    assert "`votes = [0], gold = 0`" in message
    assert f"ZeroDivisionError: division by zero in line {line} of its cell" in message


def test_in_a_notebook_prints_stay_in_their_cell_and_the_kernel_goes_on():
    """A function that prints and never returns: its print and its verdict stand in its cell, and the next cell runs."""
    cells = [
        """
from iapo_widgets.course import check, functions
functions.SECONDS = 0.5
def credit(votes, gold):
    print("thinking")
    while True:
        pass
check("01-b", credit)""",
        "print('still here')",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    NotebookClient(book, timeout=60, kernel_name="python3").execute()
    first, second = (cell.outputs for cell in book.cells)
    assert [o.text for o in first if o.output_type == "stream"] == ["thinking\n"]
    assert ["It was stopped." in o.data["text/plain"] for o in first if "data" in o] == [True]
    assert [o.text for o in second] == ["still here\n"]
