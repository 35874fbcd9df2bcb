"""How many tokens a reply is charged: what the endpoint counted, where that can be believed, else an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..request import Request
from .abilities import Abilities

OVERHEAD_MOST = 2_000_000  # prompt tokens that an endpoint may plausibly add: the largest contexts that there are
BYTES = 4  # of a token of English, roughly
BEYOND_MOST = 131_072  # tokens of an answer beyond max_tokens that thought may plausibly take


@dataclass(frozen=True, slots=True)
class Made:
    """One choice of a reply: its text, the thought that stands beside it, and whether it was cut off at max_tokens."""

    text: str
    thought: str
    cut_off: bool

    @property
    def size(self) -> int:
        """Bytes of text and thought."""
        return len(self.text.encode()) + len(self.thought.encode())

    @property
    def words(self) -> int:
        """Words of text and thought: tokens at least, but for rare tokens of several words."""
        return len(self.text.split()) + len(self.thought.split())


@dataclass(frozen=True, slots=True)
class Usage:
    """prompt: tokens of the prompt; answers: of all choices together, thought included.

    reported: the endpoint said so; above: it says more than the request allowed.
    """

    prompt: int
    answers: int
    reported: bool
    above: bool = False


def charged(said: Any, request: Request, made: Sequence[Made], asked: int, known: Abilities) -> Usage:
    """The tokens of a reply with the choices ``made`` to a request for ``asked``, by its field ``usage``.

    Charged is the largest of what is said: prompt and answers, or the total, since some count thought in the total
    only.  A count below what the texts must take, as of servers that count one choice of several, or that no request
    can reach, is not believed, and tokens are estimated: from above, or from what single answers took.  ``known``
    learns from what can be believed.
    """
    counted = _read(said)
    most = request.max_tokens * max(asked, len(made))
    if counted is not None:
        prompt, answers = counted
        credible = 0 < prompt <= request.prompt_bound + OVERHEAD_MOST and answers <= most + BEYOND_MOST * len(made)
        if credible:
            known.saw_prompt(request, prompt)
            known.saw_length(answers - most, max(1, len(made)))
            if len(made) > 1 and (not known.whole_usage or answers < _least(request, made)):
                known.whole_usage = False
                return Usage(prompt, _estimated(request, made, known), False)
            if answers >= (_least(request, made) + 1) // 2:
                if len(made) == 1 and made[0].size and answers <= most:
                    known.saw_answer(made[0].size, answers)
                return Usage(prompt, answers, True, answers > most)
        elif prompt > 0 and answers > 0:
            return Usage(known.prompt_bound(request), most, False, True)
    return Usage(known.prompt_bound(request), _estimated(request, made, known), False)


def _read(said: Any) -> tuple[int, int] | None:
    """Tokens of the prompt and of all answers, ``None`` where that is not said."""
    if not isinstance(said, Mapping):
        return None
    prompt = _count(said, "prompt_tokens", "input_tokens")
    answers = _count(said, "completion_tokens", "output_tokens")
    total = _count(said, "total_tokens")
    if prompt is None or (answers is None and total is None):
        return None
    details = said.get("completion_tokens_details", said.get("output_tokens_details"))
    thought = _count(details, "reasoning_tokens") if isinstance(details, Mapping) else _count(said, "reasoning_tokens")
    answers = answers or 0
    if thought is not None and thought > answers:  # counted beside the answer, not in it
        answers += thought
    return prompt, max(answers, (total or 0) - prompt)


def _count(said: Mapping[str, Any], *names: str) -> int | None:
    """The first of these fields that holds a whole number of at least 0."""
    for name in names:
        value = said.get(name)
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and 0 <= value < 2**53
            and value == int(value)
        ):
            return int(value)
    return None


def _least(request: Request, made: Sequence[Made]) -> int:
    """Tokens that the choices must have taken.

    One that was cut off took max_tokens, unless its text is too short for that: then something else ended it.
    """
    full = [c.cut_off and len(made) > 1 and c.size >= BYTES * request.max_tokens for c in made]
    return sum(request.max_tokens if whole else choice.words for whole, choice in zip(full, made, strict=True))


def _estimated(request: Request, made: Sequence[Made], known: Abilities) -> int:
    """Tokens of the choices, rather too many than too few."""
    return sum(
        max(
            request.max_tokens if choice.cut_off else choice.words,
            min(known.tokens_of(choice.size), max(request.max_tokens, len(choice.thought.encode()))),
        )
        for choice in made
    )
