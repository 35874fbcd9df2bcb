"""What a training budget buys: rounds of questions and answers, tokens, money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.checks import check_budget
from ...core.costs import call_cost_of, calls, per_call_of
from ...core.protocol import Environment
from ...core.psst import allocate, spending
from ...plots.picture import BLUE, GREEN, ORANGE, SKY, VERMILLION
from ...plots.scene import Bar, Line, Move, Panel, Rule, Scene, Span
from ..shared.checked import checked
from ..shared.counted import counted
from ..shared.explorer import Control, Explorer

LOW, HIGH = 10, 1_000_000
STEP = 0.05  # of the logarithm of T
THICK = 0.8  # of a round that asks every prompt
ROOM = 1.9  # of the longest bar, for its words
MANY, FEW = "if as many prompts stay as can", "if as few stay as can"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a round asks: each of ``prompts`` prompts at most ``questions`` questions, up to ``n`` answers to each."""

    prompts: int
    questions: int
    n: int
    completions: int

    @classmethod
    def of(cls, pulls: NDArray[np.int64]) -> Asked:
        """Of pulls (P, N_max)."""
        n = int((np.flatnonzero(pulls.any(axis=0)) + 1).max(initial=0))
        return cls(int(pulls.any(axis=1).sum()), int(pulls.sum(axis=1).max()), n, spending(pulls))


