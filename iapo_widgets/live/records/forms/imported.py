"""What a log holds, whatever wrote it: prompts, the questions that each was asked, and what came back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ....core import bounds
from ...problem import PLACE, Question
from ...reading.choices import LETTERS
from ...reading.golds import gold_texts

#: Why a completion ended, as tools call it, and as endpoints do.
ENDED = {"max_tokens": "length", "model_length": "length", "end_turn": "stop", "stop_sequence": "stop", "unknown": None}


@dataclass(frozen=True, slots=True)
class Told:
    """A completion as its log tells it; tokens, the prompt's tokens and why it ended are ``None`` where it doesn't."""

    text: str
    tokens: int | None = None
    ended: str | None = None
    prompt_tokens: int | None = None


@dataclass(slots=True)
class Asked:
    """One question under one prompt.

    writings: how its text may stand in what was sent, the longest first; sent: system and user part, ``None`` where
    that is not told or is no such pair.
    """

    writings: tuple[str, ...]
    sent: tuple[str, str] | None
    answers: list[Told] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """Everything that one prompt was asked: its name, model and decoding settings, and what each question brought.

    template: system and user part with ``{query}``, where the log tells them; else they are found in what was sent.
    """

    name: str
    model: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    template: tuple[str, str] | None = None
    asked: dict[Question, Asked] = field(default_factory=dict)

    def put(
        self,
        question: Question,
        answers: Sequence[Told],
        sent: tuple[str, str] | None = None,
        writings: Sequence[str] = (),
    ) -> None:
        """Add answers to a question, to those that are there."""
        here = self.asked.setdefault(question, Asked(tuple(writings) or (question.text,), sent))
        if here.sent != sent:
            here.sent = None  # examples that differ from sample to sample
        here.answers += answers

    def found_template(self) -> tuple[str, str] | None:
        """System and user part with ``{query}``: what was sent, the same around every question; else ``None``."""
        if self.template is not None:
            return self.template
        found = {_template(asked) for asked in self.asked.values()}
        return found.pop() if len(found) == 1 else None


@dataclass(slots=True)
class Imported:
    """All that was read.  ignored: what was left out, with how often (0: it is not counted); made: of the record."""

    form: str
    sheets: list[Sheet] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    made: dict[str, str] = field(default_factory=dict)

    def ignore(self, what: str, often: int = 1) -> None:
        """Keep in mind that something was left out."""
        self.ignored[what] += often

    def sound(self, text: str) -> str:
        """A text that can be written; half characters in it are replaced, which is told."""
        try:
            text.encode()
        except UnicodeEncodeError:
            self.ignore("texts with half a character, which was replaced")
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text


def _template(asked: Asked) -> tuple[str, str] | None:
    if asked.sent is None or any(PLACE in part for part in asked.sent):
        return None
    system, user = asked.sent
    writing = next((text for text in asked.writings if text in user), None)
    if writing is None:
        return None
    return system, user.replace(writing, PLACE)


def fields(value: Any, where: str) -> Mapping[str, Any]:
    """``value`` as fields with names; ``ValueError`` where it is none."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} must be fields with names, not {bounds.cited(repr(value)[:200])}")
    return value


def get(row: Mapping[str, Any], name: str, kind: type | tuple[type, ...], where: str) -> Any:
    """A field that may be absent or null, then ``None``; ``ValueError`` where it is of another kind."""
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        words = {str: "text", list: "a list", dict: "fields with names", int: "a whole number", float: "a number"}
        wanted = " or ".join(words.get(k, "true or false") for k in kinds)
        raise ValueError(f"{where}: {name} must be {wanted}, not {bounds.cited(repr(value)[:200])}")
    return value


def part(row: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    """The fields under that name; empty where it is absent or null."""
    return get(row, name, dict, where) or {}


def counted(row: Mapping[str, Any], name: str, where: str) -> int | None:
    """A number of tokens that may be absent; ``ValueError`` where it is no such number."""
    value = get(row, name, (int, float), where)
    if value is not None and not (0 <= value <= bounds.WHOLE and value == int(value)):
        raise ValueError(f"{where}: {name} must be a whole number from 0, not {value!r}")
    return None if value is None else int(value)


def ended(row: Mapping[str, Any], name: str, where: str) -> str | None:
    """Why a completion ended, in the words of endpoints."""
    reason = get(row, name, str, where)
    return ENDED.get(reason, reason) if reason else None


def golds(value: Any, where: str) -> str | tuple[str, ...] | None:
    """Right answers as a ``Question`` takes them."""
    try:
        found = tuple(map(str, gold_texts(value)))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return found if len(found) > 1 else found[0] if found else None


def lettered(choices: Sequence[str]) -> str:
    """Lines ``A) ...``, one a choice; ``ValueError`` where there are more than letters."""
    if len(choices) > len(LETTERS):
        raise ValueError(f"{len(choices)} choices are more than there are letters for")
    return "\n".join(f"{letter}) {choice}" for letter, choice in zip(LETTERS, choices, strict=False))


def content_of(value: Any, where: str, found: Imported) -> str:
    """The text of a chat message: a text, or parts of which those that are text count; the others are told."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise ValueError(f"{where}: content must be text or a list of parts, not {bounds.cited(repr(value)[:200])}")
    texts = []
    for piece in value:
        if isinstance(piece, str):
            texts.append(piece)
            continue
        piece = fields(piece, where)
        if piece.get("type", "text") == "text":
            texts.append(get(piece, "text", str, where) or "")
        else:
            found.ignore(f"parts of messages: {bounds.cited(str(piece.get('type')))[:40]}")
    return "\n".join(texts)


def pair_of(messages: Sequence[Any], where: str, found: Imported) -> tuple[str, str] | None:
    """System and user part of the messages before the answer; ``None`` where there are others, such as examples."""
    rows = [fields(message, where) for message in messages]
    roles = [get(row, "role", str, where) for row in rows]
    if roles not in (["user"], ["system", "user"], ["developer", "user"]):
        return None
    texts = [content_of(row.get("content"), where, found) for row in rows]
    return (texts[0] if len(texts) > 1 else ""), texts[-1]


def sampled(said: Mapping[str, Any], found: Imported) -> dict[str, Any]:
    """Temperature, top_p, max_tokens and stop texts of a log's decoding settings; others are told."""
    kept: dict[str, Any] = {}
    for name, value in said.items():
        if value is None:
            continue
        if name in ("temperature", "top_p", "max_tokens"):
            kept[name] = get(said, name, (int, float), "the settings")
        elif name == "stop":
            stops = [value] if isinstance(value, str) else get(said, name, list, "the settings")
            kept[name] = [stop for stop in stops if isinstance(stop, str) and stop]
        else:
            found.ignored.setdefault(f"the setting {bounds.cited(str(name))[:40]}", 0)
    return kept
