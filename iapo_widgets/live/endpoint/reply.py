"""An endpoint's reply as completions: tolerant of what is missing, believing nothing that cannot be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..ledger.ledger import Record
from ..ledger.spending import Spending
from ..request import Request
from .prices import Prices

LONG = 40  # characters from which on equal texts in one reply are copies and no coincidence


class Unreadable(ValueError):
    """The reply is no chat completion."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Completions of one reply.  ``copies``: it repeated one text instead of drawing anew; the copies are spare.

    ``above``: the tokens it reports are more than the request allowed.
    """

    records: tuple[Record, ...]
    spent: Spending
    reported: bool
    copies: bool
    above: bool


def read_reply(body: str, prices: Prices, request: Request, samples: Sequence[int], request_id: str | None) -> Reply:
    """The reply to a request for those sample indices; raises ``Unreadable`` for anything that is no chat completion.

    Usage is for the whole request: the prompt's tokens are shared among its completions, the answers' tokens in
    proportion to their length where there are several.  Where usage is missing or cannot be, tokens are estimated, from
    above: a token for each byte, as far as max_tokens allows.
    """
    try:
        content = json.loads(body)
        choices = content["choices"]
        texts = [_text(choice["message"]) for choice in choices]
        finished = [_short(choice.get("finish_reason")) for choice in choices]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unreadable("the reply is no chat completion") from None
    fingerprint = _short(content.get("system_fingerprint"))
    sizes = [min(len(text.encode()), request.max_tokens) for text in texts]
    prompt_tokens, completion_tokens, reported, above = _usage(content.get("usage"), request, sizes, len(samples))
    if not texts:
        return Reply((), prices.spending(0, prompt_tokens, completion_tokens), reported, False, above)
    prompts = _shares(prompt_tokens, [1] * len(texts))
    answers = _shares(completion_tokens, [size + 1 for size in sizes])
    copies = (
        len(texts) > 1 and len(set(texts)) == 1 and len(texts[0]) >= LONG and request.settings.get("temperature") != 0
    )
    records = []
    for i, (text, finish) in enumerate(zip(texts, finished, strict=True)):
        spare = i >= len(samples) or (copies and i > 0)
        picos = prices.spending(1, prompts[i], answers[i]).picos
        sample = None if spare else samples[i]
        records.append(
            Record(sample, text, finish, prompts[i], answers[i], picos, reported, _short(request_id), fingerprint)
        )
    spent = prices.spending(len(texts), prompt_tokens, completion_tokens)
    return Reply(tuple(records), spent, reported, copies, above)


def _usage(usage: Any, request: Request, sizes: list[int], asked: int) -> tuple[int, int, bool, bool]:
    """Prompt tokens, completion tokens, whether they were reported, and whether more was reported than was allowed."""
    most = request.max_tokens * max(asked, len(sizes))
    estimate = request.prompt_bound, sum(sizes)
    if not isinstance(usage, dict):
        return *estimate, False, False
    prompt: Any = usage.get("prompt_tokens")
    completion: Any = usage.get("completion_tokens")
    if not all(isinstance(v, int) and not isinstance(v, bool) and v >= 0 for v in (prompt, completion)):
        return *estimate, False, False
    if prompt > request.prompt_bound or completion > most:
        return request.prompt_bound, most, False, True
    if prompt == 0 or (completion == 0 and any(sizes)):  # nothing is read or written for nothing
        return *estimate, False, False
    return prompt, completion, True, False


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


def _text(message: Any) -> str:
    text = message.get("content")
    if isinstance(text, list):  # some endpoints answer in parts
        text = "".join(str(part.get("text", "")) for part in text)
    if text is None:
        text = message.get("refusal") or ""
    if not isinstance(text, str):
        raise TypeError
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be stored


def _short(value: Any) -> str | None:
    return value[:200].encode("utf-8", "replace").decode() if isinstance(value, str) else None
