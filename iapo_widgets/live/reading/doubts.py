"""What of a file was left unused and may be choices, right answers or a context: refused, or noted."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .names import GOLDS
from .written import unwritten

MEMBER = re.compile(r"(.+?)([a-z]|\d{1,2})")
LETTER = re.compile(r"\(?([A-Za-z])\)?[.)]?")
#: Lists and numbered columns that are no choices, where right answers are numbers or letters.
OTHER = re.compile(
    r"tag|step|hint|fact|evidence|support|keyword|topic|categor|subject|skill|source|idx|index|decompos|reason|rational"
    r"|explanation|span|entit|test|concept|link|url|author|meta|resp|model|generat|predict|sent|title|image|date|score"
)
FIRST, SECOND = (re.compile(rf"(?:^|[\s(])[{letters}][).:]\s{{0,9}}\S") for letters in ("Aa1", "Bb2"))
CONTEXT = re.compile(r"passage|context|dialog|story|article|document|paragraph|premise|table|texte?$|conversation")
ANSWER = re.compile(r"(?<!in)correct|answer|solution|truth|gold|^key$|antwort|lösung|réponse|respuesta|risposta"
                    r"|resposta|ответ|उत्तर|答案")  # fmt: skip
ASKING = ("query", "question", "text", "sentence", "statement", "problem")
LONG = 200  # characters of a text that may be needed

Row = Mapping[str, Any]


def letters_alone(golds: Sequence[Sequence[str]], texts: Sequence[str]) -> bool:
    """Whether all right answers are letters as of choices, and no question holds choices."""
    told = [(gold[0], text) for gold, text in zip(golds, texts, strict=True) if gold]
    return bool(told) and all(re.fullmatch(r"\(?[A-Ea-e]\)?\.?", gold) and not _own(text) for gold, text in told)


def check_choices(
    rows: Sequence[Row], left: Mapping[str, str], golds: Sequence[Sequence[str]], texts: Sequence[str]
) -> None:
    """Refuse right answers that are letters or places of choices in unused columns.

    left: plain names of unused columns, and their names.  texts: the questions; those with choices of their own pass.
    Raises ``ValueError`` that names the columns.
    """
    told = [i for i, gold in enumerate(golds) if gold]
    if not told or any(len(golds[i]) > 1 for i in told) or all(_own(texts[i]) for i in told):
        return
    places = [_place(golds[i][0]) for i in told]
    stems: dict[str, list[str]] = {}
    for name in left:
        if (found := MEMBER.fullmatch(name)) and not OTHER.search(name):
            stems.setdefault(f"{found[1]} {found[2].isdigit()}", []).append(name)
    for names in stems.values():
        ends = sorted(name[len(MEMBER.fullmatch(name)[1]) :] for name in names)  # type: ignore[index]
        if len(names) > 1 and ends[0] in ("a", "0", "1") and _fit(places, [len(names)] * len(told)):
            _refuse([left[name] for name in names], "choice_a, choice_b, ...")
    for name in left:
        if not OTHER.search(name):
            sizes = [_size(rows[i].get(name)) for i in told]
            if min(sizes) > 1 and _fit(places, sizes):
                _refuse([left[name]], "choices")


def doubts(rows: Sequence[Row], left: Mapping[str, str], any_gold: bool, texts: Sequence[str]) -> list[str]:
    """Notes on unused columns that may be needed: contexts, long texts, and right answers where there are none."""
    notes = []
    left = {name: shown or "a column without a name" for name, shown in left.items()}
    answers = [shown for name, shown in left.items() if not any_gold and name not in GOLDS and ANSWER.search(name)]
    if answers:
        notes.append(f"no right answers were found; {', '.join(answers)} may hold them: call the column answer")
    needed = [
        shown
        for name, shown in left.items()
        if shown not in answers and (_asks(rows, name, texts) or (name not in GOLDS and _needed(rows, name)))
    ]
    if needed:
        notes.append(f"not sent, and may belong to the question: {', '.join(needed)}; call it context if so")
    return notes


def _own(text: str) -> bool:
    """Whether a question holds its choices itself."""
    first = FIRST.search(text)
    return first is not None and SECOND.search(text, first.end() - 1) is not None


def _place(gold: str) -> tuple[str, int] | None:
    """The kind and the place that a right answer may name."""
    if found := LETTER.fullmatch(gold):
        return "letter", ord(found[1].upper()) - ord("A") + 1
    return ("number", int(gold)) if gold.isascii() and gold.isdigit() and len(gold) < 3 else None


def _fit(places: Sequence[tuple[str, int] | None], sizes: Sequence[int]) -> bool:
    return all(place is not None and place[1] <= size for place, size in zip(places, sizes, strict=True))


def _size(value: Any) -> int:
    """How many choices a value may hold."""
    value = unwritten(value)
    parts = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    return len(parts) if all(isinstance(part, (str, int, float)) for part in parts) else 0


def _refuse(names: Sequence[str], better: str) -> None:
    raise ValueError(f"the right answers look like letters or places of choices, and no choices were found; "
                     f"{', '.join(names)[:200]} may be choices: call them {better}, or leave them out")  # fmt: skip


def _asks(rows: Sequence[Row], name: str, texts: Sequence[str]) -> bool:
    """Whether a second column has the name of a question, and says what the question does not."""
    values = [row.get(name) if name in ASKING else None for row in rows]
    return any(
        isinstance(value, str) and value.strip() and value.strip() not in text and text not in value
        for value, text in zip(values, texts, strict=True)
    )


def _needed(rows: Sequence[Row], name: str) -> bool:
    values = [row.get(name) for row in rows]
    given = [value for value in values if value not in (None, "", [], {})]
    if CONTEXT.search(name):
        return any(not isinstance(value, (bool, int, float)) and not str(value).isdigit() for value in given)
    return any(isinstance(value, str) and len(value) > LONG for value in given)
