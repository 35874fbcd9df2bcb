"""One request out and its reply, or what went wrong, in; nothing is charged, recorded or tried again here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import EndpointError
from ..request import Request
from .abilities import Abilities
from .body import TooLarge, encodable, header, plain
from .connection import Connection
from .faults import Fault, of_connection, of_delay, of_error, of_status
from .reply import Refused, Reply, Unreadable, parsed, read_reply
from .told import told

UNSENDABLE = "the prompt or question cannot be encoded: it holds half a surrogate pair, as half an emoji does"
EMPTY = Fault("the reply holds no choices", paid=False)


async def exchange(
    endpoint: Connection, known: Abilities, request: Request, samples: Sequence[int], body: Mapping[str, Any]
) -> tuple[Reply | None, Fault]:
    """Send ``body``, and say what came back; raises nothing that knows the request's headers."""
    import httpx2
    from openai import APIConnectionError, APIStatusError

    try:
        # the time is for all of it; the SDK's own is from byte to byte
        with endpoint.client() as client:
            async with asyncio.timeout(endpoint.timeout):
                # the SDK's door for bodies of one's own: less CPU than chat.completions.create, which checks types
                raw = await client.post("/chat/completions", cast_to=httpx2.Response, body=body)
    except EndpointError as error:  # no client can be made, and nothing was sent
        return None, Fault(str(error), again=False, paid=False, fatal=True)
    except APIStatusError as error:
        raw = error.response
    except APIConnectionError as error:
        return None, of_connection(error)
    except TimeoutError:
        return None, of_delay(endpoint.timeout)
    except TooLarge as error:
        return None, Fault(str(error), again=False)
    except Exception as error:
        if not encodable(body):
            return None, Fault(f"{UNSENDABLE} ({type(error).__name__}); nothing was sent", again=False, paid=False)
        return None, Fault(endpoint.scrub(f"{type(error).__name__}: {error}"), again=False)
    known.reached = True
    # read here and not above: what goes wrong while another error is handled drags that one along, headers and all
    try:
        return _understood(endpoint, known, raw, request, samples, body)
    except Unreadable as error:
        return None, Fault(str(error))
    except Exception as error:
        return None, Fault(f"the reply cannot be understood ({type(error).__name__})", again=False)


def _understood(
    endpoint: Connection, known: Abilities, raw: Any, request: Request, samples: Sequence[int], body: Mapping[str, Any]
) -> tuple[Reply | None, Fault]:
    content = plain(raw.content, endpoint.scrub, parsed)
    if raw.status_code >= 300:
        headers = {name: header(raw.headers, name, endpoint.scrub) or "" for name in raw.headers}
        return None, of_status(raw.status_code, headers, told(content, endpoint.scrub), body)
    identity = header(raw.headers, "x-request-id", endpoint.scrub)
    try:
        reply = read_reply(content, endpoint.prices, request, samples, identity, known)
    except Refused as error:
        fault = of_error(told(error.content, endpoint.scrub), body)
        return None, replace(fault, paid=error.made)
    return blotted(reply, endpoint.scrub), EMPTY


def blotted(reply: Reply, scrub: Callable[[str], str]) -> Reply:
    """The reply without the key in the texts that were put together from parts, each of which had a piece of it."""
    records = tuple(
        replace(record, text=scrub(record.text), thought=None if record.thought is None else scrub(record.thought))
        for record in reply.records
    )
    return reply if records == reply.records else replace(reply, records=records)
