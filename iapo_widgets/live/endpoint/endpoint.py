"""An OpenAI-compatible endpoint: address, model, key and prices."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...core.checks import check_positive
from ..background import on_loop
from ..errors import EndpointError
from ..ledger.spending import Spending
from .prices import Prices
from .secret import Secret

if TYPE_CHECKING:
    import ssl

    from openai import AsyncOpenAI

#: Requests that share a client: its pool looks at each of its connections whenever a request comes or ends.
TOGETHER = 8
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(slots=True)
class _Lent:
    """A client, and how many requests it has in flight."""

    client: AsyncOpenAI
    requests: int = 0


class Endpoint:
    """A model behind an OpenAI-compatible chat API.

    base_url: up to and with ``/v1``.  key: given, or else from IAPO_API_KEY (for api.openai.com also OPENAI_API_KEY);
    an endpoint on this machine needs none.  input_price, output_price: money per million tokens, ``None`` unknown.
    timeout: seconds for one request, from its first byte to the answer's last.

    The key is kept in the client only: it is in no repr, no pickle, no ledger and no error.  Raises ``ValueError`` for
    an address with credentials, a query or another scheme than http(s), a bad price, or a key that is missing.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | Secret | None = None,
        input_price: float | None = None,
        output_price: float | None = None,
        timeout: float = 120.0,
    ) -> None:
        secret = key if isinstance(key, Secret) or key is None else Secret(key)
        key = None  # a traceback that shows variables must not show it
        self.base_url, host, scheme = check_address(base_url)
        if not isinstance(model, str) or not model.strip():
            raise ValueError(f"model must be a name, not {model!r}")
        self.model = model.strip()
        self.timeout = check_positive(timeout, "timeout")
        self.prices = Prices(input_price, output_price)
        if secret is None:
            names = ("IAPO_API_KEY", "OPENAI_API_KEY") if host == "api.openai.com" else ("IAPO_API_KEY",)
            secret = Secret.from_environment(*names)
            if secret is None and host not in LOOPBACK:
                raise ValueError(
                    f"{host} needs a key: set {' or '.join(names)}, give key=..., or use Endpoint.ask to type it"
                )
        if secret is not None and scheme == "http" and host not in LOOPBACK:
            warnings.warn(f"the key goes to {host} unencrypted (http); use https where it is offered", stacklevel=2)
        self._secret: Secret | None = secret or Secret("none")
        self._clients: list[_Lent] = []
        self._certificates: ssl.SSLContext | None = None

    @classmethod
    def ask(cls, base_url: str, model: str, **more: Any) -> Endpoint:
        """The endpoint with a key typed in without being shown (``getpass``)."""
        from getpass import getpass

        return cls(base_url, model, key=Secret(getpass(f"Key for {check_address(base_url)[1]}: ")), **more)

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url!r}, {self.model!r}, key=hidden)"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_secret": None, "_clients": [], "_certificates": None}

    @property
    def input_price(self) -> float | None:
        """Money per million tokens of prompts, ``None`` where it is not known."""
        return self.prices.input

    @property
    def output_price(self) -> float | None:
        """Money per million tokens of answers, ``None`` where it is not known."""
        return self.prices.output

    @property
    def priced(self) -> bool:
        """Whether prices are known."""
        return self.prices.known

    def spending(self, completions: int, prompt_tokens: int, completion_tokens: int) -> Spending:
        """What so many completions and tokens cost; money is 0 where prices are not known."""
        return self.prices.spending(completions, prompt_tokens, completion_tokens)

    def scrub(self, text: str) -> str:
        """``text`` without the key."""
        return text if self._secret is None else self._secret.scrub(text)

    @contextmanager
    def client(self) -> Iterator[AsyncOpenAI]:
        """The openai SDK's client, its own retries off, for one request; to be used on the background loop only."""
        lent = next((each for each in self._clients if each.requests < TOGETHER), None)
        if lent is None:
            lent = _Lent(self._new_client())
            self._clients.append(lent)
        lent.requests += 1
        try:
            yield lent.client
        finally:
            lent.requests -= 1

    def _new_client(self) -> AsyncOpenAI:
        if self._secret is None:
            raise EndpointError("this endpoint was pickled, which drops its key; make it anew with its key")
        try:
            import httpx2
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient
        except ImportError:
            raise EndpointError("a live endpoint needs the openai package: pip install 'iapo-widgets[live]'") from None
        # plain http needs no certificates, which take long to load, and may not lead on to https without them
        plain = self.base_url.startswith("http:")
        try:
            if not plain and self._certificates is None:
                self._certificates = httpx2.create_ssl_context()
            return AsyncOpenAI(
                api_key=self._secret.reveal(),
                base_url=self.base_url,
                max_retries=0,
                timeout=self.timeout,
                http_client=DefaultAsyncHttpxClient(verify=self._certificates or False, follow_redirects=False),
            )
        except Exception as error:  # a proxy or a file of certificates that the surroundings name wrongly
            raise EndpointError(self.scrub(f"no client can be made: {type(error).__name__}: {error}")) from None

    def close(self) -> None:
        """Close its connections; they open again when they are needed."""

        async def close_all() -> None:
            clients, self._clients = self._clients, []
            await asyncio.gather(*(each.client.close() for each in clients), return_exceptions=True)

        if self._clients:
            on_loop(close_all()).result(10)


def check_address(base_url: str) -> tuple[str, str, str]:
    """The address without a trailing slash, its host and scheme; ``ValueError`` where it is not fit to be stored."""
    if not isinstance(base_url, str):
        raise ValueError(f"base_url must be text, not {type(base_url).__name__}")
    try:
        parts = urlsplit(base_url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("base_url is not an address; it should look like https://host/v1") from None
    if parts.username is not None or parts.password is not None:  # not shown: it may hold a key
        base_url, parts = "", urlsplit("")
        raise ValueError("base_url holds a user name or password; give the key by key=... or IAPO_API_KEY instead")
    if parts.query or parts.fragment:
        base_url, parts = "", urlsplit("")
        raise ValueError("base_url has a part after ? or #, where keys are easily leaked; give the key by key=...")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"base_url must look like https://host/v1, not {base_url!r}")
    return base_url.strip().rstrip("/"), host, parts.scheme
