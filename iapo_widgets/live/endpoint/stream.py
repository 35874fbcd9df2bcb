"""A reply that comes as an event stream although none was asked for, put together into one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .body import loads

TEXTS = ("content", "reasoning_content", "reasoning", "refusal")


def is_stream(body: str) -> bool:
    """Whether a body is an event stream."""
    return body.lstrip("\ufeff \t\r\n").startswith(("data:", "event:", "id:", "retry:", ":")) and "data:" in body


def joined(body: str) -> Any:
    """The events as one reply, with the error that one of them holds; raises ``ValueError`` for anything else."""
    whole: dict[str, Any] = {}
    choices: dict[int, dict[str, Any]] = {}
    for event in _events(body):
        if not isinstance(event, Mapping):
            raise ValueError("an event is no object")
        whole.update({k: v for k, v in event.items() if k != "choices" and v is not None})
        for choice in event.get("choices") or ():
            if not isinstance(choice, Mapping) or not isinstance(choice.get("index", 0), int):
                raise ValueError("a choice is no object")
            _add(choices.setdefault(choice.get("index", 0), {"message": {}}), choice)
    if not whole and not choices:
        raise ValueError("the stream holds no events")
    return {**whole, "choices": [choices[i] for i in sorted(choices)]}


def _events(body: str) -> Iterator[Any]:
    kind = ""
    for line in body.splitlines():
        if line.startswith("event:"):
            kind = line[6:].strip()
        elif line.startswith("data:") and (data := line[5:].strip()) and data != "[DONE]":
            event = loads(data)
            yield {"error": event} if kind == "error" else event
        elif not line.strip():
            kind = ""


def _add(into: dict[str, Any], choice: Mapping[str, Any]) -> None:
    into.update({k: v for k, v in choice.items() if k not in ("delta", "message") and v is not None})
    message = into["message"]
    part = choice.get("delta") or choice.get("message") or {}
    if not isinstance(part, Mapping):
        raise ValueError("a part of a choice is no object")
    for name, value in part.items():
        if name in TEXTS and isinstance(value, str):
            message[name] = message.get(name, "") + value
        elif value is not None:
            message[name] = value
