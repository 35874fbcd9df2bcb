"""Environments by name: generated here, published by the authors, or saved by ``env.save``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..core import bounds
from ..core.environment import CategoricalEnvironment
from ..core.files import cache_folder, contents, made_writable, replacing
from .preferences import HELPFUL_HARMLESS, SUMMARIZATION, preference_standin
from .standins import COMMONSENSE_QA, MATH, voting_standin
from .synthetic import synth_bernoulli, synth_categorical

COMMIT = "ba274e4bed9283476c7efe52481e6d9bdf2d2947"
SOURCE = f"https://raw.githubusercontent.com/IAPO-AAAI25/IAPO-PSST/{COMMIT}/data/"

#: Published files: name -> (file name, git blob id).
PUBLISHED: dict[str, tuple[str, str]] = {
    "synth-bernoulli": ("SB_final.pkl", "50b002e6334eab0b1cb6c4bb721bda1b493fbf79"),
    "math": ("MATH_final.pkl", "50a3f35a26c689c611f92a32248624c7e9bcc302"),
    "commonsense-qa": ("CQA_final.pkl", "18307bad4f8d71098546fe887e064436015ef3dc"),
    "helpful-harmless": ("HH_final.pkl", "d6043f39466a98048c31f75654c84f4c0bf47fa5"),
    "summarization": ("Summarization_final.pkl", "cfea635c99b5665f3d68aa0d89e91d4a67aa6481"),
}
#: Environments whose every instance is drawn fresh: name -> generator(seed).
SYNTHETIC: dict[str, Callable[[int], CategoricalEnvironment]] = {
    "synth-bernoulli": synth_bernoulli,
    "synth-categorical": synth_categorical,
}
#: Everything that is generated, in the order of table 1: name -> generator(seed).
GENERATED: dict[str, Callable[[int], CategoricalEnvironment]] = {
    "synth-bernoulli": synth_bernoulli,
    "math": lambda seed: voting_standin(MATH, "math", seed),
    "commonsense-qa": lambda seed: voting_standin(COMMONSENSE_QA, "commonsense-qa", seed),
    "synth-categorical": synth_categorical,
    "helpful-harmless": lambda seed: preference_standin(HELPFUL_HARMLESS, "helpful-harmless", seed),
    "summarization": lambda seed: preference_standin(SUMMARIZATION, "summarization", seed),
}


#: Answers of a real model that come with the package, by name.
RECORDED: dict[str, Path] = {path.stem: path for path in sorted((Path(__file__).parent / "recorded").glob("*.record"))}


def load(
    name_or_path: str | os.PathLike[str],
    published: bool = False,
    index: int = 0,
    *,
    seed: int = 0,
    part: str = "all",
) -> CategoricalEnvironment:
    """The environment of that name, generated (and saying so in its ``note``) or recorded, or of that file.

    published: the authors' file instead, downloaded once and checked.  index: which environment of a file
    that holds several.  seed: of the generator.  part: of a record, ``"train"`` or ``"test"`` for the task's own parts.
    Raises ``ValueError`` for an unknown name, a bad file, or a part or published file that is not there, and
    ``FileNotFoundError`` for a path that is not there.
    """
    name = os.fspath(name_or_path)
    env = _found(name, published, index, seed, part)
    given = {"published": published, "index": index, "seed": seed, "part": part}
    usual = {"published": False, "index": 0, "seed": 0, "part": "all"}
    env.loaded_as = name, {key: value for key, value in given.items() if value != usual[key]}
    return env


def _found(name: str, published: bool, index: int, seed: int, part: str) -> CategoricalEnvironment:
    path = RECORDED.get(name, Path(name))
    if name in RECORDED and published:
        raise ValueError(f"nothing is published for {name!r}: its answers are recorded, and come with the package")
    if name not in GENERATED:
        if not path.suffix and os.sep not in name:
            known = ", ".join((*GENERATED, *RECORDED))
            raise ValueError(f"unknown environment {name!r}; known: {known}, or the path of a file")
        if not path.exists():
            raise FileNotFoundError(f"there is no file {name}")
        if path.is_file() and _is_packed(path):
            from ..live.records.record import Record  # only needed here

            return Record.read(path).part(part)
    if part != "all":
        raise ValueError(f"{name} has no part {part!r} of its own; use split")
    return _loaded(name, path, published, index, seed)


def _loaded(name: str, path: Path, published: bool, index: int, seed: int) -> CategoricalEnvironment:
    """What is generated, published or saved."""
    from .published import read_published  # only needed here

    if name in GENERATED:
        if not published:
            return GENERATED[name](seed)
        env = read_published(fetch(name), index)
        env.name = name
        return env
    if path.suffix == ".npz":
        return CategoricalEnvironment.read(path)
    env = read_published(path, index)
    env.name = path.stem
    return env


def _is_packed(path: Path) -> bool:
    """Whether the file begins as gzip's do: a record, or none of ours."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def git_blob_id(path: str | os.PathLike[str]) -> str:
    """The id that git gives to a file: sha1 of ``blob <size>``, a zero byte and the content."""
    return _blob_id(contents(path, bounds.ENVIRONMENT_BYTES))


def _blob_id(content: bytes) -> str:
    import hashlib  # slow to load

    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def fetch(name: str, cache: str | os.PathLike[str] | None = None) -> Path:
    """Path of the published file, downloaded on first use to ``cache`` (default: the user's cache folder).

    Raises ``ValueError`` for an unknown name or a file whose git blob id is not the published one,
    ``ConnectionError`` without a network and ``PermissionError`` where the folder cannot be written.
    """
    if name not in PUBLISHED:
        raise ValueError(f"nothing is published for {name!r}; known: {', '.join(PUBLISHED)}")
    import pooch  # only needed here

    file_name, blob = PUBLISHED[name]
    folder = cache_folder(cache)
    path = folder / file_name
    if path.is_file() and git_blob_id(path) == blob:
        return path
    made_writable(folder)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as own:  # what lies in the folder is not used
        try:
            pooch.retrieve(SOURCE + file_name, known_hash=None, fname=file_name, path=own)
        except OSError as error:
            raise ConnectionError(
                f"{file_name} could not be downloaded from {SOURCE}: {error}; it can be put into {folder} by hand"
            ) from error
        content = contents(Path(own) / file_name, bounds.ENVIRONMENT_BYTES)
    found = _blob_id(content)
    if found != blob:
        raise ValueError(f"the downloaded {file_name} has git blob id {found}, expected {blob}; it was not kept")
    with replacing(path) as file:
        file.write(content)
    return path
