"""The form of a live run: a stock control for every choice, each with its error beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as w

from ...core.strategies import STRATEGIES
from ...core.training import ALGORITHMS
from ...live.environment import COST_UNITS
from ...live.setup import CORRECTNESS, STYLES
from ..shared.field import Field

SOURCES = [("simulated: no key, no cost, no language model", True), ("an endpoint of your own", False)]
#: Part of the form -> its fields as (trait, label, kind); kinds: text, area, whole, number, or (text, value) to choose.
PARTS: dict[str, tuple[tuple[str, str, Any], ...]] = {
    "1. Whom to ask": (
        ("simulated", "Endpoint", SOURCES),
        ("base_url", "Base URL", "text"),
        ("model", "Model", "text"),
        ("input_price", "Price, input", "number"),
        ("output_price", "Price, output", "number"),
    ),
    "2. What to ask": (
        ("prompts", "Prompts", "area"),
        ("questions", "Questions", "area"),
        ("temperature", "Temperature", "number"),
        ("max_tokens", "Max tokens", "whole"),
    ),
    "3. What is good": (
        ("correctness", "Right when", list(CORRECTNESS.items())),
        ("style", "And also", list(STYLES.items())),
        ("pattern", "Pattern", "text"),
        ("style_weight", "Its weight", "number"),
        ("cost_unit", "Cost in", [(unit, unit) for unit in COST_UNITS]),
        ("mid", "Cost weight mid", "number"),
        ("high", "Cost weight high", "number"),
    ),
    "4. How to train": (
        ("algorithm", "Algorithm", [(name, name) for name in ALGORITHMS]),
        ("strategy", "Strategy", [(name, name) for name in STRATEGIES]),
        ("n_max", "Largest N", "whole"),
        ("budget", "Budget T", "whole"),
        ("seed", "Seed", "whole"),
        ("concurrency", "In flight at most", "whole"),
    ),
    "5. What it may cost: hard caps, 0 is none": (
        ("cap_completions", "Completions", "whole"),
        ("cap_tokens", "Tokens", "whole"),
        ("cap_money", "Money", "number"),
    ),
}
NAMES = tuple(name for fields in PARTS.values() for name, _, _ in fields)
HINTS = {
    "input_price": "money for a million tokens of prompts; 0: not known",
    "output_price": "money for a million tokens of answers; 0: not known",
    "prompts": "{query} is where the question goes; a line of --- divides prompts; a first line system: ... is theirs",
    "questions": "one a line; or CSV with a header question,answer; or JSONL",
    "cap_completions": "over everything in the ledger",
}


class LiveForm(w.VBox):
    """Shows ``values`` (trait -> value); what the user sets goes to ``take(name, value)``.

    ``extra``: widgets to put below the fields of the part of that title.
    """

    def __init__(
        self, values: Mapping[str, Any], take: Callable[[str, Any], None], extra: Mapping[str, Sequence[w.Widget]]
    ) -> None:
        self.fields = {
            name: Field(_control(name, label, kind, values[name]), partial(take, name))
            for fields in PARTS.values()
            for name, label, kind in fields
        }
        self._file = w.FileUpload(
            accept=".txt,.csv,.jsonl", description="Questions from a file", layout=w.Layout(width="220px")
        )
        self._file.observe(self._upload, "value")
        more = {**extra, "2. What to ask": [*extra.get("2. What to ask", ()), self._file]}
        parts = [
            w.VBox([*(self.fields[name] for name, _, _ in fields), *more.get(title, ())])
            for title, fields in PARTS.items()
        ]
        accordion = w.Accordion(parts, titles=tuple(PARTS), selected_index=1)
        super().__init__([accordion])

    def show(self, values: Mapping[str, Any]) -> None:
        """Set every control to what is in force."""
        for name, field in self.fields.items():
            if field.control.value != values[name]:
                field.show(values[name])
        for name in ("base_url", "model"):
            self.fields[name].control.disabled = bool(values["simulated"])
        self.fields["pattern"].control.disabled = values["style"] != "pattern"
        self.fields["style_weight"].control.disabled = values["style"] == "none" or values["correctness"] == "none"

    def forget_errors(self) -> None:
        """Take back every complaint."""
        for field in self.fields.values():
            field.show(field.control.value)

    def _upload(self, change: Any) -> None:
        for file in change["new"]:
            field = self.fields["questions"]
            try:
                field.control.value = bytes(file["content"]).decode("utf-8")
            except UnicodeDecodeError:
                field.complain(f"{file['name']} is not text in UTF-8")


def _control(name: str, label: str, kind: Any, value: Any) -> Any:
    style = {"description_width": "130px"}
    common = {"description": label, "style": style, "tooltip": HINTS.get(name, ""), "value": value}
    if kind == "area":
        wide = w.Layout(width="98%", height="140px")
        return w.Textarea(**common, layout=wide, placeholder=HINTS[name], continuous_update=False)
    if kind == "text":
        return w.Text(**common, layout=w.Layout(width="520px"), continuous_update=False)
    if kind == "whole":
        return w.IntText(**common, layout=w.Layout(width="260px"))
    if kind == "number":
        return w.FloatText(**common, layout=w.Layout(width="260px"))
    return w.Dropdown(**common, options=kind, layout=w.Layout(width="520px"))
