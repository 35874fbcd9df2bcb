"""What is asked of a live endpoint: questions, and prompt templates that they are put into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..core import bounds
from ..core.checks import check_scale, check_sendable
from ..core.problem import Prompt
from .settings import NAMED, check_extra, named_settings

PLACE = "{query}"  # where the question goes; every other brace stays as it is


@dataclass(frozen=True, slots=True)
class Question:
    """A query's text, and its right answer where one is known: a text, or several texts of which each is right.

    Raises ``ValueError`` where the text is none or empty, or ``gold`` is neither ``None`` nor text that is not empty,
    or where either holds half a character.
    """

    text: str
    gold: str | tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.text, str) or not self.text.strip():
            raise ValueError(f"a question must be text that is not empty, not {self.text!r}")
        check_sendable(self.text, "a question")
        if isinstance(self.gold, list):
            object.__setattr__(self, "gold", tuple(self.gold))
        if self.gold is not None and not self.golds:
            raise ValueError(f"right answers must be one or more texts, not {self.gold!r}; None where none is known")
        for gold in self.golds:
            if not isinstance(gold, str) or not gold.strip():
                raise ValueError(
                    f"a right answer must be text that is not empty, not {gold!r}; write str(...) around it"
                )
            check_sendable(gold, "a right answer")

    @property
    def golds(self) -> tuple[str, ...]:
        """The right answers; empty where none is known."""
        if self.gold is None:
            return ()
        return self.gold if isinstance(self.gold, tuple) else (self.gold,)


@dataclass(frozen=True, slots=True, init=False)
class PromptTemplate(Prompt):
    """A prompt variant for a chat endpoint: its user part with ``{query}``, a system part, examples, decoding settings.

    ``text`` is the user part.  ``temperature`` and ``top_p`` of ``None`` are not sent: the endpoint's own hold.
    ``max_tokens`` is required: it bounds what an answer can cost.

    examples: pairs (question, answer), sent before the question as messages of user and assistant; the user part is
    put around each question.  stop: text or texts at which an answer ends.  reasoning_effort: a word such as ``"low"``.
    response_format: a mapping such as ``{"type": "json_object"}``.  extra_body: further settings of this endpoint's
    API, JSON by name.  What is not given is not sent.

    Raises ``ValueError`` where ``{query}`` stands in neither part (or, with examples, not in the user part), a part is
    no text, a setting is out of range or no JSON, or ``extra_body`` holds what has a place of its own.
    """

    system: str = ""

    def __init__(
        self,
        user: str,
        system: str = "",
        temperature: float | None = 1.0,
        top_p: float | None = None,
        *,
        max_tokens: int,
        examples: Sequence[tuple[str, str]] = (),
        stop: str | Sequence[str] | None = (),
        reasoning_effort: str | None = None,
        response_format: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
    ) -> None:
        extra = check_extra(extra_body, refused=NAMED)
        given = {
            "text": user, "system": system, "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens,
            "examples": examples, "options": {**extra, **named_settings(stop, reasoning_effort, response_format)},
        }  # fmt: skip
        for name, value in given.items():
            object.__setattr__(self, name, value)
        Prompt.__post_init__(self)
        check_scale(max_tokens, "max_tokens", bounds.TOKENS)
        if PLACE not in user and PLACE not in system:
            raise ValueError(
                f"a prompt template must hold {PLACE}, where the question goes; this one does not: {user!r}"
            )
        if self.examples and PLACE not in user:
            raise ValueError(f"with examples the user part must hold {PLACE}, where their questions go; not {user!r}")

    @classmethod
    def of(cls, prompt: Prompt) -> PromptTemplate:
        """The template that ``prompt``, for instance of a saved policy, was; raises ``ValueError`` where it is none."""
        if isinstance(prompt, cls):
            return prompt
        extra = dict(prompt.options)
        named = {name: extra.pop(name) for name in NAMED if name in extra}
        most = check_scale(prompt.max_tokens, "max_tokens")
        decoding = prompt.temperature, prompt.top_p
        return cls(
            prompt.text, prompt.system, *decoding, max_tokens=most, examples=prompt.examples, extra_body=extra, **named
        )

    @property
    def user(self) -> str:
        """The user part, with ``{query}`` where the question goes."""
        return self.text

    def messages(self, query: str) -> list[dict[str, str]]:
        """The chat messages that ask ``query``, after the examples; nothing but ``{query}`` is replaced."""
        turns = [("system", self.system.replace(PLACE, query))]
        for question, answer in self.examples:
            turns += [("user", self.text.replace(PLACE, question)), ("assistant", answer)]
        turns.append(("user", self.text.replace(PLACE, query)))
        return [{"role": role, "content": part} for role, part in turns if part]

    def settings(self) -> dict[str, Any]:
        """The decoding settings that are sent, and that completions are kept under."""
        given = {"temperature": self.temperature, "top_p": self.top_p, "max_tokens": self.max_tokens}
        sent = {name: value for name, value in given.items() if value is not None}
        return {**sent, **dict(self.options)}
