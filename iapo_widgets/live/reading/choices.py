"""The choices of a question, from one column or from several, and the letter of the right one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .names import CHOICES, GOLDS, LISTS_BESIDE, POINTERS, WRONG, plain
from .table import Number
from .written import unwritten

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FAMILY = re.compile(
    r"(choice|option|opt|op|ending|sol|candidate|alternative|(?:mc|multiplechoice)?answer|answerchoice|answeroption|ans"
    r"|antwort|antwortmöglichkeit|antwortoption|réponse|reponse|respuesta|opción|opcion|proposition|选项|विकल्प|)"
    r"([a-z]|\d{1,2})"
)
SAYS = re.compile(r"(?<!in)correct|right(?:answer|option|choice|one)|richtig|^gold|answer(?:id|idx|index|num)")
WRONG_ONE = re.compile(r"(?:incorrectanswer|distractor|wronganswer)(\d{1,2})")
MARKED = re.compile(r"\s*\(?\s*([A-Za-z]|\d{1,2})\s*[).:]\s*(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Choices:
    """Texts in their order, labels where the file gives them, and the places of the right ones where it says so."""

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    right: tuple[int, ...] | None = None
    first: int | None = None  # number of the first, where columns are numbered

    def __str__(self) -> str:
        return "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, self.texts, strict=False))


class ChoiceColumns:
    """Finds the columns of choices among plain names, once for a file; ``names`` are those in use."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        seen = dict.fromkeys(name for row in rows for name, value in row.items() if value not in (None, "", [], {}))
        self.names: dict[str, str] = {}
        self._one = next((name for name in CHOICES if name in seen), None)
        if self._one is None:
            self._one = _beside(rows, seen)
        if self._one is None and any(_marked(row.get("answers")) for row in rows):
            self._one = "answers"
        self._family = [] if self._one else _family(seen)
        self._wrong: list[str] = []
        if self._one:
            self.names = {self._one: "choices"}
        elif self._family:
            self.names = {name: f"choice {LETTERS[i]}" for i, name in enumerate(self._family)}
        elif "correctanswer" in seen and "correctanswers" not in seen:
            numbered = {int(found[1]): name for name in seen if (found := WRONG_ONE.fullmatch(name))}
            self._wrong = [numbered[number] for number in sorted(numbered)]
            self._wrong += [name for name in WRONG if name in seen]
            self.names = {name: "wrong choice" for name in self._wrong}

    def of(self, row: Mapping[str, Any]) -> Choices | None:
        """The choices of a row, ``None`` where it has none.  Raises ``ValueError`` where they cannot be read."""
        if self._one:
            value = row.get(self._one)
            return None if value in (None, "", [], {}) else _checked(_listed(value, self._one))
        if self._family:
            texts = [_text(row.get(name)) for name in self._family]
            while texts and not texts[-1]:
                texts.pop()
            first = FAMILY.fullmatch(self._family[0])[2]  # type: ignore[index]
            return _checked(Choices(tuple(texts), first=int(first) if first.isdigit() else None)) if texts else None
        if self._wrong and (right := _text(row.get("correctanswer"))):
            wrong = [row[n] for n in self._wrong if row.get(n)]
            texts = [
                _text(text)
                for value in map(unwritten, wrong)
                for text in (value if isinstance(value, list) else [value])
            ]
            mixed = sorted({right, *texts}, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest())
            return _checked(Choices(tuple(mixed), right=(mixed.index(right),)))
        return None


def pointers(names: Iterable[str]) -> list[str]:
    """The names that point to a choice and mean nothing else."""
    return [name for name in names if name not in GOLDS and POINTERS.fullmatch(name)]


def _beside(rows: Sequence[Mapping[str, Any]], seen: Mapping[str, None]) -> str | None:
    """The list of choices that has its name from something else, where another column says which is right.

    Raises ``ValueError`` where a list of answers stands beside a column that may say which is right.
    """
    for name in (name for name in LISTS_BESIDE if name in seen):
        stated = [gold for gold in GOLDS if gold in seen and gold not in (name, "answers", "possibleanswers")]
        stated += pointers(seen)
        if name == "possibleanswers" and "answers" in seen:
            stated.append("answers")
        given = [row[name] for row in rows if row.get(name) not in (None, "", [], {})]
        lists = [_several(value) for value in given]
        if stated and (all(lists) or (name == "possibleanswers" and any(lists))):
            return name
        if any(lists) and name in GOLDS:
            doubt = [other for other in seen if other not in GOLDS and other not in WRONG and SAYS.search(other)]
            later = [gold for gold in stated if gold not in GOLDS or GOLDS.index(gold) > GOLDS.index(name)]
            if doubt or (later and name == "answers"):
                raise ValueError(f"{name} is a list beside {', '.join(doubt or later)}: call it choices in every row "
                                 "where it holds wrong answers, too")  # fmt: skip
    return None


def _family(seen: Mapping[str, None]) -> list[str]:
    """Names as ``choice_a`` or ``option1``, from the first letter or number on without a gap."""
    found: dict[str, dict[str, str]] = {}
    for name in seen:
        if match := FAMILY.fullmatch(name):
            found.setdefault(match[1], {})[match[2]] = name
    for prefix, members in found.items():
        if prefix in ("answer", "ans", "antwort") and not (pointers(seen) or any(name in GOLDS for name in seen)):
            raise ValueError(f"the columns {', '.join(members.values())} may be choices or right answers; "
                             "name the right one in a column answer")  # fmt: skip
        for start in (["a"], ["0"], ["1"]):
            keys = start
            while (following := chr(ord(keys[-1]) + 1) if keys[0] == "a" else str(int(keys[-1]) + 1)) in members:
                keys = [*keys, following]
            if keys[0] in members and len(keys) > 1:
                return [members[key] for key in keys]
    return []


