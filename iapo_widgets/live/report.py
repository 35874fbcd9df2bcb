"""What a live environment did so far, as numbers to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .spending import Spending

if TYPE_CHECKING:
    from .environment import LiveEnvironment


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of completions but for ``requests``, ``faults`` (attempts that failed) and ``in_flight`` (requests).

    replayed: read from the ledger; delivered: by the endpoint; failed: no attempt worked; unreadable: some scorer
    could not read it; cut_off: at max_tokens; filtered: by a content filter; unjudged: a scorer's own call failed;
    spare: paid for and not usable, such as copies; estimated: the endpoint did not report its tokens, or not credibly;
    above: replies that report more tokens than were asked for: the endpoint may not honour max_tokens, and a cap on
    tokens can be passed.  in_flight_most: what the endpoint's rate limits allow for now.  spent: all in the ledger.
    """

    requests: int
    replayed: int
    delivered: int
    failed: int
    faults: int
    last_fault: str
    unreadable: int
    cut_off: int
    filtered: int
    unjudged: int
    spare: int
    estimated: int
    above: int
    in_flight: int
    in_flight_most: int
    spent: Spending


def report(env: LiveEnvironment) -> Report:
    """The report of an environment; may be made at any time, from any thread."""
    mine, calls, pace = env.counts, env.caller.counts, env.caller.pace
    return Report(
        calls["requests"], mine["replayed"], calls["delivered"], calls["failed"], calls["faults"],
        env.caller.last_fault, mine["unreadable"], mine["cut off"], mine["filtered"], mine["unjudged"], calls["spare"],
        calls["estimated"], calls["above"], pace.in_flight, int(pace.limit), env.ledger.spent(),
    )  # fmt: skip
