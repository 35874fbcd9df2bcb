"""Which of N completions the user gets at deployment, where no right answer is known.

Majority voting counts the answers; best-of-N takes the best by a *selection score* that uses no right answer;
vote-then-best votes first and then takes the best style among the winner's completions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...core.problem import Context
from ...core.stopping import base_of
from ...core.strategies import BestOfN, MajorityVote, SelectedBest, Strategy, VoteThenBest
from .scorer import Score, Scorer


@dataclass(frozen=True, slots=True)
class Selected:
    """``index`` of the completion that is the response; ``answer`` that won the vote, ``None`` without a vote.

    votes: answer -> votes, most first; unreadable: completions that cast no vote, or whose style could not be read.
    """

    index: int
    answer: str | None
    votes: Mapping[str, int]
    unreadable: int


class Selection:
    """How a strategy picks for one context.

    scorers: one for each objective that the context weighs; select: a scorer that takes the place of the weighted
    objectives in judging style.

    Raises ``ValueError`` where best-of-N would need a right answer, or nothing is there to vote by.
    """

    def __init__(
        self, strategy: Strategy, context: Context, scorers: Sequence[Scorer], select: Scorer | None = None
    ) -> None:
        if len(scorers) != len(context.weights):
            raise ValueError(
                f"context {context.name!r} weighs {len(context.weights)} objectives; there are {len(scorers)} scorers"
            )
        strategy = base_of(strategy)
        if not isinstance(strategy, BestOfN | MajorityVote | SelectedBest | VoteThenBest):
            raise ValueError(f"strategy {strategy.name!r} cannot be deployed: how it picks a completion is not known")
        votes = isinstance(strategy, MajorityVote | VoteThenBest)
        correctness = strategy.correctness if isinstance(strategy, VoteThenBest) else None
        weighted = [(w, scorers[k]) for k, w in enumerate(context.weights) if w > 0 and k != correctness]
        if isinstance(strategy, MajorityVote):
            weighted = []  # the vote alone decides
        elif select is None and isinstance(strategy, SelectedBest):
            weighted = [(1.0, scorers[strategy.selection])]
        elif select is not None:
            weighted = [(1.0, select)]
        for _, scorer in weighted:
            if scorer.needs_gold:
                raise ValueError(
                    f"{strategy.name} would select by {scorer.name!r}, which needs the right answer, and a new query"
                    " has none: give select=..., a scorer that uses no right answer (a judge, a length, a function)"
                )
        # as in training, the vote is the answer of the first scorer that gives one; what asks a model gives none
        voters = [s for s in scorers if not hasattr(s, "score_async")] if votes else []
        if votes and not voters:
            raise ValueError(
                f"{strategy.name} has no scorer to vote by: give one that extracts answers, as ExactMatch does"
            )
        #: The scorers that have to be asked about each completion; those that may vote come first.
        self.scorers = [*voters, *(s for _, s in weighted)]
        self._voters, self._votes = len(voters), votes
        self._weights = [w for w, _ in weighted]

    def pick(self, scores: Sequence[Sequence[Score]]) -> Selected:
        """The response among completions in order of arrival; each has what each of ``scorers`` said of it.

        A style that could not be read counts as the scorer's ``floor``, as in training.  Ties go to the first:
        completions are alike in distribution, so that each tied answer is first equally often.
        Raises ``ValueError`` for no completions.
        """
        if not scores:
            raise ValueError("there is no completion to pick from")
        styles = [self._style(row) for row in scores]
        among, answer, votes = list(range(len(scores))), None, Counter[str]()
        if self._votes:
            answers = [self._vote(row) for row in scores]
            votes.update(a for a in answers if a is not None)
            if votes:
                answer = votes.most_common(1)[0][0]
                among = [i for i, a in enumerate(answers) if a == answer]
        best = max(among, key=lambda i: (styles[i], -i))
        return Selected(best, answer, dict(votes.most_common()), sum(map(self._unreadable, scores)))

    def told(self, row: Sequence[Score]) -> tuple[str | None, float]:
        """The vote of one completion and its style: what a rule that stops early goes by."""
        return (self._vote(row) if self._votes else None), self._style(row)

    def _vote(self, row: Sequence[Score]) -> str | None:
        return next((score.answer for score in row[: self._voters] if score.answer is not None), None)

    def _style(self, row: Sequence[Score]) -> float:
        values = [
            getattr(scorer, "floor", 0.0) if score.value is None else score.value
            for scorer, score in zip(self.scorers[self._voters :], row[self._voters :], strict=True)
        ]
        return sum(w * value for w, value in zip(self._weights, values, strict=True))

    def _unreadable(self, row: Sequence[Score]) -> bool:
        return (self._votes and self._vote(row) is None) or any(s.value is None for s in row[self._voters :])
