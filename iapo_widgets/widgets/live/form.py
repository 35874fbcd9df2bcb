"""The form of a live run: a stock control for every choice, each with its error beside it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import ipywidgets as w

from ...core.strategies import STRATEGIES
from ...core.training import ALGORITHMS
from ...live.endpoint.address import may_be_shown
from ...live.reading.source import GUESSED, text_of
from ...live.scoring.costs import COST_UNITS
from ...live.settings import may_hold_key
from ...live.setup import CORRECTNESS, STYLES
from ...live.simulated.endpoint import SimulatedEndpoint
from ..shared.field import Field

FILES = ".txt,.md,.csv,.tsv,.json,.jsonl,.ndjson,.yaml,.yml"
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
#: Fields that most runs leave alone, folded away at the end of the first part.
ADVANCED = "Advanced: how each request is made"
FOLDED: tuple[tuple[str, str, Any], ...] = (
    ("timeout", "Timeout, seconds", "number"),
    ("attempts", "Attempts", "whole"),
    ("top_p", "Top p", "number"),
    ("stop_at", "Stop at", "text"),
    ("extra_body", "Extra body", "text"),
)
FIELDS = (*(field for fields in PARTS.values() for field in fields), *FOLDED)
NAMES = tuple(name for name, _, _ in FIELDS)
#: Field -> whether a text that was refused may hold a key, so that it must not stay on screen.
SECRET: dict[str, Callable[[str], bool]] = {
    "base_url": lambda text: not may_be_shown(text.strip()),
    "extra_body": may_hold_key,
}
HINTS = {
    "input_price": "money for a million tokens of prompts; 0: not known",
    "output_price": "money for a million tokens of answers; 0: not known",
    "prompts": "{query} is where the question goes; a line of --- divides prompts; a first line system: ... is theirs; "
    "or a list in JSON, YAML or CSV",
    "questions": "one a line; or CSV with a header question,answer; or JSON, JSON lines, YAML, a Markdown table",
    "cap_completions": "over everything in the ledger",
    "timeout": "seconds for one request, to the last of its answer",
    "attempts": "of one request at most, until it is given up",
    "top_p": "0: the endpoint's own",
    "stop_at": 'a text at which an answer ends, or several: ["\\n\\n", "END"]',
    "extra_body": 'more settings for the endpoint, as JSON: {"top_k": 20}',
}


class LiveForm(w.VBox):
    """Shows ``values`` (trait -> value); what the user sets goes to ``take(name, value)``.

    ``extra``: widgets to put below the fields of the part of that title.
    """

    def __init__(
        self, values: Mapping[str, Any], take: Callable[[str, Any], None], extra: Mapping[str, Sequence[w.Widget]]
    ) -> None:
        self.fields = {
            name: Field(
                _control(name, label, kind, values[name]), partial(take, name), (name, label, kind) in FOLDED,
                SECRET.get(name, lambda _: False),
            )
            for name, label, kind in FIELDS
        }  # fmt: skip
        self._told = w.HTML()
        self.uploads = {name: self._uploading(name) for name in ("prompts", "questions")}
        more = {title: list(extra.get(title, ())) for title in PARTS}
        more["1. Whom to ask"] += self._fold()
        more["2. What to ask"] += [w.HBox(list(self.uploads.values())), self._told]
        parts = [
            w.VBox([*(self.fields[name] for name, _, _ in fields), *more[title]]) for title, fields in PARTS.items()
        ]
        accordion = w.Accordion(parts, titles=tuple(PARTS), selected_index=1)
        super().__init__([accordion])

    def _fold(self) -> list[w.Widget]:
        """A button, and the fields that it shows and hides; hidden at first."""
        for name, _, kind in FOLDED:
            if kind != "text":  # a text says it in its place
                self.fields[name].read(HINTS[name])
        box = w.VBox([self.fields[name] for name, _, _ in FOLDED], layout=w.Layout(display="none"))
        self.advanced = w.ToggleButton(
            False, description=ADVANCED, icon="caret-right", layout=w.Layout(width="300px", flex="0 0 auto")
        )

        def turn(change: Any) -> None:
            box.layout.display = None if change["new"] else "none"
            self.advanced.icon = "caret-down" if change["new"] else "caret-right"

        self.advanced.observe(turn, "value")
        return [self.advanced, box]

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
        self._told.value = ""

    @property
    def complaint(self) -> str:
        """The first field with an error and what it is, empty where there is none."""
        found = ((field.control.description, field.error) for field in self.fields.values() if field.error)
        return next((f"{label}: {error}." for label, error in found), "")

    def _uploading(self, name: str) -> w.FileUpload:
        """A button that puts a file's text into the field of that name."""
        button = w.FileUpload(accept=FILES, description=f"{name.capitalize()} from a file",
                              layout=w.Layout(width="220px"))  # fmt: skip
        button.observe(partial(self._upload, self.fields[name]), "value")
        return button

    def _upload(self, field: Field, change: Any) -> None:
        for file in change["new"]:
            try:
                text, encoding = text_of(bytes(file["content"]))
            except ValueError as error:
                self._told.value = ""
                field.complain(f"{file['name']}: {error}")
            else:
                told = "; ".join((f"{file['name']} was read as {encoding}", *GUESSED.get(encoding, ())))
                self._told.value = f"<span role='status'>{html.escape(told)}</span>"
                field.enter(text)


def example_prompts() -> str:
    """What stands in the form at first: the simulated endpoint's prompts."""
    return "\n---\n".join(prompt.user for prompt in SimulatedEndpoint.prompts())


def example_questions() -> str:
    """And its questions, with their right answers."""
    made = SimulatedEndpoint.questions(40)
    return "\n".join(json.dumps({"question": q.text, "answer": q.gold}) for q in made)


def _control(name: str, label: str, kind: Any, value: Any) -> Any:
    style = {"description_width": "130px"}
    common = {"description": label, "style": style, "tooltip": HINTS.get(name, ""), "value": value}
    if kind == "area":
        wide = w.Layout(width="98%", height="140px")
        return w.Textarea(**common, layout=wide, placeholder=HINTS[name], continuous_update=False)
    if kind == "text":
        hint = HINTS.get(name, "")
        return w.Text(**common, layout=w.Layout(width="520px"), placeholder=hint, continuous_update=False)
    if kind == "whole":
        return w.IntText(**common, layout=w.Layout(width="260px"))
    if kind == "number":
        return w.FloatText(**common, layout=w.Layout(width="260px"))
    return w.Dropdown(**common, options=kind, layout=w.Layout(width="520px"))
