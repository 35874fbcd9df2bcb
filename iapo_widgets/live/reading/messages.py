"""Chat messages in files.  This is the one place that says which lists of messages can be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .nested import is_messages

SYSTEM_ROLES = ("system", "developer")


def one_user(value: Any) -> str | None:
    """A question: a text as it is, a list of one text, or messages of which one is the user's, after system parts.

    ``None`` where there is none.  Raises ``ValueError`` for anything else.
    """
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        value = value[0]
    if isinstance(value, str):
        return value.strip() or None
    if is_messages(value):
        system, user = system_and_user(value)
        return "\n\n".join(filter(None, (system, user)))
    if isinstance(value, list) and value:
        raise ValueError(f"a question must be one text, not a list of {len(value)}")
    return None


def system_and_user(messages: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """The system part, empty without one, and the user's.  Raises ``ValueError`` where there is more, or no user's."""
    roles = [str(message.get("role")).casefold() for message in messages]
    parts = [content_text(message.get("content")) for message in messages]
    if roles and roles[0] in SYSTEM_ROLES and roles[1:] == ["user"]:
        return parts[0], parts[1]
    if roles == ["user"]:
        return "", parts[0]
    raise ValueError(
        f"the messages are {', '.join(role[:20] for role in roles[:12])}; one system and one user message can be "
        "taken, examples cannot"
    )


def content_text(content: Any) -> str:
    """A message's text, also in parts.  Raises ``ValueError`` for pictures and the like."""
    if isinstance(content, str):
        return content.strip()
    if isinstance(content, list) and content:
        kinds = [part.get("type", "text") if isinstance(part, Mapping) else "?" for part in content]
        if all(
            kind in ("text", "input_text") and isinstance(part.get("text"), str)
            for kind, part in zip(kinds, content, strict=True)
        ):
            return "\n".join(part["text"] for part in content).strip()
        raise ValueError(f"a message holds parts that are no text: {', '.join(map(str, kinds))[:80]}")
    raise ValueError(f"a message has no text but {str(content)[:60]!r}")
