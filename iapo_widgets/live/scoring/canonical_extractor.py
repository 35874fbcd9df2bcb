"""What every extractor of ours is: a way to find the answer as it is written, and its canonical form when called."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .writing import canonical


class CanonicalExtractor(ABC):
    """A function ``text -> str | None`` whose result is canonical, and which tells how the answer was written."""

    def __call__(self, text: str) -> str | None:
        """The canonical answer, ``None`` where there is none."""
        raw = self.written(text)
        return None if raw is None else self.form(raw)

    def form(self, raw: str) -> str | None:
        """The canonical form of an answer that it found."""
        return canonical(raw)

    @abstractmethod
    def written(self, text: str) -> str | None:
        """The answer as it is written."""
