"""Frozen records of a training run: Round, Policy, Result."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from . import policy_file
from .completions import Completions
from .costs import check_per_call, per_call_of
from .markup import html_table
from .naming import short_name
from .problem import Arm, Context, Prompt
from .stopping import check_drawn, over_rules
from .strategies import Strategy

if TYPE_CHECKING:
    from .protocol import Environment


WORDS = 80  # characters of a prompt where it has a line of its own


class Policy(Mapping[str, Arm]):
    """A policy pi: context -> arm, read by the context's name: ``policy["low"]``.

    prompts: by index, those that its arms name, where they are known; objectives: names of what the contexts weigh;
    strategy: how N completions become one answer; per_call: how many one request carried where it was learnt, ``None``
    for any number.  With these a policy can be saved and deployed elsewhere.  drawn: context -> completions that its
    arm asks of a query on average, where that may stop and completions have told (``core.draws``).

    Raises ``ValueError`` where arms and contexts are not equally many, the prompts given lack one that is named, or
    ``drawn`` names no context or a number that its arm cannot ask.
    """

    __slots__ = ("_arms", "contexts", "drawn", "objectives", "per_call", "prompts", "strategy")

    def __init__(
        self,
        contexts: Sequence[Context],
        arms: Sequence[Arm],
        *,
        prompts: Sequence[Prompt] | Mapping[int, Prompt] = (),
        objectives: Sequence[str] = (),
        strategy: Strategy | None = None,
        per_call: int | None = None,
        drawn: Mapping[str, float] | None = None,
    ) -> None:
        if len(contexts) != len(arms):
            raise ValueError(f"{len(arms)} arms for {len(contexts)} contexts")
        self.contexts = tuple(contexts)
        self._arms = {c.name: a for c, a in zip(contexts, arms, strict=True)}
        self.objectives, self.strategy, self.per_call = tuple(objectives), strategy, check_per_call(per_call)
        try:
            self.prompts = {p: prompts[p] for p in sorted({a.prompt for a in arms})} if prompts else {}
        except (IndexError, KeyError):
            raise ValueError(f"an arm names a prompt that is not among the {len(prompts)} given") from None
        self.drawn = check_drawn(self._arms, drawn or {})

    def __getitem__(self, name: str) -> Arm:
        try:
            return self._arms[name]
        except KeyError:
            raise KeyError(f"unknown context {name!r}; known: {', '.join(self._arms)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._arms)

    def __len__(self) -> int:
        return len(self._arms)

    def __repr__(self) -> str:
        return "Policy({" + ", ".join(f"{c!r}: {a!r}" for c, a in self._arms.items()) + "})"

    def __str__(self) -> str:
        """A line a context: N, and the prompt by number and words."""
        width = max(map(len, self._arms), default=0)
        return "\n".join(f"{c:<{width}}  N = {a.scale:<6}  {self._named(a)}" for c, a in self._arms.items())

    def _repr_html_(self) -> str:
        rows = [(c, self._named(a), a.scale) for c, a in self._arms.items()]
        return html_table(("context", "prompt", "N"), rows)

    def _named(self, arm: Arm) -> str:
        known = self.prompts.get(arm.prompt)
        return f"prompt {arm.prompt}" if known is None else short_name(known, arm.prompt, WORDS)

    def with_arms(self, arms: Sequence[Arm], drawn: Mapping[str, float] | None = None) -> Policy:
        """The same contexts and prompts with other arms, and what these ask where that is known."""
        return Policy(
            self.contexts, arms, prompts=self.prompts, objectives=self.objectives, strategy=self.strategy,
            per_call=self.per_call, drawn=drawn,
        )  # fmt: skip

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a ``.json`` file that ``load`` reads; it is complete or it is not there.

        It holds contexts, arms and what they ask, the prompts that they name, objectives, strategy and ``per_call``; no
        address, no key.
        Raises as ``policy_file.write``.
        """
        policy_file.write(
            {"contexts": self.contexts, "arms": tuple(self.values()), "prompts": self.prompts,
             "objectives": self.objectives, "strategy": self.strategy, "per_call": self.per_call,
             "drawn": self.drawn},
            path,
        )  # fmt: skip

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Policy:
        """Read what ``save`` wrote; raises ``FileNotFoundError``, or ``ValueError`` for anything else."""
        return cls(**policy_file.read(path))

    def deploy(self, env: Any, **options: Any) -> Any:
        """A callable that answers new queries by this policy: ``deploy(env)("a query", context="low")``.

        ``env`` is a live environment, or an endpoint; see ``iapo_widgets.live.deployment`` for the options.
        Raises ``TypeError`` where ``env`` has no model to ask.
        """
        return deployed(env, self, **options)


