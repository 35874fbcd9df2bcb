"""What is asked of a live endpoint: questions, and prompt templates that they are put into."""

from __future__ import annotations

from dataclasses import dataclass

from ..core import bounds
from ..core.checks import check_scale, check_sendable
from ..core.problem import Prompt

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
    """A prompt variant for a chat endpoint: its user part with ``{query}``, a system part, decoding settings.

    ``text`` is the user part.  ``temperature`` and ``top_p`` of ``None`` are not sent: the endpoint's own hold.
    ``max_tokens`` is required: it bounds what an answer can cost.

    Raises ``ValueError`` where ``{query}`` stands in neither part, a part is no text, or a setting is out of range.
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
    ) -> None:
        given = {"text": user, "system": system, "temperature": temperature, "top_p": top_p, "max_tokens": max_tokens}
        for name, value in given.items():
            object.__setattr__(self, name, value)
        Prompt.__post_init__(self)
        check_scale(max_tokens, "max_tokens", bounds.TOKENS)
        if not isinstance(system, str):
            raise ValueError(f"the system part must be text, not {system!r}")
        if PLACE not in user and PLACE not in system:
            raise ValueError(
                f"a prompt template must hold {PLACE}, where the question goes; this one does not: {user!r}"
            )

    @property
    def user(self) -> str:
        """The user part, with ``{query}`` where the question goes."""
        return self.text

    def messages(self, query: str) -> list[dict[str, str]]:
        """The chat messages that ask ``query``; nothing but ``{query}`` is replaced."""
        parts = (("system", self.system), ("user", self.text))
        return [{"role": role, "content": part.replace(PLACE, query)} for role, part in parts if part]

    def settings(self) -> dict[str, float | int]:
        """The decoding settings that are sent, and that completions are kept under."""
        given = {"temperature": self.temperature, "top_p": self.top_p, "max_tokens": self.max_tokens}
        return {name: value for name, value in given.items() if value is not None}
