"""What a model thinks aloud, kept apart from what it answers."""

from __future__ import annotations

import re

_NAMES = r"(?:seed:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad)"
_TAGS = re.compile(
    rf"(?<!`)(?:(?P<close></{_NAMES}\s*>|\[/THINK\]|\u25c1/think\u25b7|<\|end_of_thought\|>)"
    rf"|(?P<open><{_NAMES}(?:\s[^<>]{{0,200}})?>|\[THINK\]|\u25c1think\u25b7|<\|begin_of_thought\|>))(?!`)",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"<\|channel\|>(\w{1,40})[^<\n]{0,80}<\|message\|>")
_SPOKEN = "final"  # the channel that is meant for the user


def without_thought(text: str) -> str:
    """What a completion says beside its thought; empty where there is nothing but thought.

    Thought stands between ``<think>`` and ``</think>`` or tags like them.  Some servers leave the opening tag out: all
    before a closing tag without one is thought.  All after an opening tag that is never closed is thought too: it was
    cut off.  Of a text in channels the last one called ``final`` counts.
    """
    channels = list(_CHANNEL.finditer(text))
    if channels:
        last = channels[-1]
        text = text[last.end() :] if last[1].lower() == _SPOKEN else ""
    spoken: list[str] = []
    start, thinking = 0, False
    for tag in _TAGS.finditer(text):
        if tag["close"]:
            if not thinking:  # its opening tag was left out
                spoken.clear()
            thinking = False
        elif not thinking:
            spoken.append(text[start : tag.start()])
            thinking = True
        start = tag.end()
    if not thinking:
        spoken.append(text[start:])
    return "".join(spoken) if start or channels else text
