"""Answers as Completions: objectives, votes, costs, and what could not be read counted apart."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..core.completions import NO_ANSWER, Completions
from .answer import Answer
from .calls import Run
from .collecting import wait_for
from .errors import LiveError
from .problem import Question
from .scoring import Score, Scorer

if TYPE_CHECKING:
    from .environment import LiveEnvironment

RIGHT = 0  # the answer class of the right answer, where one is known


class Judged:
    """Answer classes of each query in one run, numbered in the order in which they were drawn."""

    def __init__(self) -> None:
        self._classes: dict[int, dict[str, int]] = {}

    def label(self, query: int, question: Question, scorer: Scorer, score: Score) -> int:
        """The class of a score's answer: 0 for whatever is right, each other answer its own."""
        if score.answer is None:
            return NO_ANSWER
        if question.gold is not None and is_right(question, scorer, score):
            return RIGHT
        known = self._classes.setdefault(query, {})
        return known.setdefault(score.answer, len(known) + int(question.gold is not None))


def is_right(question: Question, scorer: Scorer, score: Score) -> bool:
    """Whether the answer is the right one: the scorer says so where it compares, else the text is the same."""
    if scorer.needs_gold:
        return score.value is not None and score.value >= 1.0
    return score.answer == question.gold


def check_scorers(scorers: Sequence[Scorer], questions: Sequence[Question]) -> tuple[Scorer, ...]:
    """Scorers that differ in name and have what they need; else ``ValueError`` or ``TypeError``."""
    scorers = tuple(scorers)
    if not scorers:
        raise ValueError("no scorers; give at least one")
    for scorer in scorers:
        if not isinstance(scorer, Scorer):
            raise TypeError(f"a scorer has name, needs_gold and score(question, text); {scorer!r} has not")
        if scorer.needs_gold:
            without = sum(question.gold is None for question in questions)
            if without:
                raise ValueError(f"scorer {scorer.name!r} needs the right answer; {without} questions have none")
    names = [scorer.name for scorer in scorers]
    if len(set(names)) < len(names):
        raise ValueError(f"scorers must differ in name; got {names}")
    return scorers


def judge(
    env: LiveEnvironment,
    judged: Judged,
    prompts: NDArray[np.int64],
    queries: NDArray[np.int64],
    n: int,
    pulls: list[list[Answer | None]],
) -> Completions:
    """The pulls (B, n) as Completions; ``None`` is a completion that is missing.

    Raises ``LiveError`` where a scorer fails; the answers are in the ledger, and a rerun pays nothing for them.
    """
    shape = len(pulls), n
    objectives = np.zeros((*shape, len(env.scorers)))
    answers, cost = np.full(shape, NO_ANSWER), np.zeros(shape)
    valid = np.array([[a is not None for a in pull] for pull in pulls], dtype=bool).reshape(shape)
    at = [(b, i, answer) for b, pull in enumerate(pulls) for i, answer in enumerate(pull) if answer is not None]
    scored = _scores(env, [(int(queries[b]), answer) for b, _, answer in at])
    for (b, i, answer), scores in zip(at, scored, strict=True):
        query = int(queries[b])
        cost[b, i] = answer.cost
        if any(score is None for score in scores):  # a judge's own call failed
            valid[b, i] = False
            env.counts["unjudged"] += 1
            continue
        for k, (scorer, score) in enumerate(zip(env.scorers, scores, strict=True)):
            objectives[b, i, k] = getattr(scorer, "floor", 0.0) if score.value is None else score.value
            if answers[b, i] == NO_ANSWER:
                answers[b, i] = judged.label(query, env.questions[query], scorer, score)
        env.counts["unreadable"] += any(score.value is None for score in scores)
        env.counts["cut off"] += answer.finish_reason == "length"
        env.counts["filtered"] += answer.finish_reason == "content_filter"
    env.counts["drawn"] += int(valid.size)
    env.counts["missing"] += int(valid.size - valid.sum())
    known = np.array([RIGHT if question.gold is not None else NO_ANSWER for question in env.questions])
    return Completions(prompts.copy(), queries.copy(), objectives, answers, known[queries], cost, valid)


def _scores(env: LiveEnvironment, asked: list[tuple[int, Answer]]) -> list[list[Any]]:
    """Scores (K) of each answer; ``None`` where a scorer's own call failed for good."""
    columns: list[list[Score | None]] = []
    for scorer in env.scorers:
        if hasattr(scorer, "score_async") and asked:
            run = Run()
            columns.append(wait_for(_asynchronously(env, scorer, asked), run, env.stop))
        else:
            columns.append([_checked(scorer, env.questions[query], answer.text) for query, answer in asked])
    return [list(row) for row in zip(*columns, strict=True)]


async def _asynchronously(env: LiveEnvironment, scorer: Any, asked: list[tuple[int, Answer]]) -> list[Score | None]:
    places = asyncio.Semaphore(env.caller.pace.most)

    async def one(query: int, text: str) -> Score | None:
        async with places:
            score = await scorer.score_async(env.questions[query], text, env.ledger, env.limit)
            return None if score is None else _sound(scorer, score, text)

    texts = list(dict.fromkeys((query, answer.text) for query, answer in asked))  # equal texts are judged once
    scores = await asyncio.gather(*(one(*text) for text in texts))
    known = dict(zip(texts, scores, strict=True))
    return [known[query, answer.text] for query, answer in asked]


def _checked(scorer: Scorer, question: Question, text: str) -> Score:
    try:
        score = scorer.score(question, text)
    except Exception as error:
        raise LiveError(
            f"scorer {scorer.name!r} failed on the answer {text[:80]!r} to {question.text[:80]!r}:"
            f" {type(error).__name__}: {error}. The answers are in the ledger; a rerun pays nothing for them"
        ) from error
    return _sound(scorer, score, text)


def _sound(scorer: Scorer, score: Any, text: str) -> Score:
    if not isinstance(score, Score):
        raise LiveError(f"scorer {scorer.name!r} returned {score!r} for {text[:80]!r}; expected a Score")
    if score.value is not None and not (isinstance(score.value, Real) and math.isfinite(score.value)):
        raise LiveError(f"scorer {scorer.name!r} gave the value {score.value!r} to {text[:80]!r}; expected a number")
    return score
