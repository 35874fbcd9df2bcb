"""What a widget's state holds of other people's words, counted, so that whoever saves it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.naming import told_name

Holdings = dict[str, int]  # what -> how many
#: What may be held, in the order in which it is told, and how.
KINDS = {
    "prompts": ("the words of {} prompt", "the words of {} prompts"),
    "questions": ("{} question", "{} questions"),
    "right answers": ("{} right answer", "{} right answers"),
    "answers": ("the words of {} answer", "the words of {} answers"),
    "bare answers": ("{} answer without its words", "{} answers without their words"),
}


def prompts_of(env: Any) -> Holdings:
    """Prompts that are named by words of their own; those of generated tasks have none."""
    number = sum(bool(told_name(prompt)) for prompt in getattr(env, "prompts", ()))
    return {"prompts": number} if number else {}


def holdings_of(state: Mapping[str, Any]) -> Holdings:
    """What a saved state holds, its own and that of the widgets that it hosts: of each kind the most."""
    found = [held for name, held in state.items() if name.endswith("_holds") and isinstance(held, Mapping)]
    most = {kind: max((n for held in found if type(n := held.get(kind)) is int), default=0) for kind in KINDS}
    return {kind: number for kind, number in most.items() if number}


def told(holdings: Holdings) -> str:
    """What is held, in words; empty for nothing."""
    parts = [
        words[number != 1].format(f"{number:,}") for kind, words in KINDS.items() if (number := holdings.get(kind))
    ]
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
