"""What there is to choose from, and for whom: prompts, arms and contexts (section 3 of the paper)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import total_ordering
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import bounds
from .checks import check_scale, check_sendable, check_text, is_number
from .options import Options, check_examples

#: Cost weights of the paper's low, mid and high contexts on MATH.
COST_WEIGHTS: dict[str, float] = {"low": 0.0, "mid": 0.2, "high": 1.0}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt variant: a text and the decoding settings g that it is run with (``None``: the model's own).

    ``system`` is the system message that goes before it, empty for none.  ``examples``: pairs (question, answer) that
    are shown before the question.  ``options``: further settings by name, any JSON; kept as ``Options``.

    Raises ``ValueError`` where a text is none, or a setting is outside its range: temperature at least 0,
    top_p above 0 and at most 1, max_tokens a whole number from 1 to 10^9, options JSON.
    """

    text: str
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    system: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = Options()

    def __post_init__(self) -> None:
        for text in (self.text, self.system):
            check_text(text, "a prompt's text")
        object.__setattr__(self, "examples", check_examples(self.examples))
        object.__setattr__(self, "options", Options(self.options))
        if self.temperature is not None and not (is_number(self.temperature) and self.temperature >= 0):
            raise ValueError(f"temperature must be finite and at least 0, not {self.temperature!r}")
        if self.top_p is not None and not (is_number(self.top_p) and 0 < self.top_p <= 1):
            raise ValueError(f"top_p must lie above 0 and not above 1, not {self.top_p!r}")
        if self.max_tokens is not None:
            check_scale(self.max_tokens, "max_tokens", bounds.TOKENS)


@total_ordering
@dataclass(frozen=True, slots=True, repr=False)
class Arm:
    """An arm a = (p, N): a prompt, as an index into ``env.prompts``, and how many completions to draw.

    ``n`` is ``None`` only for a method that draws N at random for each query.  An arm that may stop early has a
    ``stop``, the lead of a vote or the reach of best-of-N at which it asks no more; ``n`` then is its cap.  ``batch``:
    how many completions are asked at once, ``None`` for all.  ``core.stopping`` says when an arm stops.

    Raises ``ValueError`` where an arm has a stop or a batch and no whole ``n`` of at least 1, the stop is no finite
    number, or the batch does not lie between 1 and ``n``.
    """

    prompt: int
    n: int | None
    stop: float | None = None
    batch: int | None = None

    def __post_init__(self) -> None:
        if self.is_fixed:
            return
        cap = check_scale(self.n, "n, the cap of an arm that may stop early,", bounds.SCALE)
        if self.stop is not None and not is_number(self.stop):
            raise ValueError(f"stop must be a finite number, the lead or the reach to stop at, not {self.stop!r}")
        if self.batch is not None and check_scale(self.batch, "batch") > cap:
            raise ValueError(f"batch is {self.batch}, above n, the cap of {cap}: so many are never asked")

    @property
    def is_fixed(self) -> bool:
        """Whether this is the paper's arm, which asks all of its completions at once."""
        return self.stop is None and self.batch is None

    @property
    def scale(self) -> str:
        """N in words: "8", "random", or "up to 32, one by one, until 3 ahead" of an arm that may stop."""
        if self.is_fixed:
            return "random" if self.n is None else str(self.n)
        pace = {None: "at once", 1: "one by one"}.get(self.batch, f"{self.batch} at a time")
        if self.stop is None or self.batch is None:
            return f"{self.n}, {pace}"
        decided = isinstance(self.stop, int) and self.stop >= (self.n or 0)
        until = (
            "decided"
            if decided
            else f"{self.stop} ahead"
            if isinstance(self.stop, int)
            else f"{self.stop:.3g} is reached"
        )
        return f"up to {self.n}, {pace}, until {until}"

    @property
    def plain(self) -> list[float | None]:
        """[prompt, n], or [prompt, n, stop, batch] of an arm that may stop early: what JSON keeps of it."""
        return [self.prompt, self.n] if self.is_fixed else [self.prompt, self.n, self.stop, self.batch]

    def _key(self) -> tuple[Any, ...]:
        """Arms in order; a fixed one comes before those that may stop."""
        if self.is_fixed:
            return (self.prompt, self.n)
        return (self.prompt, self.n, -math.inf if self.stop is None else self.stop, self.batch or self.n)

    def __hash__(self) -> int:
        return hash(self._key())

    def __lt__(self, other: object) -> bool:
        return self._key() < other._key() if isinstance(other, Arm) else NotImplemented

    def __repr__(self) -> str:
        more = "".join(f", {k}={v!r}" for k in ("stop", "batch") if (v := getattr(self, k)) is not None)
        return f"Arm(prompt={self.prompt!r}, n={self.n!r}{more})"


