"""What it takes to speak with a model behind an OpenAI-compatible API: address, key, prices, and clients for it."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.checks import check_positive
from ..background import on_loop
from ..errors import EndpointError
from ..ledger.ledger import Ledger
from ..ledger.spending import Spending
from ..request import Request
from ..settings import check_extra
from .address import check_address, is_here, is_near
from .body import ASKED, client_class
from .headers import Headers
from .prices import Prices
from .quiet import hush
from .secret import Secret

if TYPE_CHECKING:
    import ssl

    from openai import AsyncOpenAI

#: Requests that share a client: its pool looks at each of its connections whenever a request comes or ends.
TOGETHER = 8
CONNECT = 5.0  # seconds to reach an address: one that swallows connections is not waited for
OPENAI = "api.openai.com"


@dataclass(slots=True)
class _Lent:
    """A client, and how many requests it has in flight."""

    client: AsyncOpenAI
    requests: int = 0


class Connection:
    """The plain part of ``Endpoint``, which says what each option is."""

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        key: str | Secret | None = None,
        input_price: float | None = None,
        output_price: float | None = None,
        timeout: float = 120.0,
        extra_body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        organization: str | None = None,
        project: str | None = None,
    ) -> None:
        self.base_url = self.model = ""  # so that a traceback can print one that was refused
        try:
            self._headers: Headers | None = Headers(headers, organization, project)
            secret = key if isinstance(key, Secret) or key is None else Secret(key)
            self.address = check_address(base_url)
        finally:  # a traceback that shows variables must not show what may be a key
            base_url, key, headers, organization, project = "", None, None, None, None
        self.base_url, host = self.address.url, self.address.host
        self.extra_body = check_extra(extra_body)
        if not isinstance(model, str) or not model.strip():
            raise ValueError(f"model must be a name, not {model!r}")
        self.model = model.strip()
        self.timeout = check_positive(timeout, "timeout")
        self.prices = Prices(input_price, output_price)
        if secret is None:
            names = ("IAPO_API_KEY", "OPENAI_API_KEY") if host == OPENAI else ("IAPO_API_KEY",)
            secret = Secret.from_environment(*names)
            if secret is None and not is_near(host) and "Authorization" not in self._headers:
                raise ValueError(
                    f"{host} needs a key: set {' or '.join(names)}, give key=..., or use Endpoint.ask to type it"
                )
        secrets = [name for name, there in (("key", secret), ("headers", self._headers)) if there]
        #: What is to be said of a key that can be read on its way, empty where none can.
        self.warning = ""
        if secrets and self.address.scheme == "http" and not is_here(host):
            what = f"{' and '.join(secrets)} {'goes' if secrets == ['key'] else 'go'}"
            self.warning = f"the {what} to {host} unencrypted (http); use https where it is offered"
            warnings.warn(self.warning, stacklevel=2)
        self._secret: Secret | None = secret or Secret("none")
        self._clients: list[_Lent] = []
        self._certificates: ssl.SSLContext | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r}, {self.model!r}, key=hidden)"

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_secret": None, "_headers": None, "_clients": [], "_certificates": None}

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
        """``text`` without the key and what is in headers."""
        text = text if self._secret is None else self._secret.scrub(text)
        return text if self._headers is None else self._headers.scrub(text)

    def request(
        self, settings: Mapping[str, Any], messages: Sequence[Mapping[str, str]], ledger: Ledger, **more: Any
    ) -> Request:
        """What is asked for with those settings, which go before the endpoint's own, and messages.

        It is kept under the address that ``ledger`` knows the endpoint by; more: other fields of ``Request``.
        """
        address = ledger.resolve(self.base_url)
        return Request(address, self.model, {**self.extra_body, **settings}, messages, **more)

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
            from openai import AsyncOpenAI
        except ImportError:
            raise EndpointError("a live endpoint needs the openai package: pip install 'iapo-widgets[live]'") from None
        hush(self._secret)
        # plain http needs no certificates, which take long to load, and may not lead on to https without them
        plain = self.address.scheme == "http"
        try:
            if not plain and self._certificates is None:
                self._certificates = httpx2.create_ssl_context()
            return AsyncOpenAI(
                api_key=self._secret.reveal(),
                base_url=self.address.base,
                default_query=self.address.query,
                default_headers=self._sent_headers(self._secret, self._headers or Headers()),
                max_retries=0,
                timeout=httpx2.Timeout(self.timeout, connect=min(CONNECT, self.timeout / 2)),
                http_client=client_class()(
                    verify=self._certificates or False,
                    follow_redirects=False,
                    headers=ASKED,
                    event_hooks={"request": [_without_bearer] if self._azure else []},
                ),
            )
        except Exception as error:  # a proxy or a file of certificates that the surroundings name wrongly
            raise EndpointError(self.scrub(f"no client can be made: {type(error).__name__}: {error}")) from None

    @property
    def _azure(self) -> bool:
        """Whether the key goes into Azure's header, and not into Authorization."""
        return self.address.version is not None and "Authorization" not in (self._headers or ())

    def _sent_headers(self, secret: Secret, headers: Headers) -> Any:
        """Headers beside the SDK's: one's own, Azure's key, and no account of OpenAI's for anybody else."""
        from openai import Omit

        sent: dict[str, Any] = {}
        if self.address.host != OPENAI:  # the SDK takes these from the environment
            sent |= {"OpenAI-Organization": Omit(), "OpenAI-Project": Omit()}
        if self._azure:
            sent["api-key"] = secret.reveal()
        given = headers.reveal()
        names = {name.lower() for name in given}
        return {**{name: value for name, value in sent.items() if name.lower() not in names}, **given}

    def close(self) -> None:
        """Close its connections; they open again when they are needed."""

        async def close_all() -> None:
            clients, self._clients = self._clients, []
            await asyncio.gather(*(each.client.close() for each in clients), return_exceptions=True)

        if self._clients:
            on_loop(close_all()).result(10)


async def _without_bearer(request: Any) -> None:
    request.headers.pop("Authorization", None)
