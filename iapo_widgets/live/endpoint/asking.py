"""A single completion for who has questions of its own, such as a judge."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from ..answer import Answer
from ..ledger.ledger import Ledger
from ..ledger.spending import SpendingLimit
from .calls import Caller
from .connection import Connection
from .run import Run

_lock = threading.Lock()


async def ask(
    endpoint: Connection,
    messages: Sequence[Mapping[str, str]],
    settings: Mapping[str, Any],
    ledger: Ledger,
    limit: SpendingLimit,
    *,
    sample: int = 0,
    spare: tuple[str, ...] = (),
) -> Answer | None:
    """One completion from the ledger or else from the endpoint, charged and recorded; ``None`` where it failed.

    settings must hold ``max_tokens``; spare: those that it can do without, where they are refused.  To be awaited on
    the background loop, as ``score_async`` is.
    """
    request = endpoint.request(settings, messages, ledger, spare=spare)
    found = ledger.read({request.digest: [sample]})
    if found:
        return found[request.digest, sample]
    callers = ledger.callers
    with _lock:
        caller = callers.get((id(endpoint), limit))
        if caller is None:
            caller = callers[id(endpoint), limit] = Caller(endpoint, ledger, limit)
    return (await caller.fetch(request, [sample], Run())).get(sample)
