"""How a prompt scales: success rates per query, votes and best-of-N against N, and where the order flips."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.environment import CategoricalEnvironment, voting_environment
from ...core.problem import Context
from ...plots.picture import CYCLE, MARKERS
from ...plots.scene import Handle, Line, Move, Panel, Rule, Scene, Span, Star, scale_ticks
from ..shared.checked import chosen
from ..shared.explorer import Control, Explorer
from ..shared.stateful import named

#: The worked example: prompt A succeeds with 0.40 and 0.90, prompt B with 0.62 on both queries.
WORKED = [[0.40, 0.90], [0.62, 0.62]]
TAKEN = {"majority-vote": "the most frequent one is taken", "best-of-n": "the best one is taken"}
STRATEGIES = [("majority vote", "majority-vote"), ("best-of-N", "best-of-n")]
ROWS = (len(CYCLE), 12)


class ScalingExplorer(Explorer):
    """Two or more prompts by their success rates on equally likely queries; drag a rate and watch Q against N.

    Traits: ``rates`` (prompts x queries, each in 0 .. 1, as one flat list in ``flat``), ``n`` (the N to read),
    ``strategy`` (``majority-vote``, between the right and one wrong answer, or ``best-of-n``, with reward 1 for
    success), ``cost`` (of one completion, with its weight).  Figures 2a and 3 of the paper.
    """

    flat = t.List(t.Float()).tag(sync=True)
    n = t.Int(10).tag(sync=True)
    n_max = t.Int(32)
    strategy = t.Unicode("majority-vote").tag(sync=True)
    cost = t.Float(0.0).tag(sync=True)
    public = ("flat", "n", "strategy", "cost")
    alone = "n"

    def __init__(self, rates: Sequence[Sequence[float]] = WORKED, **traits: Any) -> None:
        table = np.asarray(rates, dtype=float)
        if table.ndim != 2 or not (1 <= table.shape[0] <= ROWS[0] and 1 <= table.shape[1] <= ROWS[1]):
            raise ValueError(
                f"rates must be 1 to {ROWS[0]} prompts by 1 to {ROWS[1]} queries, not of shape {table.shape}"
            )
        self._shape = table.shape
        self._exact_q = lru_cache(maxsize=1)(lambda *_: self.environment().exact_q()[0])  # N to read changes no Q
        super().__init__(flat=table.ravel().tolist(), **traits)

    @property
    def rates(self) -> NDArray[np.float64]:
        """Success rates, (prompts, queries)."""
        return np.array(self.flat).reshape(self._shape)

    def environment(self) -> CategoricalEnvironment:
        """The task that the rates describe; train on it as on any other."""
        rates = self.rates
        env = voting_environment(
            np.stack([rates, 1 - rates], axis=2), np.zeros(rates.shape[1], dtype=np.int64),
            np.full(len(rates), self.cost), contexts=[Context("here", (1.0,), 1.0)], n_max=self.n_max,
            note="success rates set by hand",
        )  # fmt: skip
        return env.with_(strategy=self.strategy)

    def _arguments(self) -> list[str]:
        more = {} if self.n_max == 32 else {"n_max": self.n_max}
        return list(
            named({"rates": self.rates.tolist(), "n": self.n, **more, "strategy": self.strategy, "cost": self.cost})
        )

    def controls(self) -> Sequence[Control]:
        """N, the strategy and the cost."""
        return [
            Control("n", "N to read", "range", 1, self.n_max, 1),
            Control("strategy", "Strategy", "choice", options=STRATEGIES),
            Control("cost", "Cost of one", "range", 0, 0.05, 0.001, hint="cost of one completion times its weight"),
            Control("reset", "Reset", "button", hint="Back to the rates at first"),
        ]

    def readings(self) -> dict[str, str]:
        """N and the cost with their units."""
        return {"n": f"{self.n} answer{'s' * (self.n > 1)}", "cost": f"{self.cost:g} of Q"}

    def scene(self) -> Scene:
        """Rates to drag, left; Q against N, shaded by who leads, right."""
        rates, q = self.rates, self._exact_q(tuple(self.flat), self.strategy, self.cost, self.n_max)
        names = [f"prompt {chr(65 + p)}" for p in range(len(rates))]
        queries = rates.shape[1]
        apart = 0.5 * (np.arange(queries) - (queries - 1) / 2) / max(queries, 2)  # equal rates must not hide each other
        handles = [
            Handle(
                float(rates[p, x]), p + float(apart[x]), f"{names[p]}, query {x + 1}: success rate", CYCLE[p],
                MARKERS[p], [Move("x", "flat", index=p * queries + x)],
            )
            for p in range(len(rates))
            for x in range(queries)
        ]  # fmt: skip
        left = Panel(
            "How often one answer is right: a mark a question", "success rate of one completion", "prompt",
            lines=[Line(f"{name}, a query each", [], [], CYCLE[p], MARKERS[p], "") for p, name in enumerate(names)],
            handles=handles, rules=[Rule(0.5, "one half: votes fall below, rise above")], xlim=(0.0, 1.0),
            ylim=(len(rates) - 0.5, -0.5), yticks=[(p, name[-1]) for p, name in enumerate(names)], width=0.8,
        )  # fmt: skip
        scales = np.arange(1, self.n_max + 1)
        here = Rule(float(self.n), "N to read", [Move("x", "n", 1, self.n_max, 1, said="N = {}")])
        right = Panel(
            "What the user gets", "N, completions per query", "Q, expected reward less cost",
            lines=[Line(names[p], scales, row, CYCLE[p], MARKERS[p], every=3) for p, row in enumerate(q)],
            spans=[Span(a - 0.5, b + 0.5, CYCLE[p]) for p, a, b in leaders(q)],
            stars=[Star(float(q.max(axis=0).argmax() + 1), float(q.max()), "best arm")],
            rules=[here], xlim=(0.5, self.n_max + 0.5), xticks=scale_ticks(self.n_max),
        )  # fmt: skip
        return Scene(
            [left, right], self._words(names, rates, q), note="Exact values of a task set by hand: no model is called.",
            title="The best prompt depends on how often you ask", change=self._change(names, q),
            lead=f"Each prompt answers equally likely questions; N answers are asked for and {TAKEN[self.strategy]}.",
        )  # fmt: skip

    def _words(self, names: Sequence[str], rates: NDArray[np.float64], q: NDArray[np.float64]) -> str:
        n = self.n
        here = ", ".join(f"{name} {row[n - 1]:.3f}" for name, row in zip(names, q, strict=True))
        if len(names) == 1:
            return f"At N = {n}: {here}; from {q[0, 0]:.3f} at N = 1 to {q[0, -1]:.3f} at N = {self.n_max}."
        spans = leaders(q)
        who = "; ".join(f"{names[p]} leads {f'at N = {a}' if a == b else f'from N = {a} to {b}'}" for p, a, b in spans)
        flip = "The order flips: " if len({p for p, _, _ in spans}) > 1 else "One prompt leads everywhere: "
        return f"At N = {n}: {here}. {flip}{who}."

    def _change(self, names: Sequence[str], q: NDArray[np.float64]) -> str:
        """Which N, nearest to the one that is read, has another leader."""
        here = int(q[:, self.n - 1].argmax())
        others = [(abs(n - self.n), n, p) for p, a, b in leaders(q) if p != here for n in (a, b)]
        if not others:
            return f"No N from 1 to {self.n_max} changes that; other success rates may."
        _, n, p = min(others)
        way = "Raise" if n > self.n else "Lower"
        return (
            f"{way} N to {n} and {names[here]} gives way to {names[p]}: {q[here, n - 1]:.3f} against {q[p, n - 1]:.3f}."
        )

    @t.validate("n")
    def _check_n(self, proposal: Any) -> int:
        if not 1 <= proposal["value"] <= self.n_max:
            raise t.TraitError(f"n must lie between 1 and {self.n_max}, not {proposal['value']}")
        return int(proposal["value"])

    @t.validate("flat")
    def _check_flat(self, proposal: Any) -> list[float]:
        values = [float(v) for v in proposal["value"]]
        if len(values) != self._shape[0] * self._shape[1] or not all(0 <= v <= 1 for v in values):
            raise t.TraitError(
                f"{self._shape[0]} x {self._shape[1]} success rates from 0 to 1 are needed, not {values}"
            )
        return values

    @t.validate("strategy")
    def _check_strategy(self, proposal: Any) -> str:
        return chosen("strategy", proposal, (value for _, value in STRATEGIES))

    @t.validate("cost")
    def _check_cost(self, proposal: Any) -> float:
        if not 0 <= proposal["value"] < float("inf"):
            raise t.TraitError(f"cost must be at least 0, not {proposal['value']}")
        return float(proposal["value"])


def leaders(q: NDArray[np.float64]) -> list[tuple[int, int, int]]:
    """(prompt, first N, last N) of each stretch of N in which one prompt leads; q (P, N_max)."""
    best = q.argmax(axis=0)
    ends = np.flatnonzero(np.diff(best, append=-1))
    starts = np.concatenate([[0], ends[:-1] + 1])
    return [(int(best[a]), int(a) + 1, int(b) + 1) for a, b in zip(starts, ends, strict=True)]
