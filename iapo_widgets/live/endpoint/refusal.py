"""The words in which endpoints refuse a request: which parameter they name, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .told import Told

LIMITS = ("max_completion_tokens", "max_tokens")
#: Parameters that a request may do without, or that have another name; ``Abilities.refused`` says whether it can.
OPTIONAL = (*LIMITS, "seed", "n", "temperature")
TOO_LONG = re.compile(
    r"context.{0,12}(?:length|size|window|limit|overflow)|maximum context|exceeds? the available context|\bn_ctx\b"
    r"|too (?:long|many tokens)|prompt is too|input.{0,20}(?:exceeds|longer)|reduce the length|exceed_context"
    r"|shorter (?:input|prompt)|(?:input|prompt)s?[`'\"]? tokens?\b.{0,60}(?:<=|exceed|more than|at most)"
    r"|(?:input|prompt) token count.{0,20}exceeds|at least 1, got -\d",  # what the prompt left of the context
    re.I,
)
TOO_LARGE = re.compile(
    r"too large|at most|maximum|less than or equal|must be (?:<|less|below)|[^-]> ?\d|exceeds|no more than", re.I
)
TOO_SMALL = re.compile(r"too small|at least|minimum|greater than|must be (?:>|above|more)|< ?\d", re.I)
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
FILTERED = re.compile(
    r"content.?filter|content management policy|content policy|moderation|flagged"
    r"|safety (?:system|filter|reason|polic)",
    re.I,
)
#: Before a parameter's name, and behind it, what makes a sentence one about that parameter.
BEFORE = (
    r"(?:parameters?|arguments?|fields?|options?|unsupported|unknown|unrecogni[sz]ed|supplied|invalid|inputs?|unexpected"
    r"|supports?|supported|takes?|allows?|allowed|accepts?|accepted|permitted|for)"
)
BEHIND = (
    r"(?:parameters?|arguments?|fields?|options?|settings?|types?|values?|is|are|must|should|not|cannot|can't|may|only)"
)


def named_parameter(said: Told, sent: Mapping[str, Any]) -> str | None:
    """The parameter in ``sent`` that the refusal is about, ``None`` where it names none."""
    names = [*OPTIONAL, *(name for name in sent if name not in ("model", "messages"))]
    return next((name for name in names if name in sent and is_named(said, name)), None)


def is_named(said: Told, name: str) -> bool:
    """Whether an error names that parameter, as such or in its words; what it repeats of the request is no naming."""
    if said.param and said.param != "None":
        return name in re.split(r"[^\w]+", said.param)
    if name == "n" and CHOICES.search(said.message):
        return True
    text = re.split(r"[{\[]\s*['\"]\w+['\"]\s*[:,]", said.message)[0]  # an echo of the request's JSON follows
    bare = rf"['\"`\[(]*\b{re.escape(name)}\b['\"`\])]*"
    about = (
        rf"['\"`\[]{re.escape(name)}['\"`\]]|\b{BEFORE}:?\s+(?:the\s+)?{bare}|{bare}\s*(?:\b{BEHIND}\b|[>=:(])"
        rf"|\bonly\b.{{0,80}}\b{re.escape(name)}\b"
    )
    return bool(re.search(about, text, 0 if len(name) == 1 else re.I))


def out_of_range(said: Told) -> str:
    """Whether a value is "more than" or "less than" is allowed, empty where it is not the value that is refused."""
    if "instead" in said.message:
        return ""
    return "more than" if TOO_LARGE.search(said.message) else "less than" if TOO_SMALL.search(said.message) else ""


def is_too_long(said: Told) -> bool:
    """Whether prompt and answer do not fit into the model's context."""
    return bool(TOO_LONG.search(f"{said.code} {said.message}"))


def is_filtered(said: Told) -> bool:
    """Whether a content filter refused the question."""
    return not said.param and bool(FILTERED.search(f"{said.code} {said.message}"))


def stated_most(said: Told, sent: Mapping[str, Any]) -> int | None:
    """The number of choices that a refusal names as the most, where that is fewer than were asked for."""
    fewer = [int(number) for number in STATED_MOST.findall(said.message) if 1 <= int(number) < int(sent.get("n", 1))]
    return max(fewer, default=None)


def how_to_omit(name: str) -> str:
    """What to write so that a parameter is not sent."""
    return f"; give PromptTemplate({name}=None) to leave it out" if name in ("temperature", "top_p") else ""
