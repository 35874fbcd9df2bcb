"""What one query costs: its completions, each for itself, and the requests that carry them (the cost in eqs. 1 and 2).

The paper charges completions alone.  A real endpoint reads the prompt once for each request and writes the completions;
with long prompts that decides the arm.  Everything that charges an arm calls this.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .checks import check_finite, check_scale

Values = NDArray[np.float64]
Scales = NDArray[np.int64] | int
ANY = int(np.iinfo(np.int64).max)  # above every scale


def calls(n: Scales, per_call: int | None) -> NDArray[np.int64]:
    """Requests that ``n`` completions take: ceil(n / per_call), and one where ``per_call`` is ``None``: any number."""
    n = np.asarray(n, dtype=np.int64)
    return -(-n // min(per_call or ANY, ANY))


def bill(completions: Values, call_cost: Values, n: Scales, per_call: int | None) -> Values:
    """What a query costs whose ``n`` completions together cost ``completions``; arrays broadcast."""
    return completions + calls(n, per_call) * call_cost


def arm_cost(cost: Values, call_cost: Values, n: Scales, per_call: int | None) -> Values:
    """calls(n) * call_cost + n * cost: what is subtracted, times w_{K+1}, from an arm's reward; arrays broadcast.

    cost: of one completion; call_cost: of one request; n: the scale; per_call: completions that one request carries.
    """
    return bill(n * cost, call_cost, n, per_call)


def check_call_cost(call_cost: ArrayLike, n_prompts: int, n_queries: int) -> Values:
    """Costs of one request as (P, X), from one number, (P,) or (P, X); ``ValueError`` where they are none."""
    out = check_finite(call_cost, "call_cost")
    if out.shape not in ((), (n_prompts,), (n_prompts, n_queries)):
        raise ValueError(
            f"call_cost has shape {out.shape}, expected one number, ({n_prompts},) or ({n_prompts}, {n_queries})"
        )
    if np.any(out < 0):
        raise ValueError("call_cost must be at least 0; it is subtracted with its weight")
    return np.broadcast_to(out[:, None] if out.ndim == 1 else out, (n_prompts, n_queries))


def check_per_call(per_call: Any) -> int | None:
    """Completions that one request carries at most; ``ValueError`` unless ``None``, any, or at least 1."""
    return None if per_call is None else check_scale(per_call, "per_call")


def call_cost_of(env: Any) -> Values:
    """Cost of one request of each prompt beside its completions; 0 for an environment that does not say."""
    return np.asarray(getattr(env, "call_cost", 0.0), dtype=np.float64)


def per_call_of(env: Any) -> int | None:
    """Completions that one request carries at most; an environment that does not say takes any number in one."""
    per_call: int | None = getattr(env, "per_call", None)
    return per_call


def learns_per_call(env: Any) -> bool:
    """Whether ``per_call`` is known only once several completions were asked at once, as of a live endpoint."""
    return bool(getattr(env, "learns_per_call", False))
