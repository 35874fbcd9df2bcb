"""Kernels that are shut down while widgets work, as Restart does it."""

import json
import time

import pytest
from jupyter_client import KernelManager

DELIMITER = b"<IDS|MSG>"  # of what a message is for, from the message
SENDING = """import threading
import time
from iapo_widgets.widgets.shared.worker import started, worker

def send(stop, handle):
    while not stop.is_set():
        handle.update("x" * 200_000)  # so large that it is not copied, but lent to the thread that sends
        time.sleep(0.001)

def begin():
    for name in ("iapo-one", "iapo-two"):
        stop = threading.Event()
        assert started(worker(send, stop, display("", display_id=name), name=name, halt=stop.set))
"""
SENT_BY_A_CELL = f"{SENDING}\nbegin()"
SENT_BY_A_DAEMON = f"""{SENDING}
first = worker(begin, name="iapo-first")  # a daemon, as the thread of a subshell is
first.start()
first.join()"""
WIDGETS = """from iapo_widgets import load
from iapo_widgets.widgets import BoundExplorer, LiveLab, PSSTLab, StopExplorer, StudyExplorer
lab = PSSTLab(load("real-words"), budget=200_000, seconds_per_round=5)
study, bound, stops, live = StudyExplorer(), BoundExplorer(), StopExplorer(), LiveLab(latency=3.0)
for widget in (lab, study, bound, stops, live):
    display(widget)
bound.gap, bound.runs = 0.05, 1_000
for start in (lab.run, study.run, bound.measure, live.run):
    start()
stops.cap = 3
assert {lab.state, study.state, bound.state, live.state} == {"running"}"""
LEFT = """import atexit
import json
import pathlib
import threading
from iapo_widgets.widgets.shared import worker as workers

workers.PATIENCE = 30.0  # here all are to end, however slow the machine
SILENT = {"iapo-live", "iapo-ledger", "iapo-twin", "iapo-stop"}  # the last two from when the kernel began to end

def tell():
    names = {thread.name for thread in threading.enumerate() if thread.name.startswith("iapo-")}
    pathlib.Path("left.json").write_text(json.dumps(sorted(names - SILENT)))

atexit.register(tell)"""


@pytest.mark.parametrize("work", [SENT_BY_A_CELL, SENT_BY_A_DAEMON, WIDGETS], ids=["cell", "daemon", "widgets"])
def test_what_a_kernel_says_to_its_end_is_whole(work, tmp_path):
    """Workers have ended or are silent before the kernel closes its sockets; no message is torn or glued to another."""
    manager = KernelManager()
    with (tmp_path / "errors.txt").open("wb") as errors:
        manager.start_kernel(cwd=str(tmp_path), stderr=errors)
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=60)
            reply = client.execute_interactive(f"{LEFT}\n{work}", output_hook=lambda message: None, timeout=60)
            assert reply["content"]["status"] == "ok", reply["content"]
            client.iopub_channel.stop()
            said = manager.connect_iopub()
            time.sleep(0.5)
            client.shutdown(restart=True)
            parts = _all_of(said, manager)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    assert any(p[0].startswith((b"comm-", b"display_data")) for p in parts)
    assert [p[0] for p in parts if p.count(DELIMITER) != 1] == []
    assert json.loads((tmp_path / "left.json").read_text()) == []
    told = (tmp_path / "errors.txt").read_text()
    assert "Traceback" not in told and "timed out" not in told


def _all_of(socket, manager):
    """What comes until the kernel has ended, each message as its parts."""
    messages, end = [], time.monotonic() + 60
    while time.monotonic() < end:
        if socket.poll(300):
            messages.append(socket.recv_multipart())
        elif not manager.is_alive():
            break
    socket.close()
    return messages
