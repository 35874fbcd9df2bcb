"""Files read within bounds, and written whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


def contents(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a file.

    Raises ``FileNotFoundError`` where there is none, ``ValueError`` where it is longer than ``most`` bytes or no
    ordinary file: a pipe would never end.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise ValueError("it is no ordinary file")
    with open(path, "rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise ValueError(f"it is longer than {most:,} bytes, which are read at most")
    return content


@contextmanager
def replacing(path: str | os.PathLike[str], *, keep: bool = False) -> Iterator[BinaryIO]:
    """A file to write to; it becomes ``path`` where all went well, in one step, and else leaves nothing.

    Until then it has a name beside ``path`` that nobody has: a file or a link that lies there is neither changed nor
    followed.  keep: ``FileExistsError`` where something is at ``path``, a link that leads nowhere included.
    """
    path = Path(path)
    part = path.with_name(f".{os.urandom(8).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(part, flags, 0o666)  # the user's umask decides, as for any new file
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    try:
        with open(descriptor, "wb") as file:
            yield file
        (_place if keep else os.replace)(part, path)
    finally:
        part.unlink(missing_ok=True)


def _place(part: Path, path: Path) -> None:
    """Give ``part`` the name ``path``, which nothing may have."""
    if os.path.lexists(path):
        raise FileExistsError(f"{path} is there already")
    try:
        os.link(part, path)  # fails where another process was faster
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.rename(part, path)


def cache_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Where downloads are kept: ``folder``, else ``IAPO_CACHE``, else the user's cache folder; not made here."""
    if not folder:
        folder = os.environ.get("IAPO_CACHE")
    if not folder:
        import pooch  # slow to load

        folder = pooch.os_cache("iapo-widgets")
    return Path(folder)


def made_writable(folder: Path) -> Path:
    """``folder``, made where it is absent; ``PermissionError`` where nothing can be written to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(folder)
    except OSError as error:
        raise PermissionError(f"the cache folder {folder} cannot be written; name another one in IAPO_CACHE") from error
    return folder


def parsed(content: bytes | str, *, constants: bool = False) -> Any:
    """JSON as values; ``ValueError`` where it is none, too deep, or names one field twice.

    constants: NaN and infinities are let in.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8")
        refuse = {} if constants else {"parse_constant": _no_constant}
        return json.loads(text, object_pairs_hook=_once, **refuse)  # type: ignore[arg-type]
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in pairs:
        if name in out:
            raise ValueError(f"it names {name!r} twice")
        out[name] = value
    return out


def _no_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no number")
