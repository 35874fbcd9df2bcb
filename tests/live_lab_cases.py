"""A small live lab for the tests, and how to run it to its end."""

import time

from iapo_widgets.widgets import LiveLab


def small_lab(folder, monkeypatch, **traits):
    """A lab on the simulated endpoint, which answers at once, with a ledger of its own; no key is at hand."""
    monkeypatch.delenv("IAPO_API_KEY", raising=False)
    monkeypatch.chdir(folder)
    return LiveLab(folder / "ledger.sqlite", **{"budget": 200, "n_max": 4, "latency": 0.0, **traits})


def wait_for(condition, seconds=20):
    """Wait until it is true; fail where it never is."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def landed(lab):
    """Run to the end, with everything in the ledger."""
    lab.run()
    lab.join(60)
    assert lab.env.finish(20)
