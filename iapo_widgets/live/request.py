"""A chat request without its sample index: what completions are kept under."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..core.options import canonical

PER_MESSAGE = 16  # tokens that a chat format may add to each message, and to the whole: roles and separators
UNWRITTEN = ("temperature", "top_p", "max_tokens", "stop", "reasoning_effort")  # settings that reach no prompt


@dataclass(frozen=True)
class Request:
    """Endpoint (its address), model, decoding settings and messages; ``settings`` must hold ``max_tokens``.

    prompt: which prompt of its environment it comes from; spare: settings that it can do without, where they are
    refused.  Neither is part of what completions are kept under.
    """

    endpoint: str
    model: str
    settings: Mapping[str, Any]
    messages: Sequence[Mapping[str, str]]
    prompt: int | None = None
    spare: tuple[str, ...] = ()

    @cached_property
    def settings_json(self) -> str:
        """Settings in one canonical spelling."""
        return canonical(dict(self.settings))

    @cached_property
    def messages_json(self) -> str:
        """Messages in one canonical spelling."""
        return json.dumps([dict(m) for m in self.messages], sort_keys=True, ensure_ascii=False)

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that differ wherever anything in the request differs."""
        parts = (self.endpoint, self.model, self.settings_json, self.messages_json)
        return hashlib.sha256(json.dumps(parts).encode()).digest()

    @cached_property
    def prompt_bound(self) -> int:
        """Prompt tokens at most: a token is at least one byte of UTF-8.

        Settings that an endpoint may write into the prompt count too: a schema of the answer, tools, a template.
        """
        text = sum(len(m["content"].encode("utf-8", "replace")) + len(m["role"]) + PER_MESSAGE for m in self.messages)
        written = {name: value for name, value in self.settings.items() if name not in UNWRITTEN}
        more = len(json.dumps(written, ensure_ascii=False).encode("utf-8", "replace")) if written else 0
        return text + PER_MESSAGE + more

    @property
    def max_tokens(self) -> int:
        """Tokens of one answer at most."""
        return int(self.settings["max_tokens"])

    def seed(self, sample: int) -> int:
        """A seed for that sample that no other sample has but by chance; the same on whichever host and port."""
        parts = (self.model, self.settings_json, self.messages_json, sample)
        return int.from_bytes(hashlib.sha256(json.dumps(parts).encode()).digest()[:4], "big") >> 1
