"""Prompts and questions that an endpoint refuses for good: named, counted apart, and not sent again."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..request import Request

GIVEN_UP = 3  # questions that are refused under a prompt, with none answered, until no further one is tried


@dataclass(slots=True)
class Refusals:
    """What was refused: ``said`` by the request's digest, ``last`` of each prompt; ``doubted`` the digests that may be
    refused for their prompt's sake, ``settled`` prompts that surely are, ``served`` those that were answered."""

    said: dict[bytes, str] = field(default_factory=dict)
    last: dict[int, str] = field(default_factory=dict)
    doubted: dict[int, set[bytes]] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    served: set[int] = field(default_factory=set)

    def add(self, request: Request, what: str, of_prompt: str = "") -> None:
        """The endpoint refuses this request for good; of_prompt: "?" may be the prompt's fault, "setting" surely is."""
        self.said[request.digest] = what
        if request.prompt is not None:
            self.last[request.prompt] = what
            if of_prompt:
                self.doubted.setdefault(request.prompt, set()).add(request.digest)
            if of_prompt == "setting":
                self.settled.add(request.prompt)

    def answered(self, request: Request) -> None:
        """The endpoint answered this request."""
        if request.prompt is not None:
            self.served.add(request.prompt)

    def given_up(self, prompt: int | None) -> bool:
        """Whether it is the prompt that is refused: its settings are, or several of its questions and none answered."""
        if prompt is None or prompt in self.settled:
            return prompt is not None
        return prompt not in self.served and len(self.doubted.get(prompt, ())) >= GIVEN_UP

    def covers(self, request: Request) -> bool:
        """Whether it is known that this request would be refused."""
        return request.digest in self.said or self.given_up(request.prompt)

    def last_of(self, prompt: int) -> str:
        """What was said of the prompt last, empty where nothing was."""
        return self.last.get(prompt, "")
