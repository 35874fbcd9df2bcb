"""Prompts and questions that an endpoint refuses for good: named, counted apart, and not sent again."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..request import Request

GIVEN_UP = 3  # questions that are refused under a prompt, with none answered, until no further one is tried


@dataclass(slots=True)
class Refusals:
    """What was refused: ``said`` by the request's digest; ``by_prompt`` the digests of each prompt, and ``served``
    those of which some question was answered."""

    said: dict[bytes, str] = field(default_factory=dict)
    by_prompt: dict[int, set[bytes]] = field(default_factory=dict)
    served: set[int] = field(default_factory=set)

    def add(self, request: Request, what: str) -> None:
        """The endpoint refuses this request for good."""
        self.said[request.digest] = what
        if request.prompt is not None:
            self.by_prompt.setdefault(request.prompt, set()).add(request.digest)

    def answered(self, request: Request) -> None:
        """The endpoint answered this request."""
        if request.prompt is not None:
            self.served.add(request.prompt)

    def given_up(self, prompt: int | None) -> bool:
        """Whether it is the prompt that is refused: several of its questions were, and none was answered."""
        return prompt is not None and prompt not in self.served and len(self.by_prompt.get(prompt, ())) >= GIVEN_UP

    def covers(self, request: Request) -> bool:
        """Whether it is known that this request would be refused."""
        return request.digest in self.said or self.given_up(request.prompt)

    def last_of(self, prompt: int) -> str:
        """What was said of the prompt last, empty where nothing was."""
        return next(
            (what for digest, what in reversed(self.said.items()) if digest in self.by_prompt.get(prompt, ())), ""
        )
