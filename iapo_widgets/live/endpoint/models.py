"""Which models an endpoint lists."""

from __future__ import annotations

from typing import Any

from ..background import on_loop
from ..errors import EndpointError
from .connection import Connection


def listed(endpoint: Connection) -> list[str]:
    """Names of the models that the endpoint lists; raises ``EndpointError`` where it does not answer."""
    return on_loop(_listed(endpoint)).result()


def only_model(endpoint: Connection) -> str:
    """The one model that the endpoint lists; raises ``EndpointError`` that names them where they are more, or none."""
    names = listed(endpoint)
    if len(names) != 1:
        raise EndpointError(f"name a model: {endpoint.base_url} lists {', '.join(names[:20]) or 'none'}")
    return names[0]


async def _listed(endpoint: Connection) -> list[str]:
    fault = ""
    try:
        with endpoint.client() as client:
            page: Any = await client.models.list()
        names = [str(model.id) for model in page.data]
    except EndpointError:
        raise
    except Exception as error:
        fault = endpoint.scrub(f"{type(error).__name__}: {error}")[:300]
    if fault:  # raised here and not above: an error of the SDK's knows the request's headers
        raise EndpointError(f"{endpoint.base_url} does not list its models ({fault}); name one with --model")
    return names
