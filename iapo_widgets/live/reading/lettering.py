"""From what a file says is right to the letter of the choice, in one way for the whole file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .choices import LETTERS, Choices
from .table import Number

WHOLE = re.compile(r"(\d{1,3})(?:\.0+)?")
LABEL = re.compile(r"\(?\s*(?:(?:option|choice|answer|opt)[\s_]*)?\(?([A-Za-z]|\d{1,2})\)?\s*[).:]?", re.I)

Row = tuple[str, Choices, Sequence[str]]  # where, choices, what is right
Way = Callable[[str, Choices], int | None]


def letters(rows: Sequence[Row], name: str) -> tuple[list[list[str]], list[str]]:
    """The letters of the right choices of each row, and notes.  ``name``: plain name of the column of right answers.

    Labels count before numbers, numbers before texts; a way must fit every row.  Raises ``ValueError`` with the row
    that none fits, or where two ways fit and say different things.
    """
    said = [(where, choices, value) for where, choices, values in rows for value in values]
    notes: list[str] = []
    labels, texts = [_label(v, c) for _, c, v in said], [_same(v, c) for _, c, v in said]
    by_text = None not in texts
    if None not in labels:
        way: Way = _label
        if by_text and texts != labels and not all(c.labels for _, c, _ in said):
            _ambiguous(next(row for row, a, b in zip(said, texts, labels, strict=True) if a != b))
    elif said and all(WHOLE.fullmatch(value) for _, _, value in said) and (base := _base(said, name)) is not None:
        way = _counting_from(base)
        written = all(isinstance(v, Number) and not isinstance(c.texts[0], Number) for _, c, v in said)
        differing = [row for row, text in zip(said, texts, strict=True) if way(row[2], row[1]) != text]
        if by_text and differing and not written:
            _ambiguous(differing[0])
        notes.append(f"right choices are counted from {base}")
    else:
        way = _label_or_same
    found = []
    for where, choices, values in rows:
        places = [way(value, choices) for value in values]
        if None in places:
            bad = values[places.index(None)]
            raise ValueError(f"{where}: the right answer {bad[:60]!r} is none of the choices: {_shown(choices)}")
        found.append(sorted({LETTERS[place] for place in places if place is not None}))
    return found, notes


def _label(value: str, choices: Choices) -> int | None:
    known = [label.casefold() for label in choices.labels or LETTERS[: len(choices.texts)]]
    match = LABEL.fullmatch(value.strip())
    if match and match[1].isdigit() and choices.first is not None and not WHOLE.fullmatch(value.strip()):
        at = int(match[1]) - choices.first  # "Option 2", as the column is called
        return at if 0 <= at < len(known) else None
    return known.index(match[1].casefold()) if match and match[1].casefold() in known else None


def _same(value: str, choices: Choices) -> int | None:
    """The one choice of that text, with its label or without, in whatever case."""
    for form in (str, str.casefold):
        wanted = form(value.strip())
        for forms in ("{1}", "{0}) {1}", "({0}) {1}", "{0}. {1}", "{0}: {1}"):
            texts = [form(forms.format(LETTERS[i], text)) for i, text in enumerate(choices.texts)]
            if texts.count(wanted) == 1:
                return texts.index(wanted)
    return None


def _label_or_same(value: str, choices: Choices) -> int | None:
    same = _same(value, choices)
    return _label(value, choices) if same is None else same


def _counting_from(base: int) -> Way:
    def place(value: str, choices: Choices) -> int | None:
        whole = WHOLE.fullmatch(value.strip())
        at = int(whole[1]) - base if whole else -1
        return at if 0 <= at < len(choices.texts) else None

    return place


def _base(said: Sequence[tuple[str, Choices, str]], name: str) -> int | None:
    """What the first choice is counted as; ``None`` where the numbers are no places."""
    numbers = [(int(float(value)), len(choices.texts)) for _, choices, value in said]
    zero, one = all(at < count for at, count in numbers), all(1 <= at <= count for at, count in numbers)
    if zero and one:
        numbered = {choices.first for _, choices, _ in said}
        return 1 if numbered == {1} and name not in ("label", "cop", "answerindex", "answeridx") else 0
    return 0 if zero else 1 if one else None


def _ambiguous(row: tuple[str, Choices, str]) -> None:
    raise ValueError(
        f"{row[0]}: the right answer {row[2]!r} is the text of one choice and the place of another "
        f"({_shown(row[1])}); write its letter"
    )


def _shown(choices: Choices) -> str:
    return ", ".join(str(choices).split("\n"))[:200]
