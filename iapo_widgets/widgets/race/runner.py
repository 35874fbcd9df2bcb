"""A run in a worker thread, or without one: paced by rounds, paused, stepped and stopped between and within them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ...core.completions import Completions
from ...core.protocol import Environment
from ...core.rounds import Round
from ..shared.worker import started, worker

CHUNK = 2_000  # completions drawn between two looks at Pause and Stop


class Stopped(Exception):
    """Raised inside an algorithm to leave it at once."""


class Runner:
    """Walks a generator of rounds in a thread, or where none can be started, a round for each ``tick()``.

    ``start(env)`` gives the generator; it is handed an environment that looks at Pause and Stop whenever it
    samples.  ``on_round`` and ``on_end`` are called by what walks.  ``state`` is ``running``, ``paused``, ``finished``,
    ``stopped`` or ``failed`` (then ``error`` holds why); ``ticked`` says that there is no thread.
    """

    def __init__(
        self,
        env: Environment,
        start: Callable[[Environment], Iterator[Round]],
        on_round: Callable[[Round], None],
        on_end: Callable[[], None],
        seconds: float,
        paused: bool = False,
    ) -> None:
        self._seconds = seconds
        self.error: Exception | None = None
        self.ticked = False
        self._ended, self._began = False, 0.0
        self._on_round, self._on_end = on_round, on_end
        self._state = "paused" if paused else "running"
        self._steps = 0
        self._change = threading.Condition()
        self._rounds = start(_Gated(env, self._gate))
        self._thread = worker(self._walk, name="iapo-run", halt=self.stop)

    @property
    def state(self) -> str:
        """What it is doing."""
        with self._change:
            return self._state

    @property
    def seconds(self) -> float:
        """Time that a round takes at least."""
        return self._seconds

    @seconds.setter
    def seconds(self, value: float) -> None:
        with self._change:
            self._seconds = value
            self._change.notify_all()

    @property
    def active(self) -> bool:
        """Whether rounds may still come."""
        return self.state in ("running", "paused")

    def start(self) -> None:
        """Set the worker off."""
        self.ticked = not started(self._thread)

    def tick(self) -> None:
        """Without a thread: do the round that is due, or end what was stopped; nothing while paused."""
        if self.ticked and not self._ended and (self.state != "paused" or self._steps):
            self._once()

    def run(self) -> None:
        """Go on after a pause."""
        self._set("running")

    def pause(self) -> None:
        """Halt at once, between or within rounds."""
        self._set("paused")

    def step(self) -> None:
        """Do one more round, then pause."""
        with self._change:
            if self._state in ("running", "paused"):
                self._steps += 1
                self._state = "paused"
                self._change.notify_all()
        self.tick()

    def stop(self) -> None:
        """End the run; the rounds it has given stay."""
        self._set("stopped")
        self.tick()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the worker has ended; without one, do what is left, as far as the seconds reach."""
        end = time.monotonic() + (math.inf if timeout is None else timeout)
        while self.ticked and self.state == "running" and time.monotonic() < end:
            self.tick()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _set(self, state: str) -> None:
        with self._change:
            if self._state in ("running", "paused"):
                self._state, self._steps = state, 0
                self._change.notify_all()

    def _gate(self) -> None:
        """Wait while paused; leave when stopped."""
        with self._change:
            while self._state == "paused" and not self._steps:
                self._change.wait()
            if self._state == "stopped":
                raise Stopped

    def _pace(self, since: float) -> None:
        """Wait out what is left of this round's time; a pause, a step or a stop ends it."""
        with self._change:
            while self._state == "running" and (left := since + self._seconds - time.monotonic()) > 0:
                self._change.wait(left)

    def _walk(self) -> None:
        while self._once():
            self._pace(self._began)

    def _once(self) -> bool:
        """Do one round; whether another may follow."""
        try:
            self._gate()
            self._began = time.monotonic()
            if (done := next(self._rounds, None)) is not None:
                self._gate()
                self._on_round(done)
                with self._change:
                    self._steps = max(0, self._steps - 1)
                return True
            self._set("finished")
        except Stopped:
            pass
        except Exception as error:
            self.error = error
            self._set("failed")
        self._ended = True
        self._on_end()
        return False


class _Gated:
    """An environment that passes a gate before each chunk of what it samples; the draws stay the same."""

    def __init__(self, env: Environment, gate: Callable[[], None]) -> None:
        self._env, self._gate = env, gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        prompts, queries = np.asarray(prompts), np.asarray(queries)
        size = max(1, CHUNK // n)
        parts = []
        for start in range(0, max(1, len(prompts)), size):
            self._gate()
            here = slice(start, start + size)
            parts.append(self._env.sample(prompts[here], queries[here], n, rng))
        return Completions.joined(parts)