@dataclass(frozen=True, slots=True)
class Context:
    """A context c = (w_1 .. w_K, w_{K+1}): what a user cares about, and how much spending hurts.

    Raises ``ValueError`` where the name is no text or holds half a character, a weight is negative, not finite or no
    number, or where all of ``weights`` are zero.
    """

    name: str
    weights: tuple[float, ...]
    cost_weight: float = 0.0

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise ValueError(f"a context's name must be text, not {self.name!r}")
        where = f"context {self.name!r}"
        check_sendable(self.name, "a context's name")
        try:
            weights = tuple(self.weights)
        except TypeError:
            raise ValueError(f"{where} has weights {self.weights!r}; give a tuple of numbers") from None
        if not weights:
            raise ValueError(f"{where} has no objective weights; give at least one")
        for weight in (*weights, self.cost_weight):
            if not (is_number(weight) and weight >= 0):
                raise ValueError(f"{where} has weight {weight!r}; weights must be finite and at least 0")
        object.__setattr__(self, "weights", tuple(map(float, weights)))
        object.__setattr__(self, "cost_weight", float(self.cost_weight))
        if not any(self.weights):
            raise ValueError(f"{where} has only zero objective weights; at least one must be above 0")


def mv_contexts(cost_weights: dict[str, float] | None = None) -> tuple[Context, ...]:
    """The paper's majority-voting contexts: correctness has weight 1, the cost weight is low, mid or high."""
    return tuple(Context(name, (1.0,), w) for name, w in (cost_weights or COST_WEIGHTS).items())


def bon_contexts(cost_weights: dict[str, float] | None = None) -> tuple[Context, ...]:
    """The paper's 27 best-of-N contexts: weights (0.1, 0.9) .. (0.9, 0.1) times three cost weights."""
    return tuple(
        Context(f"w1={i / 10:.1f} {name}", (i / 10, round(1 - i / 10, 1)), w)
        for i in range(1, 10)
        for name, w in (cost_weights or COST_WEIGHTS).items()
    )


def weight_matrix(contexts: Sequence[Context]) -> NDArray[np.float64]:
    """Objective weights of the contexts, shape (C, K)."""
    return np.array([c.weights for c in contexts], dtype=float)


def distinct_weights(contexts: Sequence[Context]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Objective weights that differ, (W, K), and which of them each context has, (C,)."""
    vectors, which = np.unique(weight_matrix(contexts), axis=0, return_inverse=True)
    return vectors, which.ravel()


def cost_weight_vector(contexts: Sequence[Context]) -> NDArray[np.float64]:
    """Cost weights w_{K+1} of the contexts, shape (C,)."""
    return np.array([c.cost_weight for c in contexts], dtype=float)


def check_contexts(contexts: Sequence[Context], n_objectives: int) -> tuple[Context, ...]:
    """The contexts as a tuple, or ``ValueError`` where they do not fit ``n_objectives`` or share a name."""
    contexts = tuple(contexts)
    if len(contexts) > bounds.CONTEXTS:
        raise ValueError(f"{len(contexts):,} contexts; give at most {bounds.CONTEXTS:,}")
    if not contexts:
        raise ValueError("no contexts; give at least one")
    for context in contexts:
        if not isinstance(context, Context):
            raise TypeError(f"a context must be a Context, not {type(context).__name__}")
        if len(context.weights) != n_objectives:
            raise ValueError(
                f"context {context.name!r} weighs {len(context.weights)} objectives, the environment has {n_objectives}"
            )
    names = [c.name for c in contexts]
    if len(set(names)) < len(names):
        raise ValueError(f"context names must differ; got {names}")
    return contexts
