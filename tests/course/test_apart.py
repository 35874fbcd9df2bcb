"""``check`` and code that does harm: copies of itself, floods, held locks, objects that must not be looked at."""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from iapo_widgets.course import apart, check, functions
from iapo_widgets.course.apart import FORKS, PRINTED, Clock, Died, judged_apart
from iapo_widgets.course.exercises import exercises
from iapo_widgets.course.limit import TooLong
from iapo_widgets.course.verdict import Verdict

CREDIT = exercises()["01-b"].right
apart_only = pytest.mark.skipif(not FORKS, reason="this system gives no process to look at an answer in")


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """A long limit, so that what ends by itself does so on a busy machine, too."""
    monkeypatch.setattr(functions, "SECONDS", 60)


@pytest.fixture
def hurried(patient, monkeypatch):
    """A short limit, for what never returns."""
    monkeypatch.setattr(functions, "SECONDS", 0.4)


def forever(*_):
    while True:
        pass


def leave(*_):
    raise SystemExit(3)


class Harmful:
    """Does ``what`` whenever it is looked at."""

    def __init__(self, what):
        self.what = what

    def __float__(self):
        return self.what()

    __repr__ = __str__ = __len__ = __iter__ = __float__

    def __array__(self, *_, **__):
        return self.what()


class Elusive:
    """Does not even say what it is."""

    @property
    def __class__(self):
        return forever()


class Unsayable(Exception):
    """Never finishes saying what it is."""

    def __str__(self):
        return forever()


def unsayable(votes, gold):
    raise Unsayable


def holding(votes, gold):
    """A search that holds Python's lock for longer than anybody waits."""
    return re.match("(a|a)+$", "a" * 60 + "b")


def deep(votes, gold):
    """A recursion that the usual limit does not end."""
    sys.setrecursionlimit(10**9)
    return deep(votes, gold)


@apart_only
@pytest.mark.parametrize("function", [forever, holding, unsayable, lambda *_: Harmful(forever)])
def test_a_function_that_cannot_be_ended_from_inside_is_ended(hurried, function):
    """A loop, a lock that is held, an exception or a result that never ends: a verdict says that it was stopped."""
    verdict = check("01-b", function)
    assert verdict.state == "wrong" and verdict.message.endswith("It was stopped.")


@apart_only
def test_a_recursion_without_a_limit_ends_by_itself_or_is_ended(hurried):
    """Memory or time ends it; the limit of this process stays what it was."""
    before = sys.getrecursionlimit()
    assert re.search("did not return|ended Python|MemoryError", check("01-b", deep).message)
    assert sys.getrecursionlimit() == before


@apart_only
@pytest.mark.parametrize("make", [lambda: Harmful(forever), Elusive], ids=["endless", "elusive"])
def test_a_value_that_is_never_read_is_left(hurried, make):
    """An object that takes for ever to say a number, or what it is."""
    assert check("01-a", make()).message == "It takes too long to read this answer. It was stopped."


@apart_only
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Harmful(leave), "cannot be read (SystemExit)"),
        (lambda: Harmful(lambda: os._exit(0)), "ended Python itself. Your notebook goes on."),
        (lambda: Harmful(lambda: os.kill(os.getpid(), 9)), "ended Python itself"),
        (lambda: range(3 * 10**8), "MemoryError"),
        (lambda: 10**400, "A number is asked for"),
    ],
    ids=["leaves", "ends", "kills", "large", "long"],
)
def test_a_value_that_must_not_be_looked_at_gets_a_verdict(make, words):
    """Whatever an object does when it is read happens elsewhere, and the learner hears what it was."""
    assert words in check("01-a", make()).message


@apart_only
def test_copies_of_the_process_do_not_go_on(tmp_path, monkeypatch):
    """A function that forks in every call is called once a case, and is judged by what it returns."""
    calls = tmp_path / "calls"

    def forking(votes, gold):
        with calls.open("a") as file:
            file.write(".")
        os.fork()
        return CREDIT(votes, gold)

    verdict = check("01-b", forking)
    cases = functions.prepared(exercises()["01-b"]).cases
    assert verdict.right and calls.read_text() == "." * len(cases)

    def multiplying(votes, gold):
        while True:
            os.fork()

    monkeypatch.setattr(functions, "SECONDS", 0.4)
    assert "It was stopped." in check("01-b", multiplying).message


@apart_only
def test_what_a_function_started_ends_with_it(tmp_path):
    """A program that was left running is ended together with the process that started it."""
    note = tmp_path / "pid"

    def starting(votes, gold):
        note.write_text(str(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid))
        os._exit(0)

    check("01-b", starting)
    state, end = Path(f"/proc/{note.read_text()}/stat"), time.monotonic() + 10
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z" and time.monotonic() < end:
        time.sleep(0.01)
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z"


