"""Answers as Completions: objectives, votes, costs, and what could not be read counted apart."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.completions import NO_ANSWER, Completions
from ..answer import Answer
from ..endpoint.collecting import wait_for
from ..endpoint.run import Run
from ..errors import LiveError
from ..ledger.ledger import Ledger
from ..ledger.spending import SpendingLimit
from ..problem import Question
from .costs import Costs
from .scorer import UNREADABLE, Score, Scorer, spoken
from .seen import Seen

RIGHT = 0  # the answer class of the right answer, where one is known


class Judged:
    """Answer classes of each query in one run, numbered in the order in which they were drawn."""

    def __init__(self) -> None:
        self._classes: dict[int, dict[str, int]] = {}

    def vote(
        self, query: int, question: Question, scorers: Sequence[Scorer], scores: Sequence[Score]
    ) -> tuple[int, str | None]:
        """Class and writing of the answer of the first scorer that gives one; ``(NO_ANSWER, None)`` for no vote."""
        for scorer, score in zip(scorers, scores, strict=True):
            if score.answer is not None:
                return self.label(query, question, scorer, score), score.answer
        return NO_ANSWER, None

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
    return score.answer in question.golds


def floor_of(scorer: Scorer) -> float:
    """What counts for a completion that this scorer could not read."""
    return float(getattr(scorer, "floor", 0.0))


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
        _check_golds(scorer, questions)
    names = [scorer.name for scorer in scorers]
    if len(set(names)) < len(names):
        raise ValueError(f"scorers must differ in name; got {names}")
    return scorers


def _check_golds(scorer: Scorer, questions: Sequence[Question]) -> None:
    """``ValueError`` where a scorer knows that it can never find a question's right answer in a text."""
    check = getattr(scorer, "check_gold", None)
    if check is None:
        return
    for question in questions:
        if (what := check(question)) is not None:
            raise ValueError(
                f"question {question.text[:80]!r}: {what}; no completion would ever be right."
                " Choose an extractor that reads such answers (extract='any', options=[...]), or write the answer anew"
            )


@dataclass(frozen=True, slots=True)
class Jury:
    """Scorers of the answers to ``questions``, and what those that ask a model of their own need for it.

    costs: what an answer costs; ledger, limit: what their own calls are kept in and charged to (``None`` without such);
    concurrency: at most so many of them at a time; stop: ends them.
    """

    scorers: tuple[Scorer, ...]
    questions: tuple[Question, ...]
    costs: Costs
    ledger: Ledger | None
    limit: SpendingLimit
    concurrency: int
    stop: threading.Event

    def judge(
        self,
        judged: Judged,
        prompts: NDArray[np.int64],
        queries: NDArray[np.int64],
        n: int,
        pulls: list[list[Answer | None]],
    ) -> tuple[Completions, Seen]:
        """The pulls (B, n) as Completions, ``None`` being missing, and what is to be reported of them.

        Raises ``LiveError`` where a scorer fails; the answers are in the ledger, and a rerun pays nothing for them.
        """
        shape, seen = (len(pulls), n), Seen()
        objectives = np.zeros((*shape, len(self.scorers)))
        answers, cost = np.full(shape, NO_ANSWER), np.zeros(shape)
        valid = np.array([[a is not None for a in pull] for pull in pulls], dtype=bool).reshape(shape)
        at = [(b, i, answer) for b, pull in enumerate(pulls) for i, answer in enumerate(pull) if answer is not None]
        scored = self.scores([(int(queries[b]), answer) for b, _, answer in at])
        for (b, i, answer), scores in zip(at, scored, strict=True):
            query, counts = int(queries[b]), seen.of(int(prompts[b]))
            cost[b, i] = self.costs.completion(answer)
            if any(score is None for score in scores):  # a judge's own call failed
                valid[b, i] = False
                counts["unjudged"] += 1
                continue
            for k, (scorer, score) in enumerate(zip(self.scorers, scores, strict=True)):
                objectives[b, i, k] = floor_of(scorer) if score.value is None else score.value
            answers[b, i], _ = judged.vote(query, self.questions[query], self.scorers, scores)
            for kind, found in (
                ("unreadable", any(score.value is None for score in scores)),
                ("empty", not answer.text.strip()),
                ("cut off", answer.finish_reason == "length"),
                ("filtered", answer.finish_reason == "content_filter"),
            ):
                if found:
                    counts[kind] += 1
                    seen.examples.setdefault((int(prompts[b]), kind), answer.text)
        for b, prompt in enumerate(prompts.tolist()):
            seen.of(prompt)["drawn"] += n
            seen.of(prompt)["missing"] += n - int(valid[b].sum())
        known = np.array([RIGHT if question.gold is not None else NO_ANSWER for question in self.questions])
        call_cost = self._call_costs(list(zip(prompts.tolist(), queries.tolist(), strict=True)), pulls)
        return Completions(
            prompts.copy(), queries.copy(), objectives, answers, known[queries], cost, valid, call_cost
        ), seen

    def _call_costs(self, pairs: list[tuple[int, int]], pulls: list[list[Answer | None]]) -> NDArray[np.float64]:
        """Of one request of each pull, (B,): the same for the same pair, whichever of its completions arrived."""
        of_pair: dict[tuple[int, int], list[Answer | None]] = {}
        for pair, pull in zip(pairs, pulls, strict=True):
            of_pair.setdefault(pair, []).extend(pull)
        costs = {pair: self.costs.call(answers) for pair, answers in of_pair.items()}
        return np.array([costs[pair] for pair in pairs], dtype=float)

    def scores(self, asked: list[tuple[int, Answer]]) -> list[list[Any]]:
        """Scores (K) of each answer; ``None`` where a scorer's own call failed for good."""
        columns: list[list[Score | None]] = []
        for scorer in self.scorers:
            if hasattr(scorer, "score_async") and asked:
                run = Run()
                columns.append(wait_for(self._asynchronously(scorer, asked), run, self.stop))
            else:
                columns.append(
                    [_checked(scorer, self.questions[query], spoken(answer.text)) for query, answer in asked]
                )
        return [list(row) for row in zip(*columns, strict=True)]

    async def _asynchronously(self, scorer: Any, asked: list[tuple[int, Answer]]) -> list[Score | None]:
        places = asyncio.Semaphore(self.concurrency)

        async def one(query: int, text: str | None) -> Score | None:
            if text is None:
                return UNREADABLE
            async with places:
                score = await scorer.score_async(self.questions[query], text, self.ledger, self.limit)
                return None if score is None else _sound(scorer, score, text)

        said = [(query, spoken(answer.text)) for query, answer in asked]
        texts = list(dict.fromkeys(said))  # equal texts are judged once
        scores = await asyncio.gather(*(one(*text) for text in texts))
        known = dict(zip(texts, scores, strict=True))
        return [known[text] for text in said]


def _checked(scorer: Scorer, question: Question, text: str | None) -> Score:
    if text is None:
        return UNREADABLE
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
