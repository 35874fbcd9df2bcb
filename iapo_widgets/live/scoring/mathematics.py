"""Equality of mathematical answers by math-verify, an extra: ``pip install 'iapo-widgets[math]'``."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import subprocess
import sys
import threading
from typing import Any

from ...core.checks import check_positive
from ..problem import Question
from .scorer import Score, of_what_is_said
from .scorers import check_name, gold_in

KEPT = 10_000  # scores remembered: completions repeat


class MathVerify:
    r"""1 where math-verify finds the answer equal to the right one: ``\frac12`` is ``0.5``, ``x=3`` is ``3``; votes.

    The vote goes to a canonical form of the parsed answer, so that ``0.5`` and ``\frac{1}{2}`` vote together; the
    dearer and asymmetric ``verify(gold, answer)`` is used only to score.

    Numerals that math-verify would take a piece of (``1.234,56``, ``12'000``, ``1.2e5``) are written out before.
    Where it reads nothing (a choice, a word, another language), the answer is read and compared as ``ExactMatch`` does.

    Some short answers take for ever to work out (``9^{9^{9^9}}``), math-verify's own timeouts need the main thread,
    and a thread cannot be ended.  So the work is done in a process of its own that ends itself after ``seconds``;
    such an answer counts as unreadable.

    Raises ``ImportError``, with what to install, where math-verify is absent.
    """

    needs_gold = True

    def __init__(self, *, name: str = "correct", seconds: float = 5.0) -> None:
        self.name, self.seconds = check_name(name), check_positive(seconds, "seconds")
        if importlib.util.find_spec("math_verify") is None:
            raise ImportError("MathVerify needs math-verify: pip install 'iapo-widgets[math]'")
        self._reset()

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[str] | None = None
        self._known: dict[tuple[tuple[str, ...], str], Score] = {}

    def __repr__(self) -> str:
        return f"MathVerify(name={self.name!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "seconds": self.seconds}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._reset()

    @of_what_is_said
    def score(self, question: Question, text: str) -> Score:
        """Whether the answer in ``text`` equals one of the question's."""
        key = (tuple(map(gold_in, question.golds)), text)
        with self._lock:
            if key not in self._known:
                if len(self._known) >= KEPT:
                    self._known.clear()
                self._known[key] = self._work_out(*key)
            return self._known[key]

    def close(self) -> None:
        """End the process; it starts again when it is needed."""
        worker, self._worker = self._worker, None
        if worker is not None:
            with contextlib.suppress(OSError):
                worker.communicate()

    def _work_out(self, golds: tuple[str, ...], text: str) -> Score:
        worker = self._running()
        assert worker.stdin is not None and worker.stdout is not None  # they are pipes
        try:
            worker.stdin.write(json.dumps([golds, text]) + "\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
        except OSError:
            line = ""
        if not line:  # it ended itself: too dear
            self.close()
            return Score(None)
        return Score(*json.loads(line))

    def _running(self) -> subprocess.Popen[str]:
        if self._worker is None or self._worker.poll() is not None:
            command = [sys.executable, "-m", "iapo_widgets.live.scoring.mathematics_worker", str(self.seconds)]
            self._worker = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
            )
            assert self._worker.stdout is not None
            if self._worker.stdout.readline() != "ready\n":
                self.close()
                raise RuntimeError(
                    "math-verify could not be started in a process of its own; does `import math_verify` work?"
                )
        return self._worker
