"""Scorers as plain values, as a task's file or a ledger holds them: a kind and its options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .choices import Options
from .extraction import EXTRACTORS, PatternExtractor, Reader
from .mathematics import MathVerify
from .scorer import Scorer
from .scorers import Brevity, Coverage, ExactMatch, RegexMatch


def _exact(extract: str = "any", pattern: str | None = None, flags: int = 0, **more: Any) -> ExactMatch:
    return ExactMatch(extract if pattern is None else re.compile(pattern, flags), **more)


def _pattern(pattern: str, flags: int = 0, **more: Any) -> RegexMatch:
    return RegexMatch(pattern if not flags else re.compile(pattern, flags), **more)


#: Scorers by the word for their kind.
KINDS: dict[str, Callable[..., Scorer]] = {
    "exact match": _exact, "brevity": Brevity, "coverage": Coverage, "pattern": _pattern, "math-verify": MathVerify,
}  # fmt: skip


def scorer_of(row: Mapping[str, Any]) -> Scorer:
    """The scorer of a kind and options; raises ``ValueError`` or ``TypeError`` where there is none such."""
    options = dict(row)
    kind = options.pop("kind", None)
    if kind not in KINDS:
        raise ValueError(f"a scorer's kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return KINDS[kind](**options)


def described(scorer: Scorer) -> dict[str, Any] | None:
    """Kind and options that ``scorer_of`` makes it of; ``None`` for a function, a judge and others of one's own."""
    more: dict[str, Any] | None
    if type(scorer) is ExactMatch:
        more = _extraction(scorer.extract)
        kind = "exact match"
    elif type(scorer) is RegexMatch:
        kind, more = "pattern", _of_pattern(scorer.pattern)
    elif type(scorer) is Brevity:
        kind, more = "brevity", {"longest": scorer.longest, "unit": scorer.unit}
    elif type(scorer) is Coverage:
        kind, more = "coverage", {}
    elif type(scorer) is MathVerify:
        kind, more = "math-verify", {"seconds": scorer.seconds}
    else:
        return None
    return None if more is None else {"kind": kind, "name": scorer.name, **more}


def _extraction(extract: Any) -> dict[str, Any] | None:
    if isinstance(extract, Reader) and EXTRACTORS.get(extract.__name__) is extract:
        return {"extract": extract.__name__}
    if type(extract) is PatternExtractor:
        return _of_pattern(extract.pattern)
    return {"options": list(extract.options)} if type(extract) is Options else None


def _of_pattern(pattern: re.Pattern[str]) -> dict[str, Any]:
    plain = re.compile(pattern.pattern).flags
    return {"pattern": pattern.pattern, **({"flags": pattern.flags} if pattern.flags != plain else {})}
