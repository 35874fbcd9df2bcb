"""One request out and its reply, or what went wrong, in; nothing is charged, recorded or tried again here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import EndpointError
from ..request import Request
from .abilities import Abilities
from .endpoint import Endpoint
from .faults import Fault, of_connection, of_delay, of_error, of_status
from .reply import Refused, Reply, Unreadable, parsed, read_reply
from .told import told

EMPTY = Fault("the reply holds no choices", paid=False)


async def exchange(
    endpoint: Endpoint, known: Abilities, request: Request, samples: Sequence[int], body: Mapping[str, Any]
) -> tuple[Reply | None, Fault]:
    """Send ``body``, and say what came back; raises nothing that knows the request's headers."""
    import httpx2
    from openai import APIConnectionError, APIStatusError

    reply = None
    try:
        # the time is for all of it; the SDK's own is from byte to byte
        with endpoint.client() as client:
            async with asyncio.timeout(endpoint.timeout):
                # the SDK's door for bodies of one's own: less CPU than chat.completions.create, which checks types
                raw = await client.post("/chat/completions", cast_to=httpx2.Response, body=body)
        known.reached = True
        content = parsed(endpoint.scrub(raw.content.decode("utf-8", "replace")))
        if 300 <= raw.status_code < 400:
            return None, of_status(raw.status_code, raw.headers, told(content), body)
        reply = read_reply(content, endpoint.prices, request, samples, raw.headers.get("x-request-id"), known)
        fault = EMPTY
    except EndpointError as error:  # no client can be made, and nothing was sent
        fault = Fault(str(error), again=False, paid=False, fatal=True)
    except Refused as error:
        fault = of_error(told(error.content), body)
    except Unreadable as error:
        fault = Fault(str(error))
    except APIStatusError as error:
        known.reached = True
        said = told(parsed(endpoint.scrub(error.response.content.decode("utf-8", "replace"))))
        fault = of_status(error.status_code, error.response.headers, said, body)
    except APIConnectionError as error:
        fault = of_connection(error)
    except TimeoutError:
        known.reached = True
        fault = of_delay(endpoint.timeout)
    except Exception as error:
        fault = Fault(endpoint.scrub(f"{type(error).__name__}: {error}"), again=False)
    return reply, fault
