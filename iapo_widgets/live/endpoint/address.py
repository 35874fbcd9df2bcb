"""Addresses of endpoints: fit to be kept, and whether they lie on this machine or its network."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

#: Names of this machine, as itself or from inside a container.
HERE = ("localhost", "host.docker.internal", "gateway.docker.internal", "host.containers.internal")
_HERE = [ipaddress.ip_network(text) for text in ("127.0.0.0/8", "0.0.0.0/32", "::1/128", "::/128")]
_NEAR = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10", "fc00::/7",
                 "fe80::/10")
]  # fmt: skip
_LABEL = re.compile(r"(?!([0-9]+|0x[0-9a-f]*)$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?")  # a number is an address, not a name
#: Azure's form of a version, the only thing that may stand after ?.
_VERSION = re.compile(r"api-version=([0-9]{4}-[0-9]{2}-[0-9]{2}(-preview)?)")
_PLAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]+)?(/[\w.-]*)*", re.I)

#: A host, with or without a port, and nothing after it but what most APIs share, such as /v1 or /api/v1.
_BARE = re.compile(r"https?://[\w.:\[\]-]+(/(api|openai))?(/v[0-9]+)?/?", re.I)


@dataclass(frozen=True, slots=True)
class Address:
    """``url``: what completions are kept under; ``base``: the same without what is after ?; host and scheme in small.

    version: Azure's ``api-version``, ``None`` without.
    """

    url: str
    base: str
    host: str
    scheme: str
    version: str | None

    @property
    def query(self) -> dict[str, str]:
        """What is sent after ? with every request."""
        return {} if self.version is None else {"api-version": self.version}


def check_address(base_url: str) -> Address:
    """The address without a trailing slash; ``ValueError`` where it is not fit to be stored.

    The message repeats it only where it holds no key, as far as can be told.
    """
    if not isinstance(base_url, str):
        raise ValueError(f"base_url must be text, not {type(base_url).__name__}")
    text = base_url.strip()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
        broken = bool(re.search(r"[\s\x00-\x1f\x7f]", text))
    except ValueError:
        broken = True
    if broken:
        base_url = text = ""  # a traceback that shows variables must not show it
        raise ValueError("base_url is not an address; it should look like https://host/v1") from None
    if parts.username is not None or parts.password is not None:
        base_url, text, parts = "", "", urlsplit("")
        raise ValueError("base_url holds a user name or password; give the key by key=... or IAPO_API_KEY instead")
    version = _VERSION.fullmatch(parts.query)
    if "#" in text or (parts.query and not version):
        base_url, text, parts, version = "", "", urlsplit(""), None
        raise ValueError(
            "base_url has a part after ? or #, where keys are easily leaked; give the key by key=..."
            " (only Azure's ?api-version=2024-06-01 may stand there)"
        )
    if parts.scheme not in ("http", "https") or not host:
        shown = f", not {text!r}" if may_be_shown(text) else ""
        base_url, text, parts = "", "", urlsplit("")
        raise ValueError(f"base_url must look like https://host/v1{shown}")
    base = text.partition("?")[0].rstrip("/")
    url = base if version is None else f"{base}?{parts.query}"
    return Address(url, base, host.rstrip("."), parts.scheme, version[1] if version else None)


def may_be_shown(text: str) -> bool:
    """Whether what was given for an address looks like one, if a wrong one, and has no place where keys stand."""
    if any(c in text for c in "@?#") or len(text) > 200:
        return False
    return "://" in text or (len(text) <= 60 and any(c in text for c in ".:/") and bool(_PLAIN.fullmatch(text)))


def is_bare(text: str) -> bool:
    """Whether an address has no part beside its host that could hold a key: no user, no query, no path of its own."""
    return bool(_BARE.fullmatch(text))


def is_here(host: str) -> bool:
    """Whether that host is this machine."""
    return host in HERE or host.endswith(".localhost") or _within(host, _HERE)


def is_near(host: str) -> bool:
    """Whether that host is this machine or one of its own network, so that no key is needed.

    Private, shared and link-local addresses; names under ``.local``; and names of a single label, as the services of
    a docker compose file have.
    """
    return is_here(host) or host.endswith(".local") or bool(_LABEL.fullmatch(host)) or _within(host, _NEAR)


def _within(host: str, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks if network.version == address.version)
