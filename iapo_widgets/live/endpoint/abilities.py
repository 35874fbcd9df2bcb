"""What an endpoint's model can do, as its replies showed, remembered for each (base_url, model)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ..request import Request

MOST_CHOICES = 128  # what OpenAI takes at most in one request


@dataclass(slots=True)
class Abilities:
    """``n``: choices in one reply at most; ``seed``: whether a seed is taken; ``limit``: how max_tokens is called."""

    n: int = MOST_CHOICES
    seed: bool = True
    limit: str = "max_tokens"
    _fewer: int | None = None

    def saw(self, asked: int, came: int) -> None:
        """So many choices came for so many asked; twice the same too few is taken for a rule."""
        if came >= asked:
            self._fewer = None
        elif came == self._fewer:
            self.n = max(1, min(self.n, came))
        elif came:
            self._fewer = came

    def copies(self) -> None:
        """All choices of a reply were one text: from now on one at a time, each with its own seed."""
        self.n = 1

    def refused(self, parameter: str, asked: int) -> bool:
        """Do without the refused parameter, or call it by its other name; ``False`` where that was tried already."""
        before = (self.n, self.seed, self.limit)
        if parameter == "n":
            self.n = max(1, min(self.n, asked // 2))
        elif parameter == "seed":
            self.seed = False
        elif parameter == self.limit:
            self.limit = "max_completion_tokens" if parameter == "max_tokens" else "max_tokens"
        return before != (self.n, self.seed, self.limit)

    def body(self, request: Request, samples: list[int]) -> dict[str, Any]:
        """The request's JSON.  A seed goes with single choices only: with several, some servers repeat one choice."""
        body: dict[str, Any] = {"model": request.model, "messages": [dict(m) for m in request.messages]}
        for name, value in request.settings.items():
            body[self.limit if name == "max_tokens" else name] = value
        if len(samples) > 1:
            body["n"] = len(samples)
        elif self.seed:
            body["seed"] = request.seed(samples[0])
        return body


_known: dict[tuple[str, str], Abilities] = {}


def abilities(base_url: str, model: str) -> Abilities:
    """What is known of that model; OpenAI's own endpoint has moved on to ``max_completion_tokens``."""
    host = urlsplit(base_url).hostname or ""
    modern = host == "api.openai.com" or host.endswith(".openai.azure.com")
    fresh = Abilities(limit="max_completion_tokens" if modern else "max_tokens")
    return _known.setdefault((base_url, model), fresh)
