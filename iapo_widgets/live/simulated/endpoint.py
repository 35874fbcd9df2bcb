"""A simulated OpenAI-compatible endpoint on loopback: real HTTP, real text, no language model, no key, no cost."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType

from ...core.checks import check_between, check_port
from ..problem import PromptTemplate, Question
from .api import MODEL, SimulatedAPI
from .conduct import Conduct
from .faults import Bucket, Faults, parse_faults
from .http import HOST, Server
from .model import SimulatedModel
from .prompts import example_prompts
from .questions import make_questions
from .stats import Delivery, Stats


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
        check_port(port)
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
        self.conduct = Conduct(seed, api_key, latency, hang_seconds)
        self._port = port
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
            self.conduct.stopped.clear()
            self._server = Server(self.api, self.conduct, self.seed, self._port)
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
        self.conduct.stopped.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join(5)
        self._port, self._server, self._thread = self._server.server_port, None, None

    def wait(self) -> None:
        """Wait until it is stopped, or interrupted."""
        self.conduct.stopped.wait()

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as ``base_url``.  Raises ``RuntimeError`` before the start."""
        if self._server:
            return self._server.base_url
        if not self._port:
            raise RuntimeError("the simulated endpoint has not been started: use `with SimulatedEndpoint() as sim`")
        return f"http://{HOST}:{self._port}/v1"

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
