"""The chat-completions API over the simulated model: a request's fields in, a reply out; no network here."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...core.bounds import cited
from ...core.files import parsed
from .faults import FAULTS, Bucket, Faults
from .model import SimulatedModel, Text
from .stats import Counts, Delivery
from .text import tokens

MODEL = "simulated-arithmetic-1"
N_LARGEST = 128
N_SUPPORT = ("honoured", "ignored", "refused")
UNSUPPORTED = ("stream", "tools", "functions", "logprobs", "audio")
_STATUS = {"429": 429, "429-bare": 429, "quota": 429, "400": 400, "401": 401, "404": 404, "500": 500, "503": 503}
_CODE = {"429": "rate_limit_exceeded", "429-bare": "rate_limit_exceeded", "quota": "insufficient_quota",
         "401": "invalid_api_key", "404": "model_not_found"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send: a JSON ``body``, and what becomes of it on the way, the ``fault``."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    delivery: Delivery | None = None


class Refusal(Exception):
    """A request that gets an error: status, message, the parameter that is wrong, and a code."""

    def __init__(self, status: int, message: str, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code

    def reply(self, headers: Mapping[str, str] | None = None, fault: str | None = None) -> Reply:
        """The error as OpenAI words it."""
        kind = "invalid_request_error" if self.status < 429 else "requests" if self.status == 429 else "server_error"
        kind = "insufficient_quota" if self.code == "insufficient_quota" else kind
        error = {"message": f"Simulated endpoint: {self}", "type": kind, "param": self.param, "code": self.code}
        return Reply(self.status, json.dumps({"error": error}).encode(), headers or {}, fault)


class SimulatedAPI:
    """Answers chat requests; thread-safe.  See ``SimulatedEndpoint`` for the options."""

    def __init__(
        self,
        model: SimulatedModel,
        faults: Faults,
        requests: Bucket | None,
        tokens_: Bucket | None,
        n_support: str,
        retry_after: float,
    ) -> None:
        if n_support not in N_SUPPORT:
            raise ValueError(f"n_support must be one of {', '.join(N_SUPPORT)}, not {n_support!r}")
        self.model, self.counts = model, Counts()
        self._faults, self._requests, self._tokens = faults, requests, tokens_
        self._n_support, self._retry_after = n_support, retry_after

    def models(self) -> Reply:
        """``GET /v1/models``."""
        card = {"id": MODEL, "object": "model", "created": 0, "owned_by": "simulated"}
        return Reply(200, json.dumps({"object": "list", "data": [card]}).encode())

    def chat(self, content: bytes) -> Reply:
        """``POST /v1/chat/completions``."""
        fault = self._faults.next()
        number = self.counts.request(fault)
        headers = {"x-request-id": f"req-simulated-{number:06d}"}
        if fault in _STATUS:
            return self._failing(fault, headers)
        try:
            asked = _Asked.read(content, self._n_support)
            used = sum(len(tokens(m["content"])) for m in asked.messages)
            for what, bucket, amount in (("requests", self._requests, 1), ("tokens", self._tokens, used + asked.most)):
                if bucket is None:
                    continue
                wait = bucket.take(min(amount, bucket.per_minute))
                headers |= bucket.headers(what)
                if wait:
                    headers |= _retry(wait)
                    raise Refusal(429, f"limit of {what} per minute reached", code="rate_limit_exceeded")
        except Refusal as refusal:
            self.counts.refuse(refusal.status)
            return refusal.reply(headers)
        return self._answer(asked, used, number, headers, fault)

    def _failing(self, fault: str, headers: dict[str, str]) -> Reply:
        if fault == "429":
            headers |= _retry(self._retry_after)
        return Refusal(_STATUS[fault], FAULTS[fault], code=_CODE.get(fault)).reply(headers, fault)

    def _answer(self, asked: _Asked, used: int, number: int, headers: dict[str, str], fault: str | None) -> Reply:
        indices = self.counts.indices(asked.content, asked.n)
        limit = 1 if fault == "length" else asked.max_tokens
        texts = [
            self.model.complete(
                asked.messages,
                key=("count", i) if asked.seed is None else ("seed", asked.seed, i - indices.start),
                temperature=asked.temperature,
                top_p=asked.top_p,
                max_tokens=limit,
            )
            for i in indices
        ]
        texts = [_stopped(text, asked.stop) for text in texts]
        if fault == "few":
            texts, indices = texts[: len(texts) // 2], indices[: len(texts) // 2]
        if fault == "empty":
            texts, indices = [], indices[:0]
        if fault == "identical":
            texts = texts[:1] * len(texts)
        if fault == "filter":
            texts = [replace(t, text="", n_tokens=0, finish_reason="content_filter") for t in texts]
        written = sum(t.n_tokens for t in texts)
        name = f"chatcmpl-simulated-{number:06d}"
        body = json.dumps(_completion(name, self.model.seed, texts, used, written, fault)).encode()
        if fault == "malformed":
            body = body[: len(body) // 2]
        complete = fault not in ("malformed", "reset", "timeout")
        delivery = Delivery(name, asked.content, indices, used, written, complete)
        return Reply(200, body, headers, fault, delivery)


def _completion(name: str, seed: int, texts: list[Text], used: int, written: int, fault: str | None) -> dict[str, Any]:
    usage = {"prompt_tokens": used, "completion_tokens": written, "total_tokens": used + written}
    if fault == "absurd-usage":
        usage = {"prompt_tokens": -1, "completion_tokens": 10**12, "total_tokens": 10**12 - 1}
    return {
        "id": name,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "system_fingerprint": f"simulated-seed-{seed}",
        "choices": [
            {
                "index": i,
                "message": {"role": "assistant", "content": t.text, "refusal": None},
                "logprobs": None,
                "finish_reason": t.finish_reason,
            }
            for i, t in enumerate(texts)
        ],
        **({} if fault == "no-usage" else {"usage": usage}),
    }


def _retry(seconds: float) -> dict[str, str]:
    return {"retry-after": str(math.ceil(seconds)), "retry-after-ms": str(math.ceil(1000 * seconds))}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request that was read and found good; ``content`` names messages and decoding settings."""

    messages: list[dict[str, str]]
    n: int
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    seed: int | None
    stop: tuple[str, ...]
    content: str

    @property
    def most(self) -> int:
        """Tokens that the answers may have, for the limit of tokens."""
        return self.n * (self.max_tokens or 256)

    @classmethod
    def read(cls, content: bytes, n_support: str) -> _Asked:
        try:
            body = parsed(content)
        except ValueError as error:
            raise Refusal(400, f"the body is no JSON: {cited(error)}") from None
        if not isinstance(body, dict):
            raise Refusal(400, "the body must be a JSON object")
        if body.get("model") != MODEL:
            raise Refusal(404, f"there is only the model {MODEL}", "model", "model_not_found")
        for name in UNSUPPORTED:
            if body.get(name):
                raise Refusal(400, f"{name} is not simulated", name, "unsupported_parameter")
        limits = [body[k] for k in ("max_tokens", "max_completion_tokens") if body.get(k) is not None]
        if len(limits) > 1:
            raise Refusal(400, "give max_tokens or max_completion_tokens, not both", "max_tokens")
        n = _whole(body, "n", 1, N_LARGEST) or 1
        if n > 1 and n_support == "refused":
            raise Refusal(400, "n must be 1", "n", "unsupported_value")
        messages = _messages(body.get("messages"))
        temperature, top_p = _number(body, "temperature", 0.0, 2.0), _number(body, "top_p", 0.0, 1.0)
        if top_p == 0:
            raise Refusal(400, "top_p must be above 0", "top_p")
        named = hashlib.blake2b(json.dumps([messages, temperature, top_p]).encode(), digest_size=12).hexdigest()
        return cls(
            messages,
            n if n_support == "honoured" else 1,
            temperature,
            top_p,
            _whole({"max_tokens": limits[0]}, "max_tokens", 1, 10**9) if limits else None,
            _whole(body, "seed", -(2**63), 2**63 - 1),
            _stops(body.get("stop")),
            named,
        )


