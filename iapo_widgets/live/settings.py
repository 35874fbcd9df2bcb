"""What a request may carry beside its messages: settings of a chat API by name, checked before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..core.checks import check_text
from ..core.options import Options

#: Names that nobody gives as an extra setting, and what would be right.
RESERVED = {
    "model": "the model is the endpoint's: Endpoint(base_url, model)",
    "messages": "messages are the prompt's: its user and system part, and examples",
    "extra_body": "write the names in it directly",
    **dict.fromkeys(("n", "best_of"), "how many answers are asked for is the arm's N"),
    "seed": "each sample has a seed of its own, so that a run can be repeated",
    **dict.fromkeys(("stream", "stream_options"), "answers are read whole"),
    **dict.fromkeys(
        ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens", "n_predict", "num_predict"),
        "give max_tokens, which bounds what an answer can cost",
    ),
    **dict.fromkeys(("temperature", "top_p"), "it is the prompt's: give PromptTemplate(..., {name}=...)"),
}
#: Settings of a prompt that have a parameter of their own.
NAMED = ("stop", "reasoning_effort", "response_format")
#: Names that hold keys; what is in a body is kept in the ledger.
_KEY = re.compile(
    r"(.*[_-])?((api|access|private|secret)[_-]?key|authorization|password|passwd|secret|\b(token|bearer)\b"
    r"|(access|api|auth|bearer|hf|refresh|session)[_-]?token)",
    re.I,
)  # a token that is a word by itself: eos_token and stop_token_ids are settings


def check_stop(stop: Any) -> tuple[str, ...]:
    """Texts at which an answer ends, given as one or several; ``ValueError`` where one is none or empty."""
    texts = (stop,) if isinstance(stop, str) else stop
    if not isinstance(texts, (tuple, list)) or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"stop must be a text, or several in a list, none of them empty; not {stop!r}")
    return tuple(check_text(text, "a stop text") for text in texts)


def check_effort(effort: Any) -> str:
    """How much a reasoning model thinks; ``ValueError`` where it is no word."""
    if not isinstance(effort, str) or not re.fullmatch(r"[A-Za-z_-]+", effort):
        raise ValueError(f"reasoning_effort must be a word such as 'low', 'medium' or 'high', not {effort!r}")
    return effort


def check_format(form: Any) -> Options:
    """The form of an answer; ``ValueError`` where it does not name its type."""
    if not isinstance(form, Mapping) or not isinstance(form.get("type"), str):
        raise ValueError(f"response_format must be a mapping such as {{'type': 'json_object'}}, not {form!r}")
    return Options(form)


def named_settings(stop: Any, effort: Any, form: Any) -> dict[str, Any]:
    """Those that are given, checked, under the names that are sent."""
    texts = () if stop is None else check_stop(stop)
    return {
        **({"stop": list(texts)} if texts else {}),
        **({} if effort is None else {"reasoning_effort": check_effort(effort)}),
        **({} if form is None else {"response_format": check_format(form).as_dict()}),
    }


def check_extra(extra: Any, refused: tuple[str, ...] = ()) -> dict[str, Any]:
    """Further settings of a body, JSON by name; ``stop`` and the like are checked as such.

    Raises ``ValueError`` that says what would be right for a name that is reserved or ``refused`` (it has a parameter
    of its own), for one that would hold a key, and for what is no JSON.
    """
    if extra is None:
        return {}
    if not isinstance(extra, Mapping):
        raise ValueError(f"extra_body must be a mapping of names to JSON values, not {type(extra).__name__}")
    if (name := holds_key(extra)) is not None:
        raise ValueError(
            f"extra_body has {name!r}, and bodies are kept in the ledger: give a key by key=... or headers=..."
        )
    given = Options(extra).as_dict()
    for name in given:
        if name.lower() in RESERVED:
            raise ValueError(f"extra_body must not hold {name!r}: {RESERVED[name.lower()].format(name=name.lower())}")
        if name.lower() in refused:
            raise ValueError(f"extra_body must not hold {name!r}: give {name.lower()}=... beside it")
    named = named_settings(given.get("stop", ()), given.get("reasoning_effort"), given.get("response_format"))
    return {name: value for name, value in given.items() if name not in NAMED} | named


def stops_from(text: str) -> tuple[str, ...]:
    """Stop texts as a form gives them: one text as it is, or a JSON list such as ``["\\n\\n", "END"]``; empty: none.

    Raises ``ValueError`` where a list is no JSON, or holds anything but texts.
    """
    text = text.strip()
    if not text.startswith(("[", '"')):
        return check_stop(text) if text else ()
    return check_stop(_json(text, "stop", '["\\n", "END"]'))


def extra_from(text: str) -> dict[str, Any]:
    """Further settings of a body as a form gives them: a JSON object; empty: none.

    Raises ``ValueError`` where it is none, and as ``check_extra``.
    """
    example = '{"top_k": 20}'
    found = _json(text, "the extra body", example) if text.strip() else {}
    if not isinstance(found, dict):
        raise ValueError(f"the extra body must be a JSON object such as {example}")
    return check_extra(found)


def may_hold_key(text: str) -> bool:
    """Whether a text that was to be an extra body names something like a key."""
    return bool(_KEY.search(text))


def _json(text: str, what: str, example: str) -> Any:
    def no_constant(name: str) -> None:
        raise ValueError(f"{what} holds {name}, which is no number")

    try:
        return json.loads(text, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"{what} is not JSON: {error.msg} at column {error.colno}; write {example}") from None
    except RecursionError:
        raise ValueError(f"{what} is nested too deeply; write {example}") from None


def holds_key(value: Any, depth: int = 0) -> str | None:
    """The first name anywhere in ``value`` that says it holds a key, ``None`` without one."""
    if depth > 50:  # what is deeper is refused as JSON
        return None
    inside: Any = ()
    if isinstance(value, Mapping):
        for name in value:
            if isinstance(name, str) and _KEY.fullmatch(name):
                return name
        inside = value.values()
    elif isinstance(value, (list, tuple)):
        inside = value
    return next((found for each in inside if (found := holds_key(each, depth + 1)) is not None), None)
