"""What an endpoint's model can do, as its replies showed, remembered for each (base_url, model)."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from ..request import Request

MOST_CHOICES = 128  # what OpenAI takes at most in one request
LIMITS = ("max_tokens", "max_completion_tokens")  # the two names of one setting
UNKNOWN_OVERHEAD = 256  # prompt tokens that a chat template may add, until a reply has told
MARGIN = 1.25  # by which an estimate from other answers' tokens is raised, so that it is rarely too low
LONG_ENOUGH = 200  # bytes of single answers from which their tokens for each byte are known well enough
SIGHTINGS = 2  # after which one odd reply is taken for a habit
FADING = 0.9  # by which what one odd reply added to a reservation wears off with each that does not
DEFAULT_TEMPERATURE = 1.0  # what leaving it out means


@dataclass(slots=True)
class Abilities:
    """What replies have shown so far.

    n: choices in one reply at most, ``shown`` whether a reply or a refusal told; seed, temperature: whether they are
    taken; limit: how max_tokens is called, ``None`` where neither name is taken; surplus, extra: choices that come for
    each one asked, and beyond those asked; overhead: prompt tokens beyond ``Request.prompt_bound``, ``None`` until a
    reply told; beyond: tokens of an answer beyond max_tokens, as thought that is not bounded by it; whole_usage:
    whether usage covers all choices of a reply; read, tokens: bytes and tokens of single answers, from which the tokens
    of others are estimated where it does not; replied: whether an answer ever came; reached: whether anything ever
    answered at the address; alone: when one choice came where several had failed, until several come.
    """

    n: int = MOST_CHOICES
    shown: bool = False
    seed: bool = True
    temperature: bool = True
    limit: str | None = LIMITS[0]
    surplus: float = 1.0
    extra: int = 0
    overhead: int | None = None
    beyond: int = 0
    whole_usage: bool = True
    read: int = 0
    tokens: int = 0
    replied: bool = False
    reached: bool = False
    alone: float | None = None
    _fewer: tuple[int, int] | None = None
    _doubts: int = 0
    _refused: set[str] = field(default_factory=set)

    @property
    def at_once(self) -> int:
        """Choices to ask for in one request now: one, while single answers have to tell what a token is."""
        return self.n if self.whole_usage or self.read >= LONG_ENOUGH else 1

    def saw(self, asked: int, came: int) -> None:
        """So many choices came for so many asked; twice the same too few for the same is taken for a rule."""
        self.replied = self.replied or came > 0
        self.surplus = max(1.0, came / asked, 1 + (self.surplus - 1) * FADING)
        self.extra = max(0, came - asked, int(self.extra * FADING))
        if asked > 1 and came > 1:
            self.alone = None
        if came >= asked:
            self._fewer = None
            self.shown = self.shown or asked > 1
        elif came and self._fewer is not None and self._fewer[1] == came:
            self.n, self.shown = max(1, min(self.n, came)), True
        elif came:
            self._fewer = asked, came

    def saw_prompt(self, request: Request, prompt_tokens: int) -> None:
        """The endpoint counted so many tokens in that request's prompt."""
        self.overhead = max(0, prompt_tokens - request.prompt_bound, int((self.overhead or 0) * FADING))

    def saw_length(self, above: int, choices: int) -> None:
        """The endpoint counted so many tokens above what the choices were allowed."""
        self.beyond = max(0, above // choices, int(self.beyond * FADING))

    def saw_answer(self, size: int, tokens: int) -> None:
        """A single answer of so many bytes took so many tokens, by a count that can be believed."""
        self.read, self.tokens = self.read + size, self.tokens + tokens

    def tokens_of(self, size: int) -> int:
        """An estimate, rather too high than too low, of the tokens in so many bytes; a token a byte where unknown."""
        return size if not self.read else min(size, math.ceil(MARGIN * size * self.tokens / self.read) + 1)

    def copies(self) -> None:
        """All choices of a reply were one text, and alone came another; where it is so again, one at a time."""
        self._doubt()

    def singly(self) -> None:
        """A request failed with several choices and was answered with one; where it is so again, one at a time."""
        self._doubt()

    def came_alone(self, failed: float) -> None:
        """One choice came at once where several had failed, at last at that time; where it is so again, one at a time.

        Again: they failed after one had come; those that failed before, in flight together, say the same only once.
        """
        if self.alone is None:
            self.alone = time.monotonic()
        elif failed > self.alone:
            self.n, self.shown = 1, True

    def _doubt(self) -> None:
        self._doubts += 1
        if self._doubts >= SIGHTINGS:
            self.n, self.shown = 1, True

    def choices_bound(self, asked: int) -> int:
        """Choices that can come for so many asked."""
        return max(math.ceil(asked * self.surplus), asked + self.extra)

    def prompt_bound(self, request: Request) -> int:
        """Prompt tokens that a request can take, what the endpoint adds included."""
        return request.prompt_bound + (UNKNOWN_OVERHEAD if self.overhead is None else self.overhead)

    def refused(self, parameter: str, request: Request, sent: Mapping[str, Any], most: int | None = None) -> bool:
        """Do without what ``sent`` was refused for, or call it by its other name; ``most``: of choices, where it says.

        ``False`` where a body made now would carry it all the same, so that nothing further would be taken.  A body
        that was made before this was learnt, as of requests in flight together, tells nothing new, and is made again.
        """
        if parameter == "n":
            asked = int(sent.get("n", 1))
            self.n, self.shown = max(1, min(self.n, most or asked // 2)), True
            return asked > 1
        if parameter == "seed":
            self.seed = False
            return True
        if parameter == "temperature" and _can_go(request, sent.get("temperature")):
            self.temperature = False
            return True
        if parameter in LIMITS:
            self._refused.add(parameter)
            self.limit = next((name for name in LIMITS if name not in self._refused), None)
            return self.limit is not None
        return False

    def body(self, request: Request, samples: list[int]) -> dict[str, Any]:
        """The request's JSON.  A seed goes with single choices only: with several, some servers repeat one choice."""
        body: dict[str, Any] = {"model": request.model, "messages": [dict(m) for m in request.messages]}
        for name, value in request.settings.items():
            if name == "temperature" and not self.temperature and _can_go(request, value):
                continue
            body[(self.limit or name) if name == "max_tokens" else name] = value
        if len(samples) > 1:
            body["n"] = len(samples)
        elif self.seed:
            body["seed"] = request.seed(samples[0])
        return body

    def kept(self) -> dict[str, Any]:
        """What is worth keeping from one process to the next, as plain values."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in PASSING}

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Take over what ``kept`` gave, where nothing was seen here yet; what does not fit is passed over."""
        fresh = Abilities(limit=self.limit)
        for name, value in kept.items():
            known = getattr(fresh, name, PASSING)
            if known is not PASSING and getattr(self, name) == known and _fits(value, name):
                setattr(self, name, value)


PASSING = ("reached", "alone", "_fewer", "_doubts", "_refused")
_TYPES = {"n": int, "shown": bool, "seed": bool, "temperature": bool, "limit": str, "surplus": float, "extra": int,
          "overhead": int, "beyond": int, "replied": bool, "whole_usage": bool, "read": int, "tokens": int}  # fmt: skip


def _fits(value: Any, name: str) -> bool:
    least = 1 if name in ("n", "surplus") else 0
    known: Any = value if type(value) is _TYPES.get(name) else None
    return known is not None and (known in LIMITS if name == "limit" else bool(known >= least))


def _can_go(request: Request, temperature: Any) -> bool:
    """Whether the temperature may be left out: it is what leaving it out means, or a mere wish."""
    return temperature == DEFAULT_TEMPERATURE or "temperature" in request.spare


_known: dict[tuple[str, str], Abilities] = {}


def abilities(base_url: str, model: str, anew: bool = False) -> Abilities:
    """What is known of that model, or nothing, ``anew``; OpenAI's own endpoint has ``max_completion_tokens`` by now."""
    host = urlsplit(base_url).hostname or ""
    modern = host == "api.openai.com" or host.endswith(".openai.azure.com")
    fresh = Abilities(limit=LIMITS[modern])
    if anew:
        _known[base_url, model] = fresh
    return _known.setdefault((base_url, model), fresh)
