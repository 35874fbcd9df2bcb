"""Asking a batch at a time until an arm's rule fires, and what a fixed N would have done with the same completions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..core.costs import calls
from ..core.problem import Arm
from ..core.stopping import reached
from .ledger.spending import Spending

CAP, DECIDED = "the cap", "decided"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One completion that arrived: its place among those that were asked for, what it says and what it costs.

    vote: ``None`` for none; style: what best-of-N goes by; prompt: the prompt of a request, once; own: the completion.
    """

    place: int
    text: str
    vote: str | None
    style: float
    prompt: Spending
    own: Spending


@dataclass(frozen=True, slots=True)
class Instead:
    """What asking ``n`` at once would have done on the same query, computed from what was asked.

    answer, text: ``None`` where what was asked doesn't tell.  exact: whether ``spent`` is what these very completions
    cost; else those that were not asked are taken to cost what the others do on average.
    """

    n: int
    answer: str | None
    text: str | None
    spent: Spending
    exact: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """What a policy at work asked so far: answers given, completions asked for, the most that its arms may ask for
    these answers, and how often each reason ended the asking (of arms that may stop early)."""

    answers: int
    asked: int
    at_most: int
    stopped: Mapping[str, int]

    def __str__(self) -> str:
        why = "".join(f"; {k} {reason}" for reason, k in self.stopped.items())
        return f"{self.answers:,} answers, {self.asked:,} of at most {self.at_most:,} completions asked{why}"


def batches(arm: Arm, n: int) -> Iterator[range]:
    """Places of the completions of each batch, up to ``n``; one batch where nothing may stop it."""
    size = n if arm.stop is None else arm.batch or n
    for start in range(0, n, size):
        yield range(start, min(start + size, n))


def lead(drawn: Sequence[Drawn]) -> int:
    """By how many votes the leader leads the second."""
    most = [k for _, k in Counter(d.vote for d in drawn if d.vote is not None).most_common(2)]
    return sum(most[:1]) - sum(most[1:])


def why_stop(arm: Arm, drawn: Sequence[Drawn], asked: int, votes: bool) -> str:
    """Why no more is asked after ``asked`` completions, of which ``drawn`` arrived; empty: the arm goes on."""
    n = arm.n or asked
    if asked >= n:
        return CAP
    if arm.stop is None or not drawn:
        return ""
    if not votes:
        best = max(d.style for d in drawn)
        return f"{best:.3g} reached" if reached(best, arm.stop) else ""  # type: ignore[arg-type]
    ahead = lead(drawn)
    if ahead > n - asked:
        return DECIDED
    return f"{ahead} ahead" if ahead >= arm.stop else ""


def instead(drawn: Sequence[Drawn], asked: int, n: int, votes: bool, per_call: int | None) -> Instead:
    """What ``n`` at once would have done; ``per_call``: completions that one request carries."""
    mine = [d for d in drawn if d.place < n]
    spent = sum((d.own for d in mine), Spending())
    beyond = max(n - asked, 0)
    if beyond and mine:
        many = len(mine)
        spent += Spending(beyond, round(spent.tokens / many * beyond), round(spent.picos / many * beyond))
    for _ in range(int(calls(n, per_call)) if mine else 0):
        spent += mine[0].prompt
    winner = _pick(mine, votes) if mine and (not beyond or (votes and lead(mine) > beyond)) else None
    return Instead(n, winner.vote if winner and votes else None, winner.text if winner else None, spent, not beyond)


def _pick(drawn: Sequence[Drawn], votes: bool) -> Drawn:
    """The one that is the response: the best of the winner's, or of all; ties go to the first."""
    counts = Counter(d.vote for d in drawn if votes and d.vote is not None)
    answer = counts.most_common(1)[0][0] if counts else None
    return max((d for d in drawn if answer is None or d.vote == answer), key=lambda d: d.style)
