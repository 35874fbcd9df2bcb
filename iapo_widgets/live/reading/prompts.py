"""Prompt templates from text divided by rules, or from JSON, JSON lines, YAML and tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..problem import PLACE, PromptTemplate
from .json_text import looks_like_json
from .messages import SYSTEM_ROLES, system_and_user
from .names import plain
from .nested import is_messages
from .places import placed
from .questions import check_sound
from .reading import Reading
from .source import Source, lines_of, text_of, within_memory
from .structured import read_structured
from .table import Record, Vocabulary

RULE = "---"  # a line of its own between two prompts
#: Marks of roles and templates that would be sent as they are -> what to write.
MARKS = (
    (re.compile(r"<\|[a-z_]{2,30}\|>|</?s>|\[/?INST\]|<</?SYS>>|</?start_of_turn>|</?end_of_turn>"),
     "a model's own marks of roles, which the service sets itself"),
    (re.compile(r"\{%-?\s*\w+|\{\{-?\s*(?:role|#|/|>)"), "a template's commands"),
    (re.compile(r"^\s*(?:[*_]{2}\s?(?:system|developer)\b[^\n*_]{0,20}[*_]{2}|#{1,6}\s*system(?:\s+(?:prompt|message))?\s*:?\s*$)",
                re.I | re.M), "a system part that is marked otherwise"),
)  # fmt: skip
ROLE = re.compile(r"(system|developer|user|assistant)\s*:\s?", re.I)
TEXTS = (
    "prompt",
    "template",
    "prompttemplate",
    "user",
    "userprompt",
    "usermessage",
    "messages",
    "text",
    "content",
    "raw",
)
SYSTEMS = ("system", "systemprompt", "systemmessage", "developer")
TEMPERATURES, TOPS = ("temperature", "temp"), ("topp", "nucleus")
LENGTHS = ("maxtokens", "maxcompletiontokens", "maxnewtokens", "maxoutputtokens")
VOCABULARY = Vocabulary("prompt", TEXTS, frozenset((*TEXTS, *SYSTEMS, *TEMPERATURES, *TOPS, *LENGTHS)), loose=True)


def prompts_from(source: Source, *, temperature: float | None = 1.0, max_tokens: int) -> list[PromptTemplate]:
    """Prompt templates, divided by lines of ``---``, or as a list in JSON, JSON lines, YAML or a table.

    Each holds ``{query}``, or one place that other tools write as ``{question}``, ``{{query}}`` or ``${query}``.  A
    text whose first line starts with ``system:`` has that line as its system part, or all up to a line ``user:``.
    Objects and columns may set ``system``, ``temperature``, ``top_p`` and ``max_tokens`` for themselves.

    Raises ``ValueError`` that names the prompt which is not one.
    """
    return list(read_prompts(source, temperature=temperature, max_tokens=max_tokens).prompts)


@within_memory
def read_prompts(source: Source, *, temperature: float | None = 1.0, max_tokens: int) -> Reading:
    """The templates of ``prompts_from``, with the kind and encoding of the text and the fields used and ignored."""
    text, encoding = text_of(source)
    blocks = _blocks(text)
    if not blocks:
        raise ValueError(f"no prompts: write at least one with {PLACE} in it, divided by lines of {RULE}")
    own = _is_itself(text)
    table = None if own else read_structured(text, VOCABULARY)
    divided = table.records if table is not None and table.kind.startswith("table") else []
    lone = [str(*record.fields.values()) for record in divided if len(record.fields) == 1]
    if not all("{" in text for text in lone):
        table = None  # a prompt that begins with a line "Text"
    if table is None:
        bullets = len(blocks) == 1 and len(lines := blocks[0].split("\n")) > 1 and all(
            re.match(r"[-*]\s", line) and "{" in line for line in lines)  # fmt: skip
        bodies = [line[1:].strip() for line in lines] if bullets else blocks
        records = [Record(f"prompt {i} ({_start(body)!r})", _roles(body)) for i, body in enumerate(bodies)]
        kind = "a list" if bullets else f"text divided by {RULE}"
        notes = ["a prompt in JSON is sent as it is"] if own and looks_like_json(text) else []
        ignored: list[str] = []
    else:
        records = [Record(f"prompt {i} ({record.where})", record.fields) for i, record in enumerate(table.records)]
        kind, notes, ignored = table.kind, table.notes, table.ignored
    if not records:
        raise ValueError(f"no prompts: the {kind} has none below its header")
    used: dict[str, str] = {}
    prompts = []
    for record in records:
        try:
            prompts.append(
                _template(record.fields, {"temperature": temperature, "max_tokens": max_tokens}, used, notes)
            )
        except (ValueError, OverflowError) as error:
            link = " " if str(error).startswith(("does not hold", "holds")) else ": "
            raise ValueError(f"{record.where}{link}{error}") from None
        for part in (prompts[-1].user, prompts[-1].system):
            for pattern, what in MARKS:
                if found := pattern.search(part):
                    raise ValueError(f"{record.where} holds {found[0].strip()[:30]!r}, {what}: write the parts below "
                                     "lines 'system:' and 'user:'")  # fmt: skip
            check_sound(part, record.where)
    if table is None:
        used = {}
    left = [name for record in records for name in record.fields if table is not None and name not in used]
    return Reading(
        (), tuple(prompts), kind, encoding, used, tuple(dict.fromkeys([*left, *ignored])), tuple(dict.fromkeys(notes))
    )


def _blocks(text: str) -> list[str]:
    blocks: list[list[str]] = [[]]
    for line in lines_of(text):
        if line.strip() == RULE:
            blocks.append([])
        else:
            blocks[-1].append(line)
    return [body for block in blocks if (body := "\n".join(block).strip())]


def _is_itself(text: str) -> bool:
    """Whether it looks like JSON because prompts ask for JSON, or begin with ``{query}``."""
    if not looks_like_json(text):
        return False
    named = re.search(r"[\"'](?:" + "|".join((*TEXTS, "role", "prompts")) + r")[\"']\s*:|^\s*\[\s*\"", text, re.I)
    return named is None and "{query}" in text and text.lstrip().startswith("{")


def _roles(body: str) -> dict[str, Any]:
    """The parts of a text with lines that begin ``system:`` and ``user:``; the whole as the user's where none does."""
    if not (first := ROLE.match(body)) or first[1].casefold() == "assistant":
        return {"user": body}
    lines = body.split("\n")
    if first[1].casefold() in SYSTEM_ROLES and not any(
        (role := ROLE.match(line)) and role[1].casefold() == "user" for line in lines[1:]
    ):
        return {"system": lines[0][first.end() :].strip(), "user": "\n".join(lines[1:]).strip()}
    messages: list[dict[str, str]] = []
    for line in lines:
        if role := ROLE.match(line):
            messages.append({"role": role[1].casefold(), "content": line[role.end() :]})
        else:
            messages[-1]["content"] += f"\n{line}"
    return {"messages": messages}


