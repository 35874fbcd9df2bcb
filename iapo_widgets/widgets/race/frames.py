"""Rounds as small messages: what the browser keeps of each, so that it can replay without a kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.problem import Arm
from ...core.protocol import Environment
from ...core.rounds import Round
from ...core.uncertainty import Spread

UNKNOWN = 65_535  # the code of an estimate that is not known
Frame = dict[str, Any]


def quantised(q: NDArray[np.float64]) -> Frame:
    """q in 65,535 steps between its extremes: two bytes a number, and 1e-5 of the range in error."""
    known = q[~np.isnan(q)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    step = (high - low) / (UNKNOWN - 1) or 1.0
    code = np.where(np.isnan(q), UNKNOWN, np.rint((np.nan_to_num(q, nan=low) - low) / step))
    return {"low": low, "step": step, "q": code.astype("<u2").tobytes()}


def small(errors: NDArray[np.float64]) -> Frame:
    """Standard errors in 254 steps up to the largest, a byte a number; 0 stands for unknown."""
    largest = float(np.nanmax(errors)) if not np.isnan(errors).all() else 0.0
    step = largest / 254 or 1.0
    code = np.where(np.isnan(errors), 0, np.rint(np.nan_to_num(errors) / step) + 1)
    return {"error_step": step, "errors": code.astype(np.uint8).tobytes()}


def told_arm(arm: Arm) -> list[Any]:
    """[prompt, n], and of an arm that may stop early [prompt, n, stop, batch, in words]."""
    return arm.plain if arm.is_fixed else [*arm.plain, arm.scale]


class FrameWriter:
    """Turns the rounds of one run into frames; keeps what adds up over rounds.

    reuse: how the run's estimates are made of pulls, for their errors.
    """

    def __init__(self, env: Environment, reuse: str = "blocks") -> None:
        n_prompts = len(env.prompts)
        self.spread = Spread(env.strategy, env.contexts, n_prompts, env.n_max, reuse)
        self._completions = np.zeros(n_prompts, dtype=np.int64)
        self._cost, self._call_cost = np.zeros(n_prompts), np.zeros(n_prompts)

    def write(self, done: Round) -> Frame:
        """The frame of the next round: q, its errors and active as bytes, the rest as numbers.

        errors: of each distinct vector of objective weights, W times P times N_max.  Cumulative per prompt:
        ``completions`` that arrived, and the means over these of ``cost`` and of ``call_cost``, that of a request
        (``None`` before any).
        """
        n_prompts = len(self._completions)
        for batch in done.completions:
            self.spread.add(batch)
            arrived = batch.n_valid
            self._completions += np.bincount(batch.prompts, arrived, n_prompts).astype(np.int64)
            spent = np.where(batch.valid, batch.cost, 0.0).sum(axis=1)
            self._cost += np.bincount(batch.prompts, spent, n_prompts)
            self._call_cost += np.bincount(batch.prompts, arrived * batch.call_cost, n_prompts)
        return {
            "number": done.number,
            "spent": done.spent,
            "pulls": [[int(p), int(i) + 1, int(done.pulls[p, i])] for p, i in np.argwhere(done.pulls)],
            "completions": self._completions.tolist(),
            "cost": self._mean(self._cost),
            "call_cost": self._mean(self._call_cost),
            "policy": [told_arm(arm) for arm in done.policy.values()],
            "active": np.packbits(done.active, bitorder="little").tobytes(),
            **quantised(done.q),
            **small(self.spread.errors),
        }

    def _mean(self, total: NDArray[np.float64]) -> list[float | None]:
        return [float(c / n) if n else None for c, n in zip(total, self._completions, strict=True)]
