"""What was spent, and hard caps on it."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.checks import check_positive, check_scale
from ..errors import LimitReached

PICOS = 10**12  # money is counted in whole 1e-12 of its unit, so that sums are exact
MOST_SPENT = 2**60  # of anything: more than anybody has, and SQLite still adds it up


@dataclass(frozen=True, slots=True)
class Spending:
    """Completions, tokens (prompt and completion), and money in ``picos``, 1e-12 of the prices' currency."""

    completions: int = 0
    tokens: int = 0
    picos: int = 0

    @property
    def money(self) -> float:
        """Money in the currency of the endpoint's prices."""
        return self.picos / PICOS

    def __add__(self, other: Spending) -> Spending:
        return Spending(self.completions + other.completions, self.tokens + other.tokens, self.picos + other.picos)

    def __sub__(self, other: Spending) -> Spending:
        return self + Spending(-other.completions, -other.tokens, -other.picos)

    def __str__(self) -> str:
        return f"{self.completions:,} completions, {self.tokens:,} tokens, ${self.money:,.4f}"


def amounts(spending: Spending) -> tuple[int, int, int]:
    """Completions, tokens and picos."""
    return spending.completions, spending.tokens, spending.picos


@dataclass(frozen=True, slots=True)
class SpendingLimit:
    """Hard caps on completions, tokens and money; ``None`` is no cap, but one at least is needed.

    A cap holds for everything in the ledger, over all runs and processes that share it: a request leaves only when the
    most that it can cost fits under every cap together with all that was spent or is reserved.

    The most is what the endpoint's replies have shown.  Before the first one it is max_tokens for each choice and 256
    tokens for a chat template, and that one request goes alone: where the endpoint gives more than it is asked for, or
    a longer template, the cap can be passed by what this one reply surprises with, and later by as much as a reply
    goes beyond every one before it.  ``Endpoint.check`` finds out for less.

    Raises ``ValueError`` where there is no cap, or one is not above 0.
    """

    completions: int | None = None
    tokens: int | None = None
    money: float | None = None

    def __post_init__(self) -> None:
        if self.completions is None and self.tokens is None and self.money is None:
            raise ValueError("a spending limit needs at least one cap: completions, tokens or money")
        for name in ("completions", "tokens"):
            if getattr(self, name) is not None:
                check_scale(getattr(self, name), name)
        if self.money is not None:
            check_positive(self.money, "money")

    def above(self, spent: Spending) -> SpendingLimit:
        """The same room on top of what was spent: ``limit.above(ledger.spent())`` allows a further run as much."""
        return SpendingLimit(
            None if self.completions is None else self.completions + spent.completions,
            None if self.tokens is None else self.tokens + spent.tokens,
            None if self.money is None else self.money + spent.money,
        )

    def check(self, spent: Spending, asked: Spending) -> None:
        """Raise ``LimitReached`` where ``asked`` on top of ``spent`` would pass a cap."""
        for name in ("completions", "tokens", "money"):
            cap = getattr(self, name)
            if cap is None:
                continue
            if name == "money":
                passed = spent.picos + asked.picos > int(cap * PICOS)
                text = f"{spent.money:.6f} of {cap:g} is spent or reserved, the next request can cost {asked.money:.6f}"
            else:
                had, want = getattr(spent, name), getattr(asked, name)
                passed = had + want > cap
                text = f"{had:,} of {cap:,} are spent or reserved, the next request can take {want:,}"
            if passed:
                raise LimitReached(
                    f"the spending limit in {name} is reached: {text}. Nothing was sent; what was paid for is in the"
                    " ledger, and a run with a higher limit goes on from there"
                )
