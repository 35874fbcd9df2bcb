"""Threads that may set synced traits."""

import contextvars

from iapo_widgets.widgets.shared.worker import worker

REQUEST = contextvars.ContextVar("request")


def test_a_worker_knows_what_its_caller_knew():
    """A context variable, where ipykernel 7.0 keeps the request that a message answers, has its value in the thread."""
    seen = []
    REQUEST.set("press")
    thread = worker(lambda word: seen.append((word, REQUEST.get())), "hello", name="w")
    REQUEST.set("later")
    thread.start()
    thread.join()
    assert seen == [("hello", "press")] and thread.daemon and thread.name == "w"
