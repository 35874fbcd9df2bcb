"""What an answer costs in the unit that contexts weigh: the request by its prompt, the completion by its tokens.

What was paid stands in the ledger; this is what asking again would cost, at the endpoint's present prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..answer import Answer
from ..endpoint.prices import Prices

#: Units that costs can be given in: what one token, and one unit of money, count.
COST_UNITS: dict[str, tuple[float, float]] = {
    "tokens": (1.0, 0.0), "kilotokens": (1e-3, 0.0), "dollars": (0.0, 1.0), "cents": (0.0, 100.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Costs:
    """Costs in ``unit``; money by ``prices``.

    Raises ``ValueError`` for an unknown unit, or for one of money where there are no prices.
    """

    unit: str
    prices: Prices

    def __post_init__(self) -> None:
        if self.unit not in COST_UNITS:
            raise ValueError(f"cost_unit must be one of {', '.join(COST_UNITS)}, not {self.unit!r}")
        if COST_UNITS[self.unit][1] and not self.prices.known:
            raise ValueError(f"costs in {self.unit} need the endpoint's input_price and output_price; or count tokens")

    @property
    def token(self) -> float:
        """Of one token of a completion."""
        return self._of(0, 1)

    def completion(self, answer: Answer) -> float:
        """Of one completion, thought included, without the prompt."""
        return self._of(0, answer.completion_tokens)

    def call(self, answers: Sequence[Answer | None]) -> float:
        """Of one request: of the prompt that these completions answer; 0 where none of them arrived."""
        prompts = [a.prompt_tokens if a.whole_prompt is None else a.whole_prompt for a in answers if a is not None]
        return self._of(max(prompts, default=0), 0)

    def paid(self, answer: Answer) -> float:
        """What a completion was charged, with its share of the prompt."""
        a_token, money = COST_UNITS[self.unit]
        return a_token * answer.tokens + money * answer.cost

    def _of(self, prompt_tokens: int, completion_tokens: int) -> float:
        a_token, money = COST_UNITS[self.unit]
        spending = self.prices.spending(0, prompt_tokens, completion_tokens)
        return a_token * spending.tokens + money * spending.money
