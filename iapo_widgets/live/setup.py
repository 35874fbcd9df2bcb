"""A live run as plain values, as a form or a file gives them, and the environment that they describe."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ..core.problem import Context, Prompt, mv_contexts
from .endpoint.endpoint import Endpoint
from .endpoint.retries import Retries
from .endpoint.secret import Secret
from .environment import LiveEnvironment
from .ledger.ledger import Ledger
from .ledger.spending import SpendingLimit
from .problem import PromptTemplate
from .reading import Reading, read_prompts, read_questions
from .scoring.mathematics import MathVerify
from .scoring.scorer import Scorer
from .scoring.scorers import Brevity, ExactMatch, RegexMatch
from .settings import extra_from, stops_from

#: What makes an answer right: text -> name.
CORRECTNESS = {
    "exact match: any form of answer": "any",
    "exact match: \\boxed{...}": "boxed",
    "exact match: after ####": "hashes",
    "exact match: last number": "number",
    "exact match: letter of a choice": "choice",
    "math-verify (extra package)": "math-verify",
    "no right answers needed": "none",
}
#: A second objective: text -> name.
STYLES = {"none": "none", "brevity": "brevity", "a pattern is found": "pattern"}


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything but the key.

    timeout, attempts: of one request, in seconds and at most.  top_p: ``None`` leaves it to the endpoint.  stop_at,
    extra_body: as ``settings`` takes them.  prompts, questions: as ``reading`` takes them.  correctness: of
    ``CORRECTNESS``.  style: of ``STYLES``, with its weight beside correctness, 0 to 1; pattern: its regular expression.
    mid, high: cost weights of the contexts (low is 0).  A cap of 0, and a price of ``None``, is none.  ``build`` says
    what does not fit.
    """

    base_url: str
    model: str
    prompts: str
    questions: str
    input_price: float | None = None
    output_price: float | None = None
    temperature: float = 1.0
    max_tokens: int = 400
    timeout: float = 120.0
    attempts: int = 10
    top_p: float | None = None
    stop_at: str = ""
    extra_body: str = ""
    correctness: str = "any"
    style: str = "none"
    style_weight: float = 0.3
    pattern: str = ""
    strategy: str = "majority-vote"
    n_max: int = 8
    cost_unit: str = "kilotokens"
    mid: float = 0.2
    high: float = 1.0
    cap_completions: int = 0
    cap_tokens: int = 0
    cap_money: float = 0.0
    concurrency: int = 16

    def build(self, ledger: Ledger, secret: Secret | None, stop: threading.Event | None = None) -> LiveEnvironment:
        """The environment.  Raises ``ValueError`` that says which part is wrong, and what would be right."""
        questions, prompts = self.read()
        templates = [self._sampled(prompt) for prompt in prompts.prompts]
        caps = self.cap_completions or None, self.cap_tokens or None, self.cap_money or None
        endpoint = Endpoint(
            self.base_url, self.model, key=secret, input_price=self.input_price, output_price=self.output_price,
            timeout=self.timeout, extra_body=extra_from(self.extra_body),
        )  # fmt: skip
        return LiveEnvironment(
            endpoint, templates, questions.questions, self.scorers(), n_max=self.n_max, strategy=self.strategy,
            contexts=self.contexts(), ledger=ledger, limit=SpendingLimit(*caps), concurrency=self.concurrency,
            cost_unit=self.cost_unit, stop=stop, retries=Retries(attempts=self.attempts),
        )  # fmt: skip

    def read(self) -> tuple[Reading, Reading]:
        """Questions and prompts, each with what was used of the text and what was not.  Raises ``ValueError``."""
        prompts = read_prompts(self.prompts, temperature=self.temperature, max_tokens=self.max_tokens)
        return read_questions(self.questions), prompts

    def _sampled(self, prompt: PromptTemplate) -> PromptTemplate:
        """The prompt with top_p and the stop texts of all, where it has none of its own."""
        stops = list(stops_from(self.stop_at))
        options = {**({"stop": stops} if stops else {}), **prompt.options}
        top_p = self.top_p if prompt.top_p is None else prompt.top_p
        plain = prompt.text, prompt.temperature, top_p, prompt.max_tokens, prompt.system, prompt.examples, options
        return PromptTemplate.of(Prompt(*plain))

    def scorers(self) -> list[Scorer]:
        """One or two objectives.  Raises ``ValueError`` without any, or for a bad pattern."""
        found: list[Scorer] = []
        if self.correctness == "math-verify":
            found.append(MathVerify())
        elif self.correctness != "none":
            found.append(ExactMatch(self.correctness))
        if self.style == "brevity":
            found.append(Brevity())
        elif self.style == "pattern":
            if not self.pattern:
                raise ValueError("a pattern is needed: write a regular expression, or choose another second objective")
            found.append(RegexMatch(self.pattern))
        if not found:
            raise ValueError("no objective: choose what makes an answer right, or a second objective")
        return found

    def contexts(self) -> tuple[Context, ...]:
        """Low, mid and high cost weight, each with the same objective weights."""
        costs = {"low": 0.0, "mid": self.mid, "high": self.high}
        if self.style == "none" or self.correctness == "none":
            return tuple(mv_contexts(costs))
        weights = (round(1 - self.style_weight, 6), self.style_weight)
        return tuple(Context(name, weights, cost) for name, cost in costs.items())
