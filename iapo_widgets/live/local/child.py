"""The process that serves a model: llama.cpp's own server, ended with whoever started it.

Run as a file, so that it needs nothing but the standard library and ``xllamacpp``.  Its settings are one line of JSON
on standard input; it answers with one line of JSON, ``{"url": ...}`` or ``{"error": ...}``.  Standard input stays open
as long as the parent lives: where it ends, or the parent is another one, this process ends too.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from typing import Any

LOOK = 0.5  # seconds between looks at the parent


def main() -> None:
    """Serve until the parent is gone."""
    parent = os.getppid()
    settings = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    try:
        server = _serve(settings)
    except Exception as error:
        _say({"error": f"{type(error).__name__}: {error}"})
        return
    _say({"url": server.listening_address})
    while True:
        time.sleep(3600)


def _serve(settings: dict[str, Any]) -> Any:
    from xllamacpp import CommonParams, Server

    params = CommonParams()
    params.model.path = settings["path"]
    params.model_alias = {settings["model"]}
    params.hostnames, params.port = [settings["host"]], settings["port"]
    params.n_parallel, params.n_ctx = settings["slots"], settings["slots"] * settings["context"]
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = settings["threads"]
        threads.poll = 0  # or they wait by spinning, and whatever else runs here stands still
    params.n_gpu_layers, params.fit_params = 0, False  # what is asked for is what is served, on any machine
    params.cache_ram_mib = 0  # prompts of other questions are not kept: gigabytes
    params.ui, params.cors_origins = False, "http://localhost"  # pages from elsewhere may not ask
    params.verbosity = -1
    return Server(params)


def _say(what: dict[str, str]) -> None:
    print(json.dumps(what), flush=True)


def _end_with_input() -> None:
    while sys.stdin.readline():
        pass
    os._exit(0)


def _end_with_parent(parent: int) -> None:
    """A copy of the parent may hold our input open; the parent's number tells all the same (not on Windows)."""
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(0)


if __name__ == "__main__":
    main()
