"""A simulated OpenAI-compatible endpoint on loopback: real HTTP, real text, no language model, no key, no cost."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType

import numpy as np

from ..core.checks import check_between, check_positive
from .problem import PromptTemplate, Question
from .simulated_api import MODEL, SimulatedAPI
from .simulated_faults import Bucket, Faults, parse_faults
from .simulated_http import HOST, Server
from .simulated_model import SimulatedModel
from .simulated_prompts import example_prompts
from .simulated_questions import make_questions
from .simulated_stats import Delivery, Stats


class SimulatedEndpoint:
    """Serves ``/v1/chat/completions`` and ``/v1/models`` on 127.0.0.1 from a background thread; simulated, and says so.

    ::

        with SimulatedEndpoint(seed=0) as sim:
            client = openai.OpenAI(base_url=sim.base_url, api_key="any")

    seed: the model, the faults and unseeded answers follow from it: the k-th completion asked for the same messages
    and decoding settings is always the same; one with ``seed`` in the request depends on nothing else.
    port: 0 takes a free one.  latency: mean seconds a request takes.  faults: rates, ``"429:0.1,reset:0.02"`` or a
    mapping; schedule: faults (or ``None``) of the first requests, in order of arrival.  requests_per_minute,
    tokens_per_minute: limits.  n_support: ``honoured``, ``ignored`` (one choice) or ``refused`` (400).
    api_key: the only key accepted; without, any.  retry_after, hang_seconds: seconds of the faults 429, timeout, slow.

    Raises ``ValueError`` for options out of range, ``OSError`` where the port is taken.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        port: int = 0,
        latency: float = 0.0,
        faults: str | Mapping[str, float] = "",
        schedule: Iterable[str | None] = (),
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        n_support: str = "honoured",
        api_key: str | None = None,
        retry_after: float = 1.0,
        hang_seconds: float = 30.0,
    ) -> None:
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65_535:
            raise ValueError(f"port must be a whole number from 0 to 65535, not {port!r}")
        if latency:
            check_positive(latency, "latency")
        check_positive(hang_seconds, "hang_seconds")
        check_between(retry_after, 0, 3600, "retry_after")
        rates = parse_faults(faults) if isinstance(faults, str) else faults
        self.seed = seed
        model = SimulatedModel(seed)
        self.api = SimulatedAPI(
            model,
            Faults(rates, schedule, seed),
            None if requests_per_minute is None else Bucket(requests_per_minute, "requests_per_minute"),
            None if tokens_per_minute is None else Bucket(tokens_per_minute, "tokens_per_minute"),
            n_support,
            retry_after,
        )
        self._port, self._latency, self._key, self._hang = port, latency, api_key, hang_seconds
        self._pace, self._pace_lock = np.random.default_rng((seed, 1)), threading.Lock()
        self._stopped = threading.Event()
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def __repr__(self) -> str:
        state = "stopped" if self._server is None else self.base_url
        return f"SimulatedEndpoint(seed={self.seed}, {state}; simulated, no language model)"

    def __enter__(self) -> SimulatedEndpoint:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> SimulatedEndpoint:
        """Serve from now on; does nothing where it serves already."""
        if self._server is None:
            self._stopped.clear()
            self._server = Server(self, self._port)
            self._thread = threading.Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": 0.02},
                name="simulated endpoint",
                daemon=True,
            )
            self._thread.start()
        return self

    def stop(self) -> None:
        """Close every connection and the port; counts stay readable."""
        if self._server is None or self._thread is None:
            return
        self._stopped.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join(5)
        self._port, self._server, self._thread = self._server.server_port, None, None

    def wait(self) -> None:
        """Wait until it is stopped, or interrupted."""
        self._stopped.wait()

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as ``base_url``.  Raises ``RuntimeError`` before the start."""
        port = self._server.server_port if self._server else self._port
        if not port:
            raise RuntimeError("the simulated endpoint has not been started: use `with SimulatedEndpoint() as sim`")
        return f"http://{HOST}:{port}/v1"

    @property
    def model(self) -> str:
        """The model's name; it begins with ``simulated``."""
        return MODEL

    @property
    def stats(self) -> Stats:
        """Its own count of what it made and delivered."""
        return self.api.counts.stats

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Every request that got completions, in order."""
        return self.api.counts.deliveries

    @staticmethod
    def questions(n: int, seed: int = 0, *, choices: float = 0.25) -> list[Question]:
        """Questions that the model understands, with right answers; see ``make_questions``."""
        return make_questions(n, seed, choices=choices)

    @staticmethod
    def prompts(max_tokens: int = 400) -> Sequence[PromptTemplate]:
        """Prompts that scale differently; see ``example_prompts``."""
        return example_prompts(max_tokens)

    def distribution(self, prompt: PromptTemplate, question: str) -> dict[str, float]:
        """Exact probability of each answer, ``""`` where none is named: the truth that no real endpoint tells."""
        return self.api.model.distribution(prompt.messages(question), prompt.temperature, prompt.top_p)

    def accepts(self, authorization: str) -> bool:
        """Whether that Authorization header carries the key."""
        return self._key is None or hmac.compare_digest(authorization.encode(), f"Bearer {self._key}".encode())

    def pause(self) -> bool:
        """Take the time of a request; ``False`` where the endpoint is stopping."""
        if not self._latency:
            return not self._stopped.is_set()
        with self._pace_lock:
            seconds = self._latency * self._pace.gamma(4.0, 0.25)
        return not self._stopped.wait(seconds)

    def hang(self, share: float = 1.0) -> bool:
        """Wait ``share`` of ``hang_seconds``; ``False`` where the endpoint is stopping."""
        return not self._stopped.wait(share * self._hang)
