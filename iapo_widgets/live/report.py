"""What a live environment did so far, as numbers to show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .endpoint.calls import Caller
from .ledger.ledger import Ledger
from .ledger.spending import Spending


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


def report(answers: Mapping[str, int], caller: Caller, ledger: Ledger) -> Report:
    """The report of an environment that counted ``answers``; may be made at any time, from any thread."""
    calls, pace = caller.counts, caller.pace
    return Report(
        calls["requests"], answers["replayed"], calls["delivered"], calls["failed"], calls["faults"],
        caller.last_fault, answers["unreadable"], answers["cut off"], answers["filtered"], answers["unjudged"],
        calls["spare"], calls["estimated"], calls["above"], pace.in_flight, int(pace.limit), ledger.spent(),
    )  # fmt: skip
