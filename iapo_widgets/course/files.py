"""Where the lessons lie, and how a learner gets copies of their own."""

from __future__ import annotations

import json
import os
from pathlib import Path

from ..core.files import replacing
from .lessons import without_solutions

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

    solutions: ``False`` leaves out the solutions, the outputs of exercises and what is for teachers.
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
    for source in sorted(course_folder().iterdir()):
        if source.suffix not in (".ipynb", ".md") or (not solutions and source.name in FOR_TEACHERS):
            continue
        copy = target / source.name
        if os.path.lexists(copy):  # a link that leads nowhere is somebody's, too
            kept.append(copy)
            continue
        content = source.read_bytes()
        if source.suffix == ".ipynb" and not solutions:
            book = without_solutions(json.loads(content))
            content = (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode()
        try:
            with replacing(copy, keep=True) as file:
                file.write(content)
            copied.append(copy)
        except FileExistsError:  # made in between
            kept.append(copy)
    return copied, kept
