"""The attempts of one request: which failures are worth another one, how long to wait before it, and when to end."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from .faults import Fault
from .patience import Patience
from .retries import Retries

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
KNOCK = 3.0  # seconds for which an address that never answered is tried
MOST = 100  # of one request, those that only teach what it does not take included


class Failed(Exception):
    """One attempt failed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


class Attempts:
    """once: the first 5xx ends them.  failures: so far, without refusals that teach; began: when the last one did."""

    def __init__(self, retries: Retries, patience: Patience, once: bool = False) -> None:
        self._retries, self._patience, self._once = retries, patience, once
        self._start = self.began = time.monotonic()
        self.failures = 0

    async def of(self, attempt: Callable[[], Awaitable[T]], sleep: Callable[[float], Awaitable[None]]) -> T:
        """What the first attempt that succeeds returns; raises ``Failed`` where trying again is no use."""
        from tenacity import AsyncRetrying, retry_if_exception

        async def one() -> T:
            self.began = time.monotonic()
            return await attempt()

        retrying = AsyncRetrying(
            sleep=sleep, stop=self._enough, wait=self._wait, retry=retry_if_exception(self._again), reraise=True
        )
        return await retrying(one)

    def _again(self, error: BaseException) -> bool:
        if not isinstance(error, Failed) or not error.fault.again:
            return False
        self.failures += error.fault.refuses is None  # a refusal that teaches costs nothing
        return True

    def _wait(self, state: RetryCallState) -> float:
        fault = _fault(state)
        pause = self._retries.pause(max(1, self.failures), fault.after if fault else None)
        return min(pause, KNOCK / 4) if fault and self._patience.nobody(fault) else pause

    def _enough(self, state: RetryCallState) -> bool:
        fault = _fault(state)
        long = bool(fault and self._patience.nobody(fault)) and time.monotonic() - self._start > KNOCK
        ended = self._once and fault is not None and fault.server_error
        return long or ended or self.failures >= self._retries.attempts or state.attempt_number > MOST


def _fault(state: RetryCallState) -> Fault | None:
    error = state.outcome.exception() if state.outcome else None
    return error.fault if isinstance(error, Failed) else None
