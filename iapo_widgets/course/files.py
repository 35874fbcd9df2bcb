"""Where the lessons lie, and how a learner gets copies of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ..core.files import replacing
from .exercises import exercises
from .lessons import without_solutions
from .sealed import FILE as CHECKS
from .sealing import write_checks

_PACKAGE = Path(__file__).resolve().parent.parent
FIRST = "00_start_here.ipynb"
FOR_TEACHERS = ("TEACHING.md",)  # holds answers


def course_folder() -> Path:
    """The folder of the lessons: inside the installed package, or beside it in a checkout.

    Raises ``FileNotFoundError`` where neither is there.
    """
    for folder in (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks"):
        if (folder / FIRST).exists():
            return folder
    raise FileNotFoundError("the lessons are not installed; reinstall iapo-widgets from a wheel or a full checkout")


def copy_course(target: str | os.PathLike[str], solutions: bool = True) -> tuple[list[Path], list[Path]]:
    """Copy the lessons to ``target``; returns what was copied and what was there already and left alone.

    solutions: ``False`` leaves out the solutions, the outputs of exercises and what is for teachers, and writes
    ``checks.json`` beside them, by which ``check`` works where the package's own answers were deleted.
    Raises ``ValueError`` where no folder is named, ``NotADirectoryError`` where ``target`` is a file, ``OSError`` where
    it cannot be written.
    """
    if not os.fspath(target).strip():
        raise ValueError('name a folder for the course; "." is the one that you are in')
    target = Path(target)
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(f"{target} is a file; name a folder for the course")
    target.mkdir(parents=True, exist_ok=True)
    copied, kept = [], []
    for name, content in _contents(solutions):
        copy = target / name
        if os.path.lexists(copy):  # a link that leads nowhere is somebody's, too
            kept.append(copy)
            continue
        try:
            with replacing(copy, keep=True) as file:
                file.write(content())
            copied.append(copy)
        except FileExistsError:  # made in between
            kept.append(copy)
    return copied, kept


def _contents(solutions: bool) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(name, its content when it is asked for) of all that is copied."""
    for source in sorted(course_folder().iterdir()):
        if source.suffix == ".md" and (solutions or source.name not in FOR_TEACHERS):
            yield source.name, source.read_bytes
        elif source.suffix == ".ipynb":
            yield source.name, source.read_bytes if solutions else partial(_for_students, source)
    if not solutions:
        yield CHECKS, lambda: write_checks(exercises().values())


def _for_students(path: Path) -> bytes:
    book = without_solutions(json.loads(path.read_bytes()))
    return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()
