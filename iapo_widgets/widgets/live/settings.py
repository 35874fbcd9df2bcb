"""The settings of a live run as traits, each refused at the door where it makes no sense."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import traitlets as t

from ...live.setup import Setup
from ..shared.checked import checked
from .checks import CHECKS
from .fields import NAMES
from .form import example_prompts, example_questions
from .means import LATENCY, Served

#: What a model on this machine, which works through a queue, is spared at least.
AT_ONCE, PATIENCE = 2, 600.0  # requests in flight, seconds for one
SETUP = frozenset(field.name for field in fields(Setup))


class LiveSettings(t.HasTraits):
    """Traits by the names that the form shows; a price, top_p or cap of 0 is none.

    ``whom``: ``simulated``, ``local`` or ``endpoint``; ``simulated`` says the same as true or false.
    """

    whom = t.Unicode("simulated")
    simulated = t.Bool(True)
    latency = t.Float(LATENCY)
    base_url = t.Unicode("https://api.openai.com/v1")
    model = t.Unicode("")
    input_price = t.Float(0.0)
    output_price = t.Float(0.0)
    prompts = t.Unicode()
    questions = t.Unicode()
    temperature = t.Float(1.0)
    max_tokens = t.Int(400)
    timeout = t.Float(120.0)
    attempts = t.Int(10)
    top_p = t.Float(0.0)
    stop_at = t.Unicode("")
    extra_body = t.Unicode("")
    correctness = t.Unicode("any")
    style = t.Unicode("none")
    style_weight = t.Float(0.3)
    pattern = t.Unicode("")
    strategy = t.Unicode("majority-vote")
    n_max = t.Int(8)
    cost_unit = t.Unicode("kilotokens")
    mid = t.Float(0.2)
    high = t.Float(1.0)
    cap_completions = t.Int(2_000)
    cap_tokens = t.Int(0)
    cap_money = t.Float(0.0)
    concurrency = t.Int(16)
    algorithm = t.Unicode("psst")
    budget = t.Int(1_000)
    seed = t.Int(0)

    def described(self, served: Served | None) -> Setup:
        """The present values as a setup; of what is ``served`` on this machine, where it is given."""
        values = {name: getattr(self, name) for name in NAMES if name in SETUP}
        if served:
            values.update(base_url=served.base_url, model=served.model)
        if self.whom == "local":
            values.update(concurrency=min(self.concurrency, AT_ONCE), timeout=max(self.timeout, PATIENCE))
        if not (self.input_price or self.output_price):
            values.update(input_price=None, output_price=None)
        values.update(top_p=self.top_p or None)
        return Setup(**values)

    @t.default("prompts")
    def _example_prompts(self) -> str:
        return example_prompts()

    @t.default("questions")
    def _example_questions(self) -> str:
        return example_questions()

    @t.observe("whom")
    def _named(self, change: Any) -> None:
        self.simulated = change["new"] == "simulated"

    @t.observe("simulated")
    def _switched(self, change: Any) -> None:
        if change["new"] != (self.whom == "simulated"):
            self.whom = "simulated" if change["new"] else "endpoint"

    @t.validate(*NAMES)
    def _check_value(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        return checked(CHECKS[name], value) if name in CHECKS else value
