"""What the values of a live form must pass; the rest is looked at by Check, where the parts must fit together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ...core.checks import check_budget, check_positive, check_scale
from ...core.training import find_algorithm
from ...live.endpoint.address import check_address
from ...live.reading import prompts_from, questions_from
from ...live.settings import extra_from, stops_from
from .fields import WHOM

COUNTS = ("max_tokens", "n_max", "concurrency", "attempts")
AMOUNTS = ("input_price", "output_price", "temperature", "style_weight", "mid", "high", "cap_completions", "cap_tokens",
           "cap_money", "seed", "latency")  # fmt: skip


def _at_least_0(name: str, value: Any) -> Any:
    if not 0 <= value < float("inf"):
        raise ValueError(f"{name} must be finite and at least 0, not {value}")
    return value


def _top_p(value: Any) -> Any:
    if not 0 <= value <= 1:
        raise ValueError(f"top p must lie above 0 and not above 1, or be 0 for the endpoint's own; not {value}")
    return value


def _whom(value: Any) -> Any:
    if value not in WHOM.values():
        raise ValueError(f"whom must be one of {', '.join(WHOM.values())}, not {value!r}")
    return value


def _readable(read: Callable[[str], Any], value: str) -> str:
    """``value``, where ``read`` takes it."""
    read(value)
    return value


#: Trait -> a function that returns the value, or raises ``ValueError`` or ``TypeError``.
CHECKS: dict[str, Callable[[Any], Any]] = {
    **{name: partial(check_scale, name=name) for name in COUNTS},
    **{name: partial(_at_least_0, name) for name in AMOUNTS},
    "timeout": partial(check_positive, name="timeout"),
    "whom": _whom,
    "top_p": _top_p,
    "stop_at": partial(_readable, stops_from),
    "extra_body": partial(_readable, extra_from),
    "base_url": partial(_readable, check_address),
    "budget": check_budget,
    "prompts": partial(_readable, partial(prompts_from, max_tokens=1)),
    "questions": partial(_readable, questions_from),
    "algorithm": partial(_readable, find_algorithm),
}
