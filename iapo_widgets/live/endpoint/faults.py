"""What went wrong with one attempt, and what follows from it."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# A refusal says that no answer was made; after any other failure one may have been made and billed.
REFUSALS = (400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 425, 429, 500, 503, 529)
AGAIN = (408, 409, 425, 429)
#: Parameters that a request can do without, or that have another name; any other refused parameter ends the run.
OPTIONAL = ("max_completion_tokens", "max_tokens", "seed", "n")
QUOTA = re.compile(r"insufficient.?quota|quota.{0,20}exceeded|exceeded.{0,40}quota|billing|credit balance", re.I)


@dataclass(frozen=True, slots=True)
class Fault:
    """``again``: worth another attempt; ``fatal``: every further request would fail; ``paid``: may have been billed.

    ``after``: seconds the endpoint asked to wait; ``slow_down``: it asked for fewer; ``refuses``: a parameter that it
    does not take.
    """

    what: str
    again: bool = True
    fatal: bool = False
    paid: bool = True
    after: float | None = None
    slow_down: bool = False
    refuses: str | None = None


def of_status(status: int, headers: Mapping[str, str], body: str, sent: Mapping[str, Any]) -> Fault:
    """The fault behind an HTTP status of 300 or more; sent: the request's JSON."""
    message, code, param = _details(body)
    what = f"{status}: {message}" if message else f"{status}"
    paid = status not in REFUSALS
    if status == 429:
        if QUOTA.search(f"{code} {message}"):
            return Fault(f"the quota is used up or there is no credit left ({what})", False, True, False)
        return Fault(f"rate limit ({what})", True, False, False, retry_after(headers), True)
    if status == 401:
        return Fault(f"the key was refused ({what})", False, True, False)
    if status in (402, 403):
        return Fault(f"the endpoint does not let this key do that ({what})", False, True, False)
    if status == 404:
        return Fault(
            f"there is no model {sent.get('model')!r} or no chat API at this address ({what})", False, True, False
        )
    if status in (400, 422):
        if "content_filter" in code or "content management policy" in message.lower():
            return Fault(f"the question was refused by a content filter ({what})", False, False, False)
        if "context_length" in code or "maximum context length" in message.lower():
            return Fault(f"prompt and answer are too long for the model ({what})", False, False, False)
        refuses = next((name for name in OPTIONAL if name in sent and (name == param or _names(message, name))), None)
        if refuses:
            return Fault(f"the endpoint does not take {refuses} ({what})", True, False, False, 0.0, refuses=refuses)
        for name in ("temperature", "top_p"):
            if name == param or _names(message, name):
                what = (
                    f"the endpoint does not take this {name} ({what}); give PromptTemplate({name}=None) to leave it out"
                )
                return Fault(what, False, True, False)
        return Fault(f"the endpoint does not understand the request ({what})", False, False, False)
    if status in AGAIN or status >= 500:
        return Fault(f"the endpoint failed ({what})", True, False, paid, retry_after(headers), status in (503, 529))
    return Fault(f"the endpoint refused ({what})", False, False, paid)


def of_connection(error: BaseException) -> Fault:
    """The fault behind an error of the connection, told by its innermost cause's name."""
    cause = error.__cause__ or error
    name = type(cause).__name__
    unsent = name in ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol")
    if unsent:
        return Fault(f"no connection ({name})", paid=False)
    return Fault(f"the connection broke before the answer was complete ({name})")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the endpoint asks to wait, ``None`` where it does not say or makes no sense."""
    try:
        if "retry-after-ms" in headers:
            seconds = float(headers["retry-after-ms"]) / 1000
        else:
            text = headers["retry-after"]
            if re.fullmatch(r"\s*[\d.]+\s*", text):
                seconds = float(text)
            else:
                seconds = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None
    return seconds if 0 <= seconds < 86_400 else None


def _names(message: str, name: str) -> bool:
    quoted = (
        rf"['\"`]{name}['\"`]|\b{name}\b(?=\s*(?:is|must|should|not|>|=|:))|parameter:?\s+{name}\b|\bonly\b.*\b{name}\b"
    )
    return bool(re.search(quoted, message))


def _details(body: str) -> tuple[str, str, str]:
    """Message, code or type, and parameter of an error's body, whatever its shape."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return " ".join(re.sub(r"<[^>]*>", " ", body).split())[:200], "", ""
    if isinstance(content, dict):
        error = content.get("error", content)
        if isinstance(error, dict):
            message = error.get("message") or error.get("detail") or ""
            code = f"{error.get('code') or ''} {error.get('type') or ''}"
            return str(message)[:400], code, str(error.get("param") or "")
        return str(error)[:400], "", ""
    return str(content)[:200], "", ""
