"""The facts of a report: what was measured and written, as JSON in the page, from which every number follows."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

#: Marks the JSON in a page as ours, and in which form it is.
FORM = "iapo-capstone-1"
ARMS = ("policy", "plain", "first")  # the policy's arm, and its two rivals
_ARM = [float, None]
_USER = {
    "name": str, "weights": [float], "cost_weight": float,
    "arms": {name: _ARM for name in ARMS}, "values": {name: [float, None] for name in ARMS}, "trained": [float, None],
}  # fmt: skip
#: What the JSON must hold: a type, or lists and objects of such; a list with ``None`` allows it as an element.
SHAPE: dict[str, Any] = {
    "form": str, "title": str, "author": str, "date": str, "name": str, "source": str, "recorded": str,
    "strategy": str, "cost_unit": str, "prompts": [str], "training": [str], "held_out": [str], "algorithm": str,
    "budget": int, "cap": int, "spent": int, "judging": int, "exact": bool, "users": [_USER],
    "failure": {"question": str, "right": str, "prompt": int, "answers": [{"text": str, "count": int}], "words": str},
    "limits": str,
}  # fmt: skip

Facts = dict[str, Any]


class NoFacts(ValueError):
    """What stands in a page is no JSON of ours; the text says where."""


def digest(question: str) -> str:
    """A question's mark: it tells whether two are the same and not what they say."""
    return hashlib.sha256(" ".join(question.split()).encode("utf-8", "replace")).hexdigest()[:16]


def seen(text: Any) -> str:
    """Somebody's text as a page can carry it: one line, without what a reader cannot see."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    return " ".join(line.encode("utf-8", "replace").decode().split())


def written(facts: Facts) -> str:
    """The facts as JSON that no page can mistake for markup."""
    text = json.dumps(facts, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def read(text: str) -> Facts:
    """The facts in that JSON; raises ``NoFacts`` where it is none, or of another shape."""
    try:
        facts = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NoFacts(f"its data is no JSON: {str(error)[:80]}") from None
    _fits(facts, SHAPE, "the data")
    if facts["form"] != FORM:
        raise NoFacts(f"its data has the form {facts['form'][:40]!r}, and not {FORM!r}")
    return dict(facts)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _fits(value: Any, shape: Any, where: str) -> None:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise NoFacts(f"{where} should be an object")
        for name, inner in shape.items():
            if name not in value:
                raise NoFacts(f"{where} lacks {name!r}")
            _fits(value[name], inner, name if where == "the data" else f"{where}.{name}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise NoFacts(f"{where} should be a list")
        for i, each in enumerate(value):
            if each is not None or None not in shape:
                _fits(each, shape[0], f"{where}[{i}]")
    elif shape is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _bounded(value):
            raise NoFacts(f"{where} should be a number")
    elif type(value) is not shape or (shape is int and not _bounded(value)):
        raise NoFacts(f"{where} should be {'text' if shape is str else shape.__name__}")


def _bounded(value: float) -> bool:
    return math.isfinite(value) and abs(value) < 2**53 if isinstance(value, float) else abs(value) < 2**53
