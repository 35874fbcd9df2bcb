"""A record as an environment: known outcomes that keep their texts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import bounds
from ...core.checks import check_pulls
from ...core.completions import NO_ANSWER, Completions
from ...core.environment import CategoricalEnvironment
from ...core.naming import short_name
from ...core.problem import Context, Prompt, cost_weight_vector, distinct_weights
from ...core.reuse import subset_samples
from ...core.stopping import rules_of
from ...core.strategies import Strategy, find_strategy
from ..problem import Question
from .completion import RecordedCompletion, ScorerNote

Pairs = tuple[tuple[tuple[RecordedCompletion, ...], ...], ...]  # by prompt, by question


class Record(CategoricalEnvironment):
    """What a model answered: a finite pool of completions for each prompt and question, equally likely.

    Q is exact *for the record*: of a user whom the same pool would answer.  For the model it is an estimate, and that
    of large N is too good where votes decide: draws with replacement repeat themselves.  ``with_(replacement=False)``
    draws no completion twice within a pull; its Q is the mean over all subsets, an unbiased estimate of the model's.

    pairs: completions by prompt and by question, at least one each, not all equally many; questions (X); scorers (K):
    how the scores were made; test: numbers of the questions that are the task's own test part; made: where it comes
    from, as names and values; token_cost, call_cost (P, X): of one token and of one request, in ``cost_unit``.

    Raises ``ValueError`` where the parts do not fit together.
    """

    def __init__(
        self,
        prompts: Sequence[Prompt],
        questions: Sequence[Question],
        pairs: Sequence[Sequence[Sequence[RecordedCompletion]]],
        *,
        scorers: Sequence[ScorerNote],
        contexts: Sequence[Context],
        strategy: Strategy,
        n_max: int,
        call_cost: ArrayLike,
        token_cost: float,
        cost_unit: str,
        per_call: int | None = None,
        test: Sequence[int] = (),
        made: Mapping[str, str] | None = None,
        name: str = "record",
        about: str = "",
    ) -> None:
        self.questions, self.scorers = tuple(questions), tuple(scorers)
        self.pairs: Pairs = tuple(tuple(map(tuple, row)) for row in pairs)
        self.test, self.made, self.about = tuple(test), dict(made or {}), about
        self.token_cost, self.replacement = float(token_cost), True
        p, x, k = len(prompts), len(self.questions), len(self.scorers)
        if not p or not x or not k:
            raise ValueError("a record needs prompts, questions and scorers")
        if len(self.pairs) != p or any(len(row) != x for row in self.pairs):
            raise ValueError(f"completions must be given for each of {p} prompts and {x} questions")
        counts = np.array([[len(pool) for pool in row] for row in self.pairs])
        if not counts.all():
            i, j = np.argwhere(counts == 0)[0]
            raise ValueError(
                f"prompt {i} has no completion of question {j}; leave out questions that are not answered. They are"
                f" {short_name(prompts[i], int(i))!r} and {self.questions[j].text[:80]!r}"
            )
        if any(not 0 <= number < x for number in self.test):
            raise ValueError(f"the test part names questions that are not among the {x}")
        m = int(counts.max())
        there = np.arange(m) < counts[..., None]
        values, cost, labels = np.zeros((p, x, m, k)), np.zeros((p, x, m)), np.full((p, x, m), NO_ANSWER)
        floors = np.array([scorer.floor for scorer in self.scorers])
        flat = [completion for row in self.pairs for pool in row for completion in pool]
        if any(len(completion.score) != k for completion in flat):
            raise ValueError(f"every completion needs {k} scores, one for each of {[s.name for s in self.scorers]}")
        scores = np.array([[np.nan if v is None else v for v in c.score] for c in flat], dtype=float)
        values[there] = np.where(np.isnan(scores), floors, scores)
        cost[there] = self.token_cost * np.array([completion.tokens for completion in flat], dtype=float)
        labels[there] = [completion.label for completion in flat]
        known = [0 if question.gold is not None else NO_ANSWER for question in self.questions]
        super().__init__(
            np.where(there, 1.0 / counts[..., None], 0.0), values, cost, contexts=contexts, strategy=strategy,
            n_max=n_max, answers=labels, gold=known, objectives=[scorer.name for scorer in self.scorers],
            prompts=prompts, name=name, note=self._noted(counts), cost_unit=cost_unit, call_cost=call_cost,
            per_call=per_call,
        )  # fmt: skip
        self.counts: NDArray[np.int64] = counts

    def _noted(self, counts: NDArray[np.int64]) -> str:
        by = self.made.get("model", "a model")
        pool = f"{counts.min()}" if counts.min() == counts.max() else f"{counts.min()} to {counts.max()}"
        p, x = counts.shape
        bare = "" if self.has_texts else ", their words left out"
        return f"answers of {by}, recorded: {pool} to each of {p} prompts x {x} questions{bare}"

    @property
    def has_texts(self) -> bool:
        """Whether it knows the words of its answers, or they were left out when it was packed."""
        return all(c.text is not None for row in self.pairs for pool in row for c in pool)

    def __repr__(self) -> str:
        return super().__repr__().replace("CategoricalEnvironment", "Record", 1)

    def completions(self, prompt: int, query: int) -> tuple[RecordedCompletion, ...]:
        """Every completion of that prompt and question, in the order in which they came.

        Where their words were left out (``has_texts``), ``text`` and ``answer`` are ``None`` and print as left out.
        Raises ``IndexError`` where there is no such prompt or question.
        """
        if not 0 <= prompt < len(self.prompts) or not 0 <= query < self.n_queries:
            raise IndexError(
                f"there are prompts 0 to {len(self.prompts) - 1} and questions 0 to {self.n_queries - 1};"
                f" not ({prompt}, {query})"
            )
        return self.pairs[prompt][query]

    def part(self, which: str) -> Record:
        """``"train"`` or ``"test"``: the task's own parts; ``"all"``: the record itself.

        Raises ``ValueError`` for another word, or where the record has no test part.
        """
        if which == "all":
            return self
        if which not in ("train", "test"):
            raise ValueError(f"part must be 'train', 'test' or 'all', not {which!r}")
        if not self.test or len(self.test) == self.n_queries:
            raise ValueError(f"{self.name} has no test part of its own; use split")
        mine = [x for x in range(self.n_queries) if (x in set(self.test)) is (which == "test")]
        return self._queries(np.array(mine))

    def with_(
        self,
        *,
        strategy: Strategy | str | None = None,
        contexts: Sequence[Context] | None = None,
        n_max: int | None = None,
        per_call: int | EllipsisType | None = ...,
        replacement: bool | None = None,
    ) -> Record:
        """A changed copy, as of any environment; replacement: whether a pull may draw a completion twice."""
        changed = super().with_(strategy=strategy, contexts=contexts, n_max=n_max, per_call=per_call)
        assert isinstance(changed, Record)
        changed.replacement = self.replacement if replacement is None else bool(replacement)
        least = int(self.counts.min())
        if not changed.replacement and rules_of(changed.strategy):
            raise ValueError("without replacement the exact values of arms that stop early are not known")
        if not changed.replacement and changed.n_max > least:
            raise ValueError(
                f"without replacement n_max is at most {least}, the completions of a pair; not {changed.n_max}"
            )
        return changed

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        """Draw ``n`` completions of each pair from its pool; see ``with_`` for draws without replacement."""
        if self.replacement:
            return super().sample(prompts, queries, n, rng)
        prompts, queries, n = check_pulls(prompts, queries, n, len(self.prompts), self.n_queries)
        counts = self.counts[prompts, queries]
        if len(counts) and n > counts.min():
            raise ValueError(f"a pull of {n} from a pool of {counts.min()} would draw one twice")
        order = np.where(
            np.arange(self.probs.shape[2]) < counts[:, None], rng.random((len(counts), self.probs.shape[2])), 2
        )
        return self._drawn(prompts, queries, np.argsort(order, axis=1)[:, :n])

    def fixed_q(self) -> NDArray[np.float64]:
        """Q(c, (p, n)) of the record, (C, P, N_max): of draws with replacement, else the mean over all subsets."""
        if self.replacement:
            return super().fixed_q()
        _, which = distinct_weights(self.contexts)
        return (
            self._subset_rewards.mean(axis=2)[which] - cost_weight_vector(self.contexts)[:, None, None] * self.arm_cost
        )

    @cached_property
    def _subset_rewards(self) -> NDArray[np.float64]:
        """Mean reward before cost over all n-subsets of every pool, (W, P, X, N_max)."""
        weights, _ = distinct_weights(self.contexts)
        p, x, m = self.probs.shape
        prompts, queries = np.repeat(np.arange(p), x), np.tile(np.arange(x), p)
        drawn = self._drawn(prompts, queries, np.broadcast_to(np.arange(m), (p * x, m)))
        reward = subset_samples(drawn, self.strategy, weights, self.n_max).reward  # (P X, W, N_max)
        return reward.reshape(p, x, len(weights), self.n_max).transpose(2, 0, 1, 3)

    def _drawn(self, prompts: NDArray[np.int64], queries: NDArray[np.int64], which: NDArray[np.int64]) -> Completions:
        """The completions ``which`` (B, n) of each pair; those beyond its pool are missing."""
        row, query = prompts[:, None], queries[:, None]
        return Completions(
            prompts.copy(), queries.copy(), self.values[row, query, which], self.answers[row, query, which],
            self.gold[queries], self.cost[row, query, which], which < self.counts[prompts, queries][:, None],
            self.query_call_cost[prompts, queries],
        )  # fmt: skip

    def scored(
        self,
        scorers: Sequence[Any],
        *,
        contexts: Sequence[Context] | None = None,
        strategy: Strategy | str | None = None,
        ledger: Any = None,
        limit: Any = None,
    ) -> Record:
        """A record of the same texts whose scores are these scorers'; nothing is asked but what a judge asks.

        contexts, strategy: where the old ones don't fit, such as for another number of objectives.  ledger, limit: for
        scorers that ask a model of their own.  Where a scorer can't read many answers to a prompt, a warning says so.

        Raises ``ValueError`` where the record has no texts, the scorers don't fit to it, or a judge has no ledger;
        ``LiveError`` where a scorer fails.
        """
        from .rescoring import rescored

        pairs, notes = rescored(self.prompts, self.questions, self.pairs, scorers, ledger=ledger, limit=limit)
        return self.rebuilt(pairs, notes, contexts, strategy)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Record:
        """The record that ``pack`` wrote; raises as ``packed.read``."""
        from .packed import read

        content = read(path)
        try:
            return cls(**content)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is no record: {bounds.cited(error)}") from error
        except MemoryError:
            raise ValueError(f"{path} needs more memory than there is") from None

    def rebuilt(
        self,
        pairs: Sequence[Sequence[Sequence[RecordedCompletion]]],
        scorers: Sequence[ScorerNote],
        contexts: Sequence[Context] | None = None,
        strategy: Strategy | str | None = None,
    ) -> Record:
        """The same record with other completions of its pairs, for instance read in another way."""
        return Record(
            self.prompts, self.questions, pairs, scorers=scorers, contexts=contexts or self.contexts,
            strategy=find_strategy(self.strategy if strategy is None else strategy), n_max=self.n_max,
            call_cost=self.query_call_cost, token_cost=self.token_cost, cost_unit=self.cost_unit,
            per_call=self.per_call, test=self.test, made=self.made, name=self.name, about=self.about,
        )  # fmt: skip

    def recounted(self, count: Callable[[str], int]) -> Record:
        """The same record, ``count`` telling the tokens of a text: of servers that do not report them well.

        What ended a completion that was not cut off is one token more.
        """
        texts = {c.text for row in self.pairs for pool in row for c in pool if c.text is not None}
        known = {text: count(text) for text in sorted(texts)}
        pairs = [
            [
                [
                    c if c.text is None else replace(c, tokens=known[c.text] + (c.finish_reason != "length"))
                    for c in pool
                ]
                for pool in row
            ]
            for row in self.pairs
        ]
        return self.rebuilt(pairs, self.scorers)

    def pack(self, path: str | os.PathLike[str], *, texts: bool = True) -> str:
        """Write the record as one file, and say in a line what it carries: prompts, questions, right answers, answers.

        texts: ``False`` leaves the words of answers out; scores, tokens and classes stay.  (``save`` writes numbers and
        prompts alone.)  Raises as ``packed.write``.
        """
        from .packed import write

        return write(self, path, texts=texts)

    def _queries(self, index: NDArray[np.int64]) -> Record:
        part = super()._queries(index)
        assert isinstance(part, Record)
        chosen = [int(i) for i in index]
        part.questions = tuple(self.questions[i] for i in chosen)
        part.pairs = tuple(tuple(row[i] for i in chosen) for row in self.pairs)
        part.counts = self.counts[:, index]
        place = {old: new for new, old in enumerate(chosen)}
        part.test = tuple(place[i] for i in self.test if i in place)
        return part

    def _copy(self) -> Record:
        new = super()._copy()
        assert isinstance(new, Record)
        new.__dict__.pop("_subset_rewards", None)
        return new
