"""From text, bytes or a path to text: encodings are found out, and what is no text is refused with what to do."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

Source = str | bytes | os.PathLike[str]
MOST_BYTES = 50_000_000

CONVERT = "read it with the program or library that made it and save JSON lines or CSV"
#: How a file begins -> what it is, and what to do.
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", 'pandas.read_parquet(path).to_json("questions.jsonl", orient="records", lines=True)'),
    (b"ARROW1", "an Arrow file", "load it with datasets or pyarrow and save JSON lines"),
    (b"PK\x03\x04", "a zip archive or an Excel or OpenDocument file", "unpack it, or save the sheet as CSV in UTF-8"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save the sheet as CSV in UTF-8"),
    (b"%PDF", "a PDF", "copy the questions out as text"),
    (b"\x1f\x8b", "compressed by gzip", "unpack it first"),
    (b"BZh", "compressed by bzip2", "unpack it first"),
    (b"\xfd7zXZ", "compressed by xz", "unpack it first"),
    (b"(\xb5/\xfd", "compressed by zstd", "unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it first"),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"SQLite format 3", "an SQLite database", CONVERT),
    (b"\x93NUMPY", "a numpy array", CONVERT),
    (b"\x89HDF", "an HDF5 file", CONVERT),
    (b"Obj\x01", "an Avro file", CONVERT),
    (b"\x80\x04", "a pickle", CONVERT),
    (b"\x80\x05", "a pickle", CONVERT),
    (b"\x89PNG", "a picture", "write its text down"),
    (b"\xff\xd8\xff", "a picture", "write its text down"),
    (b"{\\rtf", "a document in RTF", "save it as plain text"),
    (b"version https://git-lfs", "a git-lfs pointer, not the file itself", "run git lfs pull, or download the file"),
)
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))  # fmt: skip
BOM = "\ufeff"
GUESSED = {"cp1252": ("Windows-1252 was assumed: save the file as UTF-8 where letters look wrong",)}
#: What another code page becomes in Windows-1252: signs or capitals inside a word, and long runs beyond ASCII.
STRANGE = re.compile(
    r"[^\W\d_][\x80-\x9f\u00a1-\u00ac\u00ae-\u00b6\u00b8-\u00bf\u0192\u02c6\u02dc\u201a\u201e\u2020-\u2022\u2030](?=[^\W\d_])"
    r"|(?<=[a-z])[À-ÖØ-ÞŸŒŠŽ]|[^\x00-\x7f]{4}"
    r"|(?<!\w)[\u00a6\u00a8\u00ac\u00af\u00b3\u00b4\u00b6\u00b8\u00b9\u00bc\u00be](?=[a-z])"  # ISO 8859-2
    r"|(?<=[A-Z])[ŸŒŠŽ](?=[a-z])|(?<=[a-z])\u00a7(?!\w)"  # Mac Roman
)
#: Beyond ASCII, what texts in Windows-1252 are written with.
WESTERN = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžßðþÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŸŒŠŽÐÞªº")


P = ParamSpec("P")
T = TypeVar("T")


def within_memory(read: Callable[P, T]) -> Callable[P, T]:
    """A reader that refuses by ``ValueError`` what takes more memory than there is, and then holds nothing of it."""

    @functools.wraps(read)
    def reading(*args: P.args, **more: P.kwargs) -> T:
        try:
            return read(*args, **more)
        except MemoryError:
            pass  # raised from here the error would hold all that was read
        raise ValueError("the file takes more memory than there is; divide it")

    return reading


@within_memory
def text_of(source: Source) -> tuple[str, str]:
    """The text without a byte-order mark, and its encoding (``text`` where it was text already).

    A ``str`` is text, never a path.  Raises ``ValueError`` for what is too long or no text, ``TypeError`` for anything
    but text, bytes and paths, ``OSError`` for a path that cannot be read.
    """
    if isinstance(source, os.PathLike):
        with Path(source).open("rb") as file:
            source = file.read(MOST_BYTES + 1)
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    if not isinstance(source, (str, bytes)):
        raise TypeError(f"text, bytes or a path is wanted, not {type(source).__name__}")
    if len(source) > MOST_BYTES:
        raise ValueError(f"the file has more than {MOST_BYTES:,} bytes; divide it")
    start = source[:64].lstrip(BOM).encode("latin-1", "replace") if isinstance(source, str) else source[:64]
    for magic, what, remedy in MAGIC:
        if start.removeprefix(b"\xef\xbb\xbf").startswith(magic):
            raise ValueError(f"the file is {what}: {remedy}")
    text, encoding = (source, "text") if isinstance(source, str) else _decoded(source)
    return text.lstrip(BOM), encoding


def lines_of(text: str) -> list[str]:
    """Lines divided by line feeds and carriage returns only: other separators, as U+2028, may stand inside a field."""
    return re.split(r"\r\n|\n|\r", text)


def _decoded(data: bytes) -> tuple[str, str]:
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding), encoding.removesuffix("-sig")
    sample = data[:10_000]
    if sample.count(0) > len(sample) // 4:  # plain letters in two bytes, and nobody said so
        encoding = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return _strictly(data, encoding), encoding
    if b"\0" in data:
        raise ValueError("the file is no text: it holds zero bytes; save it as text in UTF-8")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _western(data, data[: error.start].count(b"\n") + 1), "cp1252"


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError(
            f"the file begins as text in {encoding.removesuffix('-sig')} and does not go on as such"
        ) from None


def _western(data: bytes, line: int) -> str:
    """Text in Windows-1252, which Excel writes in western Europe; refused where it may as well be another code page."""
    tried = data.decode("utf-8", "replace")
    broken = tried.count("\ufffd")
    if sum(char > "\x7f" for char in tried) - broken > broken:
        raise ValueError(f"line {line} is broken: the file is text in UTF-8, but not there")
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        text = ""
    foreign = [char for char in text if char > "\x7f" and char.isalpha() and char not in WESTERN]
    within = STRANGE.search(text)
    letters = sum(char.isalpha() for char in text)
    lone = {char for char in text if char in WESTERN and char.isalpha()}
    accents = sum(char in WESTERN for char in text)
    if (
        not text
        or foreign
        or within
        or (lone and lone <= set("šŠ"))
        or accents > 0.3 * letters + 1
        or re.search(r"[\x00-\x08\x0e-\x1a]", text)
    ):
        raise ValueError(f"the file is not text in UTF-8 (line {line}), nor surely in Windows-1252; save it as UTF-8")
    return text
