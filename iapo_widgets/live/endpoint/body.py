"""The one place where a reply's or an error's body becomes plain values: bounded, without the key, fit to be stored."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..ledger.texts import clean

if TYPE_CHECKING:
    import httpx2

MOST = 10_000_000  # bytes of a body, unpacked; an answer of a hundred thousand tokens takes a twentieth of it
DEPTH = 100  # lists and objects inside each other
ASKED = {"accept-encoding": "gzip, deflate"}  # what ``_Unpacked`` unpacks


class TooLarge(Exception):
    """A body is larger than ``MOST``."""

    def __init__(self) -> None:
        super().__init__(f"the reply is larger than {MOST // 10**6} MB")


def loads(text: str) -> Any:
    """JSON as plain values; raises ``ValueError`` for anything else, also for what nests too deeply."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def plain(body: bytes, scrub: Callable[[str], str], read: Callable[[str], Any] = loads) -> Any:
    """A body's values by ``read``, or its text where that raises ``ValueError``; every text in it is scrubbed.

    Scrubbed after it was read: JSON can write any letter in several ways.
    """
    text = body.decode("utf-8", "replace")
    try:
        return scrubbed(read(text), scrub)
    except ValueError:
        return fit(text, scrub)


def scrubbed(value: Any, scrub: Callable[[str], str], depth: int = 0) -> Any:
    """The same values, with every text and every name scrubbed; lists are changed in place.

    Raises ``ValueError`` where they nest deeper than ``DEPTH``.
    """
    if isinstance(value, str):
        return fit(value, scrub)
    if depth > DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, str | list | dict):
                value[i] = scrubbed(item, scrub, depth + 1)
    elif isinstance(value, dict):
        return {fit(name, scrub): scrubbed(item, scrub, depth + 1) for name, item in value.items()}
    return value


def fit(text: str, scrub: Callable[[str], str]) -> str:
    """A text without the key and fit to be stored."""
    return clean(scrub(text), MOST)


def header(headers: Mapping[str, str], name: str, scrub: Callable[[str], str]) -> str | None:
    """A header's text, scrubbed, ``None`` where it is missing."""
    return fit(headers[name], scrub) if name in headers else None


def encodable(body: Mapping[str, Any]) -> bool:
    """Whether a request's JSON can be sent at all; half a surrogate pair cannot."""
    try:
        return bool(json.dumps(body, ensure_ascii=False).encode())
    except (ValueError, TypeError, RecursionError):
        return False


@cache
def client_class() -> type[httpx2.AsyncClient]:
    """The SDK's own HTTP client, but that it reads no more than ``MOST`` of any body."""
    import httpx2
    from openai import DefaultAsyncHttpxClient

    class BoundedClient(DefaultAsyncHttpxClient):
        async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
            """The response with its whole body; redirects are not followed."""
            response = await super().send(request, **{**options, "stream": True, "follow_redirects": False})
            try:
                content = await _read(response)
            finally:
                await response.aclose()
            headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in PACKING]
            return httpx2.Response(response.status_code, headers=headers, content=content, request=request)

    return BoundedClient


PACKING = ("content-encoding", "content-length", "transfer-encoding")


async def _read(response: httpx2.Response) -> bytes:
    """The unpacked body; raises ``TooLarge``, as soon as it is known."""
    import httpx2

    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and (len(length) > 15 or int(length) > MOST):
        raise TooLarge
    parts: list[bytes] = []
    came = size = 0
    try:
        unpacked = _Unpacked(response.headers.get("content-encoding", ""))
        async for chunk in response.aiter_raw():
            came += len(chunk)
            parts.append(unpacked.more(chunk, MOST + 1 - size))
            size += len(parts[-1])
            if max(came, size) > MOST:
                raise TooLarge
    except zlib.error as error:
        raise httpx2.DecodingError(f"the reply cannot be unpacked ({error})", request=response.request) from None
    return b"".join(parts)


class _Unpacked:
    """Takes off one layer of gzip or deflate, at most so many bytes at a time: 1 MB can hold 1 GB."""

    def __init__(self, coding: str) -> None:
        self.coding = coding.strip().lower()
        bits = {"": None, "identity": None, "gzip": 31, "x-gzip": 31, "deflate": 15}
        if self.coding not in bits:
            raise zlib.error("an encoding that was not asked for")
        chosen = bits[self.coding]
        self._decoder = None if chosen is None else zlib.decompressobj(chosen)

    def more(self, chunk: bytes, most: int) -> bytes:
        """The next bytes, ``most`` of them at most."""
        if self._decoder is None:
            return chunk
        try:
            return self._decoder.decompress(chunk, most)
        except zlib.error:
            if self.coding != "deflate":
                raise
            self.coding, self._decoder = "raw deflate", zlib.decompressobj(-15)  # some servers leave the header out
            return self._decoder.decompress(chunk, most)
