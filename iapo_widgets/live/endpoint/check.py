"""What an endpoint honours, found out by a few cheap requests within a stated cap."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ...core.markup import html_table
from ..answer import Answer
from ..background import on_loop
from ..errors import EndpointError, LiveError
from ..ledger.ledger import Ledger
from ..ledger.spending import Spending, SpendingLimit
from ..request import Request
from .abilities import abilities
from .calls import Caller
from .connection import Connection
from .retries import Retries
from .run import Run

QUESTION = "How much is 17 * 24 + 9, and which fruit do you like? Answer in a few words."
TOKENS = 24  # of an answer at most
RETRIES = Retries(attempts=3, longest=5.0)
#: What a check may cost at most.
CAP = SpendingLimit(completions=48, tokens=20_000)


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows (what, found, what follows from it), and what the check was charged; prints as a table."""

    address: str
    model: str
    rows: tuple[tuple[str, str, str], ...]
    spent: Spending

    def __getitem__(self, what: str) -> str:
        """What was found; raises ``KeyError`` for what was not looked at."""
        return dict((name, found) for name, found, _ in self.rows)[what]

    def __str__(self) -> str:
        wide = [max(len(row[i]) for row in self.rows) for i in (0, 1)]
        lines = [f"{a:<{wide[0]}}  {b:<{wide[1]}}  {c}".rstrip() for a, b, c in self.rows]
        return "\n".join([f"{self.model} at {self.address}, by {self.spent}", *lines])

    def _repr_html_(self) -> str:
        caption = f"{self.model} at {self.address}, by {self.spent}"
        return html_table(("what", "found", "what follows"), self.rows, caption=caption)


def check(endpoint: Connection, n: int = 8, *, ledger: Ledger | None = None, limit: SpendingLimit = CAP) -> Checked:
    """Ask for one answer, for ``n`` at once, twice with one seed, and twice at temperature 0.

    It asks as of an endpoint of which nothing is known.  What is found is used from now on, and kept in ``ledger``
    where one is given; what it costs, at most 2 ``n`` + 6 answers of 24 tokens, is charged to it.  Raises
    ``EndpointError`` where the endpoint does not answer at all.
    """
    with tempfile.TemporaryDirectory() as folder:
        # an empty ledger is false
        book = Ledger(Path(folder) / "check.sqlite", durable=False) if ledger is None else ledger
        try:
            before = book.spent()
            abilities(endpoint.base_url, endpoint.model, anew=True)
            room = limit.above(before)
            rows = on_loop(_rows(Caller(endpoint, book, room, concurrency=2, retries=RETRIES, anew=True), n)).result()
            return Checked(endpoint.base_url, endpoint.model, tuple(rows), book.spent() - before)
        finally:
            if ledger is None:
                book.close()


async def _rows(caller: Caller, n: int) -> list[tuple[str, str, str]]:
    known, run = caller.abilities, Run()
    stamp = time.time_ns()  # so that a check that is repeated asks again

    def request(temperature: float, number: int = 0) -> Request:
        settings = {"max_tokens": TOKENS, "temperature": temperature}
        messages = [{"role": "user", "content": f"{QUESTION} (Check {stamp + number}.)"}]
        return caller.endpoint.request(settings, messages, caller.ledger)

    usual = request(1.0)
    start = time.monotonic()
    first = (await caller.fetch(usual, [0], run)).get(0)
    seconds = time.monotonic() - start
    if first is None:
        said = caller.refusals.said.get(usual.digest) or caller.last_fault
        raise EndpointError(f"{caller.endpoint.model} at {caller.endpoint.base_url} did not answer: {said}")
    rows = [("answers", "yes", f"{first.text.strip()[:60]!r} in {seconds:.2f} s"), _model(caller, first)]
    try:
        several = await caller.fetch(usual, list(range(1, n + 1)), run)
        if not known.shown and n > 1:  # one odd reply is no rule yet
            several = await caller.fetch(request(1.0, 1), list(range(n)), run)
        why = caller.last_fault
    except LiveError as error:
        several, why = {}, str(error)
    if several and (known.shown or n == 1):
        most = min(n, known.n)
        follows = "one request an answer" if most == 1 else f"up to {most} answers a request"
        rows.append(("n", "honoured" if most >= n else f"at most {most}", f"{follows}; {len(several)} of {n} arrived"))
    else:
        rows.append(("n", "not known", why[:200]))
    caller.book.settle_per_call()
    rows.append(_seed(known.seed, [await caller.probe(usual, 0, run) for _ in range(2)] if known.seed else []))
    rows.append(await _temperature(caller, request(0.0), run))
    rows.append(("limit", known.limit or "none", "the name by which an answer's length is bounded"))
    if not first.cost_reported:
        rows.append(("usage", "missing or not credible", "tokens are estimated from above, and marked so"))
    elif not known.whole_usage:
        rows.append(("usage", "counts one choice of several", "tokens of several are estimated, and marked so"))
    else:
        rows.append(
            ("usage", "reported", f"{first.whole_prompt} tokens of prompt, {first.completion_tokens} of answer")
        )
    thought = bool(first.thought) or "<think>" in first.text
    rows.append(
        ("thought", "yes" if thought else "not seen", "kept apart from the answer, and paid" if thought else "")
    )
    return rows


def _model(caller: Caller, first: Answer) -> tuple[str, str, str]:
    named = first.model or "not named"
    return "model", named, "" if named == caller.endpoint.model else "the name that replies give"


def _seed(taken: bool, texts: list[str | None]) -> tuple[str, str, str]:
    if not taken:
        return "seed", "refused", "left out"
    if None in texts:
        return "seed", "not known", "a request failed"
    same = texts[0] == texts[1]
    return "seed", "honoured" if same else "ignored", "one seed, one answer" if same else "one seed gave two answers"


async def _temperature(caller: Caller, cold: Request, run: Run) -> tuple[str, str, str]:
    if not caller.abilities.temperature:
        return "temperature", "refused", "left out where it is 1; give PromptTemplate(temperature=None)"
    try:
        texts = [answer.text for answer in (await caller.fetch(cold, [0, 1], run)).values()]
    except LiveError as error:
        return "temperature", "0 is refused", str(error)[:160]
    if len(texts) < 2:
        return "temperature", "not known", "a request failed"
    return "temperature", "taken", "at 0 two answers are alike" if texts[0] == texts[1] else "at 0 two answers differ"
