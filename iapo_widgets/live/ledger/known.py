"""What a ledger knows of endpoints: what their models can do, what they call themselves, which addresses are one."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from ..request import Request
from .texts import SHORT, clean


def abilities(connection: sqlite3.Connection, endpoint: str, model: str) -> dict[str, str]:
    """The newest value of each name."""
    asked = "SELECT name, value FROM ability WHERE endpoint = ? AND model = ? ORDER BY id"
    return dict(connection.execute(asked, (endpoint, clean(model))))


def keep_ability(connection: sqlite3.Connection, endpoint: str, model: str, name: str, value: str) -> None:
    """Add a row, unless the newest says so already."""
    model, name, value = clean(model), clean(name, SHORT), clean(value)
    if abilities(connection, endpoint, model).get(name) != value:
        values = endpoint, model, name, value, time.time()
        connection.execute("INSERT INTO ability (endpoint, model, name, value, at) VALUES (?, ?, ?, ?, ?)", values)


def models(connection: sqlite3.Connection, endpoint: str, model: str) -> list[str]:
    """What replies called the model, oldest first."""
    asked = "SELECT named FROM reply_model WHERE endpoint = ? AND model = ? ORDER BY id"
    return [row[0] for row in connection.execute(asked, (endpoint, clean(model)))]


def keep_model(connection: sqlite3.Connection, request: Request, named: str | None, at: float) -> None:
    """Remember what a reply called the model."""
    if named is not None:
        connection.execute(
            "INSERT OR IGNORE INTO reply_model (endpoint, model, named, at) VALUES (?, ?, ?, ?)",
            (request.endpoint, clean(request.model), clean(named, SHORT), at),
        )


def addresses(connection: sqlite3.Connection) -> dict[str, str]:
    """Address -> the one that it is the same as; the newest row of an address counts."""
    return dict(connection.execute("SELECT address, same_as FROM address ORDER BY id"))


def resolved(known: Mapping[str, str], address: str) -> str:
    """The address that ``address`` is kept under; one in a circle is kept under itself."""
    seen, at = {address}, address
    while known.get(at, at) != at:
        at = known[at]
        if at in seen:
            return address
        seen.add(at)
    return at


def check_address(address: Any) -> str:
    """The address as it is stored; ``ValueError`` for one that is none or could hold a key."""
    if not isinstance(address, str) or not address.strip().startswith(("http://", "https://")):
        raise ValueError("an address must look like https://host/v1")
    if any(c in address for c in "@?#") or not address.isprintable():
        raise ValueError("an address in a ledger has no user name, no part after ? or #, and no odd characters")
    return address.strip().rstrip("/")
