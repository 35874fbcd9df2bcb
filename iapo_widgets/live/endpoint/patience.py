"""When a run is to end: nothing answers, all that is sent fails, or answers that come too late have to be paid."""

from __future__ import annotations

from dataclasses import replace

from ..errors import EndpointError
from .abilities import Abilities
from .connection import Connection
from .faults import Fault
from .retries import Retries


class Patience:
    """Counts what goes wrong in a row at an endpoint; ``known``: whether anything ever answered there."""

    def __init__(self, endpoint: Connection, known: Abilities, retries: Retries) -> None:
        self._endpoint, self._known, self._retries = endpoint, known, retries
        self._failed = self._late = 0

    def answered(self) -> None:
        """A request succeeded."""
        self._failed = self._late = 0

    def nobody(self, fault: Fault) -> bool:
        """Whether nothing ever answered at the address."""
        return fault.unreached and not self._known.reached

    def tried(self, fault: Fault) -> Fault:
        """The fault of one attempt; fatal where so many in a row came too late."""
        self._late = self._late + 1 if fault.late else 0
        if self._late < self._retries.late:
            return fault
        what = (
            f"{self._late} requests in a row had {fault.what}, and stay charged, for they may have been made; give"
            " Endpoint(timeout=...) more seconds, or a lower concurrency"
        )
        self._late = 0
        return replace(fault, what=what, again=False, fatal=True)

    def failed(self, fault: Fault) -> None:
        """A request failed for good; raises ``EndpointError`` where further ones would fare no better."""
        self._failed += 1
        where = f"{self._endpoint.model} at {self._endpoint.base_url}"
        if fault.fatal:
            raise EndpointError(f"{where}: {fault.what}. What arrived is in the ledger; mend this, then run again")
        if self.nobody(fault):
            raise EndpointError(
                f"nothing answers at {self._endpoint.base_url}: {fault.what}. Is the server running, and is the address"
                " right, port and /v1 included? Nothing was charged"
            )
        if self._failed >= self._retries.in_a_row:
            self._failed = 0
            raise EndpointError(
                f"{where}: {self._retries.in_a_row} requests in a row failed for good, the last: {fault.what}."
                " What arrived is in the ledger; run again to go on from there"
            )
