"""One completion of a record, and where a record comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class RecordedCompletion:
    """One completion as it came, and what was read of it.

    text: ``None`` where texts were left out; tokens: of the completion, thought included; finish_reason: the
    endpoint's; score: the objectives (K), ``None`` where a scorer could not read the text; answer: what it votes on,
    ``None`` for no vote, or with the text; label: the answer's class, 0 for whatever is right where that is known, -1
    for no vote.
    """

    text: str | None
    tokens: int
    finish_reason: str | None
    score: tuple[float | None, ...]
    answer: str | None
    label: int

    def __repr__(self) -> str:
        text, answer = ("left out", "left out") if self.text is None else (repr(self.text), repr(self.answer))
        return (
            f"RecordedCompletion(text={text}, tokens={self.tokens!r}, finish_reason={self.finish_reason!r},"
            f" score={self.score!r}, answer={answer}, label={self.label!r})"
        )


@dataclass(frozen=True, slots=True)
class ScorerNote:
    """How scores were made: objective, what the scorer calls itself, the package's version, its lowest value."""

    name: str
    scorer: str
    version: str
    floor: float = 0.0
    needs_gold: bool = False
