"""Calls of an endpoint: reserve, send, settle and record each attempt; try again; never ask twice for one sample."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..answer import Answer
from ..errors import LimitReached, Stopped
from ..ledger.ledger import Ledger
from ..ledger.spending import Spending, SpendingLimit
from ..request import Request
from .abilities import abilities
from .attempts import Attempts, Failed
from .book import Book
from .connection import Connection
from .exchange import exchange
from .faults import Fault
from .pace import Pace
from .patience import Patience
from .refusals import Refusals
from .reply import Reply
from .retries import Retries
from .run import Run


class Caller:
    """Fetches completions of one endpoint into one ledger under one limit; to be used on the background loop.

    anew: what the ledger knows of the endpoint is not asked, and is written over.

    Raises ``ValueError`` where the limit caps money and the endpoint has no prices.
    """

    def __init__(
        self,
        endpoint: Connection,
        ledger: Ledger,
        limit: SpendingLimit,
        *,
        concurrency: int = 64,
        retries: Retries | None = None,
        anew: bool = False,
    ) -> None:
        if limit.money is not None and not endpoint.prices.known:
            raise ValueError("a cap on money needs the endpoint's input_price and output_price (per million tokens)")
        self.endpoint, self.ledger, self.limit = endpoint, ledger, limit
        self.retries = retries or Retries()
        self.abilities = abilities(endpoint.base_url, endpoint.model)
        self.pace = Pace(concurrency, lambda: self.abilities.replied)
        self.book = Book(ledger, endpoint, self.abilities, recall=not anew)
        self.refusals = Refusals()
        self.counts: Counter[str] = Counter()
        self.last_fault = ""
        self._one_by_one: set[bytes] = set()  # requests whose choices came as copies, or that were refused several
        self._copied: dict[bytes, str] = {}  # the text of such copies, until another one comes
        self._patience = Patience(endpoint, self.abilities, self.retries)

    async def fetch(self, request: Request, samples: Sequence[int], run: Run) -> dict[int, Answer]:
        """Completions of a request by sample index; those that failed for good are left out.

        What somebody asks for already is waited for, not asked again, and what was refused for good is not asked again
        either.  Raises ``EndpointError``, ``LimitReached``, ``LedgerError`` or ``Stopped``; what arrived until then is
        in the ledger.
        """
        got = await self._under_way(request, samples)
        wanted = [s for s in samples if s not in got]
        with self.ledger.wanted.asking([(request.digest, s) for s in wanted]):
            got |= await self._ask(request, wanted, run)
        self.counts["failed"] += sum(s not in got for s in wanted)
        return got

    async def _ask(self, request: Request, left: list[int], run: Run) -> dict[int, Answer]:
        got: dict[int, Answer] = {}
        most = len(left)
        while left and not self.refusals.covers(request):
            n = 1 if request.digest in self._one_by_one else max(1, min(len(left), self.abilities.at_once, most))
            if n > 1:
                parts = [left[:n]]
            elif self.abilities.at_once == 1 < min(self.abilities.n, most):
                parts = [left[:1]]  # one alone: it tells what to charge for several
            else:
                parts = [[s] for s in left]
            new: dict[int, Answer] = {}
            try:
                for answers in await asyncio.gather(*(self._persist(request, part, run) for part in parts)):
                    new.update(answers)
            except LimitReached:
                if n == 1:
                    raise
                most = n // 2  # fewer may still fit
                continue
            got.update(new)
            asked = {s for part in parts for s in part}
            more = n > 1 and (bool(new) or n > self.abilities.at_once)  # some came, or fewer are asked for next
            left = [s for s in left if (more and s not in new) or s not in asked]
        return got

    async def _under_way(self, request: Request, samples: Sequence[int]) -> dict[int, Answer]:
        waited = False
        while flying := self.ledger.wanted.awaited([(request.digest, s) for s in samples]):
            await asyncio.wait(flying)
            waited = True
        found = self.ledger.read({request.digest: samples}) if waited else {}
        return {sample: answer for (_, sample), answer in found.items()}

    async def _persist(
        self, request: Request, samples: list[int], run: Run, attempts: Attempts | None = None
    ) -> dict[int, Answer]:
        """Attempts until one succeeds or trying again is no use; ``{}`` then."""
        # where one alone came last time, several that fail are not waited for: one alone is, as long as they would be
        doubted = self.abilities.alone is not None and len(samples) > 1
        attempts = attempts or Attempts(self.retries, self._patience, once=doubted)
        try:
            answers = await attempts.of(lambda: self._attempt(request, samples, run), run.sleep)
        except Failed as failed:
            fault = failed.fault
        else:
            self._patience.answered()
            self.refusals.answered(request)
            return answers
        if fault.refuses == "n" and len(samples) > self.abilities.n:
            return {}  # asked again in smaller parts
        if fault.refuses == "?":
            return await self._singly(request, samples, run)
        if fault.server_error and len(samples) > 1:
            return await self._alone(request, samples, run, attempts.began)
        if fault.of_request:
            self.refusals.add(request, fault.what, fault.of_prompt)
            self.counts["refused"] += 1
            return {}
        self._patience.failed(fault)
        return {}

    async def _singly(self, request: Request, samples: list[int], run: Run) -> dict[int, Answer]:
        """Of a request that was refused, and not said why: one sample alone, which tells whether it was the number."""
        if self.abilities.n == 1:  # learnt meanwhile
            return {}
        answers = await self._persist(request, samples[:1], run)
        if answers:
            self.abilities.singly()
            self._one_by_one.add(request.digest)
        return answers

    async def _alone(self, request: Request, samples: list[int], run: Run, failed: float) -> dict[int, Answer]:
        """Of several that the server fails at, at last at that time: one sample alone tells whether it was the number.

        It is tried once, unless that was so before: then several were tried once, and it has their attempts.
        """
        if len(samples) > self.abilities.n:  # learnt meanwhile
            return {}
        attempts = Attempts(self.retries, self._patience, once=self.abilities.alone is None)
        answers = await self._persist(request, samples[:1], run, attempts)
        if answers and not attempts.failures:
            self.abilities.came_alone(failed)
        return answers

    async def _attempt(self, request: Request, samples: list[int], run: Run) -> dict[int, Answer]:
        """One attempt, which goes on to its end and is recorded even when nobody waits for it any longer."""
        if len(samples) > self.abilities.n:
            raise Failed(Fault("fewer choices at a time", again=False, paid=False, refuses="n"))
        if self.refusals.covers(request):
            raise Failed(Fault(self.refusals.said.get(request.digest, "its prompt is refused"), False, of_request=True))
        epoch = await self.pace.acquire()
        try:
            await run.gate()
        except BaseException:
            self.pace.release()
            raise
        task = asyncio.create_task(self._call(request, samples, run, epoch))
        self.ledger.wanted.fly([(request.digest, s) for s in samples], task)
        return await asyncio.shield(task)

    async def _call(self, request: Request, samples: list[int], run: Run, epoch: int) -> dict[int, Answer]:
        known = self.abilities
        most = self._most(request, len(samples))
        body: dict[str, Any] = {}
        try:
            call = await self._reserve(most, run)
            reply: Reply | None = None
            try:
                if run.stopped:
                    fault = Fault("stopped before it was sent", paid=False)
                else:
                    self.counts["requests"] += 1
                    body = known.body(request, samples)
                    reply, fault = await exchange(self.endpoint, known, request, samples, body)
                difference = reply.spent - most if reply else (Spending() if fault.paid else Spending() - most)
                what = "delivered" if reply else fault.what[:300] + (" (stays charged)" if fault.paid else "")
                displaced = await asyncio.wrap_future(
                    self.ledger.settle(call, request, what, difference, reply.records if reply else ())
                )
            finally:
                self.ledger.landed()
            if run.stopped and reply is None:
                raise Stopped("stopped")
            if reply is None or not reply.records:
                fault = self._learned(fault, request, body, epoch)
                run.ending = run.ending or fault.fatal  # known before another one leaves
                raise Failed(fault)
        finally:
            self.pace.release()
        return self._delivered(request, reply, samples, displaced)

    async def probe(self, request: Request, sample: int, run: Run) -> str | None:
        """The text of that sample asked anew, with its seed, and kept as spare; ``None`` where that failed."""
        body = self.abilities.body(request, [sample])
        most = self._most(request, 1)
        call = await self._reserve(most, run)
        try:
            reply, fault = await exchange(self.endpoint, self.abilities, request, [], body)
            difference = reply.spent - most if reply else (Spending() if fault.paid else Spending() - most)
            what = "delivered" if reply else fault.what[:300]
            records = reply.records if reply else ()
            await asyncio.wrap_future(self.ledger.settle(call, request, what, difference, records))
        finally:
            self.ledger.landed()
        return reply.records[0].text if reply and reply.records else None

    def _most(self, request: Request, asked: int) -> Spending:
        """The most that a request for so many choices can cost, as far as is known."""
        known = self.abilities
        choices = known.choices_bound(asked)
        return self.endpoint.prices.spending(
            choices, known.prompt_bound(request), choices * (request.max_tokens + known.beyond)
        )

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

    def _learned(self, fault: Fault, request: Request, sent: dict[str, Any], epoch: int) -> Fault:
        """The fault as it is to be taken, after all that was known before."""
        self.last_fault = fault.what
        self.counts["faults"] += 1
        if fault.slow_down:
            self.counts["slowed"] += 1
            self.pace.slow_down(epoch, self.retries.pause(1, fault.after))
        ends = self._patience.tried(fault)
        if ends.fatal and not fault.fatal:
            return ends
        if fault.doubtful and self.counts["delivered"]:  # a bad moment of an endpoint that answered before
            return replace(fault, again=True, fatal=False)
        # a refusal of what was built before others taught us better is no news: it is built and sent again
        if fault.refuses not in (None, "?") and not self.abilities.refused(
            str(fault.refuses), request, sent, fault.most
        ):
            return replace(fault, again=False, fatal=True)
        return fault

    def _delivered(
        self, request: Request, reply: Reply, samples: list[int], displaced: dict[int, Answer]
    ) -> dict[int, Answer]:
        used = [record for record in reply.records if record.sample is not None]
        self.abilities.saw(len(samples), reply.came)
        self.pace.speed_up()
        if reply.copies:
            self._one_by_one.add(request.digest)
            self._copied[request.digest] = reply.records[0].text
        elif self._copied.get(request.digest, reply.records[0].text) != reply.records[0].text:
            del self._copied[request.digest]  # asked alone, the model says something else: it was not just sure
            self.abilities.copies()
        self.counts["delivered"] += len(used)
        self.counts["spare"] += len(reply.records) - len(used)
        self.counts["estimated"] += 0 if reply.reported else len(reply.records)
        self.counts["above"] += reply.above
        self.book.keep()
        self.book.compare(reply.model)
        return {r.sample: displaced.get(r.sample) or r.answer() for r in used if r.sample is not None}