def _template(
    fields: Mapping[str, Any], settings: dict[str, Any], used: dict[str, str], notes: list[str]
) -> PromptTemplate:
    names = {plain(name): name for name in fields}
    user, system = _parts(fields, names, used)
    for key, spellings, kind in (
        ("temperature", TEMPERATURES, float),
        ("top_p", TOPS, float),
        ("max_tokens", LENGTHS, int),
    ):
        for name in (names[n] for n in spellings if n in names):
            used[name] = key
            value = fields[name]
            if value is None and key != "max_tokens":
                settings[key] = None
            elif value is not None and str(value).strip():
                settings[key] = _number(name, value, kind)
            break
    user, system, note = placed(user or PLACE if system else user, system)
    if note:
        notes.append(note)
    return PromptTemplate(user, system, settings.pop("temperature"), settings.pop("top_p", None), **settings)


def _parts(fields: Mapping[str, Any], names: Mapping[str, str], used: dict[str, str]) -> tuple[str, str]:
    """The user part and the system part."""
    name = next((names[n] for n in TEXTS if n in names and fields[names[n]] not in (None, "")), None)
    system_name = next((names[n] for n in SYSTEMS if n in names and fields[names[n]] not in (None, "")), None)
    if name is None and system_name is None:
        raise ValueError(
            f"names no prompt; call it one of {', '.join(TEXTS)}; it has {', '.join(map(str, list(fields)[:20]))}"
        )
    system, user = "", ""
    if system_name is not None:
        system = fields[system_name]
        used[system_name] = "system"
    if name is not None:
        used[name] = "prompt"
        user = fields[name]
        if is_messages(user):
            inner, user = system_and_user(user)
            if inner and system:
                raise ValueError("has a system part twice")
            system = inner or system
    if not isinstance(user, str) or not isinstance(system, str):
        raise ValueError(f"must be text, not {str(user if not isinstance(user, str) else system)[:60]!r}")
    return user.strip(), system.strip()


def _number(name: str, value: Any, kind: type) -> float | int:
    try:
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            return kind(value)
    except ValueError:
        pass
    raise ValueError(f"{name} must be a {'whole ' if kind is int else ''}number, not {str(value)[:40]!r}")


def _start(body: str) -> str:
    first = body.split("\n")[0]
    return (first[7:].strip() if first.lower().startswith("system:") and "\n" not in body else first)[:40]
