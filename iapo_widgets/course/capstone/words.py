"""The facts of a report as its parts: what a page must say, word for word, so that a check can hold it against them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.markup import html_table
from ...study.statistics import sem
from .facts import ARMS, Facts
from .held_out import difference
from .soundness import PARTS

RIVALS = {"plain": "the plain prompt", "first": "prompt-first"}
NOT_YET = "(not written yet)"


def parts(facts: Facts) -> dict[str, str]:
    """By id, the HTML inside each part, in the order of ``PARTS``; the figure's is its caption."""
    made = {
        "task": _task(facts), "prompts": _prompts(facts), "split": _split(facts), "budget": _budget(facts),
        "policy": _policy(facts), "score": _score(facts), "against": _against(facts), "figure": _caption(facts),
        "failure": _failure(facts), "limits": _paragraph(facts["limits"] or NOT_YET), "date": _date(facts),
    }  # fmt: skip
    return {name: made[name] for name in PARTS}


def gap(user: dict[str, Any], rival: str) -> tuple[float, float, float, int]:
    """``difference`` of a user's policy from that rival."""
    mine, other = (np.array(user["values"][name], dtype=float) for name in ("policy", rival))
    return difference(mine, other)


def said(gap: tuple[float, float, float, int]) -> str:
    """A difference with its interval and number of questions."""
    middle, low, high, count = gap
    return f"{_signed(middle)} [{_signed(low)}, {_signed(high)}] on {count} questions"


def verdict(user: dict[str, Any], rival: str) -> str:
    """What the interval allows to say."""
    if user["arms"]["policy"] == user["arms"][rival]:
        return "the same arm"
    _, low, high, _ = gap(user, rival)
    return "ahead" if low > 0 else "behind" if high < 0 else "not told apart"


def alternative(facts: Facts) -> str:
    """The figure in words."""
    told = [
        f"{user['name']}: {said(gap(user, rival))} from {name}"
        for user in facts["users"] for rival, name in RIVALS.items()
    ]  # fmt: skip
    return "The policy less its rivals, mean and 95 % interval. " + "; ".join(told) + "."


def _task(facts: Facts) -> str:
    judged = f"Answers are put together by {facts['strategy']}, costs are in {facts['cost_unit']}."
    return _paragraph(f"{facts['name']}. {facts['source']} {judged}")


def _prompts(facts: Facts) -> str:
    return f'<ul class="plain">{"".join(f"<li>{html.escape(prompt)}</li>" for prompt in facts["prompts"])}</ul>'


def _split(facts: Facts) -> str:
    both = len(set(facts["training"]) & set(facts["held_out"]))
    return _paragraph(
        f"{len(facts['training'])} questions to train on, {len(facts['held_out'])} held out; in both parts: {both}."
    )


def _budget(facts: Facts) -> str:
    judging = "none: the values are exact" if facts["exact"] else f"{facts['judging']:,}"
    return _paragraph(
        f"Budget of training: {facts['budget']:,} completions, cap on all: {facts['cap']:,}. Spent in training:"
        f" {facts['spent']:,}, by {facts['algorithm']}; to judge: {judging}."
    )


def _policy(facts: Facts) -> str:
    rows = [
        (_whose(user), *(_arm(facts, user["arms"][name]) for name in ("policy", "first"))) for user in facts["users"]
    ]
    note = (
        f"The plain prompt is {_arm(facts, facts['users'][0]['arms']['plain'])}, for every user. Prompt-first: in"
        " training the best prompt for one answer, then its best N."
    )
    return html_table(("user", "policy", "prompt-first"), rows) + _paragraph(note)


def _score(facts: Facts) -> str:
    rows = []
    for user in facts["users"]:
        cells = [_mean(user["values"][name]) for name in ARMS]
        trained = user["trained"][0]
        rows.append((user["name"], *cells, "not known" if trained is None else f"{trained:.3f}"))
    head = ("user", "policy \N{PLUS-MINUS SIGN} standard error", "plain prompt", "prompt-first", "policy in training")
    note = (
        "Report the held-out score. What training said of the arm that it chose is too high on average: luck took part."
    )
    return html_table(head, rows) + _paragraph(note)


def _against(facts: Facts) -> str:
    rows = [
        (user["name"], *(f"{said(gap(user, rival))}: {verdict(user, rival)}" for rival in RIVALS))
        for user in facts["users"]
    ]  # fmt: skip
    head = ("user", *(f"policy less {name}: mean [95 % interval]" for name in RIVALS.values()))
    return html_table(head, rows)


def _caption(facts: Facts) -> str:
    count = len(facts["users"]) * len(RIVALS)
    return _paragraph(
        "Dots are mean differences on the held-out questions, bars their 95 % intervals. One that reaches 0 leaves open"
        f" who wins. There are {count} of them: of twenty such intervals, one misses by luck alone."
    )


def _failure(facts: Facts) -> str:
    failure = facts["failure"]
    answers = ", ".join(f"{each['text']!r} \N{MULTIPLICATION SIGN} {each['count']}" for each in failure["answers"])
    right = f" (right: {failure['right']})" if failure["right"] else ""
    asked = f"{failure['question']}{right} Prompt {failure['prompt']} was answered: {answers}."
    return _paragraph(asked) + f"<blockquote>{html.escape(failure['words'] or NOT_YET)}</blockquote>"


def _date(facts: Facts) -> str:
    return _paragraph(f"{facts['author']}, {facts['date']}" if facts["author"] else facts["date"])


def _whose(user: dict[str, Any]) -> str:
    weights = ", ".join(f"{weight:g}" for weight in user["weights"])
    return f"{user['name']} (weights {weights}; cost {user['cost_weight']:g})"


def _arm(facts: Facts, arm: Sequence[float | None]) -> str:
    prompt, n = int(arm[0] or 0), int(arm[1] or 1)
    early = "" if len(arm) == 2 else " at most"
    return f"{facts['prompts'][prompt]}, N = {n}{early}"


def _mean(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{np.mean(known):.3f} \N{PLUS-MINUS SIGN} {sem(known):.3f}"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>"
