"""Samples of lm-eval (--log_samples): a line for each question and filter; repeats stand in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ....core import bounds
from ....core.files import contents, parsed
from ...problem import Question
from ...reading.names import CHOICES, CONTEXTS, QUESTIONS, plain
from ...reading.questions import read_questions
from .imported import Imported, Sheet, Told, fields, get, golds, pair_of, part, sampled

SAMPLES = re.compile(r"samples_(?P<task>.+?)_(?P<date>\d{4}-\d\d-\d\d)(?P<time>T[\d.:-]+)\.jsonl")
KNOWN = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics", "doc_hash",
         "prompt_hash", "target_hash")  # fmt: skip
NUMBER = re.compile(r"-?[\d.]+(?:e[-+]\d+)?|-?inf|nan")
LENGTHS = ("max_gen_toks", "max_tokens", "max_new_tokens", "max_completion_tokens")


def is_samples(first: Mapping[str, Any]) -> bool:
    """Whether the first line looks like one of these."""
    return "doc_id" in first and "resps" in first


def read(documents: Iterable[tuple[str, Any]], path: Path) -> Imported:
    """Lines of one task, which is one prompt; the model is told by the summary beside the file, where there is one.

    Raises ``ValueError`` with the line that cannot be read.
    """
    found = Imported("lm-eval samples")
    file = SAMPLES.fullmatch(path.name)
    sheet = Sheet(file["task"] if file else path.name.removesuffix(".jsonl"))
    found.sheets = [sheet]
    if file and (model := _model(path.with_name(f"results_{file['date']}{file['time']}.json"), found)):
        sheet.model = found.made["model"] = model
    if file:
        found.made["date"] = file["date"]
    first: dict[int, tuple[str, Any]] = {}  # by question: filter and answers of its first line
    settings: dict[str, Any] = {}
    for where, value in documents:
        row = fields(value, where)
        number, texts = get(row, "doc_id", int, where), _texts(row, where)
        kept = get(row, "filter", str, where) or "none"
        if number is None:
            raise ValueError(f"{where} has no doc_id")
        if number in first:
            if first[number] == (kept, texts) or first[number][0] == kept or first[number][1] != texts:
                raise ValueError(f"{where}: question {number} stands in the file twice under the filter {kept!r}")
            found.ignored.setdefault(f"the filter {bounds.cited(kept)[:40]}, which is of the same answers", 0)
            continue
        first[number] = kept, texts
        for metric in row.keys() - set(KNOWN):
            found.ignored.setdefault(f"the log's own score: {bounds.cited(metric)[:40]}", 0)
        sent, said = _arguments(row, where, found)
        settings |= said
        rendered = (sent[1] if isinstance(sent, tuple) else sent) or ""
        question = found.sound(_question(part(row, "doc", where)) or rendered)
        if not question.strip():
            raise ValueError(f"{where} tells neither a question in its doc nor what was sent")
        told = [Told(found.sound(text)) for text in texts]
        sheet.put(Question(question, golds(row.get("target"), where)), told, sent if isinstance(sent, tuple) else None)
    sheet.settings = sampled(settings, found)
    return found


def _model(summary: Path, found: Imported) -> str:
    """The model's name in the summary of the run; empty where there is none."""
    if not summary.is_file():
        return ""
    try:
        row = fields(parsed(contents(summary, bounds.TEXT_BYTES), constants=True), summary.name)
        return bounds.cited(get(row, "model_name", str, summary.name) or "")
    except ValueError:
        found.ignore("the summary beside the samples, which cannot be read", 0)
        return ""


def _texts(row: Mapping[str, Any], where: str) -> list[str]:
    """The answers of a question, repeats beside each other."""
    resps = get(row, "resps", list, where)
    if not resps or not all(isinstance(one, list) for one in resps):
        raise ValueError(f"{where}: resps must be a list of lists, not {bounds.cited(repr(resps)[:200])}")
    texts = [text for one in resps for text in one]
    if not texts:
        raise ValueError(f"{where}: resps holds no answer")
    if not all(isinstance(text, str) for text in texts) or (not _generated(row) and all(map(NUMBER.fullmatch, texts))):
        raise ValueError(
            f"{where} holds likelihoods and no texts ({bounds.cited(repr(texts[0])[:60])}): only tasks of the type"
            " generate_until say what a model answered"
        )
    return texts


def _arguments(
    row: Mapping[str, Any], where: str, found: Imported
) -> tuple[tuple[str, str] | str | None, dict[str, Any]]:
    """What was sent, as system and user part or, of a chat with examples, as text; and decoding settings."""
    given = get(row, "arguments", (dict, list), where) or {}
    if isinstance(given, dict):
        given = list(given.values())
    one = given[0] if given else {}
    values = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
    said = next((value for value in values if isinstance(value, dict)), {})
    settings = {("max_tokens" if key in LENGTHS else "stop" if key == "until" else key): v for key, v in said.items()}
    text = values[0] if values else None
    if isinstance(text, list) and len(text) == 1:
        text = text[0]
    if not isinstance(text, str):
        return None, settings
    messages = _messages(text)
    if messages is None:
        return ("", found.sound(text)), settings
    pair = pair_of(messages, where, found)
    return ((found.sound(pair[0]), found.sound(pair[1])) if pair else found.sound(text)), settings


def _generated(row: Mapping[str, Any]) -> bool:
    """Whether what was sent came with decoding settings, as requests for likelihoods don't."""
    given = row.get("arguments")
    return isinstance(given, dict) and any(isinstance(v, dict) and "arg_1" in v for v in given.values())


def _messages(text: str) -> list[Any] | None:
    """The chat that a text writes out as JSON, as with --apply_chat_template."""
    if not text.startswith("[{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    chat = isinstance(found, list) and all(isinstance(m, dict) and "role" in m for m in found)
    return found if chat else None


def _question(doc: Mapping[str, Any]) -> str | None:
    """The question that a data set's row asks, its choices lettered; ``None`` where its fields tell none."""
    known = {*QUESTIONS, *CONTEXTS, *CHOICES}
    asked = {name: value for name, value in doc.items() if plain(str(name)) in known}
    try:
        return read_questions(json.dumps([asked])).questions[0].text
    except (ValueError, RecursionError):
        return None
