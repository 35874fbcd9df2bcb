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

for name in ("iapo-one", "iapo-two"):
    stop = threading.Event()
    assert started(worker(send, stop, display("", display_id=name), name=name, halt=stop.set))"""
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

def tell():  # of the threads that show something; those of a ledger or of calls say nothing to a kernel
    names = [thread.name for thread in threading.enumerate() if thread.name.startswith("iapo-")]
    pathlib.Path("left.json").write_text(json.dumps([n for n in names if n not in ("iapo-live", "iapo-ledger")]))

atexit.register(tell)"""


@pytest.mark.parametrize("work", [SENDING, WIDGETS], ids=["messages", "widgets"])
def test_what_a_kernel_says_to_its_end_is_whole(work, tmp_path):
    """Every worker has ended before the kernel closes its sockets; no message is torn or glued to the next."""
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
    assert parts and [p[0] for p in parts if p.count(DELIMITER) != 1] == []
    assert json.loads((tmp_path / "left.json").read_text()) == []
    assert "Traceback" not in (tmp_path / "errors.txt").read_text()


def _all_of(socket, manager):
    """What comes until the kernel has ended, each message as its parts."""
    messages, end = [], time.monotonic() + 20
    while time.monotonic() < end:
        if socket.poll(300):
            messages.append(socket.recv_multipart())
        elif not manager.is_alive():
            break
    socket.close()
    return messages
