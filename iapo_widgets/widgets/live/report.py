"""A live run in words: what will be sent, what came, and what it cost; as HTML for the lab's own lines."""

from __future__ import annotations

import json
from html import escape

from ...live.environment import LiveEnvironment
from ...live.estimate import Estimate
from ...live.ledger.spending import Spending
from ...live.replay import Replay

SHOWN = 3  # prompts of the preview


def preview(env: LiveEnvironment, estimate: Estimate) -> str:
    """The requests of the first prompts as they will be sent, without the key, and what answers may take."""
    n = min(env.n_max, env.caller.abilities.n)
    bodies = [env.preview(p, 0, n) for p in range(min(SHOWN, len(env.prompts)))]
    shown = "".join(f"<pre>{escape(json.dumps(body, indent=1, ensure_ascii=False))}</pre>" for body in bodies)
    warning = f"<p><b>Beware:</b> {escape(env.endpoint.warning)}.</p>" if env.endpoint.warning else ""
    return (
        f"{warning}<p><b>Estimate.</b> {escape(str(estimate))}</p>"
        f"<details><summary>What will be sent to {escape(env.endpoint.base_url)}: the first question under "
        f"{len(bodies)} of {len(env.prompts)} prompts</summary>{shown}</details>"
    )


def foreseen(env: LiveEnvironment, budget: int, found: Replay) -> str:
    """How many answers a run will ask for, how many are paid for already, and whether a cap will end it; in words.

    found: what the ledger holds of it.
    """
    name = env.ledger.path.name
    if found.whole:
        return (
            f"All {found.paid:,} answers of this run lie in the ledger {name}, paid for already: Run asks for none, and"
            " no cap can stop it. To ask anew, press New ledger, or take another seed."
        )
    left = max(0, budget - found.paid)
    held = f"No answer of this run lies in the ledger {name} yet:"
    if found.paid:
        held = f"{found.paid:,} answers of this run lie in the ledger {name}, paid for already;"
    new = f"{held} Run asks for up to {left:,} new ones."
    spent, cap = env.ledger.spent().completions, env.limit.completions
    if cap is None or spent + left <= cap:
        return new
    had = f", and {spent:,} are spent" if spent else ""
    room = max(0, cap - spent)
    what = f"after {room:,} of these" if room else "before it asks for any"
    return f"{new} The cap of {cap:,}{had}: it will end the run early, {what}."


def progress(env: LiveEnvironment, budget: int, free: str = "") -> str:
    """A bar of what came, what is apart from the rest, and what was spent; free: why nothing costs money."""
    now = env.report()
    came = now.delivered + now.replayed
    bar = f"<progress class='iapo-progress' max='{budget}' value='{min(came, budget)}' aria-label='answers'></progress>"
    text = f"{came:,} of up to {budget:,} answers: {now.delivered:,} were asked for now"
    text += f", {now.replayed:,} lay in the ledger" if now.replayed else ""
    text += f"; {now.in_flight} requests in flight (at most {now.in_flight_most})."
    apart = {
        "could not be read: no vote, counts as wrong": now.unreadable, "were cut off at max tokens": now.cut_off,
        "were filtered": now.filtered, "failed for good: missing, neither right nor wrong": now.failed,
        "were not judged": now.unjudged, "have estimated tokens": now.estimated,
    }  # fmt: skip
    more = "; ".join(f"{count:,} {what}" for what, count in apart.items() if count)
    fault = f"<br>Last fault of {now.faults:,}: {escape(now.last_fault)}" if now.last_fault else ""
    told = (
        f"{escape(text)}{f'<br>{escape(more)}.' if more else ''}{fault}<br>{escape(spent_words(env, now.spent, free))}"
    )
    return f"{bar}<p role='status'>{told}</p>"


def spent_words(env: LiveEnvironment, spent: Spending, free: str = "") -> str:
    """All that is in the ledger against the caps; free: why nothing costs money."""
    cap = env.limit

    def of(text: str, most: str) -> str:
        return f"{text} of at most {most}" if most else text

    parts = [
        of(f"{spent.completions:,}", "" if cap.completions is None else f"{cap.completions:,}") + " answers",
        of(f"{spent.tokens:,}", "" if cap.tokens is None else f"{cap.tokens:,}") + " tokens",
    ]
    if env.endpoint.priced:
        parts.append(of(f"${spent.money:,.4f}", "" if cap.money is None else f"${cap.money:,.2f}"))
    money = f"; no money: {free}" if free else "; money not known, for the endpoint's prices are not given"
    unpriced = "" if env.endpoint.priced else money
    return f"Spent in the ledger {env.ledger.path.name}, over all runs: {', '.join(parts)}{unpriced}."
