"""Logs of inspect: an archive of JSON files (.eval), or all of it as JSON; one prompt a log, epochs as repeats."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ....core import bounds
from ....core.files import parsed
from ...problem import Question
from .imported import (
    Imported,
    Sheet,
    Told,
    content_of,
    counted,
    ended,
    fields,
    get,
    golds,
    lettered,
    pair_of,
    part,
    sampled,
)

SAMPLE = re.compile(r"samples/.+_epoch_\d+\.json")
CHUNKS = re.compile(r"samples/.+_epoch_\d+/sample\.json")
CONVERT = "write it as JSON with `inspect log convert LOG.eval --to json --output-dir FOLDER`"
HEADERS = ("header.json", "_journal/start.json")  # the second where a run did not end
PART_BYTES = 64 << 20  # of one file in an archive, unpacked
WHOLE_BYTES = 1 << 30  # of all of them
ATTACHED = "attachment://"
PACKED = f"it is packed in a way that this Python can't unpack, such as zstd before Python 3.14: {CONVERT}"


def is_log(first: Mapping[str, Any]) -> bool:
    """Whether the JSON looks like such a log."""
    return "eval" in first and ("plan" in first or "status" in first)


def read_json(log: Mapping[str, Any]) -> Imported:
    """A log that is one JSON value.  Raises ``ValueError`` where it is none, or says what cannot be."""
    samples = get(log, "samples", list, "the log")
    if samples is None:
        raise ValueError("the log holds no samples; was it written with --no-log-samples, or read as a header?")
    return _read(log, ((f"sample {i}", sample) for i, sample in enumerate(samples, 1)))


def read_archive(content: bytes) -> Imported:
    """A log as an archive.  Raises ``ValueError`` where it is none, cut short, too large or packed by zstd."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValueError(f"it is an archive that is cut short or broken: {error}") from None
    with archive:
        names = archive.namelist()
        header = next((name for name in HEADERS if name in names), None)
        if header is None:
            shown = ", ".join(names[:8]) or "nothing"
            raise ValueError(f"it is an archive, and no log of inspect, which holds {HEADERS[0]}; it holds {shown}")
        names = list(dict.fromkeys(names))  # of two of a name the later counts, as the tool itself has it
        if any(map(CHUNKS.fullmatch, names)):
            raise ValueError(f"the archive holds large samples in parts: {CONVERT}")
        left = [WHOLE_BYTES]
        head = fields(_member(archive, header, left), header)
        samples = ((name, _member(archive, name, left)) for name in names if SAMPLE.fullmatch(name))
        return _read(head, samples, ended_early=header != HEADERS[0])


def _member(archive: zipfile.ZipFile, name: str, left: list[int]) -> Any:
    """The JSON in a file of the archive, however large it says that it is."""
    most = min(PART_BYTES, left[0])
    try:
        with archive.open(name) as file:
            content = file.read(most + 1)
    except NotImplementedError:
        raise ValueError(PACKED) from None
    except RuntimeError:
        raise ValueError(f"{name} is encrypted") from None
    left[0] -= len(content)
    if len(content) > most:
        raise ValueError(f"{name} unpacks to more than {most:,} bytes, which are read at most")
    try:
        return parsed(content, constants=True)
    except ValueError as error:
        raise ValueError(f"{name} is not JSON: {error}") from None


def _read(log: Mapping[str, Any], samples: Iterable[tuple[str, Any]], ended_early: bool = False) -> Imported:
    run = part(log, "eval", "the log")
    found = Imported("inspect log")
    model = get(run, "model", str, "eval") or ""
    sheet = Sheet(_name(run), model, _settings(log, run, found))
    found.sheets = [sheet]
    found.made = {key: value for key, value in (("model", model), ("date", _date(run))) if value}
    status = get(log, "status", str, "the log")
    if ended_early or status not in (None, "success"):
        found.ignore(f"the run did not end well: {bounds.cited(status or 'started')[:40]}", 0)
    for where, value in samples:
        sample = fields(value, where)
        for scorer in part(sample, "scores", where):
            found.ignored.setdefault(f"the log's own scores: {bounds.cited(str(scorer))[:40]}", 0)
        if why := next((key for key in ("error", "invalidation") if sample.get(key)), None):
            found.ignore("samples that failed" if why == "error" else "samples that were declared invalid")
            continue
        _sample(sample, where, sheet, found)
    return found


