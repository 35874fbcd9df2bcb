"""An endpoint's reply as completions: tolerant of what is missing, believing nothing that cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ledger.ledger import Record
from ..ledger.spending import Spending
from ..request import Request
from . import stream
from .abilities import Abilities
from .body import loads
from .prices import Prices
from .told import WORDS
from .usage import Made, charged

LONG = 40  # characters from which on equal texts in one reply are copies and no coincidence,
COLD = 0.5  # but for temperatures up to here: a model that is sure says the same again


class Unreadable(ValueError):
    """The reply is no chat completion."""


class Refused(Exception):
    """An error stands where an answer should, whatever the status; ``content`` is the reply.

    made: something was made before that, which may have to be paid.
    """

    def __init__(self, content: Any, made: bool = False) -> None:
        super().__init__("an error in place of an answer")
        self.content, self.made = content, made


@dataclass(frozen=True, slots=True)
class Reply:
    """Completions of one reply.  ``copies``: it repeated one text instead of drawing anew; the copies are spare.

    came: choices in it; above: the tokens it reports are more than the request allowed; model: the name that it gives.
    """

    records: tuple[Record, ...]
    spent: Spending
    reported: bool
    copies: bool
    above: bool
    came: int
    model: str | None


def parsed(body: str) -> Any:
    """A body as plain values; event streams are put together.  Raises ``ValueError`` where it is neither.

    Some gateways put comment lines, or a byte order mark, before the JSON.
    """
    text = body.lstrip("\ufeff \t\r\n")
    if stream.is_stream(text):
        if any(line.startswith("data:") for line in text.splitlines()):
            return stream.joined(text)
        text = "\n".join(line for line in text.splitlines() if not line.startswith(":"))
    while text.startswith((":", "//", "#")):
        text = text.partition("\n")[2].lstrip()
    return loads(text)


def read_reply(
    content: Any, prices: Prices, request: Request, samples: Sequence[int], request_id: str | None, known: Abilities
) -> Reply:
    """The reply to a request for those sample indices, from its parsed body.

    Raises ``Refused`` for an error that came with a good status, ``Unreadable`` for anything else that is no chat
    completion.  Usage is for the whole request: the prompt's tokens are shared among its completions, the answers'
    tokens in proportion to their length where there are several.
    """
    if not isinstance(content, Mapping):
        raise Unreadable("the reply is no chat completion")
    choices = content.get("choices")
    if is_refusal(content):
        raise Refused(content, bool(choices or content.get("usage")))
    if not isinstance(choices, list):
        raise Unreadable("the reply is no chat completion")
    try:
        whole = [choice for choice in choices if not choice.get("error")]
        if choices and not whole:
            raise Refused(choices[0], bool(content.get("usage")) or any(map(_holds_text, choices)))
        made = [_made(choice, request) for choice in whole]
        finished = [_short(choice.get("finish_reason")) for choice in whole]
    except (KeyError, TypeError, AttributeError):
        raise Unreadable("the reply is no chat completion") from None
    usage = charged(content.get("usage"), request, made, len(samples), known)
    spent = prices.spending(len(made), usage.prompt, usage.answers)
    model, fingerprint = _short(content.get("model")), _short(content.get("system_fingerprint"))
    if not made:
        return Reply((), spent, usage.reported, False, usage.above, 0, model)
    texts = [choice.text for choice in made]
    temperature = request.settings.get("temperature")
    warm = temperature is None or temperature > COLD
    copies = len(texts) > 1 and len(set(texts)) == 1 and len(texts[0]) >= LONG and warm
    prompts = _shares(usage.prompt, [1] * len(made))
    answers = _shares(usage.answers, [choice.size + 1 for choice in made])
    records = []
    for i, (choice, finish) in enumerate(zip(made, finished, strict=True)):
        spare = i >= len(samples) or (copies and i > 0)
        records.append(
            Record(
                None if spare else samples[i], choice.text, finish, prompts[i], answers[i],
                prices.spending(1, prompts[i], answers[i]).picos, usage.reported, _short(request_id), fingerprint,
                choice.thought or None, usage.prompt, model,
            )
        )  # fmt: skip
    return Reply(tuple(records), spent, usage.reported, copies, usage.above, len(made), model)


def is_refusal(content: Mapping[str, Any]) -> bool:
    """Whether a reply says what went wrong: by an error, or without choices by a message of any name."""
    if content.get("error"):
        return True
    told = content.get("object") == "error" or content.get("success") is False or "base_resp" in content
    return not content.get("choices") and (told or any(isinstance(content.get(name), str) for name in WORDS))


def _holds_text(choice: Any) -> bool:
    message = choice.get("message") if isinstance(choice, Mapping) else None
    return isinstance(message, Mapping) and bool(message.get("content"))


def _made(choice: Mapping[str, Any], request: Request) -> Made:
    message: Any = choice.get("message")
    if message is None and isinstance(choice.get("text"), str):  # the older completions API
        message = {"content": choice["text"]}
    text, thought = _content(message)
    for name in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(message.get(name), str) and message[name]:
            thought += message[name]
            break
    return Made(_clean(text), _clean(thought), choice.get("finish_reason") == "length")


def _content(message: Mapping[str, Any]) -> tuple[str, str]:
    """The answer and the thought in a message's content, which some endpoints give in parts."""
    content = message.get("content")
    if isinstance(content, list):
        text = thought = ""
        for part in content:
            if isinstance(part, str):
                text += part
            elif "think" in str(part.get("type", "")) or "reason" in str(part.get("type", "")):
                thought += str(part.get("thinking") or part.get("text") or part.get("reasoning") or "")
            else:
                text += str(part.get("text", "") or "")
        return text, thought
    if content is None:
        content = message.get("refusal") or ""
    if not isinstance(content, str):
        raise TypeError
    return content, ""


def _shares(total: int, weights: list[int]) -> list[int]:
    """Whole numbers in proportion to the weights that add up to ``total``."""
    done, out, part = 0, [], 0
    whole = sum(weights)
    for weight in weights:
        part += weight
        upto = total * part // whole
        out.append(upto - done)
        done = upto
    return out


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be stored


def _short(value: Any) -> str | None:
    return _clean(value[:200]) if isinstance(value, str) else None
