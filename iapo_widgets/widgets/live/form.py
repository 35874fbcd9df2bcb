"""The form of a live run: few fields on its face, the rest behind one button, each with its error beside it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import ipywidgets as w

from ...live.reading.source import GUESSED, text_of
from ...live.simulated.endpoint import SimulatedEndpoint
from ..shared.field import Field
from .fields import AMOUNTS, FIELDS, FOLDED, HINTS, LISTS, OWN, SECRET, SOURCE, FieldOf
from .reading import first_read

FILES = ".txt,.md,.csv,.tsv,.json,.jsonl,.ndjson,.yaml,.yml"
MORE = "More settings: what is good, how to train, requests, caps"
LOCAL = (
    "SmolLM2, 135 million weights, answers some ten times a second on two cores. It needs the extra <code>local</code>"
    " and, once, <code>iapo fetch smollm2</code>. It knows capitals and opposites better than sums."
)


class LiveForm(w.VBox):
    """Shows ``values`` (trait -> value); what the user sets goes to ``take(name, value)``.

    key: the widget for a key, shown where an endpoint of one's own is asked.
    """

    def __init__(self, values: Mapping[str, Any], take: Callable[[str, Any], None], key: w.Widget) -> None:
        self.fields = {
            name: Field(_control(name, label, kind, values[name]), partial(take, name),
                        name in HINTS and kind in ("whole", "number"), SECRET.get(name, lambda _: False))
            for name, label, kind in FIELDS
        }  # fmt: skip
        for name, field in self.fields.items():
            if name in HINTS:
                field.read(HINTS[name])
        self._told = w.HTML()
        self.read = {name: w.HTML() for name, _, _ in LISTS}
        self.uploads = {name: self._uploading(name) for name, _, _ in LISTS}
        self._own = w.VBox([*self._of(OWN), key])
        self._local = w.HTML(f"<small>{LOCAL}</small>")
        lists = w.HBox([self._list(name, label) for name, label, _ in LISTS]).add_class("iapo-lists")
        amounts = w.HBox(self._of(AMOUNTS)).add_class("iapo-amounts")
        groups = [
            w.VBox([w.HTML(f"<b>{html.escape(title)}</b>"), *self._of(fields)]) for title, fields in FOLDED.items()
        ]
        self._more = w.HBox(groups, layout=w.Layout(display="none")).add_class("iapo-groups")
        self.more = _fold(MORE, self._more, False)
        self._body = w.VBox([self.fields[SOURCE[0]], self._own, self._local, lists, self._told, amounts, self.more,
                             self._more])  # fmt: skip
        self.opener = _fold("What is asked", self._body, True)
        super().__init__([self.opener, self._body])
        self.add_class("iapo-form-of-live")

    def show(self, values: Mapping[str, Any]) -> None:
        """Set every control to what is in force."""
        for name, field in self.fields.items():
            if field.control.value != values[name]:
                field.show(values[name])
        for whom, part in (("endpoint", self._own), ("local", self._local)):
            part.layout.display = None if values["whom"] == whom else "none"
        self.fields["latency"].control.disabled = values["whom"] != "simulated"
        self.fields["pattern"].control.disabled = values["style"] != "pattern"
        self.fields["style_weight"].control.disabled = values["style"] == "none" or values["correctness"] == "none"
        for name, told in first_read(values["prompts"], values["questions"]).items():
            self.read[name].value = told

    def unfold(self, opened: bool) -> None:
        """Show the fields, or fold them away."""
        self.opener.value = opened

    def forget_errors(self) -> None:
        """Take back every complaint."""
        for field in self.fields.values():
            field.show(field.control.value)
        self._told.value = ""

    @property
    def complaint(self) -> str:
        """The first field with an error and what it is, empty where there is none."""
        found = ((field.control.description or field.control.tooltip, field.error) for field in self.fields.values())
        return next((f"{label}: {error}." for label, error in found if error), "")

    def _of(self, fields: Iterable[FieldOf]) -> list[Field]:
        return [self.fields[name] for name, _, _ in fields]

    def _list(self, name: str, label: str) -> w.VBox:
        """An area with its title, what to write into it, what was read of it, and a button for a file."""
        title = w.HTML(f"<b>{html.escape(label)}</b> <small>{html.escape(HINTS[name])}</small>")
        return w.VBox([title, self.fields[name], self.read[name], self.uploads[name]]).add_class("iapo-list")

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


def _fold(text: str, box: w.Box, opened: bool) -> w.ToggleButton:
    """A button that shows and hides ``box``."""
    button = w.ToggleButton(opened, description=text, layout=w.Layout(width="auto", flex="0 0 auto"))

    def turn(_: Any = None) -> None:
        box.layout.display = None if button.value else "none"
        button.icon = "caret-down" if button.value else "caret-right"

    button.observe(turn, "value")
    turn()
    return button.add_class("iapo-fold")


def _control(name: str, label: str, kind: Any, value: Any) -> Any:
    style = {"description_width": "120px"}
    common = {"description": label, "style": style, "tooltip": HINTS.get(name, ""), "value": value}
    if kind == "area":
        wide = w.Layout(width="100%", height="132px")
        return w.Textarea(**{**common, "style": {"description_width": "0px"}}, layout=wide, continuous_update=False)
    if kind == "text":
        hint = HINTS.get(name, "")
        return w.Text(**common, layout=w.Layout(width="100%"), placeholder=hint, continuous_update=False)
    if kind == "whole":
        return w.IntText(**common, layout=w.Layout(width="230px", flex="0 0 auto"))
    if kind == "number":
        return w.FloatText(**common, layout=w.Layout(width="230px", flex="0 0 auto"))
    return w.Dropdown(**common, options=kind, layout=w.Layout(width="100%"))
