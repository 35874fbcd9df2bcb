"""The course in JupyterLab: which options go on to it, and how what was started ends with what started it."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from .files import FIRST

SECONDS = 15  # that JupyterLab has to end its kernels and itself
#: Options of JupyterLab without a value, where it cannot be asked.
FLAGS = ("allow-root", "autoreload", "collaborative", "core-mode", "debug", "dev-mode", "no-browser", "y")


def handed_on(arguments: Sequence[str], known: Sequence[str]) -> tuple[list[str], list[str]]:
    """``arguments`` that are ``iapo lab``'s own, its folder and ``known`` options, and those that JupyterLab gets.

    A stranger takes the argument behind it for its value, unless it has one, is a flag of JupyterLab's, or another
    option follows.  All that stands behind ``--`` is JupyterLab's.
    """
    mine: list[str] = []
    theirs: list[str] = []
    rest = list(arguments)
    while rest:
        first = rest.pop(0)
        name = first.partition("=")[0]
        if first == "--":
            theirs += rest
            break
        if not first.startswith("-") or first == "-":
            mine.append(first)
        elif name in known:
            mine.append(first)
            if name == "--jupyter" and "=" not in first and rest:
                mine.append(rest.pop(0))
        else:
            theirs.append(first)
            if "=" not in first and first.lstrip("-") not in _flags() and rest and not rest[0].startswith("-"):
                theirs.append(rest.pop(0))
    return mine, theirs


def _flags() -> tuple[str, ...]:
    try:
        return tuple(importlib.import_module("jupyterlab.labapp").LabApp.flags)
    except ImportError:
        return FLAGS


def open_course(folder: Path, options: Sequence[str]) -> int:
    """Serve ``folder`` by JupyterLab until it ends; the code it ended with, 0 where Ctrl-C or a signal ended it.

    Raises ``FileNotFoundError`` where JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise FileNotFoundError("JupyterLab is not installed here: pip install 'iapo-widgets[lab]'")
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder.resolve()}"]
    command += [f"--LabApp.default_url=/lab/tree/{FIRST}", *options]
    sys.stdout.flush()
    before = {number: signal.signal(number, _end) for number in _signals()}
    server = None
    try:
        server = subprocess.Popen(command, preexec_fn=_with_its_parent if sys.platform == "linux" else None)
        return server.wait()
    except (KeyboardInterrupt, SystemExit):  # Ctrl-C is how one leaves JupyterLab
        return 0
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)  # a second one must not cut the ending short
        if server is not None:
            _stop(server)
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, which ends its kernels; kill it where it does not listen."""
    if server.poll() is None:
        server.terminate()
        try:
            server.wait(SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _signals() -> list[signal.Signals]:
    return [getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _with_its_parent() -> None:
    """In the child, on Linux: end when the parent is gone, even where that was killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
