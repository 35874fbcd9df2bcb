"""What a training budget means: completions, tokens, money, and the pulls of the first round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import traitlets as t

from ...core.checks import check_budget
from ...core.costs import call_cost_of, calls, per_call_of
from ...core.protocol import Environment
from ...core.psst import allocate, spending
from ...plots.picture import BLUE, ORANGE, VERMILLION
from ...plots.scene import Line, Panel, Rule, Scene, Span
from ..shared.checked import checked
from ..shared.explorer import Control, Explorer

LOW, HIGH = 10, 1_000_000
POINTS = 60


class BudgetSlider(Explorer):
    """A logarithmic slider of T beside what it buys on ``env``.

    Traits: ``budget`` (completions), ``tokens`` (of a completion, prompt included) and ``price`` (dollars for a million
    tokens), both assumptions of yours.  Where a request of ``env`` has a cost of its own, ``tokens`` are those of a
    completion without the prompt, and those of a request follow from how the two costs compare.
    """

    budget = t.Int(20_000).tag(sync=True)
    tokens = t.Float(400.0).tag(sync=True)
    price = t.Float(0.60).tag(sync=True)
    public = ("budget", "tokens", "price")
    alone = "budget"

    def __init__(self, env: Environment, **traits: Any) -> None:
        self.env = env
        self._active = np.ones((1, len(env.prompts), env.n_max), dtype=bool)
        self._rounds = max(1, math.ceil(math.log2(len(env.prompts) * env.n_max)))
        self._budgets = np.unique(np.geomspace(LOW, HIGH, POINTS).round().astype(int))
        super().__init__(**traits)

    def controls(self) -> Sequence[Control]:
        """The budget and the two assumptions."""
        where = "not included" if self._request else "included"
        return [
            Control("budget", "Budget T", "log", LOW, HIGH, 0.05),
            Control("tokens", "Tokens each", "number", hint=f"tokens of one completion, prompt {where}"),
            Control("price", "Dollars per million", "number", hint="price of a million tokens"),
            Control("reset", "Reset", "button"),
        ]

    def readings(self) -> dict[str, str]:
        """The budget in completions."""
        return {"budget": f"{self.budget:,} completions"}

    @property
    def requests(self) -> int:
        """About how many requests the budget takes: as many for each completion as in round 1."""
        pulls = self._first(self.budget)
        made = int((pulls * calls(np.arange(1, self.env.n_max + 1), per_call_of(self.env))).sum())
        return math.ceil(self.budget * made / spending(pulls))

    @property
    def all_tokens(self) -> float:
        """Tokens of all completions, and of the requests that carry them where these have a cost of their own."""
        return self.tokens * (self.budget + (self._request * self.requests if self._request else 0))

    @property
    def money(self) -> float:
        """What the budget costs, dollars."""
        return self.all_tokens * self.price / 1e6

    @property
    def warning(self) -> str:
        """What round 1 cannot do, empty where it can pull every prompt once from its share."""
        n_prompts, n_max = self._active.shape[1:]
        m, share = n_prompts * n_max, self.budget // self._rounds
        if share >= m:
            return ""
        if self.budget >= m:
            return f"Its share of {share:,} does not pay one pull of every prompt (M = {m:,}): the rest is borrowed."
        if self.budget >= n_prompts:
            return f"The budget does not pay one pull of every prompt at N = {n_max} (M = {m:,}): pulls shrink."
        return f"The budget does not even reach every prompt: {n_prompts - self.budget} are never asked and rank last."

    def scene(self) -> Scene:
        """Completions that round 1 gives each prompt, against T."""
        n_prompts, n_max = self._active.shape[1:]
        m = n_prompts * n_max
        limits = [
            (LOW, n_prompts, VERMILLION, "some prompts are never asked"),
            (n_prompts, m, ORANGE, f"pulls are smaller than N = {n_max}"),
            (m, m * self._rounds, BLUE, "round 1 borrows from later rounds"),
        ]
        panel = Panel(
            "What round 1 of PSST can do", "training budget T, completions", "completions for each prompt",
            lines=[self._curve],
            yticks=[(k, f"{10**k:,}") for k in range(5)], ylim=(-0.5, 4.2),
            spans=[Span(max(a, LOW), min(b, HIGH), *more) for a, b, *more in limits if a < HIGH and b > LOW],
            rules=[Rule(float(min(max(self.budget, LOW), HIGH)), "this budget")], log=True, xlim=(LOW, HIGH),
        )  # fmt: skip
        return Scene(
            [panel], self._words(), note="Tokens of a completion and their price are assumptions: set your own."
        )

    @cached_property
    def _curve(self) -> Line:  # the same for every budget: drawn once
        each = [spending(self._first(int(b))) / len(self.env.prompts) for b in self._budgets]
        told = [f"T = {b:,}: {e:,.1f} completions for each prompt" for b, e in zip(self._budgets, each, strict=True)]
        return Line("round 1, mean over prompts", self._budgets, np.log10(each), every=4, tell=told)

    @cached_property
    def _request(self) -> float:
        """Cost of a request in costs of a completion, means over prompts; 0 where there is none, or none is known."""
        each = float(np.mean(getattr(self.env, "mean_cost", 0.0)))
        return float(np.mean(call_cost_of(self.env))) / each if each else 0.0

    def _first(self, budget: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        share = budget // self._rounds
        return allocate(self._active, share, budget, self._rounds == 1, np.random.default_rng(0))

    def _words(self) -> str:
        pulls = self._first(self.budget)
        scale = int(np.flatnonzero(pulls.any(axis=0))[-1]) + 1
        times = int(pulls[:, scale - 1].max())
        reached = int(pulls.any(axis=1).sum())
        who = f"each of the {reached} prompts" if reached == len(pulls) else f"{reached} of the {len(pulls)} prompts"
        where = f" in about {self.requests:,} request{'s' * (self.requests > 1)}" if self._request else ""
        text = (
            f"T = {self.budget:,} completions{where}: about {self.all_tokens:,.0f} tokens, "
            f"{self.money:,.{2 if self.money >= 1 else 4}f} dollars. "
            f"Round 1 of {self._rounds} pulls {who} {times} time{'s' * (times > 1)} at N = {scale} "
            f"({spending(pulls):,} completions)."
        )
        return f"{text} {self.warning}".strip()

    @t.validate("budget")
    def _check_budget(self, proposal: Any) -> int:
        return int(checked(check_budget, proposal["value"]))

    @t.validate("tokens", "price")
    def _check_positive(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value < math.inf:
            raise t.TraitError(f"{name} must be finite and at least 0, not {value}")
        return float(value)
