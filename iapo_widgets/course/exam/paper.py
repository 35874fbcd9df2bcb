"""The bank as a whole, and papers made from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import experiments_and_live, prompts_and_votes, psst_and_theorem, pulls_and_errors
from .bank import Question

#: All questions, by the lessons that answer them.
QUESTIONS: tuple[Question, ...] = tuple(
    each
    for module in (prompts_and_votes, pulls_and_errors, psst_and_theorem, experiments_and_live)
    for each in vars(module).values()
    if isinstance(each, Question)
)


def chosen(questions: int, seed: int) -> tuple[Question, ...]:
    """That many questions by lot, spread over the course, in its order.

    Raises ``ValueError`` where the bank has not so many, or ``seed`` is below 0.
    """
    if seed < 0:
        raise ValueError(f"a seed is a whole number from 0 on, not {seed}")
    if not 1 <= questions <= len(QUESTIONS):
        raise ValueError(f"the bank has {len(QUESTIONS)} questions; ask for 1 to {len(QUESTIONS)}, not {questions}")
    rng = np.random.default_rng(seed)
    edges = np.linspace(0, len(QUESTIONS), questions + 1)
    starts, ends = np.ceil(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int)  # one of each stretch
    return tuple(QUESTIONS[int(rng.integers(a, b))] for a, b in zip(starts, ends, strict=True))


def asked(questions: Sequence[Question], seed: int | None = None) -> str:
    """The questions as a numbered list in Markdown, each with its lessons; ``seed``: of their variants."""
    lines = [f"{i}. {each.posed(seed).ask} ({', '.join(each.lessons)})" for i, each in enumerate(questions, 1)]
    return "\n".join(lines)


def answered(questions: Sequence[Question], seed: int | None = None) -> str:
    """Their answers as a numbered list in Markdown, computed numbers in bold."""
    return "\n".join(f"{i}. {each.posed(seed).reply}" for i, each in enumerate(questions, 1))