@singledispatch
def deployed(model: Any, policy: Policy, **options: Any) -> Any:
    """``policy`` at work on ``model``; what asks a model and knows no policy is registered for it (``.register``)."""
    if not hasattr(model, "deploy"):
        raise TypeError(
            f"a policy is deployed on a live environment or an endpoint, which ask a model;"
            f" {type(model).__name__} has none to ask"
        )
    return model.deploy(policy, **options)


def policy_of(env: Environment, arms: Sequence[Arm]) -> Policy:
    """A policy of ``arms``, one for each context of ``env``, that knows the prompts it names."""
    return Policy(
        env.contexts, arms, prompts=env.prompts, objectives=env.objectives, strategy=env.strategy,
        per_call=per_call_of(env),
    )  # fmt: skip


def _by_prompt(values: NDArray[Any]) -> NDArray[Any]:
    """(C, P, ...) as (P, all the rest)."""
    return values.swapaxes(0, 1).reshape(values.shape[1], -1)


@dataclass(frozen=True, eq=False, slots=True)
class Round:
    """What one round did.  Arrays are read-only; C contexts, P prompts.

    Where arms may stop early, ``active`` and ``q`` have one axis more, of L rules.

    pulls (P, N_max): pulls of this round at each scale n (index n - 1); active (C, P, N_max): arms left
    after it; q (C, P, N_max): estimates, NaN where nothing is known; spent: completions so far.  completions: a
    pull whose calls failed in part holds all that was asked of it, follow-ups included.  lost (P, N_max), or (C, P,
    N_max) where contexts share nothing: arms that were asked for and of which failed calls left no sample so far.
    """

    number: int
    spent: int
    budget: int
    pulls: NDArray[np.int64]
    active: NDArray[np.bool_]
    q: NDArray[np.float64]
    policy: Policy
    completions: tuple[Completions, ...]
    lost: NDArray[np.bool_] = None  # type: ignore[assignment]  # none, unless it is given

    def __post_init__(self) -> None:
        if self.lost is None:
            object.__setattr__(self, "lost", np.zeros(self.pulls.shape, dtype=bool))
        for array in (self.pulls, self.active, self.q, self.lost):
            array.setflags(write=False)

    def __repr__(self) -> str:
        left = int(_by_prompt(self.active).any(axis=1).sum())
        return f"Round({self.number}, spent={self.spent} of {self.budget}, {left} prompts left, {self.policy!r})"

    @property
    def unreached(self) -> int:
        """Prompts about which nothing is known: the budget could not reach them, or their calls failed."""
        return int(self._unknown.sum())

    @property
    def _unknown(self) -> NDArray[np.bool_]:
        return np.asarray(np.isnan(_by_prompt(self.q)).all(axis=1))

    @property
    def gaps(self) -> str:
        """What is not known, in words for a person; empty where every prompt was reached and nothing is lost."""
        prompts = self.lost.any(axis=-1) if self.lost.ndim == 2 else self.lost.any(axis=(0, 2))
        beyond = int((self._unknown & ~prompts).sum())
        said = [f"the budget did not reach {beyond} of {self.q.shape[1]} prompts"] if beyond else []
        lost = int(np.count_nonzero(self.lost))
        said += [f"failed calls left {lost:,} arms of {int(prompts.sum())} prompts without a sample"] if lost else []
        return "; ".join(said)


def without_rules(done: Round) -> Round:
    """A round whose arms are told by prompt and N alone, each by its best rule: what pictures and tables show."""
    if done.q.ndim == 3:
        return done
    return replace(done, active=np.asarray(done.active.any(axis=-1)), q=over_rules(done.q, done.active))


@dataclass(frozen=True, eq=False, slots=True)
class Result:
    """What training returns: the policy, the completions spent, and every round."""

    policy: Policy
    spent: int
    rounds: tuple[Round, ...]

    @property
    def unreached(self) -> int:
        """Prompts of which no completion was seen."""
        return self.rounds[-1].unreached

    @property
    def lost(self) -> int:
        """Arms that were asked for and of which failed calls left no sample; see ``Round.lost``."""
        return int(np.count_nonzero(self.rounds[-1].lost))

    def __repr__(self) -> str:
        tail = "".join(f", {name}={n}" for name in ("unreached", "lost") if (n := getattr(self, name)))
        return f"Result(policy={self.policy!r}, spent={self.spent}, rounds={len(self.rounds)}{tail})"

    def __str__(self) -> str:
        """The policy, a line a context, what it took, and what is not known."""
        gaps = self.rounds[-1].gaps if self.rounds else ""
        return "\n".join(filter(None, [str(self.policy), self._said, gaps]))

    def _repr_html_(self) -> str:
        return f"{self.policy._repr_html_()}<p>{self._said}</p>"

    @property
    def _said(self) -> str:
        return f"spent {self.spent:,} completions in {len(self.rounds)} rounds"
