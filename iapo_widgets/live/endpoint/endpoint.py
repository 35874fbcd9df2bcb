"""An OpenAI-compatible endpoint, as its users have it in hand."""

from __future__ import annotations

from typing import Any

from ..ledger.ledger import Ledger
from ..ledger.spending import SpendingLimit
from .address import check_address
from .check import CAP, Checked, check
from .connection import Connection
from .secret import Secret


class Endpoint(Connection):
    """A model behind an OpenAI-compatible chat API.

    base_url: up to and with ``/v1``; Azure's older form ends in ``?api-version=2024-06-01``, and its key goes into the
    header ``api-key``.  key: given, or else from IAPO_API_KEY (for api.openai.com also OPENAI_API_KEY); an endpoint on
    this machine or its own network needs none.  input_price, output_price: money per million tokens, ``None`` unknown.
    timeout: seconds for one request, from its first byte to the answer's last.

    extra_body: settings that every request carries, JSON by name; a prompt's own go before.  Completions are kept apart
    by them.  headers, organization, project: sent with every request, and kept nowhere.

    The key, and the values of headers, are kept in the client only: they are in no repr, no pickle, no ledger and no
    error, also where a server repeats them, escaped, in base64 or with signs between the characters; pieces in separate
    texts cannot be known for a key.  Raises ``ValueError`` for an address with credentials, another query or another
    scheme than http(s), a bad price, setting or header, or a key that is missing.
    """

    @classmethod
    def ask(cls, base_url: str, model: str, **more: Any) -> Endpoint:
        """The endpoint with a key typed in without being shown (``getpass``)."""
        from getpass import getpass

        return cls(base_url, model, key=Secret(getpass(f"Key for {check_address(base_url).host}: ")), **more)

    def check(self, n: int = 8, *, ledger: Ledger | None = None, limit: SpendingLimit = CAP) -> Checked:
        """What the endpoint honours: n, seed, temperature, the limit's name, usage, thought; and how fast it is.

        A few cheap requests find it out, at most 2 ``n`` + 6 answers of 24 tokens, within ``limit``.  It is used from
        now on, and kept in ``ledger`` where one is given, so that runs know it beforehand.  Raises ``EndpointError``
        where it does not answer.
        """
        return check(self, n, ledger=ledger, limit=limit)
