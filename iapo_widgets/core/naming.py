"""What a prompt is called where there is no room for all of it: its number and the beginning of its words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .problem import Prompt

SHORT = 44  # characters of a prompt's own words
_PLACE = "{query}"
_BARE = re.compile(r"(?:[\w-]+ )?prompt \d+")  # of generated tasks, whose prompts have no words
_LETTER = re.compile(r"prompt [A-Z]")  # of worked examples: a name, and nothing else


def short_name(prompt: Prompt, index: int, width: int = SHORT) -> str:
    """One line: ``2: In one word. · temperature 0.2``; ``prompt 2`` where the prompt has no words of its own."""
    told = told_name(prompt, width)
    if _LETTER.fullmatch(told):
        return told
    return f"{index}: {told}" if told else f"prompt {index}"


def said_name(prompt: Prompt | None, index: int, width: int = SHORT) -> str:
    """The same in a sentence: ``prompt 2 (One word. · temperature 0.2)``; ``None``: a prompt that is not known."""
    told = "" if prompt is None else told_name(prompt, width)
    if _LETTER.fullmatch(told):
        return told
    return f"prompt {index} ({told})" if told else f"prompt {index}"


def told_name(prompt: Prompt, width: int = SHORT) -> str:
    """``short_name`` without the number; empty where the prompt has no words of its own."""
    if _BARE.fullmatch(prompt.text) and not prompt.system and not prompt.examples:
        return ""
    words = [_line(part) for part in (prompt.system, prompt.text)]
    said = " | ".join(word for word in words if word) or "the question alone"
    said = said if len(said) <= width else f"{said[: width - 1].rstrip()}\N{HORIZONTAL ELLIPSIS}"
    shown = len(prompt.examples)
    settings = [
        f"{shown} example{'s' if shown > 1 else ''}" if shown else "",
        "" if prompt.temperature is None else f"temperature {prompt.temperature:g}",
        "" if prompt.top_p is None else f"top p={prompt.top_p:g}",
    ]
    return " \N{MIDDLE DOT} ".join([said, *filter(None, settings)])


def full_name(prompt: Prompt) -> str:
    """All that is sent besides the question, with ``{query}`` where that goes: what a tip says of a short name."""
    parts = [f"System: {prompt.system}" if prompt.system else ""]
    parts += [f"Example: {question} -> {answer}" for question, answer in prompt.examples]
    parts.append(f"User: {prompt.text}" if len([p for p in parts if p]) else prompt.text)
    return "\n".join(filter(None, parts))


def without_shared(prompts: Sequence[Prompt]) -> tuple[list[Prompt], str]:
    """Prompts of the same names but for a setting that all of them share, and what these are, in words."""
    shared = {
        name: value
        for name in ("temperature", "top_p")
        if len({getattr(prompt, name) for prompt in prompts}) == 1 and (value := getattr(prompts[0], name)) is not None
    }
    kept = [name for name in ("temperature", "top_p", "system", "examples") if name not in shared]
    named = [Prompt(prompt.text, **{name: getattr(prompt, name) for name in kept}) for prompt in prompts]
    return named, " and ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in shared.items())


def _line(text: str) -> str:
    """The words of a part, on one line; the question's place is an ellipsis, and none at either end."""
    seen = "".join(c if c.isprintable() else " " for c in text)  # a terminal would obey what is not
    line = " ".join(seen.replace(_PLACE, " \N{HORIZONTAL ELLIPSIS} ").split())
    return line.strip("\N{HORIZONTAL ELLIPSIS} ")
