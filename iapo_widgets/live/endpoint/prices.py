"""What tokens cost at an endpoint."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...core.checks import check_positive
from ..ledger.spending import Spending


@dataclass(frozen=True, slots=True)
class Prices:
    """Money per million tokens of prompts (``input``) and of answers (``output``); both ``None`` where not known.

    Raises ``ValueError`` where one is given without the other, is negative or not finite.
    """

    input: float | None = None
    output: float | None = None

    def __post_init__(self) -> None:
        if (self.input is None) != (self.output is None):
            raise ValueError("give both prices, input_price and output_price, or neither")
        for name in ("input", "output"):
            price = getattr(self, name)
            if price is not None:
                free = price == 0 and not isinstance(price, bool)
                object.__setattr__(self, name, 0.0 if free else check_positive(price, f"{name}_price"))

    @property
    def known(self) -> bool:
        """Whether there are prices."""
        return self.input is not None

    def spending(self, completions: int, prompt_tokens: int, completion_tokens: int) -> Spending:
        """What so many completions and tokens cost; money is 0 where prices are not known."""
        # a price per million tokens times 1e6 is picos per token; rounded up, so that a cap is never passed
        picos = prompt_tokens * math.ceil((self.input or 0.0) * 1e6)
        picos += completion_tokens * math.ceil((self.output or 0.0) * 1e6)
        return Spending(completions, prompt_tokens + completion_tokens, picos)
