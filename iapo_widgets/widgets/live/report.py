"""A live run in words: what will be sent, what came, what it cost, what was answered, and the policy; as HTML."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape

import numpy as np

from ...core.costs import arm_cost
from ...core.markup import html_table
from ...core.rounds import Policy, Round, without_rules
from ...live.environment import LiveEnvironment
from ...live.estimate import Estimate
from .reading import right

SHOWN = 3  # prompts of the preview, and questions of the examples
TEXT = 600  # characters of a completion that are shown
CUT = "\N{HORIZONTAL ELLIPSIS}"


def preview(env: LiveEnvironment, estimate: Estimate) -> str:
    """The estimate, and the requests of the first prompts as they will be sent, without the key."""
    n = min(env.n_max, env.caller.abilities.n)
    bodies = [env.preview(p, 0, n) for p in range(min(SHOWN, len(env.prompts)))]
    shown = "".join(f"<pre>{escape(json.dumps(body, indent=1, ensure_ascii=False))}</pre>" for body in bodies)
    warning = f"<p><b>Beware:</b> {escape(env.endpoint.warning)}.</p>" if env.endpoint.warning else ""
    return (
        f"{warning}<p><b>Estimate.</b> {escape(str(estimate))}</p>"
        f"<details><summary>What will be sent to {escape(env.endpoint.base_url)}: the first question under "
        f"{len(bodies)} of {len(env.prompts)} prompts</summary>{shown}</details>"
    )


def progress(env: LiveEnvironment) -> str:
    """Counts and spending so far."""
    now = env.report()
    money = f", {now.spent.money:,.4f} of money" if env.endpoint.priced else ""
    text = (
        f"{now.delivered:,} completions came, {now.replayed:,} were in the ledger already; {now.in_flight} requests in "
        f"flight (at most {now.in_flight_most}). Spent in all: {now.spent.completions:,} completions, "
        f"{now.spent.tokens:,} tokens{money}."
    )
    apart = {
        "could not be read": now.unreadable, "were cut off at max tokens": now.cut_off, "were filtered": now.filtered,
        "failed for good: missing, not zero": now.failed, "were not judged": now.unjudged,
        "have estimated tokens": now.estimated,
    }  # fmt: skip
    more = "; ".join(f"{count:,} {what}" for what, count in apart.items() if count)
    fault = f"<br>Last fault of {now.faults:,}: {escape(now.last_fault)}" if now.last_fault else ""
    return f"<p role='status'>{escape(text)}{f'<br>{escape(more)}.' if more else ''}{fault}</p>"


def examples(env: LiveEnvironment, prompt: int) -> str:
    """Answers of one prompt to the first questions that it was asked, with what was read from them."""
    parts, found = [], 0
    for query, question in enumerate(env.questions):
        answers = env.answers(prompt, query)
        if not answers or found == SHOWN:
            continue
        found += 1
        gold = f" (right: {right(question.gold)})" if question.gold is not None else ""
        rows = [
            [
                str(i), _read(env, query, answer.text), str(answer.tokens),
                answer.text[:TEXT] + (CUT if len(answer.text) > TEXT else ""),
            ]
            for i, answer in enumerate(answers[: env.n_max])
        ]  # fmt: skip
        table = html_table(("sample", "read as", "tokens", "completion"), rows, kind="iapo-table")
        parts.append(f"<details open><summary>{escape(question.text)}{escape(gold)}</summary>{table}</details>")
    head = f"<p><b>Prompt {prompt}</b>: <code>{escape(env.prompts[prompt].text)}</code></p>"
    return head + ("".join(parts) or "<p>It was not asked anything yet.</p>")


def policy_table(
    env: LiveEnvironment, done: Round, costs: Sequence[float | None], call_costs: Sequence[float | None]
) -> str:
    """The arm of each context, its estimate and what a query costs.

    costs, call_costs: means of a completion and of a request of each prompt, ``None`` where unknown.
    """
    rows = []
    for c, (name, arm) in enumerate(done.policy.items()):
        n, each, call = arm.n or 1, costs[arm.prompt], call_costs[arm.prompt]
        if each is None or call is None:
            cost = "unknown"
        else:
            bill = arm_cost(np.array(each), np.array(call), n, done.policy.per_call)
            cost = f"{'' if arm.is_fixed else 'at most '}{float(bill):.4g} {env.cost_unit}"
        scale = arm.scale
        q = f"{without_rules(done).q[c, arm.prompt, n - 1]:.3f}"
        rows.append([name, str(arm.prompt), scale, q, cost, env.prompts[arm.prompt].text])
    head = ("context", "prompt", "N", "estimated Q", "cost of a query", "text of the prompt")
    return html_table(head, rows, kind="iapo-table")


def recipe(env: LiveEnvironment, policy: Policy, path: str) -> str:
    """Python that deploys the saved policy on the same endpoint."""
    return f"""from iapo_widgets import Policy
from iapo_widgets.live import Endpoint, Ledger, SpendingLimit

policy = Policy.load({path!r})
endpoint = Endpoint({env.endpoint.base_url!r}, {env.endpoint.model!r})  # the key: from IAPO_API_KEY
answer = policy.deploy(
    endpoint, scorers=[...],  # {", ".join(policy.objectives)}
    ledger=Ledger({str(env.ledger.path)!r}), limit=SpendingLimit(completions=1_000))
print(answer("your question", context={next(iter(policy))!r}))
"""


def _read(env: LiveEnvironment, query: int, text: str) -> str:
    """What the scorers that need no call made of a text."""
    said = []
    for scorer in env.scorers:
        score = scorer.score(env.questions[query], text)
        value = "unreadable" if score.value is None else f"{score.value:.3g}"
        said.append(f"{score.answer}: {value}" if score.answer is not None else f"{scorer.name} {value}")
    return ", ".join(said)