class BudgetSlider(Explorer):
    """A budget of T completions, and what PSST's rounds can ask for it on ``env``.

    Rounds after the first depend on who stays; they are worked out, by the rule that PSST follows, for as many prompts
    as can stay, each context with prompts of its own, and for as few, whole prompts dropping out.

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
        super().__init__(**traits)

    def controls(self) -> Sequence[Control]:
        """The budget and the two assumptions."""
        where = "not included" if self._request else "included"
        return [
            Control("budget", "Budget T", "log", LOW, HIGH, STEP),
            Control("tokens", "Tokens each", "number", hint=f"tokens of one completion, prompt {where}"),
            Control("price", "Dollars per million", "number", hint="price of a million tokens"),
            Control("reset", "Reset", "button"),
        ]

    def readings(self) -> dict[str, str]:
        """The budget in completions; what is assumed, in its units."""
        return {"budget": f"{self.budget:,} answer{'s' * (self.budget > 1)}"}

    def rounds(self, few: bool = False) -> list[Asked]:
        """What each round asks, the first for certain; of the others as many prompts stay as can, or as ``few``."""
        prompts, n_max = self._active.shape[1:]
        left, asked = self.budget, []
        for number in range(self._rounds):
            arms = math.ceil(prompts * n_max / 2**number)
            stay = math.ceil(arms / n_max) if few else arms * len(self.env.contexts)
            active = self._active & (np.arange(prompts) < stay)[:, None]
            last = number == self._rounds - 1
            pulls = allocate(active, left // (self._rounds - number), left, last, np.random.default_rng(0))
            asked.append(Asked.of(pulls))
            left -= spending(pulls)
        return asked

    @property
    def requests(self) -> int:
        """About how many requests the budget takes: as many for each completion as in round 1."""
        share, last = self.budget // self._rounds, self._rounds == 1
        pulls = allocate(self._active, share, self.budget, last, np.random.default_rng(0))
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
            return f"A round's share of {share:,} does not pay that ({m:,}): round 1 has borrowed from later rounds."
        if self.budget >= n_prompts:
            return f"The budget does not pay {n_max} answers of every prompt ({m:,} completions): pulls shrink."
        return f"The budget does not even reach every prompt: {n_prompts - self.budget} are never asked and rank last."

    def scene(self) -> Scene:
        """The budget on a ruler, and below it the rounds that it pays."""
        many, few = self.rounds(), self.rounds(few=True)
        return Scene(
            [self._ruler(), self._picture(many, few)], self._words(many, few), title="What a budget buys",
            lead="Training asks in rounds of equal cost; after each the worse half goes, so that later rounds ask fewer"
            " prompts more questions.",
            change=self._change(many[0]), note="Tokens of a completion and their price are assumptions: set your own.",
        )  # fmt: skip

    def _ruler(self) -> Panel:
        n_prompts, n_max = self._active.shape[1:]
        m = n_prompts * n_max
        limits = [
            (LOW, n_prompts, VERMILLION, "too little: some prompts are never asked"),
            (n_prompts, m, ORANGE, f"every prompt is asked, for fewer than {n_max} answers"),
            (m, m * self._rounds, BLUE, "round 1 is whole, later ones are not"),
            (m * self._rounds, HIGH, GREEN, "every round is whole"),
        ]
        here = Rule(
            float(min(max(self.budget, LOW), HIGH)), "this budget",
            [Move("x", "budget", LOW, HIGH, STEP, log=True, said="{} completions")],
        )  # fmt: skip
        return Panel(
            "The budget", "answers (completions) that training may ask for", "", rules=[here], xlim=(LOW, HIGH),
            spans=[Span(max(a, LOW), min(b, HIGH), *more) for a, b, *more in limits if a < HIGH and b > LOW],
            lines=[Line("", [LOW, HIGH], [float("nan")] * 2, line="")], ylim=(0.0, 1.0), yticks=[(-1.0, "")],
            xticks=[(10.0**k, f"{10**k:,}") for k in range(1, 7)],
            log=True, height=0.36, wide=True,
        )  # fmt: skip

    def _picture(self, many: Sequence[Asked], few: Sequence[Asked]) -> Panel:
        """Two bars a round, as long as the questions to each prompt and as thick as there are prompts."""
        prompts, n_max = self._active.shape[1:]
        bars = []
        for k, (most, least) in enumerate(zip(many, few, strict=True), 1):
            said = self._round(most, least)
            cases = [(most, BLUE, MANY), *([(least, SKY, FEW)] if most != least else [])]
            further = max(cases, key=lambda case: case[0].questions)
            for case in cases:
                asked, colour, label = case
                bars.append(
                    Bar(
                        float(k), 0.0, float(asked.questions), colour, label, THICK * asked.prompts / prompts,
                        tell=f"round {k}: {said}", note=said if case is further else "",
                    )
                )  # fmt: skip
        longest = max(asked.questions for asked in (*many, *few))
        ticks = [(float(n), str(n)) for n in range(6)] if longest < 4 else []  # no half a question
        return Panel(
            "What each round asks: as thick as many prompts, as long as many questions",
            f"questions to each prompt, up to {n_max} answers to each", "round", bars=bars,
            xlim=(0.0, ROOM * max(longest, 1)), xticks=ticks, ylim=(self._rounds + 0.6, 0.4),
            height=0.3 + 0.07 * self._rounds,
            yticks=[(float(k), str(k)) for k in range(1, self._rounds + 1)], wide=True,
        )  # fmt: skip

    def _round(self, many: Asked, few: Asked) -> str:
        """A round in words."""
        if not many.completions and not few.completions:
            return "nothing is left to ask"
        n = max(many.n, few.n)
        less = f", {counted(n, 'answer')} to each" if n < self.env.n_max else ""
        prompts = _range(many.prompts, few.prompts, "prompt")
        return f"{prompts}, {_range(many.questions, few.questions, 'question')} each{less}"

    @cached_property
    def _request(self) -> float:
        """Cost of a request in costs of a completion, means over prompts; 0 where there is none, or none is known."""
        each = float(np.mean(getattr(self.env, "mean_cost", 0.0)))
        return float(np.mean(call_cost_of(self.env))) / each if each else 0.0

    def _words(self, many: Sequence[Asked], few: Sequence[Asked]) -> str:
        first, prompts = many[0], self._active.shape[1]
        asked = "each" if first.prompts == prompts else f"{first.prompts}"
        each = f"{counted(first.questions, 'question')}, {counted(first.n, 'answer')} to each"
        where = f" in about {counted(self.requests, 'request')}"
        text = (
            f"T = {self.budget:,} completions{where}: about {self.all_tokens:,.0f} tokens, "
            f"{self.money:,.{2 if self.money >= 1 else 4}f} dollars. "
            f"Round 1 of {self._rounds} asks {asked} of the {prompts} prompts {each}"
            f" ({first.completions:,} completions)."
        )
        return " ".join(filter(None, (text, self.warning, f"The last round: {self._last(many[-1], few[-1])}.")))

    def _last(self, many: Asked, few: Asked) -> str:
        if many == few or not many.completions or not few.completions:
            return self._round(many, few)
        first, second = (
            f"{counted(a.prompts, 'prompt')}, {counted(a.questions, 'question')} each" for a in (many, few)
        )
        return f"{first}, {MANY}; {second}, {FEW}; {counted(few.n, 'answer')} to each"

    def _change(self, first: Asked) -> str:
        """The least budget that would do better."""
        n_prompts, n_max = self._active.shape[1:]
        m = n_prompts * n_max
        aims = [
            (n_prompts, "every prompt is asked once"),
            (m, f"round 1 can ask every prompt one question with {n_max} answers"),
            (m * self._rounds, "every round can, without borrowing"),
        ]
        more = first.questions + 1
        further = (more * m * self._rounds, f"round 1 asks each prompt {more:,} questions")
        need, what = next((aim for aim in aims if self.budget < aim[0]), further)
        return f"Raise the budget to {need:,} completions and {what}."

    @t.validate("budget")
    def _check_budget(self, proposal: Any) -> int:
        return int(checked(check_budget, proposal["value"]))

    @t.validate("tokens", "price")
    def _check_positive(self, proposal: Any) -> float:
        name, value = proposal["trait"].name, proposal["value"]
        if not 0 <= value < math.inf:
            raise t.TraitError(f"{name} must be finite and at least 0, not {value}")
        return float(value)


def _range(many: int, few: int, what: str) -> str:
    return counted(few, what) if many == few else f"{many:,} to {counted(few, what)}"
