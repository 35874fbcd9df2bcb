"""The public door: a file's form is found in its content, and several files are put beside each other."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ....core import bounds
from ....core.files import contents, parsed
from ....core.problem import Context
from ....core.strategies import Strategy
from ...problem import Question
from ...reading.source import MAGIC
from ...scoring.scorer import Scorer
from ..record import Record
from . import inspect_logs, lm_eval, plain, promptfoo
from .assembled import assembled, joined, questions_of
from .imported import Imported

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
FILE_BYTES = 256 << 20
JSON_BYTES = 64 << 20  # of one value that is read whole
FORMS = ("inspect", "lm-eval", "promptfoo", "plain")
ENDINGS = (".eval", ".json", ".jsonl")
MOST = 1_000  # files
ERRORS = (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, EOFError, NotImplementedError, RuntimeError,
          zipfile.BadZipFile, zlib.error)  # fmt: skip


def import_record(
    path: Paths,
    scorers: Sequence[Scorer | Callable[..., Any]] | None = None,
    *,
    form: str | None = None,
    contexts: Sequence[Context] | None = None,
    strategy: Strategy | str | None = None,
    n_max: int | None = None,
    name: str | None = None,
) -> Record:
    """A record of what another tool logged: inspect logs, lm-eval's samples, promptfoo's results, or JSON lines.

    path: a file, several, or a folder of them; the prompts of several stand beside each other, and questions that not
    all of them have answered are left out.  scorers (K): without, ``ExactMatch()`` where every question has its right
    answer.  form: ``inspect``, ``lm-eval``, ``promptfoo`` or ``plain``; without, it is found in the content.
    contexts: without, cost weights 0, 0.2 and 1.0 a thousand tokens, objectives weighing alike.  strategy: without,
    majority voting where the scorers vote, else best-of-N.  n_max: without, as many as the smallest pool has.

    ``made`` of the record says what was ignored or left out, and whether tokens are estimates.

    Raises ``FileNotFoundError`` where nothing is there; ``ValueError`` where a file is of no such form, cut short or
    too large, holds what cannot be, has no question that all prompts have answered, or scorers are needed.
    """
    files = _files(path)
    found = joined([_read(file, form) for file in files])
    found.made.setdefault("files", _named(files))
    shown = name or files[0].stem
    try:
        return assembled(found, scorers, contexts=contexts, strategy=strategy, n_max=n_max, name=shown)
    except MemoryError:
        raise ValueError(f"{_named(files)}: the record needs more memory than there is") from None


def import_questions(path: Paths, *, form: str | None = None) -> list[Question]:
    """Every question of such files, each once, with its right answers; options and errors as of ``import_record``."""
    return questions_of(joined([_read(file, form) for file in _files(path)]))


def _files(path: Paths) -> list[Path]:
    """The files, at least one; of a folder those that may be logs."""
    if not isinstance(path, str | os.PathLike):
        files = [Path(one) for one in path]
    elif (folder := Path(path)).is_dir():
        files = sorted(file for file in folder.iterdir() if file.suffix in ENDINGS)
        if any(lm_eval.SAMPLES.match(file.name) for file in files):  # its summaries lie beside them
            files = [file for file in files if not file.name.startswith("results_")]
    else:
        files = [folder]
    if not 0 < len(files) <= MOST:
        what = f"no files {', '.join(ENDINGS)}" if not files else f"{len(files):,} files; {MOST:,} are read at most"
        raise ValueError(f"{bounds.cited(path)}: {what}")
    return files


def _named(files: Sequence[Path]) -> str:
    names = ", ".join(file.name for file in files[:5])
    return f"{names} and {len(files) - 5} more" if len(files) > 5 else names


def _read(file: Path, form: str | None) -> Imported:
    if form is not None and form not in FORMS:
        raise ValueError(f"form must be one of {', '.join(FORMS)}, not {form!r}")
    try:
        content = contents(file, FILE_BYTES)
        if content.startswith(b"PK"):
            if form not in (None, "inspect"):
                raise ValueError(f"it is a zip archive, and not of the form {form}")
            return inspect_logs.read_archive(content)
        for magic, what, remedy in MAGIC:
            if content.startswith(magic):
                raise ValueError(f"it is {what}: {remedy}")
        return _documents_read(content, form, file)
    except MemoryError:
        raise ValueError(f"{file} needs more memory than there is") from None
    except ERRORS as error:
        lacks = "it lacks " if isinstance(error, KeyError) else ""
        raise ValueError(f"{file} cannot be imported: {lacks}{bounds.cited(error)}") from error


def _documents_read(content: bytes, form: str | None, file: Path) -> Imported:
    documents = _documents(content)
    where, first = next(documents, ("", None))
    if not isinstance(first, dict):
        raise ValueError("it is empty" if not where else f"{where} is no object with named fields")
    form = form or _form(first)

    def every() -> Iterator[tuple[str, Any]]:
        yield where, first
        yield from documents

    if form == "inspect":
        return inspect_logs.read_json(_only(first, documents))
    if form == "promptfoo":
        return promptfoo.read(_only(first, documents))
    if form == "lm-eval":
        return lm_eval.read(every(), file)
    return plain.read(every(), file.name)


def _form(first: dict[str, Any]) -> str:
    """The form whose marks the first value bears."""
    for form, reader in (("inspect", inspect_logs.is_log), ("promptfoo", promptfoo.is_results),
                         ("lm-eval", lm_eval.is_samples), ("plain", plain.is_plain)):  # fmt: skip
        if reader(first):
            return form
    raise ValueError(
        "it is no log of inspect, no samples of lm-eval, no results of promptfoo and no plain JSON lines: it begins"
        f" with {', '.join(map(str, list(first)[:10])) or 'nothing'}. Plain lines are like {plain.EXAMPLE}"
    )


def _documents(content: bytes) -> Iterator[tuple[str, Any]]:
    """JSON values with their places: one a line, or one in all."""
    lines = _lines(content)
    number, line = next(lines, (1, b""))
    if not line:
        return
    try:
        first = parsed(line, constants=True)
    except ValueError as error:
        if line.rstrip().endswith(b"}"):  # a whole line that is none
            raise ValueError(f"line {number} is not JSON: {error}") from None
        if len(content) > JSON_BYTES:
            raise ValueError(f"it is one value of more than {JSON_BYTES:,} bytes, which is too long") from None
        if not line.lstrip().startswith((b"{", b"[")):
            raise ValueError(f"it begins as no JSON, but with {line[:40]!r}") from None
        try:
            value = parsed(content.removeprefix(b"\xef\xbb\xbf"), constants=True)
        except ValueError as error:
            raise ValueError(f"it is not JSON, or was cut short: {error}") from None
        yield "it", value
        return
    yield f"line {number}", first
    for number, line in lines:
        try:
            value = parsed(line, constants=True)
        except ValueError as error:
            raise ValueError(f"line {number} is not JSON, or the file was cut short: {error}") from None
        yield f"line {number}", value


def _lines(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines that are not blank, with their numbers."""
    for number, line in enumerate(io.BytesIO(content.removeprefix(b"\xef\xbb\xbf")), 1):
        if len(line) > JSON_BYTES:
            raise ValueError(f"line {number} has more than {JSON_BYTES:,} bytes, which are read at most")
        if line.strip():
            yield number, line


def _only(first: dict[str, Any], rest: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    for where, _ in rest:
        raise ValueError(f"something follows the log on {where}")
    return first
