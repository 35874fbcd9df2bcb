"""What a live run has asked so far: which questions, of which prompts, and what of it failed for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.rounds import Round
from ...live.environment import LiveEnvironment
from ...live.problem import Question


@dataclass(frozen=True, slots=True)
class Asked:
    """order: the questions that were asked, those that most prompts answered first.

    wanted, came (P, X): completions that were asked for, and those that arrived; last (P,): the last round in which a
    prompt was asked, 0 for none.
    """

    order: tuple[int, ...]
    wanted: NDArray[np.int64]
    came: NDArray[np.int64]
    last: NDArray[np.int64]

    @classmethod
    def of(cls, rounds: Sequence[Round], n_prompts: int, n_queries: int) -> Asked:
        """What these rounds asked."""
        wanted, came = np.zeros((2, n_prompts, n_queries), dtype=np.int64)
        last, first = np.zeros(n_prompts, dtype=np.int64), dict[int, int]()
        for done in rounds:
            for batch in done.completions:
                np.add.at(wanted, (batch.prompts, batch.queries), batch.n)
                np.add.at(came, (batch.prompts, batch.queries), batch.n_valid)
                last[batch.prompts] = done.number
                for query in batch.queries.tolist():
                    first.setdefault(query, len(first))
        answered = (came > 0).sum(axis=0)
        return cls(tuple(sorted(first, key=lambda x: (-answered[x], first[x]))), wanted, came, last)


class AskedQuestions:
    """A live environment whose questions are those that were asked, in the order in which they are shown."""

    def __init__(self, env: LiveEnvironment, asked: Asked) -> None:
        self._env, self.asked = env, asked
        self.questions: tuple[Question, ...] = tuple(env.questions[x] for x in asked.order)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._env, name)

    def completions(self, prompt: int, query: int) -> Any:
        """What is recorded of that prompt and the question at that place of the order."""
        return self._env.completions(prompt, self.asked.order[query])

    def answers(self, prompt: int, query: int) -> Any:
        """The same without scores."""
        return self._env.answers(prompt, self.asked.order[query])
