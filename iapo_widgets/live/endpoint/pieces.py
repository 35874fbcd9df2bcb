"""A key whose characters stand apart, with anything between them that is no letter or digit; and in base64."""

from __future__ import annotations

import base64
import re

DEEP = 3  # kinds of escapes, one inside the other
LEAST = 12  # letters and digits of a key, and of its base64, that are looked for one by one
# Placeholders of words, as "not-needed", may well stand in an answer; keys are drawn from letters and digits.
DRAWN = re.compile(r"[0-9]|[a-z][A-Z]")
_OTHER = re.compile(r"[^A-Za-z0-9]+")
_APART = r"[^A-Za-z0-9]*+"
#: What stands for one character, escaped a few times; repeats are bounded, so that texts are read in linear time.
_ESCAPE = re.compile(
    r"\\(?<!\\\\)\\{0,7}(?:u([0-9a-fA-F]{4})|u\{0{0,4}([0-9a-fA-F]{1,5})\}|x([0-9a-fA-F]{2})|[abefnrtv0])"
    r"|%(?:25){0,3}([0-9a-fA-F]{2})|&(?:amp;){0,3}(?:#[xX]0{0,6}([0-9a-fA-F]{1,5});?|#0{0,6}([0-9]{1,6});?"
    r"|[A-Za-z]{2,31};)|<[wW]?[bB][rR] */?>"
)
DECIMAL = 6  # the group that is no hexadecimal number


def needles(key: str) -> tuple[re.Pattern[str], ...]:
    """Patterns of the key and its base64 at each of the three places in a group, with anything in between."""
    if not DRAWN.search(key):
        return ()
    found = [key]
    for skipped in range(3):
        whole = base64.b64encode(b"\0" * skipped + key.encode()).decode().rstrip("=")
        first, rest = -(-8 * skipped // 6), (8 * (skipped + len(key))) % 6
        found.append(whole[first : len(whole) - (rest > 0)])  # without what its neighbours have a part in
    letters = (_OTHER.sub("", each) for each in found)
    return tuple(re.compile(_APART.join(each)) for each in letters if len(each) >= LEAST)


def blotted(text: str, key: tuple[re.Pattern[str], ...], blot: str) -> str:
    """The text without the key; where it shows only once escapes are resolved, they are resolved in all of the text."""
    if len(text) < LEAST or not key:
        return text
    seen = text = _without(text, key, blot)
    for _ in range(DEEP):
        if not any(sign in seen for sign in "\\%&<") or (resolved := _ESCAPE.sub(_resolved, seen)) == seen:
            break
        seen = _without(resolved, key, blot)
        if seen != resolved:
            text = seen
    return text


def _without(text: str, key: tuple[re.Pattern[str], ...], blot: str) -> str:
    for pattern in key:
        text = pattern.sub(blot, text)
    return text


def _resolved(escape: re.Match[str]) -> str:
    """The character where it is one of ASCII's that can be seen; of all others a blank says enough."""
    group = escape.lastindex
    number = int(escape[group], 10 if group == DECIMAL else 16) if group else 0
    return chr(number) if 32 < number < 127 else " "
