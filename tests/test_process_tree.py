"""The watch over a process and its children that ``tools/binder_walk.py`` trusts."""

import subprocess
import sys

import psutil
import pytest

from process_tree import Watch, confined, end, family

CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}])"


def start(code):
    """A Python that runs ``code`` in a child of its own."""
    return subprocess.Popen([sys.executable, "-c", CHILD.format(code)])


def test_a_family_above_its_limit_is_ended():
    """Memory that a grandchild takes counts, and all of them are ended where it is too much."""
    run = start("import time; big = bytearray(b'x') * 200_000_000; time.sleep(60)")
    with Watch(run.pid, limit_mb=120) as watch:
        run.wait(30)
    assert watch.exceeded and watch.peak_mb > 120 and not family(run.pid)


def test_a_family_within_its_limit_runs_to_its_end():
    """The peak is the memory that was held, and nothing is ended."""
    run = start("import time; big = bytearray(b'x') * 100_000_000; time.sleep(2)")
    with Watch(run.pid, limit_mb=1000) as watch:
        assert run.wait(30) == 0
    assert not watch.exceeded and 95 < watch.peak_mb < 200


def test_ending_ends_the_children_too():
    """No grandchild is left behind."""
    run = start("import time; print('up', flush=True); time.sleep(60)")
    while len(members := family(run.pid)) < 2:
        assert run.poll() is None
    end(run.pid)
    run.wait(10)
    assert not any(member.is_running() and member.status() != psutil.STATUS_ZOMBIE for member in members)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="taskset is Linux's")
def test_a_confined_command_has_one_core():
    """The process and what it starts may use one core only."""
    code = "import os; print(len(os.sched_getaffinity(0)))"
    done = subprocess.run(confined([sys.executable, "-c", code]), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"
