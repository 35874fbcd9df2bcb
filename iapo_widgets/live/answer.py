"""One completion as it came back from an endpoint."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """One completion: its text, why it ended, and what it cost.

    ``finish_reason`` is the endpoint's: ``"stop"``, ``"length"`` (cut off at max_tokens), ``"content_filter"``, ...
    A request's prompt tokens are shared among its completions, so that sums are what was paid.  ``cost`` is in the
    unit of who made the record: an environment's ``cost_unit``, else the currency of the endpoint's prices (0 where it
    has none).  ``cost_reported`` is ``False`` where the endpoint did not say, or could not be believed, and tokens
    are estimated.  ``thought`` is reasoning that the endpoint kept apart from the answer, ``whole_prompt`` the prompt's
    tokens before they were shared, ``model`` what the reply called the model; ``None`` where nothing is known.
    """

    text: str
    finish_reason: str | None
    prompt_tokens: int
    completion_tokens: int
    cost: float
    cost_reported: bool
    request_id: str | None = None
    fingerprint: str | None = None
    thought: str | None = None
    whole_prompt: int | None = None
    model: str | None = None

    @property
    def tokens(self) -> int:
        """Tokens of the completion and of its share of the prompt."""
        return self.prompt_tokens + self.completion_tokens
