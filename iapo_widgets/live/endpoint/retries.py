"""When a request that failed is tried again: the only retry layer (tenacity), the SDK's own is off."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ...core.checks import check_positive, check_scale


@dataclass(frozen=True, slots=True)
class Retries:
    """At most ``attempts`` of a request, with waits that double from ``first`` seconds up to ``longest``, with jitter.

    A wait that the endpoint asks for (retry-after) is kept instead, up to ``honoured`` seconds.  With the defaults a
    network that is gone for a minute is survived.  ``in_a_row``: after so many requests that failed for good without
    one that succeeded, the run ends; after ``late`` in a row that did not answer in time, it ends at once, since each
    of them may have to be paid.  ``wait=False`` waits for nothing, for tests.

    Raises ``ValueError`` where a number is not above 0.
    """

    attempts: int = 10
    first: float = 0.5
    longest: float = 30.0
    honoured: float = 120.0
    in_a_row: int = 20
    late: int = 5
    wait: bool = True

    def __post_init__(self) -> None:
        check_scale(self.attempts, "attempts")
        check_scale(self.in_a_row, "in_a_row")
        check_scale(self.late, "late")
        for name in ("first", "longest", "honoured"):
            check_positive(getattr(self, name), name)

    def pause(self, attempt: int, asked: float | None) -> float:
        """Seconds to wait after that attempt, counted from 1; ``asked``: what the endpoint asked for."""
        if not self.wait:
            return 0.0
        if asked is not None:
            return min(asked, self.honoured)
        # from half to all of it, so that requests that failed together do not come back together
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * random.uniform(0.5, 1.0)
