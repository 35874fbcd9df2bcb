"""What a run will take, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..core.checks import check_budget
from ..core.costs import calls
from .endpoint.calls import Caller
from .endpoint.connection import Connection
from .ledger.ledger import Ledger
from .ledger.spending import PICOS, Spending, SpendingLimit
from .problem import PromptTemplate
from .request import Request

BYTES_PER_TOKEN = 4  # of English text, roughly
LOOK = 200  # questions that a guess is made from


@dataclass(frozen=True, slots=True)
class Estimate:
    """What ``completions`` will take.  ``likely`` is a guess, ``at_most`` holds while no attempt is paid twice.

    money is ``None`` where the endpoint has no prices.  ``measured``: whether the length of answers is what the ledger
    holds, and not half of max_tokens.  ``fits``: whether ``at_most`` on top of what was spent stays under every cap.
    """

    completions: int
    tokens_likely: int
    tokens_at_most: int
    money_likely: float | None
    money_at_most: float | None
    measured: bool
    fits: bool

    def __str__(self) -> str:
        text = (
            f"{self.completions:,} completions: likely {self.tokens_likely:,} tokens, at most {self.tokens_at_most:,}"
        )
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
    queries = np.unique(np.linspace(0, env.n_queries - 1, min(env.n_queries, LOOK)).astype(int)).tolist()
    spending = env.endpoint.spending
    tokens, picos, measured = 0.0, 0.0, True
    top = Spending()
    seen = _seen(env, queries)
    once = int(calls(env.n_max, env.per_call)) / env.n_max  # requests a completion
    for p, template in enumerate(env.prompts):
        requests = [env.request(p, query) for query in range(env.n_queries)]
        bounds = [request.prompt_bound for request in requests]
        added = env.caller.abilities.prompt_bound(requests[0]) - bounds[0]
        limit = int(template.max_tokens or 0)
        most = spending(1, max(bounds) + added, limit)
        top = Spending(1, max(top.tokens, most.tokens), max(top.picos, most.picos))
        measured = measured and seen[p] is not None
        asked, length = seen[p] or (float(np.mean(bounds)) / BYTES_PER_TOKEN, limit / 2)
        likely = spending(1, round(once * asked), round(length))
        tokens += likely.tokens / len(env.prompts)
        picos += likely.picos / len(env.prompts)
    whole = Spending(budget, budget * top.tokens, budget * top.picos)
    spent = env.ledger.spent() + whole
    limit_ = env.limit
    fits = (
        (limit_.completions is None or spent.completions <= limit_.completions)
        and (limit_.tokens is None or spent.tokens <= limit_.tokens)
        and (limit_.money is None or spent.money <= limit_.money)
    )
    priced = env.endpoint.priced
    return Estimate(
        budget, round(budget * tokens), whole.tokens, budget * picos / PICOS if priced else None,
        whole.money if priced else None, measured, fits,
    )  # fmt: skip


def _seen(env: Asked, queries: list[int]) -> list[tuple[float, float] | None]:
    """Mean tokens of the recorded prompts and answers of each prompt, ``None`` where there are none."""
    out: list[tuple[float, float] | None] = []
    for p in range(len(env.prompts)):
        seen = [a for query in queries for a in env.ledger.answers(env.request(p, query))]
        whole = [a.prompt_tokens if a.whole_prompt is None else a.whole_prompt for a in seen]
        out.append((float(np.mean(whole)), float(np.mean([a.completion_tokens for a in seen]))) if seen else None)
    return out
