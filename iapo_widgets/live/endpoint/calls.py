"""Calls of an endpoint: reserve, send, settle and record each attempt; try again; never ask twice for one sample."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..answer import Answer
from ..errors import EndpointError, LimitReached, Stopped
from ..ledger.ledger import Ledger
from ..ledger.spending import Spending, SpendingLimit
from ..request import Request
from .abilities import abilities
from .endpoint import Endpoint
from .faults import Fault, of_connection, of_status
from .pace import Pace
from .reply import Reply, Unreadable, read_reply
from .retries import Retries


@dataclass(slots=True)
class Run:
    """One caller's wish: ``stop()`` lets what is in flight arrive and keeps anything further from being sent."""

    stopped: bool = False
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """To be called on the loop."""
        self.stopped = True
        self._woken.set()

    async def sleep(self, seconds: float) -> None:
        """Wait, or raise ``Stopped`` as soon as a stop is asked for."""
        try:
            await asyncio.wait_for(self._woken.wait(), max(seconds, 0.0))
        except TimeoutError:
            return
        raise Stopped("stopped")


class Failed(Exception):
    """One attempt failed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what)
        self.fault = fault


class Caller:
    """Fetches completions of one endpoint into one ledger under one limit; to be used on the background loop.

    Raises ``ValueError`` where the limit caps money and the endpoint has no prices.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        ledger: Ledger,
        limit: SpendingLimit,
        *,
        concurrency: int = 64,
        retries: Retries | None = None,
    ) -> None:
        if limit.money is not None and not endpoint.prices.known:
            raise ValueError("a cap on money needs the endpoint's input_price and output_price (per million tokens)")
        self.endpoint, self.ledger, self.limit = endpoint, ledger, limit
        self.retries = retries or Retries()
        self.pace = Pace(concurrency)
        self.abilities = abilities(endpoint.base_url, endpoint.model)
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self._in_a_row = 0

    async def fetch(self, request: Request, samples: Sequence[int], run: Run) -> dict[int, Answer]:
        """Completions of a request by sample index; those that failed for good are left out.

        What is in flight already is waited for, not asked again.  Raises ``EndpointError``, ``LimitReached``,
        ``LedgerError`` or ``Stopped``; what arrived until then is in the ledger.
        """
        got = await self._under_way(request, samples)
        left, most = [s for s in samples if s not in got], len(samples)
        while left:
            n = max(1, min(len(left), self.abilities.n, most))
            if n == 1:
                parts = [[s] for s in left]
                left = []
                for new in await asyncio.gather(*(self._persist(request, part, run) for part in parts)):
                    got.update(new)
                return got
            part, rest = left[:n], left[n:]
            try:
                new = await self._persist(request, part, run)
            except LimitReached:
                most = n // 2  # fewer may still fit
                continue
            got.update(new)
            again = [s for s in part if s not in new] if new or n > self.abilities.n else []
            left = again + rest
        return got

    async def _under_way(self, request: Request, samples: Sequence[int]) -> dict[int, Answer]:
        known = self.ledger.flying
        flying = {known[request.digest, s] for s in samples if (request.digest, s) in known}
        if not flying:
            return {}
        await asyncio.wait(flying)
        found = self.ledger.read({request.digest: samples})
        return {sample: answer for (_, sample), answer in found.items()}

    async def _persist(self, request: Request, samples: list[int], run: Run) -> dict[int, Answer]:
        """Attempts until one succeeds or trying again is no use; ``{}`` then."""
        from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

        def wait(state: RetryCallState) -> float:
            error: Any = state.outcome.exception() if state.outcome else None
            asked = error.fault.after if isinstance(error, Failed) else None
            return self.retries.pause(state.attempt_number, asked)

        def again(error: BaseException) -> bool:
            return isinstance(error, Failed) and error.fault.again

        retrying = AsyncRetrying(
            sleep=run.sleep, stop=stop_after_attempt(self.retries.attempts), wait=wait,
            retry=retry_if_exception(again), reraise=True,
        )  # fmt: skip
        try:
            answers: dict[int, Answer] = await retrying(self._attempt, request, samples, run)
        except Failed as failed:
            fault = failed.fault
        else:
            self._in_a_row = 0
            return answers
        if fault.refuses == "n" and len(samples) > self.abilities.n:
            return {}  # asked again in smaller parts
        self.counts["failed"] += len(samples)
        self._in_a_row += 1
        where = f"{self.endpoint.model} at {self.endpoint.base_url}"
        if fault.fatal:
            raise EndpointError(f"{where}: {fault.what}. What arrived is in the ledger; mend this, then run again")
        if self._in_a_row >= self.retries.in_a_row:
            self._in_a_row = 0
            raise EndpointError(
                f"{where}: {self.retries.in_a_row} requests in a row failed for good, the last: {fault.what}."
                " What arrived is in the ledger; run again to go on from there"
            )
        return {}

    async def _attempt(self, request: Request, samples: list[int], run: Run) -> dict[int, Answer]:
        """One attempt, which goes on to its end and is recorded even when nobody waits for it any longer."""
        if len(samples) > self.abilities.n:
            raise Failed(Fault("fewer choices at a time", again=False, paid=False, refuses="n"))
        epoch = await self.pace.acquire()
        if run.stopped:
            self.pace.release()
            raise Stopped("stopped")
        task = asyncio.create_task(self._call(request, samples, run, epoch))
        keys = [(request.digest, s) for s in samples]
        self.ledger.flying.update(dict.fromkeys(keys, task))

        def landed(done: asyncio.Task[Any]) -> None:
            for key in keys:
                if self.ledger.flying.get(key) is done:
                    del self.ledger.flying[key]
            if not done.cancelled():
                done.exception()  # seen, also where nobody waits

        task.add_done_callback(landed)
        return await asyncio.shield(task)

    async def _call(self, request: Request, samples: list[int], run: Run, epoch: int) -> dict[int, Answer]:
        most = self.endpoint.prices.spending(len(samples), request.prompt_bound, len(samples) * request.max_tokens)
        try:
            call = await self._reserve(most, run)
            reply: Reply | None = None
            try:
                if run.stopped:
                    fault = Fault("stopped before it was sent", paid=False)
                else:
                    self.counts["requests"] += 1
                    reply, fault = await self._exchange(request, samples)
                difference = reply.spent - most if reply else (Spending() if fault.paid else Spending() - most)
                what = "delivered" if reply else fault.what[:300] + (" (stays charged)" if fault.paid else "")
                displaced = await asyncio.wrap_future(
                    self.ledger.settle(call, request, what, difference, reply.records if reply else ())
                )
            finally:
                self.ledger.landed()
        finally:
            self.pace.release()
        if run.stopped and reply is None:
            raise Stopped("stopped")
        if reply is None or not reply.records:
            self._learn(fault, samples, epoch)
            raise Failed(fault)
        return self._delivered(reply, samples, displaced)

    async def _reserve(self, most: Spending, run: Run) -> int:
        """Reserve; where that does not fit, wait until a call of ours is settled for less than it reserved."""
        while True:
            before = self.ledger.settled
            try:
                call = await asyncio.wrap_future(self.ledger.reserve(self.limit, most))
            except LimitReached:
                if not self.ledger.under_way and self.ledger.settled == before:
                    raise
            else:
                self.ledger.under_way += 1
                return call
            while self.ledger.under_way and self.ledger.settled == before:
                await run.sleep(0.01)

    async def _exchange(self, request: Request, samples: list[int]) -> tuple[Reply | None, Fault]:
        """Send, and say what came back; raises nothing that knows the request's headers."""
        import httpx2
        from openai import APIConnectionError, APIStatusError

        endpoint, body = self.endpoint, self.abilities.body(request, samples)
        try:
            # the time is for all of it; the SDK's own is from byte to byte
            with endpoint.client() as client:
                async with asyncio.timeout(endpoint.timeout):
                    # the SDK's door for bodies of one's own: less CPU than chat.completions.create, which checks types
                    raw = await client.post("/chat/completions", cast_to=httpx2.Response, body=body)
            text = endpoint.scrub(raw.content.decode("utf-8", "replace"))
            reply = read_reply(text, endpoint.prices, request, samples, raw.headers.get("x-request-id"))
            return reply, Fault("the reply holds no choices", paid=False)
        except EndpointError as error:  # no client can be made, and nothing was sent
            fault = Fault(str(error), again=False, paid=False, fatal=True)
        except Unreadable as error:
            fault = Fault(str(error))
        except APIStatusError as error:
            said = endpoint.scrub(error.response.content.decode("utf-8", "replace"))
            fault = of_status(error.status_code, error.response.headers, said, body)
        except APIConnectionError as error:
            fault = of_connection(error)
        except TimeoutError:
            fault = Fault(f"no complete answer within {endpoint.timeout:g} s")
        except Exception as error:
            fault = Fault(endpoint.scrub(f"{type(error).__name__}: {error}"), again=False)
        return None, fault

    def _learn(self, fault: Fault, samples: list[int], epoch: int) -> None:
        self.last_fault = fault.what
        self.counts["faults"] += 1
        if fault.slow_down:
            self.counts["slowed"] += 1
            self.pace.slow_down(epoch, self.retries.pause(1, fault.after))
        if fault.refuses and not self.abilities.refused(fault.refuses, len(samples)):
            raise Failed(Fault(fault.what, again=False, fatal=True))

    def _delivered(self, reply: Reply, samples: list[int], displaced: dict[int, Answer]) -> dict[int, Answer]:
        self.pace.speed_up()
        used = [record for record in reply.records if record.sample is not None]
        self.abilities.saw(len(samples), len(reply.records))
        if reply.copies:
            self.abilities.copies()
        self.counts["delivered"] += len(used)
        self.counts["spare"] += len(reply.records) - len(used)
        self.counts["estimated"] += 0 if reply.reported else len(reply.records)
        self.counts["above"] += reply.above
        return {r.sample: displaced.get(r.sample) or r.answer() for r in used if r.sample is not None}


async def ask(
    endpoint: Endpoint,
    messages: Sequence[dict[str, str]],
    settings: dict[str, Any],
    ledger: Ledger,
    limit: SpendingLimit,
    *,
    sample: int = 0,
) -> Answer | None:
    """One completion from the ledger or else from the endpoint, charged and recorded; ``None`` where it failed.

    settings must hold ``max_tokens``.  To be awaited on the background loop, as ``score_async`` is.
    """
    request = Request(ledger.resolve(endpoint.base_url), endpoint.model, settings, messages)
    found = ledger.read({request.digest: [sample]})
    if found:
        return found[request.digest, sample]
    callers = ledger.callers
    with _lock:
        caller = callers.get((id(endpoint), limit))
        if caller is None:
            caller = callers[id(endpoint), limit] = Caller(endpoint, ledger, limit)
    return (await caller.fetch(request, [sample], Run())).get(sample)


_lock = threading.Lock()
