"""What became of the completions of each prompt: how many were drawn, and how many of them were of no use, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Seen:
    """Counts by prompt: ``drawn``, and of them ``missing``, ``unjudged``, ``unreadable``, ``empty``, ``cut off`` and
    ``filtered``; examples: a text for each (prompt, kind)."""

    counts: dict[int, Counter[str]] = field(default_factory=dict)
    examples: dict[tuple[int, str], str] = field(default_factory=dict)

    def of(self, prompt: int) -> Counter[str]:
        """The counts of a prompt."""
        return self.counts.setdefault(prompt, Counter())

    @property
    def total(self) -> Counter[str]:
        """The counts of all prompts together; may be asked from any thread."""
        whole: Counter[str] = Counter()
        for counts in list(self.counts.values()):
            whole.update(dict(counts))
        return whole

    def add(self, other: Seen) -> None:
        """Count ``other`` in."""
        for prompt, counts in other.counts.items():
            self.of(prompt).update(counts)
        self.examples = {**other.examples, **self.examples}
