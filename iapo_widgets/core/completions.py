"""What a batch of pulls returns: raw objective vectors, answers and costs, kept so that nothing is drawn twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

NO_ANSWER = -1  # casts no vote: not parsed, or the task has no answers


@dataclass(frozen=True, eq=False, slots=True)
class Completions:
    """``B`` pulls of ``n`` completions each; all arrays are read-only.

    prompts (B,), queries (B,): indices; objectives (B, n, K): O_k, raw; answers (B, n): answer class,
    ``-1`` casts no vote; gold (B,): right answer, ``-1`` unknown; cost (B, n): at least 0, the task's unit;
    valid (B, n): ``False`` where the call failed; such a completion is missing, never a zero; call_cost (B,): of one
    request of that prompt and query, beside what its completions cost; zeros where it is not given.
    """

    prompts: NDArray[np.int64]
    queries: NDArray[np.int64]
    objectives: NDArray[np.float64]
    answers: NDArray[np.int64]
    gold: NDArray[np.int64]
    cost: NDArray[np.float64]
    valid: NDArray[np.bool_]
    call_cost: NDArray[np.float64] = None  # type: ignore[assignment]  # zeros

    def __post_init__(self) -> None:
        if self.valid.ndim != 2 or self.valid.dtype != bool:
            raise ValueError(f"valid must be a boolean (B, n) array, not {self.valid.dtype} {self.valid.shape}")
        b, n = self.valid.shape
        if self.call_cost is None:
            object.__setattr__(self, "call_cost", np.zeros(b))
        shapes = {"prompts": (b,), "queries": (b,), "answers": (b, n), "gold": (b,), "cost": (b, n), "call_cost": (b,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")
        if self.objectives.ndim != 3 or self.objectives.shape[:2] != (b, n):
            raise ValueError(f"objectives has shape {self.objectives.shape}, expected ({b}, {n}, K)")
        for field in fields(self):
            getattr(self, field.name).setflags(write=False)

    def __repr__(self) -> str:
        failed = int(self.valid.size - self.valid.sum())
        tail = f", {failed} failed" if failed else ""
        return f"Completions({len(self)} pulls of {self.n}, {self.objectives.shape[2]} objectives{tail})"

    def __len__(self) -> int:
        return len(self.prompts)

    @property
    def n(self) -> int:
        """Completions asked for in each pull."""
        return int(self.valid.shape[1])

    @property
    def n_valid(self) -> NDArray[np.int64]:
        """Completions that arrived, for each pull, shape (B,)."""
        return self.valid.sum(axis=1)

    def rows(self, which: NDArray[np.generic] | slice) -> Completions:
        """The chosen pulls only."""
        return Completions(*(getattr(self, f.name)[which] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Completions]) -> Completions:
        """Batches of equally many completions a pull as one batch; raises ``ValueError`` for none."""
        if not parts:
            raise ValueError("nothing to join: give at least one batch")
        return (
            parts[0]
            if len(parts) == 1
            else cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))
        )

    def packed(self) -> Completions:
        """The same pulls with the completions that arrived first; order within them is kept."""
        if self.valid.all():
            return self
        order = np.argsort(~self.valid, axis=1, kind="stable")
        take = lambda a: np.take_along_axis(a, order, axis=1)  # noqa: E731
        return Completions(
            self.prompts,
            self.queries,
            np.take_along_axis(self.objectives, order[:, :, None], axis=1),
            take(self.answers),
            self.gold,
            take(self.cost),
            take(self.valid),
            self.call_cost,
        )