def _listed(value: Any, name: str) -> Choices:
    value = unwritten(value)
    if isinstance(value, str):
        value = _divided(value)
    if isinstance(value, Mapping):
        if name == "targetscores" and (scored := _scored(value)):  # keys may look like labels
            return scored
        names = {plain(str(key)): part for key, part in value.items()}
        texts = next(
            (names[key] for key in ("text", "texts", "choices", "options") if isinstance(names.get(key), list)), None
        )
        labels = next((names[key] for key in ("label", "labels") if isinstance(names.get(key), list)), None)
        if texts is not None:
            marks = [str(label) for label in labels or ()]
            if marks and "choices" in names and set(marks) <= {"0", "1"}:
                return Choices(tuple(map(_text, texts)), right=tuple(i for i, mark in enumerate(marks) if mark == "1"))
            return Choices(tuple(map(_text, texts)), tuple(marks) or None)
        if all(re.fullmatch(r"[A-Za-z]|\d{1,2}", str(key)) for key in value):
            kept = [(str(key), _text(text)) for key, text in value.items() if text is not None]
            return Choices(tuple(text for _, text in kept), tuple(key for key, _ in kept))
        if scored := _scored(value):
            return scored
    if isinstance(value, list) and value:
        if all(isinstance(part, Mapping) for part in value):
            return _objects([{plain(str(key)): part for key, part in row.items()} for row in value], name)
        return Choices(tuple(map(_text, value)))
    raise ValueError(f"{name} is no list of choices: {str(value)[:60]!r}")


def _scored(value: Mapping[str, Any]) -> Choices | None:
    """Choices as BIG-bench has them, texts with scores."""
    if not value or not all(isinstance(score, (Number, int, float)) for score in value.values()):
        return None
    scores = [float(score) for score in value.values()]
    return Choices(tuple(map(str, value)), right=tuple(i for i, s in enumerate(scores) if s == max(scores) > 0))


def _objects(rows: list[dict[str, Any]], name: str) -> Choices:
    key = next(
        (key for key in ("text", "content", "option", "choice", "value", "answer") if all(key in r for r in rows)), None
    )
    if key is None:
        raise ValueError(f"{name} holds no texts of choices but {', '.join(list(rows[0])[:6])}")
    mark = next((m for m in ("label", "key", "id", "letter") if m != key and all(m in row for row in rows)), None)
    flag = next((f for f in ("iscorrect", "correct", "isright") if all(f in row for row in rows)), None)
    right = tuple(i for i, row in enumerate(rows) if str(row[flag]).casefold() in ("true", "1")) if flag else None
    return Choices(
        tuple(_text(row[key]) for row in rows), tuple(str(row[mark]) for row in rows) if mark else None, right
    )


def _divided(text: str) -> list[str] | str:
    """Choices labelled A), B), ..., or divided by lines, bars or semicolons; the text where there are none."""
    found: list[str] = []
    marks = list(re.finditer(r"(?:^|(?<=[\s,;]))\(?([A-Za-z])\s?[).:]\s*", text))
    if len(marks) > 1 and not text[: marks[0].start()].strip():
        for i, mark in enumerate(marks):
            if mark[1].upper() != LETTERS[len(found)]:
                return text
            end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
            found.append(text[mark.end() : end].strip().rstrip(",;").strip())
        return found
    parts = next(
        (parts for sign in "\n|;" if len(parts := [part for part in text.split(sign) if part.strip()]) > 1), None
    )
    return text if parts is None else parts


def _checked(choices: Choices) -> Choices:
    texts = choices.texts
    marks = [MARKED.fullmatch(text) for text in texts]
    if all(m and m[1].upper() == letter and m[2] for m, letter in zip(marks, LETTERS, strict=False)):
        texts = tuple(m[2].strip() for m in marks if m)  # AQuA: "A)21"
    if not 2 <= len(texts) <= len(LETTERS):
        raise ValueError(f"a question has {len(texts)} choices; 2 to {len(LETTERS)} can be lettered")
    if not all(texts):
        raise ValueError("a choice is empty")
    if choices.labels is not None and (len(choices.labels) != len(texts) or len(set(choices.labels)) < len(texts)):
        raise ValueError(f"the labels {', '.join(choices.labels)[:80]} do not fit {len(texts)} choices")
    return Choices(texts, choices.labels, choices.right, choices.first)


def _marked(value: Any) -> bool:
    """Whether it is a list of answers that say of themselves whether they are right."""
    parts = (
        [{plain(str(key)) for key in part} for part in value if isinstance(part, Mapping)]
        if isinstance(value, list)
        else []
    )
    return bool(parts) and all(names & {"iscorrect", "correct", "isright"} for names in parts)


def _several(value: Any) -> bool:
    value = unwritten(value)
    return isinstance(value, list) and len(value) > 1 and all(isinstance(part, str) for part in value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value).strip()
    raise ValueError(f"a choice must be text or a number, not {str(value)[:60]!r}")
