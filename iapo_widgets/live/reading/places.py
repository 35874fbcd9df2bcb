"""Where the question goes in a prompt: ``{query}``, or one of the ways in which other tools write it."""

from __future__ import annotations

import re

from ..problem import PLACE

NAMES = "query|question|input|problem|prompt|text|instruction|task|user_input|userInput"
#: ``${query}``, ``{{ query }}`` and ``{question}``; a brace of LaTeX, as in ``\text{input}``, is none.
FORMS = re.compile(
    rf"\$\{{\s?({NAMES})\s?\}}|\{{{{2,4}}\s?({NAMES})\s?\}}{{2,4}}|(?<![\w}}\\$]){{\s?({NAMES})\s?}}|{{(query)}}"
)
OTHER = re.compile(r"\$?\{{1,4}[^{}\n]{0,40}\}{1,4}|<<?\w{1,40}>>?|\[\[?\w{1,40}\]\]?|%s|\$\w{1,40}")
WORD = re.compile(r"(?<![\w}\\$])\{[A-Za-z_]\w{0,40}\}")


def placed(user: str, system: str) -> tuple[str, str, str]:
    """Both parts with ``{query}`` where the question goes, and a note where it was written otherwise.

    Raises ``ValueError`` where it goes nowhere, or where two names claim it.
    """
    both = f"{user}\n{system}"
    found = {next(filter(None, match.groups())): match[0] for match in FORMS.finditer(both)}
    if len(found) > 1:
        raise ValueError(
            f"holds {', '.join(found.values())}: only one can be the place of the question; write it {PLACE}"
        )
    if not found:
        others = list(dict.fromkeys(OTHER.findall(both)))[:5]
        what = f"; it holds {', '.join(others)}" if others else ""
        raise ValueError(f"does not hold {PLACE}, the place where the question goes{what}")
    user, system = (FORMS.sub(lambda _: PLACE, part) for part in (user, system))
    written = next(iter(found.values()))
    notes = [] if written == PLACE else [f"{written} was read as {PLACE}"]
    left = [word for word in dict.fromkeys(WORD.findall(f"{user}\n{system}")) if word != PLACE]
    if left:
        notes.append(f"sent as they are: {', '.join(left[:8])}")
    return user, system, "; ".join(notes)
