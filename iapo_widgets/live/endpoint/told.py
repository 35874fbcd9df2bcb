"""What an endpoint says in an error's body: message, code, parameter, and how long to wait; whatever its shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

WORDS = ("message", "msg", "status_msg", "detail", "error", "title")  # fields that hold what is wrong
LONGEST = 400  # characters of a message that are shown
READ = 20_000  # characters of a body that is no JSON which are looked at
_TAG = re.compile(r"<[^<>]{0,1000}>")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SPAN = re.compile(
    r"(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)(?![a-z])", re.I
)
_WAIT = re.compile(
    rf"(?:\b(?:try|retry|retrying|again|wait|available|resets?)\b[^.\n]{{0,40}}?\b(?:in|after|for)\b|\bwait\b)\s*:?\s*"
    rf"((?:{_SPAN.pattern}\s*)+|\d+(?:\.\d+)?)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Told:
    """``message``, ``code`` (code, type and status together) and ``param`` of an error, empty where it names none.

    wait: seconds that it asks to wait; status: an HTTP status that stands inside the body.
    """

    message: str = ""
    code: str = ""
    param: str = ""
    wait: float | None = None
    status: int | None = None


def told(content: Any, scrub: Callable[[str], str] = str) -> Told:
    """What a parsed body says; of text that is no JSON, its words without tags.

    scrub: takes the key out of what is put together from texts that were scrubbed one by one.
    """
    if isinstance(content, str):
        words = " ".join(_TAG.sub(" ", content[:READ]).split())
        return Told(scrub(words)[:LONGEST], wait=asked_wait(content[:READ]))
    error = content
    for _ in range(
        4
    ):  # {"error": {...}}, [{"error": ...}], {"errors": [...]}, {"detail": [...]}, and inside each other
        if isinstance(error, list) and error:
            error = error[0]
        elif isinstance(error, Mapping) and (inner := _inner(error)) is not None:
            error = inner
        else:
            break
    if not isinstance(error, Mapping):
        return Told(scrub(str(error))[:LONGEST], wait=asked_wait(str(error)[:READ]))
    message = next((str(error[k]) for k in WORDS if error.get(k)), "")
    if not message:
        message = json.dumps(error)
    code = " ".join(str(error[k]) for k in ("code", "type", "status", "reason") if error.get(k) is not None)
    param = next((error[k] for k in ("param", "parameter", "field") if error.get(k)), "")
    if isinstance(param, list):
        param = " ".join(map(str, param[-1:]))
    if not param and isinstance(error.get("loc"), list):  # FastAPI: ["body", "seed"]
        param = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "")
    numbers = (error.get(k) for k in ("code", "status", "status_code", "http_status"))
    status = next(
        (int(n) for n in numbers if type(n) is int or (isinstance(n, str) and re.fullmatch("[0-9]{3}", n))), None
    )
    return Told(
        scrub(message)[:LONGEST], scrub(code)[:LONGEST], scrub(str(param))[:100],
        _detailed_wait(error) or asked_wait(message[:READ]),
        status if status is not None and 400 <= status < 600 else None,
    )  # fmt: skip


def asked_wait(text: str) -> float | None:
    """Seconds in "try again in 6m0s", "retry in 12.5s", "wait 20 seconds"; ``None`` where there is nothing of it."""
    found = _WAIT.search(text)
    if not found:
        return None
    spans = _SPAN.findall(found[1])
    if not spans:
        return float(found[1])
    return sum(float(amount) * _UNITS["ms" if unit.lower().startswith(("ms", "milli")) else unit[0].lower()]
               for amount, unit in spans)  # fmt: skip


def _inner(error: Mapping[str, Any]) -> Any:
    for name in ("error", "errors", "detail", "base_resp"):
        inner = error.get(name)
        if isinstance(inner, Mapping) or (isinstance(inner, list) and inner):
            return inner
    return None


def _detailed_wait(error: Mapping[str, Any]) -> float | None:
    """Google's RetryInfo: {"details": [{"retryDelay": "12s"}]}; others put a number of seconds."""
    details = error.get("details")
    for detail in [error, *(details if isinstance(details, list) else []), error.get("metadata")]:
        if not isinstance(detail, Mapping):
            continue
        for name in ("retryDelay", "retry_after", "retry_after_seconds", "retryAfter"):
            value = detail.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
                return float(value)
            if isinstance(value, str) and (span := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*s?\s*", value)):
                return float(span[1])
    return None
