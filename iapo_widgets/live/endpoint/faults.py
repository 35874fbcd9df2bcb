"""What went wrong with one attempt, and what follows from it."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..ledger.texts import clean
from .refusal import (
    BAD_KEY,
    LIMITS,
    NO_MODEL,
    OPTIONAL,
    how_to_omit,
    is_filtered,
    is_too_long,
    named_parameter,
    out_of_range,
    stated_most,
)
from .told import Told

# A refusal says that no answer was made; after any other failure one may have been made and billed.
REFUSALS = (400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 425, 429, 500, 501, 503, 529)
AGAIN = (408, 409, 425, 429)
QUOTA = re.compile(r"insufficient.?quota|quota.{0,20}exceeded|exceeded.{0,40}quota|billing|credit|payment", re.I)
RATE = re.compile(
    r"rate.?limit|too many requests|\bper[ _-]?(?:second|sec|minute|min|hour|day)\b|(?:requests?|tokens?)_per_"
    r"|\b[rt]p[mds]\b",
    re.I,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """``again``: worth another attempt; ``fatal``: every further request would fail; ``paid``: may have been billed.

    ``after``: seconds the endpoint asked to wait; ``slow_down``: it asked for fewer; ``refuses``: a parameter that it
    does not take, ``"?"`` where it does not say which; ``most``: the number of choices that it says it takes;
    ``of_request``: it is this prompt and question that is refused, for good; ``of_prompt``: it may be the prompt ("?"),
    or one of its settings is; ``unreached``: nothing answers at the address; ``late``: the answer did not come in time;
    ``doubtful``: a fatal one that is not believed of an endpoint that answered before; ``server_error``: a 5xx.
    """

    what: str
    again: bool = True
    fatal: bool = False
    paid: bool = True
    after: float | None = None
    slow_down: bool = False
    refuses: str | None = None
    most: int | None = None
    of_request: bool = False
    of_prompt: str = ""
    unreached: bool = False
    late: bool = False
    doubtful: bool = False
    server_error: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "what", clean(self.what, 1000))


def of_status(status: int, headers: Mapping[str, str], said: Told, sent: Mapping[str, Any]) -> Fault:
    """The fault behind an HTTP status of 300 or more; said: its body; sent: the request's JSON."""
    message, words = said.message, f"{said.code} {said.message}"
    what = f"{status}: {message}" if message else f"{status}"
    asked = retry_after(headers)
    wait = said.wait if asked is None else asked
    if status == 429:
        if QUOTA.search(words) and wait is None and not RATE.search(words):
            return _ends(f"the quota is used up or there is no credit left ({what})")
        return Fault(f"rate limit ({what})", True, False, False, wait, True)
    if status in (400, 403, 413, 422) and is_filtered(said):
        return Fault(f"the question was refused by a content filter ({what})", False, False, False, of_request=True)
    if status == 401:
        return _ends(f"the key was refused ({what})")
    if status in (402, 403):
        return replace(_ends(f"the endpoint does not let this key do that ({what})"), doubtful=status == 403)
    if status == 404:
        gone = _ends(f"there is no model {sent.get('model')!r} or no chat API at this address ({what})")
        return replace(gone, doubtful=True)
    if 300 <= status < 400:
        to = headers.get("location", "")
        where = f"{status}: {to[:200]}" if to else f"{status}"
        return _ends(f"the endpoint has moved ({where}); give its new address as base_url")
    if status in (400, 413, 422):
        return _refused(said, sent, what, status == 413)
    if status == 501 and int(sent.get("n", 1)) > 1:
        return Fault(f"the endpoint does not make several choices ({what})", False, False, False, refuses="?")
    if status in AGAIN or status >= 500:
        charged, slow = status not in REFUSALS, status in (503, 529)
        return Fault(f"the endpoint failed ({what})", True, False, charged, wait, slow, server_error=status >= 500)
    return Fault(f"the endpoint refused ({what})", False, False, status not in REFUSALS)


def of_error(said: Told, sent: Mapping[str, Any]) -> Fault:
    """The fault behind an error that came where an answer should: nothing was made, whatever the status was."""
    words = f"{said.code} {said.message}"
    if said.status is not None:
        status = said.status
    elif BAD_KEY.search(words):
        status = 401
    elif RATE.search(words) or QUOTA.search(words):
        status = 429
    elif NO_MODEL.search(words):
        status = 404
    elif re.search(r"invalid.?request|bad.?request", words, re.I) or is_too_long(said):
        status = 400
    else:
        status = 503
    return replace(of_status(status, {}, said, sent), paid=False)


def _refused(said: Told, sent: Mapping[str, Any], what: str, too_long: bool) -> Fault:
    """Of a body that was refused: a parameter, this prompt and question, or something that it does not say."""
    named = named_parameter(said, sent)
    if named in LIMITS and is_too_long(said) and out_of_range(said):  # for this question, of which others are shorter
        return _too_long(what)
    if named in LIMITS and (bound := out_of_range(said)):
        return _ends(f"max_tokens = {sent[named]} is {bound} the endpoint allows ({what}); change it in the prompts")
    if named in OPTIONAL:
        most = stated_most(said, sent) if named == "n" else None
        what = f"the endpoint does not take {named} ({what}){how_to_omit(named)}"
        return Fault(what, True, False, False, 0.0, refuses=named, most=most)
    if too_long or is_too_long(said):
        return _too_long(what)
    if named:
        what = f"the endpoint does not take this {named} ({what}){how_to_omit(named)}"
        return Fault(what, False, False, False, of_request=True, of_prompt="setting")
    if BAD_KEY.search(f"{said.code} {said.message}"):  # some gateways answer 400
        return _ends(f"the key was refused ({what})")
    if NO_MODEL.search(f"{said.code} {said.message}"):
        return _ends(f"there is no model {sent.get('model')!r} at this address ({what})")
    if int(sent.get("n", 1)) > 1:
        return Fault(f"the endpoint refuses several choices ({what})", False, False, False, refuses="?")
    what = f"the endpoint does not take the prompt or the question ({what})"
    return Fault(what, False, False, False, of_request=True, of_prompt="?")


def _too_long(what: str) -> Fault:
    return Fault(f"prompt and answer are too long for the model ({what})", False, False, False, of_request=True)


def of_connection(error: BaseException) -> Fault:
    """The fault behind an error of the connection, told by its innermost cause's name."""
    cause = error.__cause__ or error
    name = type(cause).__name__
    if name in ("ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"):
        return Fault(f"no connection ({name})", paid=False, unreached=True)
    return Fault(f"the connection broke before the answer was complete ({name})")


def of_delay(seconds: float) -> Fault:
    """No complete answer came in time."""
    return Fault(f"no complete answer within {seconds:g} s", late=True)


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


def _ends(what: str) -> Fault:
    return Fault(what, False, True, False)
