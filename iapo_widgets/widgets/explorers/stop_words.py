"""What a stop comes to, in words and in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...core.problem import Arm
from .stop_panels import Place
from .stop_values import StopValues
from .stop_walk import Walk


def walk_said(walk: Walk, arrived: int, bill: Callable[[Sequence[int]], float], unit: str, bare: bool) -> str:
    """What was asked, why no more, and what all answers would have said; bill: the cost of requests of such sizes."""
    n, fired = len(walk.answers), walk.fired
    if arrived < fired:
        state = (
            f"the lead is {walk.level[arrived - 1]:g}" if walk.votes else f"the best is {walk.level[arrived - 1]:.3g}"
        )
        return f"After {arrived} of at most {n} answers {state}: the rule goes on."
    if fired == n:
        return f"The rule does not fire before the cap: all {n} are asked. {_outcome(walk, n, bare)}"
    why = {"decided": "nothing can change the winner"}.get(walk.why, walk.why)
    same = f"All {n} would say the same" if walk.same() else f"All {n} would say: {_outcome(walk, n, bare)[:-1]}"
    many = f"{len(walk.sizes)} requests" if len(walk.sizes) > 1 else "one request"
    return (
        f"After {fired} of at most {n} answers the rule fires: {why}. {_outcome(walk, fired, bare)} {same}."
        f" {n - fired} were never asked: {_paid(bill(walk.sizes), unit)} in {many},"
        f" instead of {_paid(bill([n]), unit)} for all at once."
    )


def _paid(cost: float, unit: str) -> str:
    return f"{cost:.3g} of cost" if unit == "cost" else f"{cost:.3g} {unit}"


def _outcome(walk: Walk, n: int, bare: bool) -> str:
    if not walk.votes:
        return f"The best has utility {walk.best(n):.3g}."
    winners = walk.winners(n)
    if not winners:
        return "Nobody voted."
    if len(winners) > 1:
        return f"{' and '.join(winners)} tie."
    answer = walk.answer_of(winners[0])
    name = f"{winners[0]} ({answer.said})" if answer.said and not bare else winners[0]
    return f"{name} wins, {'right' if answer.right else 'wrong'}."


def worth_said(values: StopValues, weight: float, here: Place, arm: Callable[[Place], Arm], unit: str) -> str:
    """The best arm that may stop, and the one at the left, beside the best that never does, at that cost weight."""
    best, fixed = values.best(weight), values.best_fixed(weight)
    gain = values.gain(weight, here)
    mine = f"this rule {'gains' if gain >= 0 else 'loses'} {abs(gain):.4f}"
    start = f"Over all questions, at cost weight {weight:.2f}, the best fixed arm of this prompt asks {fixed[0] + 1}"
    if best[1] == 0:
        return f"{start}, and no stop is worth more; {mine} of Q."
    error = values.error_at(weight, best)
    sure = f"standard error {error:.1g}" if error else "exact"
    return (
        f"{start}; the best that may stop, {arm(best).scale}, asks {values.drawn[best]:.1f} on average"
        f" and costs {_paid(values.cost[best], unit)} instead of {_paid(values.cost[fixed], unit)}:"
        f" Q gains {values.gain(weight, best):.4f} ({sure}); {mine}."
    )


HEAD = ("mean of", "asked", "reward", "{}", "Q")


def table(values: StopValues, weight: float, here: Place, unit: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows: the best fixed arm, the best that may stop and the one at the left."""
    named = [("best fixed N", values.best_fixed(weight)), ("best that stops", values.best(weight)),
             ("this rule", here)]  # fmt: skip
    rows = [
        [name, f"{values.drawn[place]:.1f}", f"{values.reward[place]:.3f}", f"{values.cost[place]:.3g}",
         f"{values.q(weight)[place]:.4f}"]
        for name, place in named
    ]  # fmt: skip
    return [text.format(unit) for text in HEAD], rows


def change_said(now: Walk, others: list[tuple[str, Walk]]) -> str:
    """What the nearest other setting that makes a difference would do; others: (what to do, the walk then)."""
    apart = [(what, walk) for what, walk in others if walk.winners(walk.fired) != now.winners(now.fired)]
    apart += [(what, walk) for what, walk in others if walk.fired != now.fired]
    if not apart:
        return "No other setting of the rule would change that here."
    what, walk = apart[0]
    asks = f"asks {walk.fired} instead of {now.fired}" if walk.fired != now.fired else f"still asks {now.fired}"
    if not now.votes:
        return f"{what} and it {asks}."
    first, second = (" and ".join(w.winners(w.fired)) or "nobody" for w in (now, walk))
    outcome = f"{first} still wins" if first == second else f"{second} wins instead of {first}"
    return f"{what} and it {asks}: {outcome}."
