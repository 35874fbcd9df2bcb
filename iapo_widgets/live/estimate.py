"""What a run will take, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..core.checks import check_budget
from ..core.costs import calls
from ..core.problem import Arm
from ..core.stopping import mean_asked
from .answer import Answer
from .endpoint.calls import Caller
from .endpoint.connection import Connection
from .ledger.ledger import Ledger
from .ledger.spending import PICOS, Spending, SpendingLimit
from .problem import PromptTemplate
from .request import Request

BYTES_PER_TOKEN = 4  # of English text, roughly
LOOK = 200  # questions that a guess is made from
Lengths = tuple[float, float]  # mean tokens of a prompt and of an answer


@dataclass(frozen=True, slots=True)
class Estimate:
    """What ``completions``, or what an arm that may stop asks of them, will take.

    ``likely`` is a guess, ``at_most`` holds while no attempt is paid twice.  completions_likely: how many of
    ``completions`` will be asked for, ``None`` where that is all of them; learnt: whether a training tells how many.

    money is ``None`` where the endpoint has no prices.  ``measured``: whether the length of answers is what the ledger
    holds, and not half of max_tokens.  ``fits``: whether ``at_most`` on top of what was spent stays under every cap;
    of answers to queries, less what the ledger holds of them.
    """

    completions: int
    tokens_likely: int
    tokens_at_most: int
    money_likely: float | None
    money_at_most: float | None
    measured: bool
    fits: bool
    completions_likely: int | None = None
    learnt: bool = True

    def __str__(self) -> str:
        number = f"{self.completions:,} completions"
        if self.completions_likely is not None:
            number = f"likely {self.completions_likely:,} completions, at most {self.completions:,}"
        elif not self.learnt:
            number = f"at most {number} (no training tells how early the arm stops)"
        text = f"{number}: likely {self.tokens_likely:,} tokens, at most {self.tokens_at_most:,}"
        if self.money_likely is not None and self.money_at_most is not None:
            text += f"; likely ${self.money_likely:,.4f}, at most ${self.money_at_most:,.4f}"
        if not self.measured:
            text += " (answers taken to be half of max_tokens long)"
        return (
            text
            + (". " if self.fits else ". The spending limit may end the run before that. ")
            + ("What is in the ledger already costs nothing; an attempt that breaks off may be paid and made again.")
        )


class Asked(Protocol):
    """What is read of a live environment."""

    @property
    def prompts(self) -> tuple[PromptTemplate, ...]: ...
    @property
    def n_queries(self) -> int: ...
    @property
    def endpoint(self) -> Connection: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def limit(self) -> SpendingLimit: ...
    @property
    def n_max(self) -> int: ...
    @property
    def per_call(self) -> int | None: ...
    @property
    def caller(self) -> Caller: ...
    def request(self, prompt: int, query: int) -> Request: ...


def estimate(env: Asked, budget: int) -> Estimate:
    """What ``budget`` completions take where all prompts are asked equally often; sends nothing.

    At most: every completion is a request of its own, under the prompt that costs most, and as long as max_tokens
    allows, with what the endpoint adds to a prompt.  Likely: a request carries as many as the endpoint takes, as far
    as ``n_max`` goes, and its prompt counts once.  Raises ``ValueError`` where the budget is no whole number of at
    least 1.
    """
    budget = check_budget(budget)
    queries = _looked_at(env)
    spending = env.endpoint.spending
    tokens, picos, measured = 0.0, 0.0, True
    top = Spending()
    once = int(calls(env.n_max, env.per_call)) / env.n_max  # requests a completion
    for p, template in enumerate(env.prompts):
        requests = [env.request(p, query) for query in range(env.n_queries)]
        bounds = [request.prompt_bound for request in requests]
        added = env.caller.abilities.prompt_bound(requests[0]) - bounds[0]
        limit = int(template.max_tokens or 0)
        most = spending(1, max(bounds) + added, limit)
        top = Spending(1, max(top.tokens, most.tokens), max(top.picos, most.picos))
        seen = lengths(env.ledger.answers(requests[query]) for query in queries)
        measured = measured and seen is not None
        asked, length = seen or guess(bounds, limit)
        likely = spending(1, round(once * asked), round(length))
        tokens += likely.tokens / len(env.prompts)
        picos += likely.picos / len(env.prompts)
    whole = _times(budget, top)
    fits = fit(env.limit, env.ledger.spent() + whole)
    priced = env.endpoint.priced
    return Estimate(
        budget, round(budget * tokens), whole.tokens, budget * picos / PICOS if priced else None,
        whole.money if priced else None, measured, fits,
    )  # fmt: skip


def estimate_answers(
    caller: Caller, requests: Sequence[Request], arm: Arm, n_max: int, drawn: float | None, known: Lengths | None
) -> Estimate:
    """What answering one query with each of ``requests`` by ``arm`` takes; sends nothing.

    n_max: up to where an arm without N draws it; drawn: completions that an arm that may stop asks of a query on
    average, ``None`` where that is not known; known: mean tokens of its prompts and answers elsewhere, for where the
    ledger has no answer to these queries.  At most: every query asks all n, each as a request of its own.  Calls of a
    judge come on top of either.

    A request that stands twice counts once, for the ledger answers it again; an arm without N may draw a higher one the
    second time, which only the most has room for.
    """
    requests = list({request.digest: request for request in requests}.values())
    endpoint, cap, per_call = caller.endpoint, int(arm.n or n_max), caller.book.per_call()
    average, sent = mean_asked(arm, per_call, drawn, n_max)
    bounds, limit = [request.prompt_bound for request in requests], requests[0].max_tokens
    mine = lengths(caller.ledger.answers(request) for request in requests) or known
    asked, length = mine or guess(bounds, limit)
    once, each = endpoint.spending(1, round(asked), 0), endpoint.spending(1, 0, round(length))
    number = len(requests)
    tokens, picos = (
        number * (sent * a + average * b) for a, b in ((once.tokens, each.tokens), (once.picos, each.picos))
    )
    tops = [endpoint.spending(1, caller.abilities.prompt_bound(request), limit) for request in requests]
    held = Counter(digest for digest, _ in caller.ledger.read({request.digest: range(cap) for request in requests}))
    whole = sum((_times(cap, top) for top in tops), Spending())
    left = sum((_times(cap - held[r.digest], top) for r, top in zip(requests, tops, strict=True)), Spending())
    fits, priced = fit(caller.limit, caller.ledger.spent() + left), endpoint.priced
    return Estimate(
        whole.completions, round(tokens), whole.tokens, picos / PICOS if priced else None,
        whole.money if priced else None, mine is not None, fits,
        None if arm.n is not None and drawn is None else round(number * average), arm.stop is None or drawn is not None,
    )  # fmt: skip


def _times(number: int, one: Spending) -> Spending:
    return Spending(number * one.completions, number * one.tokens, number * one.picos)


def fit(limit: SpendingLimit, spent: Spending) -> bool:
    """Whether so much stays under every cap."""
    return (
        (limit.completions is None or spent.completions <= limit.completions)
        and (limit.tokens is None or spent.tokens <= limit.tokens)
        and (limit.money is None or spent.money <= limit.money)
    )


def guess(bounds: Sequence[int], limit: int) -> Lengths:
    """Tokens of a prompt and of an answer where none was seen: prompts of so many bytes, answers of half ``limit``."""
    return float(np.mean(bounds)) / BYTES_PER_TOKEN, limit / 2


def lengths(found: Iterable[Sequence[Answer]]) -> Lengths | None:
    """Mean tokens of the prompts and of the answers recorded of some requests, ``None`` where there are none."""
    seen = [answer for answers in found for answer in answers]
    whole = [a.prompt_tokens if a.whole_prompt is None else a.whole_prompt for a in seen]
    return (float(np.mean(whole)), float(np.mean([a.completion_tokens for a in seen]))) if seen else None


def lengths_of(env: Asked, prompt: PromptTemplate) -> Lengths | None:
    """The same of the answers that ``env`` has recorded under ``prompt``."""
    if prompt not in env.prompts:
        return None
    number = env.prompts.index(prompt)
    return lengths(env.ledger.answers(env.request(number, query)) for query in _looked_at(env))


def _looked_at(env: Asked) -> list[int]:
    return list(np.unique(np.linspace(0, env.n_queries - 1, min(env.n_queries, LOOK)).astype(int)).tolist())
