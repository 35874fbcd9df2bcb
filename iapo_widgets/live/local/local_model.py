"""A language model on this machine, behind the same kind of address as any other endpoint's."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from importlib.metadata import version
from importlib.util import find_spec
from types import TracebackType
from typing import IO, Any

from ...core.checks import check_port, check_scale
from ..errors import EndpointError
from . import child
from .room import check_memory, threads_at_hand
from .weights import found_weights

HOST = "127.0.0.1"
WAIT = 120.0  # seconds to load weights
SAID = 2_000  # characters of the server's own words in an error


class LocalModel:
    """Serves ``/v1/chat/completions`` by llama.cpp's own server on loopback, in a process that ends with this one.

    ::

        with LocalModel("smollm2") as model:
            endpoint = Endpoint(model.base_url, model.model)

    name_or_path: ``"smollm2"`` (SmolLM2-135M-Instruct; ``iapo fetch smollm2`` gets its weights) or a ``.gguf`` file.
    port: 0 takes a free one, which it keeps.  slots: answers that it works on at once, and the most that one request
    may ask for.  context: tokens of prompt and answer together.  threads: ``None`` for as many as there are cores for
    this process.

    A process of another notebook may serve the same model beside it.  Where the process dies, requests fail until
    ``start`` is called again: it takes the same port, so that a run goes on.

    Raises ``ValueError`` for options out of range, an unknown name or a file without weights, ``FileNotFoundError``
    where the weights are absent.  ``start`` raises ``ImportError`` without the extra ``local``, ``OSError`` where the
    port is taken, ``MemoryError`` where there is no room, and ``EndpointError`` where the weights can't be served.
    """

    def __init__(
        self,
        name_or_path: str | os.PathLike[str] = "smollm2",
        *,
        port: int = 0,
        slots: int = 16,
        context: int = 512,
        threads: int | None = None,
    ) -> None:
        check_port(port)
        self.slots, self.context = check_scale(slots, "slots", 256), check_scale(context, "context", 1 << 20)
        self.threads = threads_at_hand() if threads is None else check_scale(threads, "threads", 1024)
        self.weights = found_weights(name_or_path)
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[str] | None = None

    def __repr__(self) -> str:
        state = self.base_url if self.running else "not running"
        return f"LocalModel({self.model!r}, {state})"

    def __enter__(self) -> LocalModel:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def model(self) -> str:
        """The model's name: that of the file of its weights."""
        return self.weights.stem

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as ``base_url``.  Raises ``RuntimeError`` before the first start."""
        if not self._port:
            raise RuntimeError("the model has not been started: use `with LocalModel() as model`")
        return f"http://{HOST}:{self._port}/v1"

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Number of its process, ``None`` where there is none."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def engine(self) -> str:
        """What serves it, with its version."""
        return f"xllamacpp {version('xllamacpp')}"

    def tokens(self, text: str) -> int:
        """How many tokens the model makes of ``text``.  Raises ``EndpointError`` where it does not answer."""
        import requests

        try:
            reply = requests.post(f"{self.base_url.removesuffix('/v1')}/tokenize", json={"content": text}, timeout=60)
            return len(reply.json()["tokens"])
        except (requests.RequestException, ValueError, KeyError) as error:
            raise EndpointError(f"{self.model} does not count tokens: {error}") from None

    def start(self) -> LocalModel:
        """Load the weights and serve from now on; does nothing where it serves already.  Says so while it loads."""
        if self.running:
            return self
        self.stop()
        _check_engine()
        check_memory(self.weights, self.slots * self.context)
        if self._port:
            _check_port(self._port)
        started = time.monotonic()
        print(f"loading {self.model} ({self.weights.stat().st_size / 1e6:.0f} MB) ...", end="", flush=True)
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  # until it stops
        self._process = subprocess.Popen(
            [sys.executable, child.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for this process, which ends the other one
        )
        try:
            answer = self._told({
                "path": str(self.weights.resolve()), "model": self.model, "host": HOST, "port": self._port,
                "slots": self.slots, "context": self.context, "threads": self.threads,
            })  # fmt: skip
        except BaseException:
            print(" failed", flush=True)
            self.stop()
            raise
        self._port = int(answer["url"].rsplit(":", 1)[1])
        print(f" ready after {time.monotonic() - started:.1f} s at {self.base_url}", flush=True)
        return self

    def stop(self) -> None:
        """End the process; what it was answering is lost."""
        process, self._process = self._process, None
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._log is not None:
            self._log.close()
            self._log = None

    def wait(self) -> None:
        """Wait until it ends, or an interruption."""
        if self._process is not None:
            self._process.wait()

    def _told(self, settings: dict[str, Any]) -> dict[str, str]:
        """The child's answer to its settings; raises ``EndpointError`` where it could not serve."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        late = threading.Timer(WAIT, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps(settings) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith("{"):
                    answer: dict[str, str] = json.loads(line)
                    if "url" in answer:
                        return answer
                    raise EndpointError(f"{self.weights.name} could not be served: {answer.get('error')}{self._said()}")
        except BrokenPipeError:
            pass
        finally:
            late.cancel()
        code = process.wait()
        why = "it was killed" if code < 0 else f"its process ended with code {code}"
        raise EndpointError(f"{self.weights.name} could not be served: {why}{self._said()}")

    def _said(self) -> str:
        """The last words of the server, where there are any."""
        if self._log is None:
            return ""
        self._log.seek(0)
        words = self._log.read()[-SAID:].strip()
        return f"; it said: {words}" if words else ""


def find_engine() -> object:
    """What would be loaded as the engine, ``None`` where it is not installed."""
    return find_spec("xllamacpp")


def _check_engine() -> None:
    if find_engine() is None:
        raise ImportError("a local model needs the package xllamacpp: pip install 'iapo-widgets[local]'")


def _check_port(port: int) -> None:
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((HOST, port))
        except OSError:
            raise OSError(f"port {port} is taken by another program; port=0 takes a free one") from None
