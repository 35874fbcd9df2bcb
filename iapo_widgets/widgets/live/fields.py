"""The fields of a live form: few on its face, the rest folded away; what each is called, and what kind it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...core.strategies import STRATEGIES
from ...core.training import ALGORITHMS
from ...live.endpoint.address import may_be_shown
from ...live.scoring.costs import COST_UNITS
from ...live.settings import may_hold_key
from ...live.setup import CORRECTNESS, STYLES

#: (trait, label, kind); kinds: text, area, whole, number, or a list of (text, value) to choose from.
FieldOf = tuple[str, str, Any]
#: Whom to ask: text -> value of the trait ``whom``.
WHOM = {
    "a simulated endpoint: no key, no cost, no language model": "simulated",
    "a small language model on this machine: no key, no cost": "local",
    "an endpoint of your own": "endpoint",
}
#: Whom to ask -> why that costs no money, and what is said of it in front of every status.
FREE = {"simulated": "the endpoint is simulated", "local": "the model runs on this machine", "endpoint": ""}
KIND = {"simulated": "Simulated: no language model is asked. ", "local": "", "endpoint": ""}
SOURCE: FieldOf = ("whom", "Whom to ask", list(WHOM.items()))
#: Shown where an endpoint of one's own is asked.
OWN: tuple[FieldOf, ...] = (
    ("base_url", "Base URL", "text"),
    ("model", "Model", "text"),
    ("input_price", "Price, input", "number"),
    ("output_price", "Price, output", "number"),
)
LISTS: tuple[FieldOf, ...] = (("prompts", "Prompts", "area"), ("questions", "Questions", "area"))
AMOUNTS: tuple[FieldOf, ...] = (("budget", "Budget, answers", "whole"), ("cap_completions", "Cap, answers", "whole"))
#: What most runs leave alone: title of a group -> its fields.
FOLDED: dict[str, tuple[FieldOf, ...]] = {
    "What is good": (
        ("correctness", "Right when", list(CORRECTNESS.items())),
        ("style", "And also", list(STYLES.items())),
        ("pattern", "Pattern", "text"),
        ("style_weight", "Its weight", "number"),
        ("cost_unit", "Cost in", [(unit, unit) for unit in COST_UNITS]),
        ("mid", "Cost weight mid", "number"),
        ("high", "Cost weight high", "number"),
    ),
    "How to train": (
        ("algorithm", "Algorithm", [(name, name) for name in ALGORITHMS]),
        ("strategy", "Strategy", [(name, name) for name in STRATEGIES]),
        ("n_max", "Largest N", "whole"),
        ("seed", "Seed", "whole"),
    ),
    "How each request is made": (
        ("temperature", "Temperature", "number"),
        ("max_tokens", "Max tokens", "whole"),
        ("top_p", "Top p", "number"),
        ("stop_at", "Stop at", "text"),
        ("extra_body", "Extra body", "text"),
        ("concurrency", "In flight at most", "whole"),
        ("timeout", "Timeout, seconds", "number"),
        ("attempts", "Attempts", "whole"),
        ("latency", "Simulated seconds", "number"),
    ),
    "Further hard caps": (
        ("cap_tokens", "Tokens", "whole"),
        ("cap_money", "Money, dollars", "number"),
    ),
}
FIELDS: tuple[FieldOf, ...] = (
    SOURCE, *OWN, *LISTS, *AMOUNTS, *(field for fields in FOLDED.values() for field in fields)
)  # fmt: skip
NAMES = tuple(name for name, _, _ in FIELDS)
#: Those that are set by a number or from a list: what was written into the others may be a key in the wrong place.
CHOSEN = tuple(name for name, _, kind in FIELDS if kind not in ("text", "area"))
#: Field -> whether a text that was refused may hold a key, so that it must not stay on screen.
SECRET: dict[str, Callable[[str], bool]] = {
    "base_url": lambda text: not may_be_shown(text.strip()),
    "extra_body": may_hold_key,
}
#: What stands beside a field, or below an area.
HINTS = {
    "input_price": "dollars for a million tokens of prompts; 0: not known",
    "output_price": "dollars for a million tokens of answers; 0: not known",
    "prompts": "A line of --- between two; {query} is where the question goes. Or JSON, YAML, CSV.",
    "questions": 'One a line, as {"question": "...", "answer": "..."}, or the question alone. Also CSV, JSON or YAML.',
    "budget": "answers that a run may take",
    "cap_completions": "hard cap over all runs in the ledger; 0: none",
    "cap_tokens": "over all runs in the ledger; 0: none",
    "cap_money": "over all runs in the ledger; 0: none; needs prices",
    "timeout": "for one request, to the last of its answer",
    "attempts": "of one request at most, until it is given up",
    "top_p": "0: the endpoint's own",
    "stop_at": 'a text at which an answer ends, or several: ["\\n\\n", "END"]',
    "extra_body": 'more settings for the endpoint, as JSON: {"top_k": 20}',
    "latency": "that a simulated request takes, on average",
}
#: Text, icon, method, tip.
BUTTONS = (
    ("Check", "check", "check", "Show what will be sent and what it may cost; sends nothing"),
    ("Run", "play", "run", "Send; after a stop, go on from the ledger"),
    ("Stop", "stop", "stop", "Send nothing more; what is in flight still lands in the ledger"),
    ("New ledger", "file-o", "renew", "Go on with an empty ledger in a new file; the old one stays as it is"),
    ("Reset", "refresh", "reset", "Empty the pictures and set the form back; the ledger stays"),
)
