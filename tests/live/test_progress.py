"""How far a run is: a bar that counts what came, where somebody watches, and nothing elsewhere."""

import os
import subprocess
import sys
import threading
import types
from collections import deque

import pytest

from iapo_widgets import train
from iapo_widgets.live import EndpointError, LimitReached, SpendingLimit, Stopped
from iapo_widgets.live.endpoint.collecting import collect
from iapo_widgets.live.progress import Progress, watched
from live_cases import KEY, live


def last_line(text):
    """The bar as it stood at the end."""
    return [line for line in text.replace("\r", "\n").split("\n") if "completions" in line][-1]


def test_the_bar_counts_completions_up_to_all_that_were_spent(server, ledger, capsys):
    """With ``True`` it is on standard error, full at the end, with a rate; a replay and failures fill it too."""
    env = live(server, ledger, progress=True)
    result = train("psst", env, 100, seed=0)
    shown = capsys.readouterr()
    assert shown.out == "" and "100%|" in shown.err and f"{result.spent}/{result.spent}" in last_line(shown.err)
    assert "completions/s" in last_line(shown.err) and KEY not in shown.err
    again = train("psst", env.with_(offline=True), 100, seed=0)
    assert f"{again.spent}/{again.spent}" in last_line(capsys.readouterr().err)
    server.script.extend([400] * 6)
    result = train("psst", env, 120, seed=5)
    assert sum(c.valid.size - c.valid.sum() for r in result.rounds for c in r.completions) > 0
    assert f"{result.spent}/{result.spent}" in last_line(capsys.readouterr().err)


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_shown_where_nobody_watches(server, ledger, capfd, progress):
    """Under a test, in a pipe, or where it is not wanted: not a character on either stream."""
    train("psst", live(server, ledger, progress=progress), 60, seed=0)
    assert capfd.readouterr() == ("", "")


def test_the_bar_is_closed_when_a_run_ends_early(server, ledger, capsys):
    """After a refused key, a cap and a Stop the next run has a bar of its own, which starts at nothing."""
    env = live(server, ledger, progress=True)
    server.script.extend([401] * 50)
    with pytest.raises(EndpointError):
        train("psst", env, 60, seed=0)
    server.script.clear()
    assert env._progress._bar is None
    capped = env.with_(limit=SpendingLimit(completions=10))
    with pytest.raises(LimitReached):
        train("psst", capped, 60, seed=0)
    assert capped._progress._bar is None
    env.stop.set()
    with pytest.raises(Stopped):
        train("psst", env, 60, seed=0)
    env.stop.clear()
    with pytest.raises(ValueError, match="budget"):
        train("psst", env, 0, seed=0)
    capsys.readouterr()
    result = train("psst", env, 60, seed=0)
    assert f"{result.spent}/{result.spent}" in last_line(capsys.readouterr().err)


def test_what_arrives_is_told_while_it_comes(server, ledger):
    """``arrived`` is called in the caller's thread, in parts that add up to all that came, also before an error."""
    env, told, threads = live(server, ledger, concurrency=2), [], set()
    server.delay = 0.1

    def arrived(count):
        told.append(count)
        threads.add(threading.current_thread())

    found = collect(env.caller, deque((env.request(0, x), [0, 1]) for x in range(4)), env.stop, arrived)
    assert sum(told) == len(found) == 8 and len(told) > 1 and threads == {threading.current_thread()}
    told.clear()
    server.script.extend([None, None, *[401] * 9])
    with pytest.raises(EndpointError):
        collect(env.caller, deque((env.request(1, x), [0, 1]) for x in range(4)), env.stop, arrived)
    assert sum(told) <= 4


def test_who_watches():
    """A terminal at the other end of standard error, or a Jupyter kernel; a pipe and a closed stream do not."""
    code = "import sys; from iapo_widgets.live.progress import watched; print(watched(), 'tqdm' in sys.modules)"
    ours, theirs = os.openpty()
    try:
        runs = [
            subprocess.run(
                [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=err, text=True, check=True
            ).stdout
            for err in (theirs, subprocess.PIPE)
        ]
    finally:
        os.close(ours)
        os.close(theirs)
    assert runs == ["True False\n", "False False\n"]


def test_a_kernel_is_told_from_a_plain_shell(monkeypatch):
    """IPython in a terminal that is none is not watched, a kernel is; standard error that is gone is not."""
    monkeypatch.setattr(sys, "stderr", None)
    for config, seen in (({"IPKernelApp": {}}, True), ({"TerminalIPythonApp": {}}, False)):
        shell = types.SimpleNamespace(config=config)
        monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert watched() is seen
    monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda: None))
    assert watched() is False


def test_settings_of_the_bar(server, ledger):
    """Copies keep the setting; anything but True, False and None is refused; inside a bar there is no second one."""
    env = live(server, ledger, progress=True)
    assert env.with_(n_max=2)._progress.shown is True and env.split(0.5, 0)[0]._progress.shown is True
    with pytest.raises(ValueError, match="True, False, or None"):
        Progress("yes")
    bar = Progress(True)
    with bar.over(5):
        first = bar._bar
        with bar.over(7):
            assert bar._bar is first
        bar.add(0)
        assert bar._bar is first
    assert bar._bar is None


def test_training_goes_on_inside_of_what_an_environment_watches_with(server, ledger):
    """``train`` enters ``watching(budget)`` once and leaves it, also by an error; others train as before."""
    from contextlib import contextmanager

    seen = []

    @contextmanager
    def watching(budget):
        seen.append(budget)
        try:
            yield
        finally:
            seen.append("left")

    env = live(server, ledger)
    plain = train("psst", env, 60, seed=0).policy
    env.watching = watching
    assert train("psst", env, 60, seed=0).policy == plain and seen == [60, "left"]
    env.sample = None
    with pytest.raises(TypeError):
        train("psst", env, 60, seed=0)
    assert seen == [60, "left"] * 2
