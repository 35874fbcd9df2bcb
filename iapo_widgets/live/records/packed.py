"""Records as files: gzipped lines of JSON, the first about the record, each other one about a prompt and a question.

Reading one runs nothing and checks everything.  ``zcat FILE | head`` shows it.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ...core import bounds
from ...core.costs import check_per_call
from ...core.files import parsed, replacing
from ...core.saving import typed
from .completion import RecordedCompletion, ScorerNote
from .described import described, described_questions, read_described, read_questions

FORMAT = "iapo-widgets record"
VERSION = 1
FILE_BYTES = 64 << 20
TEXT_BYTES = 512 << 20  # when unpacked


def write(record: Any, path: str | os.PathLike[str], *, texts: bool = True) -> str:
    """Write a ``Record``, and say what the file carries; it is complete or it is not there.

    texts: with the completions' texts and answers, which may hold what nobody else should read; ``False`` leaves them
    out, so that scores, classes and costs remain.  Prompts, questions and right answers are always in it.

    Raises ``FileNotFoundError`` where the folder is not there, ``ValueError`` for a strategy that a file cannot name.
    """
    path, texts = Path(path), texts and record.has_texts
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} to save {path.name} in")
    head = {
        "format": FORMAT, "version": VERSION, "name": record.name, "about": record.about, "made": record.made,
        **described(record), "per_call": record.per_call, "token_cost": record.token_cost,
        "scorers": [asdict(scorer) for scorer in record.scorers], "questions": described_questions(record.questions),
        "test": record.test, "texts": texts,
    }  # fmt: skip
    with replacing(path) as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        for line in (head, *_rows(record, texts)):
            packed.write(json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n")
    return f"{path}: {path.stat().st_size:,} bytes; it carries {_carried(record, texts)}"


def _carried(record: Any, texts: bool) -> str:
    golds = sum(len(question.golds) for question in record.questions)
    held = f"{len(record.prompts):,} prompts, {record.n_queries:,} questions, {golds:,} right answers and"
    answers = f"{int(record.counts.sum()):,} answers"
    if texts:
        return f"{held} every word of {answers}; texts=False leaves the words of answers out"
    return f"{held} {answers} without their words"


def _rows(record: Any, texts: bool) -> Iterator[dict[str, Any]]:
    for p in range(len(record.prompts)):
        for x in range(record.n_queries):
            pool = record.completions(p, x)
            shown = {"text": [c.text for c in pool], "answer": [c.answer for c in pool]} if texts else {}
            yield {
                "prompt": p, "question": x, "call_cost": float(record.query_call_cost[p, x]),
                "tokens": [c.tokens for c in pool], "ended": [c.finish_reason for c in pool],
                "label": [c.label for c in pool], "score": [c.score for c in pool], **shown,
            }  # fmt: skip


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What a ``Record`` is to be built from.

    Raises ``FileNotFoundError`` where there is no file, ``ValueError`` where it is no record, one of another version,
    cut short, or holds what cannot be.
    """
    try:
        lines = _lines(Path(path))
        try:
            head = _head(parsed(next(lines)))
        except StopIteration:
            raise ValueError("it is empty") from None
        pairs, call_cost = _pairs(lines, head.pop("texts"), len(head["prompts"]), len(head["questions"]))
        return {**head, "pairs": pairs, "call_cost": call_cost}
    except KeyError as error:
        raise ValueError(f"{path} is no record: it lacks {bounds.cited(error)}") from None
    except MemoryError:
        raise ValueError(f"{path} needs more memory than there is") from None
    except EOFError:
        raise ValueError(f"{path} is cut short; what it holds is not a whole record") from None
    except (ValueError, TypeError, ArithmeticError, RecursionError, zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{path} is no record: {bounds.cited(error)}") from error


def _lines(path: Path) -> Iterator[bytes]:
    if path.stat().st_size > FILE_BYTES:
        raise ValueError(f"it is longer than {FILE_BYTES:,} bytes, which are read at most")
    left = TEXT_BYTES
    with gzip.open(path, "rb") as file:
        while line := file.readline(min(bounds.TEXT_BYTES, left) + 1):
            left -= len(line)
            if left < 0 or len(line) > bounds.TEXT_BYTES:
                raise ValueError("it holds more text than is read")
            yield line


def _head(head: Any) -> dict[str, Any]:
    """All but the completions."""
    if not isinstance(head, Mapping) or head.get("format") != FORMAT:
        raise ValueError(f"it does not say that it is of the format {FORMAT!r}")
    if head.get("version") != VERSION:
        said = bounds.cited(repr(head.get("version")))
        raise ValueError(f"it is of version {said}, and this program reads version {VERSION}: update iapo-widgets")
    made = typed(head, "made", dict)
    if not all(isinstance(value, str) for value in made.values()):
        raise ValueError("where it comes from must be texts by name")
    token_cost = head["token_cost"]
    if isinstance(token_cost, bool) or not isinstance(token_cost, int | float) or not token_cost >= 0:
        raise ValueError(f"the cost of a token must be at least 0, not {bounds.cited(repr(token_cost))}")
    return {
        "name": typed(head, "name", str),
        "about": typed(head, "about", str),
        "made": made,
        **read_described(head),
        "per_call": check_per_call(head["per_call"]),
        "token_cost": token_cost,
        "scorers": [_scorer(row) for row in typed(head, "scorers", list)],
        "questions": read_questions(typed(head, "questions", list)),
        "test": [_whole(number, "a question's number") for number in typed(head, "test", list)],
        "texts": head["texts"] is True,
    }


def _scorer(row: Any) -> ScorerNote:
    floor = row["floor"] if isinstance(row, Mapping) else None
    if isinstance(floor, bool) or not isinstance(floor, int | float):
        raise ValueError("a scorer's lowest value must be a number")
    names = {name: typed(row, name, str) for name in ("name", "scorer", "version")}
    return ScorerNote(**names, floor=float(floor), needs_gold=row["needs_gold"] is True)


def _pairs(lines: Iterator[bytes], texts: bool, p: int, x: int) -> tuple[list[list[Any]], list[list[float]]]:
    """Completions and cost of a request, by prompt and question."""
    if p * x > bounds.NUMBERS:
        raise ValueError(f"it has {p:,} prompts and {x:,} questions; a record may have {bounds.NUMBERS:,} pairs")
    pairs: list[list[Any]] = [[None] * x for _ in range(p)]
    costs = [[0.0] * x for _ in range(p)]
    numbers = 0
    for line in lines:
        row = parsed(line)
        i, j = (_whole(typed(row, name, int), name) for name in ("prompt", "question"))
        if i >= p or j >= x or pairs[i][j] is not None:
            raise ValueError(f"prompt {i} and question {j} stand in it twice, or are not among {p} and {x}")
        pairs[i][j] = _pool(row, texts)
        costs[i][j] = row["call_cost"]
        numbers += len(pairs[i][j])
        if numbers > bounds.NUMBERS:
            raise ValueError(f"it holds more than {bounds.NUMBERS:,} completions")
    missing = [(i, j) for i in range(p) for j in range(x) if pairs[i][j] is None]
    if missing:
        raise ValueError(f"prompt {missing[0][0]} and question {missing[0][1]} are missing, {len(missing)} such in all")
    return pairs, costs


def _pool(row: Mapping[str, Any], texts: bool) -> list[RecordedCompletion]:
    tokens = typed(row, "tokens", list)
    blank = [None] * len(tokens)
    columns = [
        typed(row, "text", list) if texts else blank, tokens, typed(row, "ended", list), typed(row, "score", list),
        typed(row, "answer", list) if texts else blank, typed(row, "label", list),
    ]  # fmt: skip
    if len({len(column) for column in columns}) != 1:
        raise ValueError("a pair's lists differ in length")
    return [_completion(texts, *values) for values in zip(*columns, strict=True)]


def _completion(
    texts: bool, text: Any, tokens: Any, ended: Any, score: Any, answer: Any, label: Any
) -> RecordedCompletion:
    if texts and not isinstance(text, str):
        raise ValueError(f"a completion's text must be text, not {bounds.cited(repr(text))}")
    if not all(value is None or isinstance(value, str) for value in (ended, answer)):
        raise ValueError("why a completion ended, and its answer, must be text or null")
    if not isinstance(score, list) or not all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in score
    ):
        raise ValueError(f"scores must be lists of numbers or null, not {bounds.cited(repr(score))}")
    if isinstance(label, bool) or not isinstance(label, int) or not -1 <= label < bounds.CLASSES:
        raise ValueError(f"an answer's class must be a whole number from -1, not {bounds.cited(repr(label))}")
    return RecordedCompletion(text, _whole(tokens, "tokens"), ended, tuple(score), answer, label)


def _whole(value: Any, what: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= bounds.WHOLE:
        raise ValueError(f"{what} must be a whole number from 0, not {bounds.cited(repr(value))}")
    return value
