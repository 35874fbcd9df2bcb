"""What a live environment did so far, as numbers to show."""

from __future__ import annotations

from dataclasses import dataclass

from .endpoint.calls import Caller
from .ledger.ledger import Ledger
from .ledger.spending import Spending
from .scoring.seen import Seen


@dataclass(frozen=True, slots=True)
class Report:
    """Counts of completions but for ``requests``, ``faults`` (attempts that failed) and ``in_flight`` (requests).

    replayed: read from the ledger; delivered: by the endpoint; failed: no attempt worked; refused: requests whose
    prompt or question the endpoint refuses for good; unreadable: some scorer could not read it; empty: no text came;
    cut_off: at max_tokens; filtered: by a content filter; unjudged: a scorer's own call failed;
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
    refused: int
    unreadable: int
    empty: int
    cut_off: int
    filtered: int
    unjudged: int
    spare: int
    estimated: int
    above: int
    in_flight: int
    in_flight_most: int
    spent: Spending


def report(seen: Seen, replayed: int, caller: Caller, ledger: Ledger) -> Report:
    """The report of an environment; may be made at any time, from any thread."""
    answers, calls, pace = seen.total, caller.counts, caller.pace
    return Report(
        calls["requests"], replayed, calls["delivered"], calls["failed"], calls["faults"], caller.last_fault,
        calls["refused"], answers["unreadable"], answers["empty"], answers["cut off"], answers["filtered"],
        answers["unjudged"], calls["spare"], calls["estimated"], calls["above"], pace.in_flight, int(pace.limit),
        ledger.spent(),
    )  # fmt: skip
