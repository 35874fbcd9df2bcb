"""How sure PSST can be (theorem 1): gaps, the complexities H1 and H2, the error bound and the budget it asks for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import check_between, check_budget, check_finite, check_positive

Array = NDArray[np.float64]
TIE = 1e-12  # arms whose Q differs by less are equally good: rounding alone tells them apart


@dataclass(frozen=True, eq=False, slots=True)
class Complexity:
    """How hard it is to tell the best arm of every context from the others; made by ``complexity``.

    gaps (C, A): Delta_{c,i} = Q(c, a_1) - Q(c, a_i), arms by decreasing Q, so that the first is 0.
    n_bar (C,): (N(a_1) + N_max) / 2.  h1: max over c, i > 1 of n_bar / Delta^2.  h2: max of i n_bar / Delta_i^2.
    Both are infinite where two arms share the first place, and 0 where there is one arm only.  scale: what Q is divided
    by to lie within [-1, 1]; gaps are before, h1 and h2 after it.
    """

    gaps: Array
    n_bar: Array
    h1: float
    h2: float
    n_prompts: int
    scale: float = 1.0

    @property
    def n_rounds(self) -> int:
        """R = ceil(log2 |A|)."""
        return max(1, math.ceil(math.log2(self.gaps.shape[1])))

    @property
    def cost_of_certainty(self) -> float:
        """min(2 |P| H1, 8 |C| H2) R: the completions by which the bound falls to a 1/e."""
        smaller = min(2 * self.n_prompts * self.h1, 8 * len(self.gaps) * self.h2)
        return smaller * self.n_rounds

    def error_bound(self, budget: int) -> float:
        """Theorem 1: P(some context misses its best arm) <= 3 |C| R exp(-T / (min(2 |P| H1, 8 |C| H2) R)).

        At 1 or above it says nothing: it is vacuous.  ``ValueError`` for a bad budget.
        """
        budget = check_budget(budget, math.inf)
        if not self.cost_of_certainty:
            return 0.0
        return 3 * len(self.gaps) * self.n_rounds * math.exp(-budget / self.cost_of_certainty)

    def required_budget(self, delta: float) -> int:
        """The smallest T whose bound is at most ``delta``, completions.

        Raises ``ValueError`` where ``delta`` does not lie between 0 and 1, or where two arms share the first place,
        for no budget tells these apart.
        """
        delta = check_between(delta, 0, 1, "delta")
        if math.isinf(self.cost_of_certainty):
            raise ValueError("two arms share the first place in some context; no budget can tell them apart")
        return max(1, math.ceil(self.cost_of_certainty * math.log(3 * len(self.gaps) * self.n_rounds / delta)))


def complexity(q: ArrayLike, *, scale: float = 1.0) -> Complexity:
    """Gaps, H1 and H2 of exact values ``q`` (C, P, N_max), as ``env.exact_q()`` gives them.

    The theorem assumes rewards less cost within [-1, 1]; where they are not, ``scale`` is what they are divided by.  It
    reads "ascending order" as decreasing Q: index 1 is the best arm.  Raises ``ValueError`` where ``q`` has another
    shape, is not finite or, divided by ``scale``, leaves [-1, 1]: then the error names the scale that would do.
    """
    values, scale = check_finite(q, "q"), check_positive(scale, "scale")
    if values.ndim != 3 or not values.size:
        raise ValueError(f"q has shape {values.shape}, expected (contexts, prompts, n_max), none of them 0")
    least = fitting_scale(values)
    if least > scale:
        raise ValueError(
            f"theorem 1 assumes rewards less cost within [-1, 1], and Q lies between {values.min():.4g} and"
            f" {values.max():.4g}; scale={least:g} makes it fit, as every reward and cost divided by {least:g} would"
        )
    n_contexts, n_prompts, n_max = values.shape
    flat = values.reshape(n_contexts, -1)
    order = np.argsort(-flat, axis=1, kind="stable")
    gaps = flat.max(axis=1, keepdims=True) - np.take_along_axis(flat, order, axis=1)
    gaps[gaps < TIE] = 0.0
    n_bar = (order[:, 0] % n_max + 1 + n_max) / 2
    place = np.arange(2, flat.shape[1] + 1)
    with np.errstate(divide="ignore"):
        h = n_bar[:, None] / (gaps[:, 1:] / scale) ** 2
    return Complexity(gaps, n_bar, float(h.max(initial=0.0)), float((place * h).max(initial=0.0)), n_prompts, scale)


def fitting_scale(q: ArrayLike) -> float:
    """The smallest number of three digits, at least 1, that divides ``q`` into [-1, 1]."""
    largest = float(np.abs(check_finite(q, "q")).max(initial=0.0))
    if largest <= 1 + TIE:
        return 1.0
    digit = 10.0 ** (math.floor(math.log10(largest)) - 2)
    found = round(math.ceil(largest / digit) * digit, 12)
    return found if found >= largest else float(largest)