def _sample(sample: Mapping[str, Any], where: str, sheet: Sheet, found: Imported) -> None:
    texts = part(sample, "attachments", where)

    def sound(text: str) -> str:
        if text.startswith(ATTACHED):
            text = get(texts, text.removeprefix(ATTACHED), str, where) or ""
        return found.sound(text)

    messages = get(sample, "messages", list, where) or []
    roles = [get(fields(message, where), "role", str, where) for message in messages]
    first = roles.index("assistant") if "assistant" in roles else len(roles)
    pair = pair_of(messages[:first], where, found)
    sent = (sound(pair[0]), sound(pair[1])) if pair else None
    question, writings = _question(sample, where, found, sound)
    if question is None:
        return
    output = part(sample, "output", where)
    made = [fields(choice, where) for choice in get(output, "choices", list, where) or []]
    texts_made = [sound(content_of(part(choice, "message", where).get("content"), where, found)) for choice in made]
    if not made or get(output, "error", str, where):
        found.ignore("samples without an answer")
        return
    if sample.get("limit"):
        found.ignore("samples that a limit ended; they count as they are", 1)
    usage = part(output, "usage", where)
    tokens = counted(usage, "output_tokens", where)
    if roles.count("assistant") > 1:
        found.ignore("samples of several turns; the last answer counts, with the tokens of all")
        spent = [counted(fields(u, where), "output_tokens", where) for u in part(sample, "model_usage", where).values()]
        tokens = sum(n or 0 for n in spent) or tokens
    if len(made) > 1 and tokens is not None:
        found.ignored.setdefault("what each of several choices took: their tokens were shared evenly", 0)
        tokens = -(-tokens // len(made))
    parts = ("input_tokens", "input_tokens_cache_read", "input_tokens_cache_write")
    asked = [n for n in (counted(usage, name, where) for name in parts) if n is not None]
    told = [
        Told(text, tokens, ended(choice, "stop_reason", where), sum(asked) if asked else None)
        for choice, text in zip(made, texts_made, strict=True)
    ]
    sheet.put(question, told, sent, writings)


def _question(
    sample: Mapping[str, Any], where: str, found: Imported, sound: Any
) -> tuple[Question | None, Sequence[str]]:
    given = get(sample, "input", (str, list), where)
    pair = ("", given) if isinstance(given, str) else pair_of(given or [], where, found)
    if pair is None or not pair[1].strip():
        found.ignore("samples whose input is no single question")
        return None, ()
    text = sound(pair[1])
    target = sample.get("target")
    choices = get(sample, "choices", list, where)
    if not choices:
        return Question(text, golds(target, where)), (text,)
    if not all(isinstance(choice, str) for choice in choices):
        raise ValueError(f"{where}: choices must be texts, not {bounds.cited(repr(choices)[:200])}")
    if isinstance(target, list) and len(target) > 1:
        found.ignore("right answers that are several choices at once")
        target = None
    lines = found.sound(lettered(choices))
    whole = f"{text}\n{lines}"
    return Question(whole, golds(target, where)), (f"{text}\n\n{lines}", whole)


def _settings(log: Mapping[str, Any], run: Mapping[str, Any], found: Imported) -> dict[str, Any]:
    """Decoding settings of the plan, and beneath them those of the model."""
    plan = part(log, "plan", "the log")
    said: dict[str, Any] = {}
    for where in (part(run, "model_generate_config", "eval"), part(plan, "config", "plan")):
        said.update({name: value for name, value in where.items() if value is not None})
    return sampled({**said, "stop": said.pop("stop_seqs", None)}, found)


def _name(run: Mapping[str, Any]) -> str:
    """The task and what it was given."""
    task = get(run, "task", str, "eval") or "task"
    given = [f"{name}={value}" for name, value in _plain(part(run, "task_args", "eval"))]
    return bounds.cited(f"{task}({', '.join(given)})" if given else task)


def _plain(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if value is None or isinstance(value, str | int | float):
            yield name, value


def _date(run: Mapping[str, Any]) -> str:
    return (get(run, "created", str, "eval") or "")[:10]
