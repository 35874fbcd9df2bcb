"""Ctrl-C, SIGTERM and a reader that is gone: one line, what was finished is kept, and no process is left behind."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from process_tree import family

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
MAIN = "import sys; from iapo_widgets.cli import main; sys.exit(main())"


def start(*arguments, **options):
    """``iapo`` in a session of its own."""
    command = [sys.executable, "-c", MAIN, *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(command, start_new_session=True, **pipes)


def wait_until(true, process, seconds=120):
    """Wait until something is true while the process runs."""
    end = time.monotonic() + seconds
    while not true():
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.05)


def lines(path):
    """Finished lines of a file, none where it is absent."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def gone(members):
    """Whether none of these processes runs any more, within ten seconds."""
    left = psutil.wait_procs(members, timeout=10)[1]
    return not [p for p in left if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_study_that_is_ended_keeps_its_runs_and_ends_its_workers(tmp_path, number, code):
    """Ctrl-C reaches all processes of a terminal, SIGTERM only the first: no worker outlives either, no run is lost."""
    process = start("study", tmp_path, "--only", "fourfold", "--jobs", "2")
    results = tmp_path / "fourfold.jsonl"
    wait_until(lambda: lines(results) > 2, process)
    members = family(process.pid)
    assert len(members) > 2
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, error = process.communicate(timeout=60)
    assert process.returncode == code and gone(members)
    told = [
        line for line in error.decode().replace("\r", "\n").splitlines() if line.strip() and "run" not in line[-10:]
    ]
    assert "Traceback" not in error.decode()
    assert (told[-1].startswith("iapo: stopped") and len(told) == 1) if code == 130 else not told
    assert all(json.loads(line) for line in results.read_bytes().split(b"\n")[:-1])


def test_bench_prints_each_row_when_it_has_it(tmp_path):
    """The row of the small budget is there while the large one runs; Ctrl-C adds one line."""
    process = start("bench", "--budgets", "300,2000000", "--runs", "3", "--json", stderr=subprocess.PIPE)
    row = json.loads(process.stdout.readline())
    assert row["budget"] == 300 and process.poll() is None
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130 and not out and error.decode().startswith("iapo: stopped")
    assert error.count(b"\n") == 1


def test_a_reader_that_is_gone_is_no_error():
    """``iapo bench | head -1`` ends silently, with the code that shells give it."""
    process = start("bench", "--budgets", "300,400,500,600", "--runs", "3", "--json")
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait(60) == 141


def test_a_study_goes_on_where_nobody_reads(tmp_path):
    """What it says is not read; what it finds is in its files."""
    reading, writing = os.pipe()
    os.close(reading)
    process = start("study", tmp_path, "--only", "fourfold", "--jobs", "1", "--runs", "1", stdout=writing)
    os.close(writing)
    process.communicate(timeout=300)
    assert process.returncode == 0 and lines(tmp_path / "fourfold.jsonl") == 7


def test_an_encoding_without_the_signs_loses_no_result():
    """In ASCII the row is the same but for its sign of plus and minus."""
    found = {}
    for encoding in ("ascii", "utf-8"):
        process = start("bench", "--budgets", "300", "--runs", "2", env={**os.environ, "PYTHONIOENCODING": encoding})
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        found[encoding] = (
            out.decode(encoding).split(" ms")[0].rpartition(" ")[0].replace("±", "+/-").split("  spent")[0]
        )
    assert found["ascii"] == found["utf-8"] and "+/-" in found["ascii"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_iapo_lab_started_ends_with_it(tmp_path, number):
    """JupyterLab gets the options that are its own; however the command ends, nothing that it started is left."""
    runtime = tmp_path / "runtime"
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower()) for name in ("RUNTIME", "CONFIG", "DATA")}
    options = ["--no-browser", "--allow-root", "--port", "0", "--IdentityProvider.token="]
    with (tmp_path / "log").open("w") as log:
        env = {**os.environ, **folders}
        process = start("lab", *options, tmp_path / "course", env=env, stdout=log, stderr=subprocess.STDOUT)
    wait_until(lambda: list(runtime.glob("jpserver-*.json")), process)
    server = json.loads(next(runtime.glob("jpserver-*.json")).read_text())
    assert server["root_dir"] == str(tmp_path / "course") and (tmp_path / "course" / "00_start_here.ipynb").exists()
    members = family(process.pid)
    assert server["pid"] in [member.pid for member in members]
    process.send_signal(number)
    process.wait(60)
    assert gone(members)