def _messages(given: Any) -> list[dict[str, str]]:
    """The messages with their text, or a ``Refusal``; a content of parts is joined."""
    if not isinstance(given, list) or not given:
        raise Refusal(400, "messages must be a list of at least one message", "messages")
    out = []
    for message in given:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list) and all(isinstance(p, dict) and isinstance(p.get("text"), str) for p in content):
            content = "".join(p["text"] for p in content)
        if not isinstance(content, str) or not isinstance(message.get("role"), str):
            raise Refusal(400, "every message needs a role and a content of text", "messages")
        out.append({"role": message["role"], "content": content})
    return out


def _stops(given: Any) -> tuple[str, ...]:
    texts = [] if given is None else [given] if isinstance(given, str) else given
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise Refusal(400, "stop must be a text or a list of texts", "stop")
    return tuple(texts)


def _stopped(text: Text, stops: tuple[str, ...]) -> Text:
    """The text up to the first of the stop texts in it."""
    end = min((at for stop in stops if (at := text.text.find(stop)) >= 0), default=None)
    if end is None:
        return text
    return Text(text.text[:end], len(tokens(text.text[:end])), "stop")


def _whole(body: Mapping[str, Any], name: str, low: int, high: int) -> int | None:
    value = body.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high):
        raise Refusal(400, f"{name} must be a whole number from {low} to {high}", name)
    return value


def _number(body: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise Refusal(400, f"{name} must lie between {low:g} and {high:g}", name)
    return float(value)
