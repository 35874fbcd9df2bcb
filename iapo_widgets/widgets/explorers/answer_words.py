"""What is said of N answers: who wins, what it costs, and what to expect of another draw."""

from __future__ import annotations

from collections.abc import Sequence

from ...live.records.pools import Pool, Votes
from ..shared.counted import counted

NAMED = 3  # answers of a tie that are named


def vote_words(votes: Votes, names: Sequence[str], n: int, right_class: int | None, first: int) -> str:
    """How ``n`` answers vote; names: of the classes that ``votes`` counts; first: the class of the first, -1 for none.

    right_class: the class that is right, -1 where none of them is, ``None`` where that is not known.
    """
    known = right_class is not None
    cast = sum(count for _, count in votes.votes)
    if not votes.winners:
        what = "The one answer says nothing" if n == 1 else f"None of the {n} answers says anything"
        return f"{what} that can be read: no vote is cast{', which counts as wrong' if known else ''}."
    silent = f" {counted(n - cast, 'answer')} of {n} could not be read and cast no vote." if cast < n else ""
    most, right = votes.votes[0][1], right_class in votes.winners
    if len(votes.winners) == 1:
        name = names[votes.winners[0]]
        if n == 1:
            return f"One answer alone says \u201c{name}\u201d{f': {_right(right)}' if known else ''}."
        said = f"{most} of {n} {'says' if most == 1 else 'say'} \u201c{name}\u201d"
        if not known:
            return f"{said}: that wins the vote.{silent}"
        other = (first >= 0 and first == right_class) is not right
        alone = f", though the first answer alone was {_right(not right)}" if other else ""
        return f"{said}: the vote is {_right(right)}{alone}.{silent}"
    shown = [f"\u201c{names[c]}\u201d" for c in votes.winners[:NAMED]]
    more = len(votes.winners) - len(shown)
    listed = f"{', '.join(shown)} and {more} more" if more else f"{', '.join(shown[:-1])} and {shown[-1]}"
    tie = f"{listed} tie with {counted(most, 'vote')} each"
    if not known:
        return f"{tie}: split by lot.{silent}"
    if right:
        many = len(votes.winners)
        return f"{tie}: split by lot, right 1 time in {many}, so it counts 1/{many}.{silent}"
    return f"{tie}: split by lot, wrong whichever it is.{silent}"


def best_words(best: Sequence[int], values: Sequence[float], n: int, what: str, right: str) -> str:
    """Which of ``n`` answers is taken; best: their places; values: of each, by ``what``; right: said of the taken."""
    top, first = f"{values[best[0]]:.3g}", f"{values[0]:.3g}"
    if n == 1:
        return f"One answer alone: {what} {first}.{right}"
    if len(best) > 1:
        listed = f"{', '.join(str(k + 1) for k in best[:-1])} and {best[-1] + 1}"
        return f"Numbers {listed} of {n} are equally good: {what} {top}; one of them is taken by lot."
    if best[0] == 0:
        return f"Number 1 of {n} is the best: {what} {top}. The others add cost and nothing else.{right}"
    return f"Number {best[0] + 1} of {n} is the best: {what} {top}; the first alone has {first}.{right}"


def alone_words(alone: float, size: int, vote: bool) -> str:
    """What one of ``size`` recorded answers gives on average."""
    among = f"Over all draws from these {counted(size, 'recorded answer')}"
    return f"{among}: alone right in {alone:.0%}" if vote else f"{among}, on average: alone worth {alone:.3g}"


def odds_words(together: float, n: int, vote: bool) -> str:
    """How ``alone_words`` goes on with what all draws of ``n`` give."""
    if n == 1:
        return "."
    return f", by a vote of {n} in {together:.0%}." if vote else f", the best of {n} worth {together:.3g}."


def bill_words(pool: Pool, which: Sequence[int], unit: str) -> str:
    """What answering with these costs, and what for."""
    tokens = sum(pool.completions[i].tokens for i in which)
    asked = f"{counted(pool.requests(len(which)), 'request')} and {counted(len(which), 'answer')}"
    together = "" if len(which) == 1 else " together"
    return f"{pool.cost(which):,.4g} {unit}: {asked} of {counted(tokens, 'token')}{together}"


def found_words(kind: str, prompt: str, n: int, alone: float, together: float, number: int, of: int) -> str:
    """Why one was taken to this question; prompt: what it is called."""
    numbers = f"alone right in {alone:.0%}, by a vote of {n} in {together:.0%}"
    share = f"{number} of {of} questions {'is' if number == 1 else 'are'} such with {prompt} and this N"
    why = "" if kind == "saves" else ", because a wrong answer is the more common one"
    return f"The vote {kind} it: {numbers}{why}. {share}."


def _right(right: bool) -> str:
    return "right" if right else "wrong"
