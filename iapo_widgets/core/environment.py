"""Environments of known outcome probabilities, so that Q is exact."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import bounds, early, saving, voting
from .checks import check_finite, check_labels, check_probabilities, check_pulls, check_scale, check_split
from .completions import Completions
from .costs import arm_cost, check_call_cost, check_per_call
from .problem import Arm, Context, Prompt, check_contexts, cost_weight_vector, distinct_weights
from .stopping import rules_of
from .strategies import MajorityVote, Outcomes, Strategy, find_strategy

Array = NDArray[np.float64]
CHUNK = 1 << 16  # completions drawn at once: what is in between stays in the cache


class CategoricalEnvironment:
    """Queries whose completions follow known categorical distributions, so that Q is exact.

    probs (P, X, M): probability of each of M outcomes; values (P | 1, X, M, K): objectives of the outcomes;
    answers (P | 1, X | 1, M): answer class of each outcome, -1 casts no vote; gold (X,): right answer, -1
    unknown; cost: per completion, (P,) or any shape that broadcasts to (P, X, M); call_cost: per request, one number,
    (P,) or (P, X); per_call: completions that one request carries, ``None`` for any number.  ``note`` says where the
    data comes from.

    Raises ``ValueError`` where shapes do not fit or numbers are not what they say they are.
    """

    loaded_as: tuple[str, dict[str, Any]] | None = None  # what ``load`` was given, where that is this one

    def __init__(
        self,
        probs: ArrayLike,
        values: ArrayLike,
        cost: ArrayLike,
        *,
        contexts: Sequence[Context],
        strategy: Strategy,
        n_max: int,
        answers: ArrayLike | None = None,
        gold: ArrayLike | None = None,
        objectives: Sequence[str] | None = None,
        prompts: Sequence[Prompt] | None = None,
        name: str = "unnamed",
        note: str = "",
        cost_unit: str = "cost",
        call_cost: ArrayLike = 0.0,
        per_call: int | None = None,
    ) -> None:
        self.probs = check_probabilities(probs)
        p, x, m = self.probs.shape
        self.values = check_finite(values, "values")
        if self.values.ndim != 4 or self.values.shape[0] not in (1, p) or self.values.shape[1:3] != (x, m):
            raise ValueError(f"values has shape {self.values.shape}, expected ({p} or 1, {x}, {m}, K)")
        cost = check_finite(cost, "cost")
        if np.any(cost < 0):
            raise ValueError("cost must be at least 0; it is subtracted with its weight")
        if cost.ndim == 1 and cost.shape == (p,):
            cost = cost[:, None, None]
        self.cost = np.broadcast_to(cost, self.probs.shape)
        self.query_call_cost, self.per_call = check_call_cost(call_cost, p, x), check_per_call(per_call)
        labels = np.full((1, 1, m), -1) if answers is None else check_labels(answers, "answers")
        if labels.ndim == 1:
            labels = labels[None, None]
        self.answers = np.broadcast_to(labels, (p, x, m))
        self.gold = np.full(x, -1) if gold is None else check_labels(gold, "gold")
        if self.gold.shape != (x,):
            raise ValueError(f"gold has shape {self.gold.shape}, expected ({x},)")
        k = self.values.shape[3]
        self.objectives = tuple((f"objective {i + 1}" for i in range(k)) if objectives is None else objectives)
        if len(self.objectives) != k:
            raise ValueError(f"{len(self.objectives)} objective names for {k} objectives")
        self.prompts = tuple((Prompt(f"prompt {i}") for i in range(p)) if prompts is None else prompts)
        if len(self.prompts) != p:
            raise ValueError(f"{len(self.prompts)} prompts for {p} rows of probabilities")
        for prompt in self.prompts:
            if not isinstance(prompt, Prompt):
                raise TypeError(f"a prompt must be a Prompt, not {type(prompt).__name__}")
        self.n_max = self._recorded = check_scale(n_max, most=bounds.SCALE)
        self.contexts = check_contexts(contexts, k)
        self.strategy = strategy
        strategy.check(k, bool(np.all(self.gold >= 0)))
        self.name, self.note, self.cost_unit = name, note, cost_unit
        self._parent: tuple[CategoricalEnvironment, NDArray[np.int64]] | None = None
        self.kept: dict[Any, Any] = {}  # by ``early``, for all copies of the same data

    def __repr__(self) -> str:
        return (
            f"CategoricalEnvironment({self.name!r}, prompts={len(self.prompts)}, queries={self.n_queries},"
            f" n_max={self.n_max}, contexts={len(self.contexts)}, strategy={self.strategy.name!r})"
        )

    @property
    def n_queries(self) -> int:
        """Number of queries."""
        return int(self.probs.shape[1])

    def sample(self, prompts: ArrayLike, queries: ArrayLike, n: int, rng: np.random.Generator) -> Completions:
        """Draw ``n`` completions for each (prompt, query) pair, independently."""
        prompts, queries, n = check_pulls(prompts, queries, n, len(self.prompts), self.n_queries)
        shape = (len(prompts), n)
        objectives = np.empty((*shape, len(self.objectives)))
        answers, cost = np.empty(shape, dtype=np.int64), np.empty(shape)
        for rows in voting.blocks(len(prompts), max(1, CHUNK // n)):
            row, query = prompts[rows, None], queries[rows, None]
            cdf = self._cdf[prompts[rows], queries[rows]]
            uniform = rng.random((len(row), n))
            drawn = np.zeros(uniform.shape, dtype=np.int64)
            for m in range(cdf.shape[1] - 1):
                drawn += uniform >= cdf[:, m, None]
            objectives[rows] = self.values[row if len(self.values) > 1 else 0, query, drawn]
            answers[rows] = self.answers[row, query, drawn]
            cost[rows] = self.cost[row, query, drawn]
        gold, valid = self.gold[queries], np.ones(shape, dtype=bool)
        call_cost = self.query_call_cost[prompts, queries]
        return Completions(prompts.copy(), queries.copy(), objectives, answers, gold, cost, valid, call_cost)

    def exact_q(self, *, chosen: bool = False) -> Array:
        """Q(c, (p, n)) by the closed forms, without sampling noise, shape (C, P, N_max).

        Where arms may stop early, (C, P, N_max, L) for the L rules of the strategy; of votes between four answers and
        more by Monte Carlo, with the error ``exact_q_error``.  chosen: from draws apart, to choose an arm by.
        """
        q = self.fixed_q()
        return early.early_q(self, q, chosen) if rules_of(self.strategy) else q

    def exact_q_error(self) -> Array:
        """Standard error of ``exact_q``, in its shape: 0 but where it is Monte Carlo."""
        return early.early_error(self) if rules_of(self.strategy) else np.zeros_like(self.fixed_q())

    def fixed_q(self) -> Array:
        """``exact_q`` of arms that never stop, (C, P, N_max)."""
        _, which = distinct_weights(self.contexts)
        reward = self._mean_curve[which]
        return reward - cost_weight_vector(self.contexts)[:, None, None] * self.arm_cost

    def query_q(self, context: int, arm: Arm) -> Array:
        """Exact Q of an arm that never stops on every query, (X,): ``fixed_q`` is its mean over queries."""
        parent, index = self.root
        chosen, (_, which), n = self.contexts[context], distinct_weights(self.contexts), int(arm.n or 1)
        reward = parent._curves[which[context], arm.prompt, index, n - 1]
        spent = arm_cost(self.pair_cost[arm.prompt], self.query_call_cost[arm.prompt], n, self.per_call)
        return reward - chosen.cost_weight * spent

    def split(self, train_fraction: float, seed: int) -> tuple[CategoricalEnvironment, CategoricalEnvironment]:
        """Queries shuffled by ``seed``: the first ``floor(train_fraction * n_queries)`` train, the others test.

        Raises ``ValueError`` where either part would be empty.
        """
        order, cut = check_split(self.n_queries, train_fraction, seed)
        return self._queries(order[:cut]), self._queries(order[cut:])

    def with_(
        self,
        *,
        strategy: Strategy | str | None = None,
        contexts: Sequence[Context] | None = None,
        n_max: int | None = None,
        per_call: int | EllipsisType | None = ...,
    ) -> CategoricalEnvironment:
        """A changed copy that shares the data; ``strategy`` may be a name, and ``per_call=None`` means any number."""
        changed = self._copy()
        changed.strategy = self.strategy if strategy is None else find_strategy(strategy)
        changed.contexts = check_contexts(self.contexts if contexts is None else contexts, len(self.objectives))
        changed.n_max = self.n_max if n_max is None else check_scale(n_max)
        changed.per_call = self.per_call if per_call is ... else check_per_call(per_call)
        if changed.n_max > self._recorded:
            raise ValueError(f"n_max {n_max} is above the {self._recorded} completions that were recorded")
        changed.strategy.check(len(self.objectives), bool(np.all(self.gold >= 0)))
        if self._parent is not None:
            parent, index = self._parent
            same = changed.strategy == self.strategy and changed.contexts == self.contexts
            changed._parent = (parent, index) if same and changed.n_max <= self.n_max else None
        return changed

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.npz`` file without pickling; it is complete or it is not there.  Raises as ``saving.write``."""
        content = {name: getattr(self, name) for name in saving.FIELDS}
        saving.write({**content, "call_cost": self.query_call_cost}, path)

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> CategoricalEnvironment:
        """Read what ``save`` wrote; raises ``ValueError`` for anything else."""
        content = saving.read(path)
        try:
            return cls(**content)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path} is not a saved environment: {bounds.cited(error)}") from error
        except MemoryError:
            raise ValueError(f"{path} needs more memory than there is") from None

    @property
    def root(self) -> tuple[CategoricalEnvironment, NDArray[np.int64]]:
        """The environment whose curves this one reads, itself unless it is a part of one, and its queries in there."""
        return self._parent or (self, np.arange(self.n_queries))

    @cached_property
    def pair_cost(self) -> Array:
        """Mean cost of one completion of each pair, over outcomes, (P, X)."""
        return np.einsum("pxm,pxm->px", self.probs, self.cost)

    @cached_property
    def mean_cost(self) -> Array:
        """Mean cost of one completion of each prompt, over queries and outcomes, (P,), in ``cost_unit``."""
        return np.einsum("pxm,pxm->p", self.probs, self.cost) / self.n_queries

    @cached_property
    def mean_call_cost(self) -> Array:
        """Mean cost of one request of each prompt, over queries, (P,), in ``cost_unit``."""
        return self.query_call_cost.mean(axis=1)

    @property
    def call_cost(self) -> Array:
        """``mean_call_cost``, as any environment calls it; that of each query is ``query_call_cost`` (P, X)."""
        return self.mean_call_cost

    @cached_property
    def arm_cost(self) -> Array:
        """Mean cost of a query by each arm, its completions and its requests, (P, N_max)."""
        scales = np.arange(1, self.n_max + 1)
        return arm_cost(self.mean_cost[:, None], self.mean_call_cost[:, None], scales, self.per_call)

    @cached_property
    def _cdf(self) -> Array:
        return np.cumsum(self.probs, axis=2)

    @cached_property
    def _curves(self) -> Array:
        """Expected reward before cost of every query, (W, P, X, N_max), W distinct weight vectors."""
        vectors, _ = distinct_weights(self.contexts)
        p, x = self.probs.shape[:2]
        out = np.empty((len(vectors), p * x, self.n_max))
        prompt, query = np.divmod(np.arange(p * x), x)
        shared = np.zeros_like(prompt) if self.values.shape[0] == 1 else prompt
        for rows in voting.blocks(p * x, 4 * voting.BLOCK):
            i, j = prompt[rows], query[rows]
            labels = voting.ranks(self.answers[i, j], self.gold[j])
            outcomes = Outcomes(self.probs[i, j], self.values[shared[rows], j], *labels)
            out[:, rows] = self.strategy.expected(outcomes, vectors, self.n_max).transpose(1, 0, 2)
        return out.reshape(len(vectors), p, x, self.n_max)

    @cached_property
    def _mean_curve(self) -> Array:
        if self._parent is None:
            return self._curves.mean(axis=2)
        parent, index = self._parent
        return parent._curves[:, :, index, : self.n_max].mean(axis=2)

    def _queries(self, index: NDArray[np.int64]) -> CategoricalEnvironment:
        part = self._copy()
        part.probs, part.values = self.probs[:, index], self.values[:, index]
        part.cost, part.answers, part.gold = self.cost[:, index], self.answers[:, index], self.gold[index]
        part.query_call_cost, part.kept = self.query_call_cost[:, index], {}
        parent, inside = self.root
        part._parent = (parent, inside[index])
        return part

    def _copy(self) -> CategoricalEnvironment:
        new = object.__new__(type(self))
        hidden = ("loaded_as", "pair_cost", "mean_cost", "mean_call_cost", "arm_cost", "_cdf", "_curves", "_mean_curve")
        new.__dict__.update({k: v for k, v in self.__dict__.items() if k not in hidden})
        return new


def voting_environment(
    probs: ArrayLike, gold: ArrayLike, cost: ArrayLike, *, contexts: Sequence[Context], n_max: int, **more: Any
) -> CategoricalEnvironment:
    """A majority-voting task: outcomes are answers, the only objective is being right; probs (P, X, A), gold (X,)."""
    probs, gold = check_probabilities(probs), check_labels(gold, "gold")
    if gold.shape != probs.shape[1:2]:
        raise ValueError(f"gold has shape {gold.shape}, expected ({probs.shape[1]},)")
    if np.any(gold >= probs.shape[2]):
        raise ValueError(f"gold holds {gold.max()}, but answers are counted from 0 to {probs.shape[2] - 1}")
    answers = np.arange(probs.shape[-1])
    right = (answers == gold[:, None]).astype(float)[None, :, :, None]
    return CategoricalEnvironment(
        probs, right, cost, contexts=contexts, strategy=MajorityVote(), n_max=n_max, answers=answers, gold=gold,
        objectives=("correct",), **more,
    )  # fmt: skip
