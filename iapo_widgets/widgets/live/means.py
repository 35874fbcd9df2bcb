"""What a live lab needs open: its ledger, and what serves answers on this machine; each when it is first asked for."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from ...live.ledger.ledger import Ledger
from ...live.local.local_model import LocalModel
from ...live.simulated.endpoint import SimulatedEndpoint

LEDGER = "iapo-ledger.sqlite"  # where completions are kept that were given no file
PORT = 8714  # of the simulated endpoint, where it is free: completions are kept under the address
LATENCY = 0.5  # seconds that a simulated request takes: real ones take longer, and a run should be seen
MODEL = "smollm2"


class Served(Protocol):
    """What speaks as an endpoint on this machine."""

    @property
    def base_url(self) -> str: ...
    @property
    def model(self) -> str: ...


class Means:
    """A ledger, a simulated endpoint and a local model; may be asked from any thread, and opened again after a close.

    path: of the ledger; ``renew`` goes on with a new file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._ledger: Ledger | None = None
        self._earlier: list[Ledger] = []  # what was shown may still be read
        self._simulator: SimulatedEndpoint | None = None
        self._local: LocalModel | None = None

    @property
    def path(self) -> Path:
        """Where the ledger is, or will be."""
        return self._path

    @property
    def ledger(self) -> Ledger:
        """The open ledger."""
        with self._lock:
            if self._ledger is None:
                self._ledger = Ledger(self._path)
            return self._ledger

    @property
    def simulator(self) -> SimulatedEndpoint:
        """The simulated endpoint, serving."""
        with self._lock:
            if self._simulator is None:
                try:
                    self._simulator = SimulatedEndpoint(port=PORT, latency=LATENCY).start()
                except OSError:  # taken, perhaps by another kernel
                    self._simulator = SimulatedEndpoint(latency=LATENCY).start()
            return self._simulator

    @property
    def local(self) -> LocalModel:
        """The language model on this machine, serving; raises as ``LocalModel``."""
        ledger = self.ledger
        with self._lock:
            if self._local is None or not self._local.running:
                self._local = (self._local or LocalModel(MODEL)).start()
            # its port differs from start to start; what was asked before is found under one name
            ledger.same_address(f"http://localhost/{self._local.model}", self._local.base_url)
            return self._local

    def renew(self) -> Path:
        """Go on with a ledger in a new file beside the old one, which stays as it is; the new path."""
        with self._lock:
            if self._ledger is not None:
                self._earlier.append(self._ledger)
                self._ledger = None
            stem, number = self._path.stem, 2
            head, _, tail = stem.rpartition("-")
            if head and tail.isdecimal():
                stem, number = head, int(tail) + 1
            while (path := self._path.with_name(f"{stem}-{number}{self._path.suffix}")).exists():
                number += 1
            self._path = path
            return path

    def close(self) -> None:
        """Let what is in flight land in the ledger, then close what is open."""
        with self._lock:
            ledgers = [*self._earlier, *([] if self._ledger is None else [self._ledger])]
            served = [each for each in (self._simulator, self._local) if each is not None]
            self._ledger = self._simulator = self._local = None
            self._earlier = []
        for ledger in ledgers:
            ledger.close()
        for each in served:
            each.stop()
