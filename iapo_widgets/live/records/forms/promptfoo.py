"""Results of promptfoo as JSON: prompts times providers, each a prompt here, tests as questions, and repeats."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ....core import bounds
from ...problem import Question
from ...reading.names import plain
from ...reading.questions import read_questions
from .imported import Imported, Sheet, Told, counted, ended, fields, get, golds, pair_of, part, sampled

SETTINGS = ("temperature", "top_p", "max_tokens", "stop")
#: Variables that hold the right answer and are not asked.
RIGHT = ("correctanswer", "rightanswer", "expectedanswer", "expectedoutput", "expected", "goldanswer", "gold",
         "groundtruth", "referenceanswer", "reference", "ideal", "answer", "target", "solution")  # fmt: skip
EQUAL = ("equals", "iequals")
VARIABLE = re.compile(r"\s*\{\{\s*([\w.-]+)\s*\}\}\s*")


def is_results(first: Mapping[str, Any]) -> bool:
    """Whether the JSON looks like such results."""
    results = first.get("results")
    return isinstance(results, Mapping) and isinstance(results.get("results"), list)


def read(content: Mapping[str, Any]) -> Imported:
    """What was evaluated.  Raises ``ValueError`` where it is of another make, or says what cannot be."""
    results = part(content, "results", "the file")
    found = Imported("promptfoo results")
    if stamp := get(results, "timestamp", str, "results"):
        found.made["date"] = stamp[:10]
    settings = _settings(content, found)
    sheets: dict[Any, Sheet] = {}
    for i, value in enumerate(get(results, "results", list, "results") or [], 1):
        where = f"result {i}"
        row = fields(value, where)
        number = get(row, "promptIdx", int, where)
        if number is None:
            raise ValueError(f"{where} lacks promptIdx, as results of version 1 and 2 do; evaluate anew")
        provider = _provider(row.get("provider"), where)
        if number not in sheets:
            label = get(part(row, "prompt", where), "label", str, where) or f"prompt {number}"
            sheets[number] = Sheet(found.sound(label), provider, settings.get(provider, {}))
        _result(row, where, sheets[number], found)
    found.sheets = [sheets[number] for number in sorted(sheets)]
    models = dict.fromkeys(sheet.model for sheet in found.sheets if sheet.model)
    if models:
        found.made["model"] = ", ".join(models)
    return found


def _result(row: Mapping[str, Any], where: str, sheet: Sheet, found: Imported) -> None:
    response = part(row, "response", where)
    output = response.get("output")
    if row.get("gradingResult"):
        found.ignored.setdefault("the log's own grades", 0)
    # an "error" beside an answer says why a check failed
    if output is None or response.get("error") or get(row, "failureReason", int, where) == 2:
        found.ignore("answers that failed")
        return
    if not isinstance(output, str):
        found.ignore("answers that are no text but JSON; they are read as such")
        output = json.dumps(output, ensure_ascii=False)
    if response.get("cached"):
        found.ignore("answers that came out of a cache, and repeat others; use --no-cache")
    question, writings = _question(row, where, found)
    raw = found.sound(get(part(row, "prompt", where), "raw", str, where) or "")
    sent = _sent(raw, where, found)
    usage = part(response, "tokenUsage", where)
    told = Told(
        found.sound(output), counted(usage, "completion", where), ended(response, "finishReason", where),
        counted(usage, "prompt", where),
    )  # fmt: skip
    sheet.put(question, [told], sent, writings)


def _question(row: Mapping[str, Any], where: str, found: Imported) -> tuple[Question, Sequence[str]]:
    """The test's variables as a question, what a check for equality says as its right answer."""
    test = part(row, "testCase", where)
    values = {**part(test, "vars", where), **part(row, "vars", where)}
    texts = {str(name): _written(value) for name, value in values.items() if value is not None}
    right = []
    for check in get(test, "assert", list, where) or []:
        check = fields(check, where)
        if check.get("type") in EQUAL:
            right.append(_rendered(check.get("value"), texts))
        else:
            found.ignored.setdefault(f"checks that are no right answers: {bounds.cited(check.get('type'))[:40]}", 0)
    gold = golds(right, where)
    if len(texts) == 1:
        text = next(iter(texts.values()))
    else:
        text, named = _of_several(texts)
        gold = gold if gold is not None else golds(named, where)
    if not text.strip():
        raise ValueError(f"{where} has no variable that holds a question")
    text = found.sound(text)
    return Question(text, gold), (text,)


def _of_several(texts: Mapping[str, str]) -> tuple[str, Any]:
    """The question among variables, and its right answer; where others stand beside it, all of them, line by line."""
    right = next((name for name in RIGHT for own in texts if plain(own) == name), None)
    gold = next((text for name, text in texts.items() if plain(name) == right), None)
    asked = {name: text for name, text in texts.items() if plain(name) != right}
    if len(asked) == 1:
        return next(iter(asked.values())), gold
    try:
        reading = read_questions(json.dumps([{"vars": asked}]))
        if not reading.ignored:
            return reading.questions[0].text, gold
    except ValueError:
        pass
    return "\n".join(f"{name}: {text}" for name, text in asked.items()), gold


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rendered(value: Any, texts: Mapping[str, str]) -> Any:
    """A check's value, that of a variable where it is nothing but its name: ``{{answer}}``."""
    place = VARIABLE.fullmatch(value) if isinstance(value, str) else None
    return texts.get(place[1], value) if place else value


def _sent(raw: str, where: str, found: Imported) -> tuple[str, str] | None:
    """System and user part of what was sent, a text or a chat as JSON."""
    if raw.lstrip().startswith("["):
        try:
            messages = json.loads(raw)
        except (ValueError, RecursionError):
            return "", raw
        if isinstance(messages, list) and messages and all(isinstance(m, dict) and "role" in m for m in messages):
            return pair_of(messages, where, found)
    return ("", raw) if raw else None


def _provider(value: Any, where: str) -> str:
    if isinstance(value, str) or value is None:
        return value or ""
    row = fields(value, where)
    return bounds.cited(get(row, "label", str, where) or get(row, "id", str, where) or "")


def _settings(content: Mapping[str, Any], found: Imported) -> dict[str, dict[str, Any]]:
    """Decoding settings of each provider, by what results call it."""
    said: dict[str, dict[str, Any]] = {}
    providers = part(content, "config", "the file").get("providers")
    for provider in providers if isinstance(providers, list) else []:
        if isinstance(provider, dict) and isinstance(provider.get("config"), dict):
            name = provider.get("label") or provider.get("id")
            known = {key: value for key, value in provider["config"].items() if key in SETTINGS}
            said[str(name)] = sampled(known, found)
    return said
