"""One query answered by a policy at work: what was picked, why no more was asked, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core import bounds
from ..core.checks import check_scale
from .ledger.spending import Spending
from .sequence import Drawn, Instead, instead


@dataclass(frozen=True, slots=True)
class Response:
    """One query answered.

    text: the completion that was picked; answer: what won the vote, ``None`` without a vote; prompt, n: the arm, n
    being the cap of one that may stop early; drawn: how many were asked for, and stopped: why no more, empty for an arm
    that asks all; each: what arrived, in order;
    votes: answer -> votes; arrived: completions that came, ``missing`` failed for good; unreadable: those that
    cast no vote or whose style could not be read; unjudged: those that could not be picked, since a judge's call on
    them failed for good; recorded: those that lay in the ledger already, paid before;
    spent: what this query was charged, the judge's calls and failed attempts that may have been billed included;
    asked: the prompt by number and words.
    """

    text: str
    answer: str | None
    context: str
    prompt: int
    n: int
    votes: Mapping[str, int]
    arrived: int
    unreadable: int
    unjudged: int
    recorded: int
    spent: Spending
    seconds: float
    asked: str = ""
    drawn: int | None = None
    stopped: str = ""
    each: tuple[Drawn, ...] = ()
    per_call: int | None = None

    @property
    def missing(self) -> int:
        """Completions that failed for good."""
        return (self.n if self.drawn is None else self.drawn) - self.arrived

    def instead(self, n: int | None = None) -> Instead:
        """What ``n`` completions at once, the cap without, would have voted and cost here; nothing is asked for it.

        Raises ``ValueError`` where ``n`` is no whole number of at least 1.
        """
        n = self.n if n is None else check_scale(n, "n", bounds.SCALE)
        asked = self.n if self.drawn is None else self.drawn
        return instead(self.each, asked, n, self.answer is not None or bool(self.votes), self.per_call)

    def __str__(self) -> str:
        apart = {"missing": self.missing, "unreadable": self.unreadable, "unjudged": self.unjudged}
        lacking = "".join(f", {k} {what}" for what, k in apart.items() if k)
        asked = self.asked or f"prompt {self.prompt}"
        scale = f"{self.drawn} of up to {self.n} asked, {self.stopped}" if self.stopped else f"N = {self.n}"
        return f"{self.text}\n[{self.context}: {asked}, {scale}{lacking}; {self.spent}]"