@apart_only
def test_a_flood_of_prints_is_cut_and_said_to_be(capsys, monkeypatch):
    """The first prints show, the rest does not, and a line says so; what is short is not touched."""

    def flooding(votes, gold):
        print("begin")
        while True:
            print("x" * 1000)

    monkeypatch.setattr(functions, "SECONDS", 0.4)
    check("01-b", flooding)
    monkeypatch.setattr(functions, "SECONDS", 60)
    shown = capsys.readouterr().out
    assert shown.startswith("begin\nxxx") and len(shown) < PRINTED + 100 and "it is not shown" in shown
    check("01-b", lambda votes, gold: print("\u20ac", gold, file=sys.stderr))
    assert capsys.readouterr().out.splitlines()[0] == "\u20ac 0"


@apart_only
def test_nothing_else_of_what_a_function_does_stays():
    """Names, settings and streams of the notebook are afterwards what they were; ``input`` asks nobody."""
    seen, streams = [], (sys.stdout, sys.stderr, input)

    def meddling(votes, gold):
        seen.append(votes)
        sys.stdout = None
        os.chdir("/")
        return CREDIT(votes, gold)

    here = os.getcwd()
    assert check("01-b", meddling).right
    assert seen == [] and os.getcwd() == here and streams == (sys.stdout, sys.stderr, input)
    assert "EOFError" in check("01-b", lambda votes, gold: input("?")).message


@apart_only
def test_it_works_from_any_thread_and_leaves_no_process(monkeypatch):
    """Outside of the main thread the verdict is the same, and no child of this process is left."""
    found = []
    thread = threading.Thread(target=lambda: found.append(check("01-b", CREDIT)))
    thread.start()
    thread.join(30)
    assert found[0].right
    monkeypatch.setattr(functions, "SECONDS", 0.4)
    check("01-b", forever)
    children = Path(f"/proc/self/task/{threading.get_native_id()}/children")
    assert not children.exists() or not any(_is_copy(pid) for pid in children.read_text().split())


def _is_copy(pid):
    """Whether that process runs what this one runs."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()


@apart_only
def test_an_interrupted_check_ends_its_process(monkeypatch):
    """Where the user interrupts the cell, the process is gone when the interrupt arrives."""
    made, fork = [], os.fork

    def interrupted(*_):
        raise KeyboardInterrupt

    def forking():
        made.append(fork())
        return made[0]

    monkeypatch.setattr(apart, "_listen", interrupted)
    monkeypatch.setattr(os, "fork", forking)
    with pytest.raises(KeyboardInterrupt):
        check("01-b", forever)
    with pytest.raises(ChildProcessError):
        os.waitpid(made[0], 0)


def test_without_processes_a_thread_does_what_it_can(monkeypatch):
    """Where there is no ``fork``, right, wrong, endless and leaving answers get the same verdicts."""
    monkeypatch.setattr(apart, "FORKS", False)
    assert check("01-b", CREDIT).right and check("01-a", 0.648).right
    monkeypatch.setattr(functions, "SECONDS", 0.4)
    assert "It was stopped." in check("01-b", forever).message
    assert "It was stopped." in check("01-a", Harmful(forever)).message
    monkeypatch.setattr(functions, "SECONDS", 60)
    assert "raises SystemExit" in check("01-b", leave).message
    assert "(SystemExit)" in check("01-a", Harmful(leave)).message


def test_a_verdict_that_is_none_is_not_taken(monkeypatch):
    """What the process sends is read as data: another state, another type or half a line is no verdict."""
    for line in (b"", b"[]", b'["right"', b'["best", "x"]', b'["right", 3]', b"[" * 100_000, b"3"):
        with pytest.raises(Died):
            apart._read(line)
    assert apart._read(b'["wrong", "x"]\n') == Verdict("wrong", "x")


@apart_only
def test_the_step_is_seen_from_outside():
    """The clock tells at which step the work was when its time was over."""
    clock = Clock()

    def work(step):
        step(7)
        return forever()

    with pytest.raises(TooLong):
        judged_apart(0.2, work, clock)
    assert clock.step == 7


@apart_only
def test_in_a_notebook_the_kernel_goes_on_after_harm():
    """Functions of a notebook's own that fork, hold the lock or end Python: a verdict each, and the kernel answers."""
    cells = [
        "from iapo_widgets.course import check, functions\nimport os, re\nfunctions.SECONDS = 60\nseen = []",
        "def f(votes, gold):\n    seen.append(os.fork())\n    return 1.0\ncheck('01-b', f)",
        "functions.SECONDS = 0.5\ncheck('01-b', lambda votes, gold: re.match('(a|a)+$', 'a' * 60 + 'b'))",
        "check('01-b', lambda votes, gold: os._exit(1))",
        "print('still here', seen)",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    NotebookClient(book, timeout=60, kernel_name="python3").execute()
    shown = [[o.get("text", o.get("data", {}).get("text/plain")) for o in cell.outputs] for cell in book.cells]
    assert [len(outputs) for outputs in shown] == [0, 1, 1, 1, 1]
    for text, words in zip([s[0] for s in shown[1:]], ["it returns 1", "It was stopped.", "ended Python itself",
                                                       "still here []"], strict=True):  # fmt: skip
        assert words in text
