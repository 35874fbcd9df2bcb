"""What a live lab needs open: its ledger, and the simulated endpoint; each is opened when it is first asked for."""

from __future__ import annotations

import threading
from pathlib import Path

from ...live.ledger.ledger import Ledger
from ...live.simulated.endpoint import SimulatedEndpoint

PORT = 8714  # of the simulated endpoint, where it is free: completions are kept under the address
LATENCY = 0.05  # seconds


class Means:
    """The ledger at ``path`` and a simulated endpoint; may be asked from any thread, and opened again after a close."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._ledger: Ledger | None = None
        self._simulator: SimulatedEndpoint | None = None

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

    def close(self) -> None:
        """Let what is in flight land in the ledger, then close what is open."""
        with self._lock:
            ledger, simulator = self._ledger, self._simulator
            self._ledger = self._simulator = None
        if ledger is not None:  # an empty one is false
            ledger.close()
        if simulator:
            simulator.stop()
