"""What a user wants decides the arm: reward less cost against N, and the winners over the whole plane of weights."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.environment import CategoricalEnvironment
from ...core.naming import said_name, short_name
from ...core.problem import Context
from ...core.stopping import need_fixed
from ...plots.picture import CYCLE, GREY, MARKERS
from ...plots.scene import Cells, Line, Move, Panel, Scene, Star, scale_ticks
from ..shared.cost_weight import LARGEST_COST, check_cost_weight
from ..shared.explorer import Control, Explorer
from ..shared.holdings import Holdings, prompts_of
from ..shared.note import note

NAME = 24  # characters of a prompt in a legend
SHOWN = 4  # prompts with a curve of their own beside the winner's
GRID = 11  # rows and columns of the map
STEP = 0.05  # of a weight
INK = "#1a1a1a"  # of marks in the map, whose colours are pale in either theme
PALE, STRONG = 0.25, 0.9  # shades of N = 1 and of the largest N


class TradeoffExplorer(Explorer):
    """Move the objective and cost weights of a user and see the best arm move; figures 2b and 2c of the paper.

    Traits: ``share`` (weight of the first objective, 0 .. 1; the second has the rest; with one objective its weight),
    ``cost_weight`` (0 .. 2).  All values are exact.  Raises ``ValueError`` for an environment of more than two
    objectives.
    """

    share = t.Float(0.5).tag(sync=True)
    cost_weight = t.Float(0.2).tag(sync=True)
    public = ("share", "cost_weight")
    alone = "cost_weight"

    def __init__(self, env: CategoricalEnvironment, **traits: Any) -> None:
        if len(env.objectives) > 2:
            raise ValueError(f"the plane of weights needs one or two objectives, this task has {len(env.objectives)}")
        need_fixed(env.strategy, "the plane of weights")
        self.env = env
        self._reward = lru_cache(maxsize=256)(self._expected_reward)
        self._unit = self._expected_reward(1.0) if len(env.objectives) == 1 else None
        super().__init__(**{**({} if self._unit is None else {"share": 1.0}), **traits})

    def weights(self, share: float) -> tuple[float, ...]:
        """Objective weights of that share."""
        return (share,) if len(self.env.objectives) == 1 else (share, round(1.0 - share, 6))

    def q(self, share: float, cost_weight: float) -> NDArray[np.float64]:
        """Exact Q of every arm for such a user, (P, N_max)."""
        reward = self._reward(share) if self._unit is None else share * self._unit
        return reward - cost_weight * self.env.arm_cost

    def holdings(self) -> Holdings:
        """Prompts, by the words that name them."""
        return prompts_of(self.env)

    def controls(self) -> Sequence[Control]:
        """One slider for the objectives and one for cost."""
        names = self.env.objectives
        label = f"Weight: {names[0]}" if len(names) == 1 else f"{names[0]} against {names[1]}"
        return [
            Control("share", label, "range", self._least, 1.0, STEP),
            Control("cost_weight", "Weight: cost", "range", 0.0, LARGEST_COST, STEP),
            Control("reset", "Reset", "button", hint="Back to the weights at first"),
        ]

    @property
    def _paid_in(self) -> str:
        """What cost is counted in, where it has a name."""
        return "" if self.env.cost_unit == "cost" else f", cost in {self.env.cost_unit}"

    @property
    def _least(self) -> float:
        return 0.0 if len(self.env.objectives) == 2 else STEP

    def readings(self) -> dict[str, str]:
        """The weights as numbers."""
        weights = " to ".join(f"{w:.2f}" for w in self.weights(self.share))
        return {"share": weights, "cost_weight": f"{self.cost_weight:.2f}"}

    def scene(self) -> Scene:
        """Curves of the best prompts, left; who wins where, right."""
        q = self.q(self.share, self.cost_weight)
        best, i = np.unravel_index(int(q.argmax()), q.shape)
        winners, shares, costs = self._plane
        wins = np.bincount(winners[..., 0].ravel(), minlength=len(q))
        order = np.lexsort((-self.q(0.5, 0.2).max(axis=1), -wins))  # who wins most of the plane, then who is good
        colours = self._colours(order)
        others = [int(p) for p in np.argsort(-q.max(axis=1)) if p != best][:SHOWN]
        scales = np.arange(1, self.env.n_max + 1)
        rest = [p for p in range(len(q)) if p != best and p not in others]
        # one line with gaps: many lines would each cost the browser a little at every move, and so would many points
        few = np.unique(np.geomspace(1, self.env.n_max, 12).round().astype(int))
        gaps = np.column_stack([q[rest][:, few - 1], np.full(len(rest), np.nan)]).ravel()[:-1]
        x = np.tile([*few, few[-1]], len(rest))[:-1]
        lines = [Line("other prompts", x, gaps, GREY, "", width=0.5)] if rest else []
        for p in (*others, int(best)):
            colour, marker = colours.get(p, (GREY, "X"))
            name = short_name(self.env.prompts[p], p, NAME)
            lines.append(Line(name, scales, q[p], colour, marker, every=4, width=2.6 if p == best else 1.4))
        left = Panel(
            "What this user gets", "N, completions per query", "Q, reward less cost", lines=lines,
            xticks=scale_ticks(self.env.n_max),
            stars=[Star(float(i + 1), float(q.max()), f"best arm: {self._said(int(best))}, N = {i + 1}")],
        )  # fmt: skip
        right = self._map(winners, shares, costs, colours)
        return Scene(
            [left, right], self._words(q, int(best), int(i) + 1), note=note(self.env), change=self._change(),
            title="Who is served decides the prompt and N",
            lead="Q is the expected reward less the weighted cost; the best arm, a prompt and an N, is that of most Q.",
        )  # fmt: skip

    def _words(self, q: NDArray[np.float64], best: int, n: int) -> str:
        first = int(q[:, 0].argmax())
        lost = q.max() - q[first].max()
        wish = ", ".join(f"{o} {w:.2f}" for o, w in zip(self.env.objectives, self.weights(self.share), strict=True))
        text = (
            f"With weights {wish} and cost {self.cost_weight:.2f}, {self._said(best)} with N = {n} is best:"
            f" Q {q.max():.3f}."
        )
        if first == best:
            return f"{text} The same prompt is best at N = 1."
        return f"{text} At N = 1 {self._said(first)} is best; keeping it and choosing only N would lose {lost:.3f}."

    def _change(self) -> str:
        """The cost weight, nearest to this user's, at which another prompt wins, or else another N."""
        here = self._winner(self.cost_weight)
        weights = np.arange(round(LARGEST_COST / STEP) + 1) * STEP
        for what in (0, 1):  # another prompt says more than another N
            for cost in sorted(weights.round(6).tolist(), key=lambda w: abs(w - self.cost_weight)):
                there = self._winner(cost)
                if there[what] != here[what]:
                    way = "Raise" if cost > self.cost_weight else "Lower"
                    gone = (
                        f"{self._said(here[0])} gives way to {self._said(there[0])}, at"
                        if what == 0
                        else "N turns from"
                    )
                    n = f"N = {there[1]}" if what == 0 else f"{here[1]} to {there[1]}, with the same prompt"
                    return f"{way} the weight of cost to {cost:.2f} and {gone} {n}."
        return "No weight of cost changes that."

    def _winner(self, cost: float) -> tuple[int, int]:
        """Best (prompt, N) at this share."""
        q = self.q(self.share, cost)
        p, i = np.unravel_index(int(q.argmax()), q.shape)
        return int(p), int(i) + 1

    def _said(self, prompt: int) -> str:
        return said_name(self.env.prompts[prompt], prompt)

    @cached_property
    def _plane(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        """Best (prompt, N) over the grid of weights, (rows of cost, columns of share, 2), and the grid."""
        low = 0.0 if len(self.env.objectives) == 2 else 0.1
        shares, costs = np.linspace(low, 1.0, GRID), np.linspace(0.0, LARGEST_COST, GRID)
        out = np.empty((GRID, GRID, 2), dtype=np.int64)
        for column, share in enumerate(shares):
            for row, cost in enumerate(costs):
                q = self.q(float(round(share, 6)), float(cost))
                out[row, column] = np.unravel_index(int(q.argmax()), q.shape)
        out[..., 1] += 1
        return out, shares, costs

    def _colours(self, order: NDArray[np.int64]) -> dict[int, tuple[str, str]]:
        """Colour and marker of the first prompts of ``order``."""
        return {int(p): (CYCLE[k], MARKERS[k]) for k, p in enumerate(order[: len(CYCLE) - 1])}

    def _map(
        self, winners: NDArray[np.int64], shares: NDArray[np.float64], costs: NDArray[np.float64],
        colours: dict[int, tuple[str, str]],
    ) -> Panel:  # fmt: skip
        names, name, n_max = list(colours), self.env.objectives[0], self.env.n_max
        prompts, n = winners[..., 0], winners[..., 1]
        tell = [
            [
                f"{name} {w:.1f}, cost {cost:.1f}: {self._said(int(p))}, N = {m}"
                for p, m, w in zip(*pair, shares, strict=True)
            ]
            for *pair, cost in zip(prompts, n, costs, strict=True)
        ]
        codes = np.array([[names.index(p) if p in colours else len(names) for p in row] for row in prompts.tolist()])
        cells = Cells(
            codes.tolist(), shares.tolist(), costs.tolist(), [*(colours[p][0] for p in names), GREY],
            [*(f"{short_name(self.env.prompts[p], p, NAME)} wins" for p in names), "another prompt wins"], tell=tell,
            shades=_shade(n, n_max).round(2).tolist(), markers=[*(colours[p][1] for p in names), "X"],
            ramp=[(f"N = {m}", float(_shade(np.array(m), n_max))) for m in sorted({1, round(n_max**0.5), n_max})],
        )  # fmt: skip
        marks = [
            Line("", [shares[i]], [costs[j]], INK, "X" if codes[j, i] == len(names) else MARKERS[codes[j, i]], "")
            for j, i in _middles(codes)
        ]
        user = Star(
            self.share, self.cost_weight, "this user", ring=True,
            moves=[Move("x", "share", self._least, 1.0, STEP, said=f"weight of {name} {{}}"),
                   Move("y", "cost_weight", 0.0, LARGEST_COST, STEP, said="cost weight {}")],
        )  # fmt: skip
        return Panel(
            "Who wins where: colour the prompt, shade N", f"weight of {name}", f"cost weight{self._paid_in}",
            lines=marks, cells=cells, stars=[user],
        )  # fmt: skip

    def _expected_reward(self, share: float) -> NDArray[np.float64]:
        context = Context("here", self.weights(share), 0.0)
        return self.env.with_(contexts=[context]).exact_q()[0]

    @t.validate("share")
    def _check_share(self, proposal: Any) -> float:
        low = 0.0 if len(self.env.objectives) == 2 else 0.01
        if not low <= proposal["value"] <= 1:
            raise t.TraitError(f"share must lie between {low:g} and 1, not {proposal['value']}")
        return float(proposal["value"])

    @t.validate("cost_weight")
    def _check_cost_weight(self, proposal: Any) -> float:
        return check_cost_weight(proposal)


def _shade(n: NDArray[np.int64], n_max: int) -> NDArray[np.float64]:
    """How strong the colour of a winner at that N is: by the logarithm, for the step from 1 to 2 weighs most."""
    return PALE + (STRONG - PALE) * np.log(n) / max(np.log(n_max), 1.0)


def _middles(codes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """(row, column) near the middle of each region of one code whose cells share sides."""
    left, found = {(int(j), int(i)) for j, i in np.ndindex(codes.shape)}, []
    while left:
        region, edge = [], [min(left)]
        left.discard(edge[0])
        while edge:
            j, i = edge.pop()
            region.append((j, i))
            near = {at for at in ((j + 1, i), (j - 1, i), (j, i + 1), (j, i - 1)) if at in left}
            near = {at for at in near if codes[at] == codes[j, i]}
            left -= near
            edge += sorted(near)
        middle = np.mean(region, axis=0)
        found.append(min(region, key=lambda at: float(((at - middle) ** 2).sum())))
    return found
