"""Student's one-sided paired t-test between every two of several candidates, in numpy alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SAME = 1e-12  # differences below this are rounding, of scores of about 1


def significantly_better(scores: Array, alpha: float) -> NDArray[np.bool_]:
    """Whether candidate j beats candidate i at level ``alpha`` on the queries that both answered, at [i, j], (S, S).

    scores (S, X), NaN where a candidate has no score.  Two queries in common are the fewest that tell; where all
    differences are equal, their sign decides.
    """
    seen = ~np.isnan(scores)
    both = seen.astype(float)
    known = np.where(seen, scores, 0.0)
    known = np.where(
        seen, known - known.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0
    )  # keeps digits, no difference
    common = both @ both.T
    total = known @ both.T
    gain = total.T - total
    squares = known**2 @ both.T
    apart = squares + squares.T - 2 * known @ known.T
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = gain / common
        variance = np.maximum(apart - common * mean**2, 0.0) / (common - 1)
        error = np.sqrt(variance / common)
    sizes, which = np.unique(common, return_inverse=True)
    needed = np.array([critical_value(alpha, int(n) - 1) if n > 1 else np.inf for n in sizes])[
        which.reshape(common.shape)
    ]
    with np.errstate(invalid="ignore"):
        return (common > 1) & (mean > np.maximum(needed * error, SAME))


@lru_cache(maxsize=4096)
def critical_value(alpha: float, freedom: int) -> float:
    """What Student's t with that many degrees of freedom exceeds with probability ``alpha``, by bisection."""
    low, high = -1.0, 1.0
    while upper_tail(high, freedom) > alpha:
        high *= 2
    while upper_tail(low, freedom) < alpha:
        low *= 2
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if upper_tail(middle, freedom) > alpha else (low, middle)
    return high


def upper_tail(t: float, freedom: int) -> float:
    """Probability that Student's t with a whole number of degrees of freedom exceeds ``t``: a finite sum."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    steps = np.arange(2 + freedom % 2, freedom - 1, 2)
    terms = np.concatenate([[1.0], np.cumprod((steps - 1) / steps * cosine**2)])
    if freedom == 1:
        within = 2 * angle / math.pi
    elif freedom % 2:
        within = 2 / math.pi * (angle + sine * cosine * float(terms.sum()))
    else:
        within = sine * float(terms.sum())
    return (1 - within) / 2
