"""What went wrong with one attempt, and what follows from it."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..ledger.texts import clean
from .told import Told

# A refusal says that no answer was made; after any other failure one may have been made and billed.
REFUSALS = (400, 401, 402, 403, 404, 405, 409, 413, 415, 422, 425, 429, 500, 503, 529)
AGAIN = (408, 409, 425, 429)
#: Parameters that a request may do without, or that have another name; ``Abilities.refused`` says whether it can.
OPTIONAL = ("max_completion_tokens", "max_tokens", "seed", "n", "temperature")
QUOTA = re.compile(r"insufficient.?quota|quota.{0,20}exceeded|exceeded.{0,40}quota|billing|credit|payment", re.I)
RATE = re.compile(
    r"rate.?limit|too many requests|\bper[ _-]?(?:second|sec|minute|min|hour|day)\b|(?:requests?|tokens?)_per_"
    r"|\b[rt]p[mds]\b",
    re.I,
)  # fmt: skip
TOO_LONG = re.compile(
    r"context.{0,12}(?:length|size|window)|maximum context|exceeds? the available context|too (?:long|many tokens)"
    r"|prompt is too|input.{0,20}(?:exceeds|longer)|reduce the length|exceed_context",
    re.I,
)
TOO_LARGE = re.compile(r"too large|at most|maximum|less than or equal|must be (?:<|less|below)|> ?\d|exceeds", re.I)
NO_MODEL = re.compile(
    r"model.?not.?found|(?:no such|unknown|invalid) model|model.{0,60}(?:not exist|not found|not loaded)", re.I
)
BAD_KEY = re.compile(r"invalid.?api.?key|(?:incorrect|invalid|wrong) (?:api )?key|unauthori[sz]ed|authentication", re.I)
CHOICES = re.compile(  # the number of choices in other words
    r"\bn_cmpl\b|candidate_?count|number of (?:choices|completions|candidates|slots|samples)"
    r"|(?:one|single|multiple|several) (?:completion |candidate |response )?(?:choices?|completions?|candidates?)",
    re.I,
)
STATED_MOST = re.compile(
    r"(?:<=?|at most|max(?:imum)?(?: is| of|:)?|up to|no more than|less than or equal to|must be(?: set to)?|only)\s*"
    r"(\d{1,3})\b",
    re.I,
)
FILTERED = re.compile(r"content_filter|content management policy|content policy|moderation|safety", re.I)


@dataclass(frozen=True, slots=True)
class Fault:
    """``again``: worth another attempt; ``fatal``: every further request would fail; ``paid``: may have been billed.

    ``after``: seconds the endpoint asked to wait; ``slow_down``: it asked for fewer; ``refuses``: a parameter that it
    does not take, ``"?"`` where it does not say which; ``most``: the number of choices that it says it takes;
    ``of_request``: it is this prompt and question that is refused, for good; ``unreached``: nothing answers at the
    address; ``late``: the answer did not come in time.
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
    unreached: bool = False
    late: bool = False

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
    if status == 401:
        return _ends(f"the key was refused ({what})")
    if status in (402, 403):
        return _ends(f"the endpoint does not let this key do that ({what})")
    if status == 404:
        return _ends(f"there is no model {sent.get('model')!r} or no chat API at this address ({what})")
    if 300 <= status < 400:
        to = headers.get("location", "")
        where = f"{status}: {to[:200]}" if to else f"{status}"
        return _ends(f"the endpoint has moved ({where}); give its new address as base_url")
    if status in (400, 413, 422):
        return _refusal(status, said, sent, what)
    if status in AGAIN or status >= 500:
        return Fault(f"the endpoint failed ({what})", True, False, status not in REFUSALS, wait, status in (503, 529))
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
    elif re.search(r"invalid.?request|bad.?request", words, re.I) or TOO_LONG.search(words):
        status = 400
    else:
        status = 503
    found = of_status(status, {}, said, sent)
    return found if not found.paid else Fault(found.what, found.again, found.fatal, False, found.after)


def _refusal(status: int, said: Told, sent: Mapping[str, Any], what: str) -> Fault:
    """Of a body that was refused: a parameter, this prompt and question, or something that it does not say."""
    words = f"{said.code} {said.message}"
    if FILTERED.search(words):
        return _of_request(f"the question was refused by a content filter ({what})")
    if TOO_LONG.search(words) or status == 413:
        return _of_request(f"prompt and answer are too long for the model ({what})")
    names = [name for name in sent if name not in ("model", "messages")]
    named = next((name for name in [*OPTIONAL, *names] if name in sent and is_named(said, name)), None)
    if named in ("max_tokens", "max_completion_tokens") and TOO_LARGE.search(said.message) and "instead" not in words:
        return _ends(f"max_tokens = {sent[named]} is more than the endpoint allows ({what}); give the prompts less")
    if named in OPTIONAL:
        what = f"the endpoint does not take {named} ({what}){how_to_omit(named)}"
        most = stated_most(said, sent) if named == "n" else None
        return Fault(what, True, False, False, 0.0, refuses=named, most=most)
    if named:
        return _ends(f"the endpoint does not take this {named} ({what}){how_to_omit(named)}")
    if BAD_KEY.search(words):  # some gateways answer 400
        return _ends(f"the key was refused ({what})")
    if NO_MODEL.search(words):
        return _ends(f"there is no model {sent.get('model')!r} at this address ({what})")
    if int(sent.get("n", 1)) > 1:
        return Fault(f"the endpoint refuses several choices ({what})", False, False, False, refuses="?")
    return _of_request(f"the endpoint does not take the prompt or the question ({what})")


def stated_most(said: Told, sent: Mapping[str, Any]) -> int | None:
    """The number of choices that a refusal names as the most, where that is fewer than were asked for."""
    fewer = [int(number) for number in STATED_MOST.findall(said.message) if 1 <= int(number) < int(sent.get("n", 1))]
    return max(fewer, default=None)


def how_to_omit(name: str) -> str:
    """What to write so that a parameter is not sent."""
    return f"; give PromptTemplate({name}=None) to leave it out" if name in ("temperature", "top_p") else ""


def is_named(said: Told, name: str) -> bool:
    """Whether an error names that parameter, as such or in its words."""
    if said.param and said.param != "None":
        return said.param.split(".")[-1] == name
    if name == "n" and CHOICES.search(said.message):
        return True
    quoted = (
        rf"['\"`]{name}['\"`]|\b{name}\b(?=\s*(?:is|must|should|not|cannot|can't|may|only|>|=|:))"
        rf"|(?:parameter|argument|field|unsupported|unknown|unrecognized):?\s+{name}\b|\bonly\b.{{0,80}}\b{name}\b"
    )
    return bool(re.search(quoted, said.message))


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


def _of_request(what: str) -> Fault:
    return Fault(what, False, False, False, of_request=True)
