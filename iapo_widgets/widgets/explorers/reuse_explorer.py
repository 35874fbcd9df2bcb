"""What one pull of (p, N) says about every smaller n, in blocks and in subsets, and how a race divides its budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.completions import Completions
from ...core.environment import voting_environment
from ...core.problem import Context
from ...core.psst import largest_scale, psst, spending
from ...core.strategies import STRATEGIES
from ...plots.picture import BLUE, GREY, ORANGE, SKY, VERMILLION
from ...plots.scene import Cells, Line, Panel, Rule, Scene
from ..shared.explorer import Control, Explorer

Array = NDArray[np.float64]
SUBSETS, ROWS = 10, 18  # subsets drawn at most; fewer below many blocks, so that the letters stay legible
CHOICES = [("majority of two answers", "majority-vote"), ("best-of-N, right or not", "best-of-n")]
HEAD = (
    "round",
    "prompts left",
    "M, sum of their largest scales",
    "share: left / rounds left",
    "pulls of each",
    "completions spent",
)
LIMITS = {
    "pulled": (1, 16), "n": (1, 16), "theta": (0, 1), "budget": (20, 20_000), "prompts": (2, 12), "seed": (0, 10**9),
}  # fmt: skip


class ReuseExplorer(Explorer):
    """Nested reuse: the blocks and the subsets of size n that one pull of N completions holds, and what they are worth.

    Traits: ``pulled`` (N, 1 .. 16), ``n`` (1 .. N), ``theta`` (chance that a completion is right), ``strategy``
    (``majority-vote`` between two answers, or ``best-of-n`` with reward 1 or 0), ``budget`` (20 .. 20,000) and
    ``prompts`` (2 .. 12) of the race in the table, and ``seed``.  Variances are exact; pull and race are simulated.
    """

    pulled = t.Int(8).tag(sync=True)
    n = t.Int(3).tag(sync=True)
    theta = t.Float(0.6).tag(sync=True)
    strategy = t.Enum([value for _, value in CHOICES], "majority-vote").tag(sync=True)
    budget = t.Int(400).tag(sync=True)
    prompts = t.Int(4).tag(sync=True)
    seed = t.Int(0).tag(sync=True)
    public = ("pulled", "n", "theta", "strategy", "budget", "prompts", "seed")
    alone = "n"

    def controls(self) -> Sequence[Control]:
        """The pull, what is asked of it, and the race."""
        return [
            # a list, not a slider: each choice changes the range of n, and that would end a drag
            Control("pulled", "N pulled", "choice", options=[(str(i), i) for i in range(1, 17)]),
            Control("n", "n asked about", "range", 1, self.pulled, 1),
            Control("theta", "Chance of right", "range", 0, 1, 0.05, hint="success probability of one completion"),
            Control("strategy", "Strategy", "choice", options=CHOICES),
            Control("budget", "Race: budget T", "log", *LIMITS["budget"], 0.01, hint="completions"),
            Control("prompts", "Race: prompts", "range", *LIMITS["prompts"], 1),
            Control("seed", "Seed", "number", hint="of the pull, of the subsets shown and of the race"),
            Control("reset", "Reset", "button", hint="Back to the settings at first"),
        ]

    def scene(self) -> Scene:
        """The pull as a map, left; variance against n, right; the rounds of a race, below."""
        spread = variances(self.strategy, self.theta, self.pulled)
        right = np.random.default_rng(self.seed).random(self.pulled) < self.theta
        rows, race = _race(self.strategy, self.prompts, self.pulled, self.budget, self.seed)
        words = f"{self._words(*spread)} {self._told(right)} {race}"
        note = "The pull and the race are simulated from known success rates, no model is called; variances are exact."
        return Scene([self._map(right), self._variance(*spread)], words, HEAD, rows, note)

    def _map(self, right: NDArray[np.bool_]) -> Panel:
        size, n = self.pulled, self.n
        members = [(f"B{i + 1}", 0, tuple(range(i * n, (i + 1) * n))) for i in range(size // n)]
        shown = [*members, *([("rest", 2, tuple(range(size - size % n, size)))] if size % n else [])]
        every, most = list(combinations(range(size), n)), min(SUBSETS, ROWS - len(members))
        rng = np.random.default_rng([self.seed, size, n])
        chosen = [every[i] for i in sorted(rng.choice(len(every), min(most, len(every)), replace=False))]
        shown = [*shown, *((f"S{i + 1}", 1, s) for i, s in enumerate(chosen))][::-1]  # rows count from below
        said = ["right" if r else "wrong" for r in right]
        codes = [[code if i in who else -1 for i in range(size)] for _, code, who in shown]
        texts = [[said[i][0].upper() if i in who else "" for i in range(size)] for _, _, who in shown]
        tell = [[f"{k}: {i + 1} {said[i] if i in who else 'not in it'}" for i in range(size)] for k, _, who in shown]
        labels, y = ["in a block (B)", "in a subset (S)", "left over by the blocks (rest)"], range(len(shown))
        cells = Cells(codes, list(range(1, size + 1)), list(y), [ORANGE, SKY, GREY], labels, texts, tell)
        some = f"{len(chosen)} of {_count(len(every), 'subset')}"
        title = f"One pull: {_count(len(members), 'block')}, {some}; R right, W wrong"
        ticks, columns = [(i, row[0]) for i, row in enumerate(shown)], [(i + 1, str(i + 1)) for i in range(size)]
        return Panel(title, "completion", f"samples of size {n}", cells=cells, xticks=columns, yticks=ticks)

    def _variance(self, single: Array, blocks: Array, subsets: Array) -> Panel:
        sizes = np.arange(1, self.pulled + 1)
        kinds = (("disjoint blocks", blocks, VERMILLION, "s"), ("all subsets", subsets, BLUE, "o"))
        lines = [
            Line(label, sizes, values, colour, marker, tell=[
                f"n = {n}, {label}: variance {v:.4f}{f', worth {s / v:.1f} samples' if v > 0 else ''}"
                for n, v, s in zip(sizes, values, single, strict=True)
            ]) for label, values, colour, marker in kinds
        ]  # fmt: skip
        return Panel(
            f"How sure one pull of {self.pulled} is of Q(p, n)", "n", "variance of its estimate", lines=lines,
            rules=[Rule(float(self.n), "n asked about")], xlim=(0.5, self.pulled + 0.5),
            xticks=[(int(i), str(i)) for i in sizes],
            ylim=(0.0, 1.08 * float(max(blocks.max(), subsets.max(), 1e-3))), width=0.8,
        )  # fmt: skip

    def _words(self, single: Array, blocks: Array, subsets: Array) -> str:
        size, n = self.pulled, self.n
        left, number = size % n, comb(size, n)
        rest = f" ({_count(left, 'completion')} {'is' if left == 1 else 'are'} left over)" if left else ""
        holds = f"A pull of N = {size} holds {_count(size // n, 'block')} of {n}{rest} and {_count(number, 'subset')}"
        one, by_block, by_subset = (float(v[n - 1]) for v in (single, blocks, subsets))
        if by_subset <= 0:
            always = "right" if self.theta > 0.5 else "wrong"
            return f"{holds} of {n}. Every completion is {always}: both estimates are exact, their variance is 0."
        told = f"Variance of one pull's estimate: {by_block:.3f} by blocks, {by_subset:.3f} by subsets"
        worth = f"worth {one / by_subset:.1f} independent samples of size {n} instead of {size // n}"
        return f"{holds} of {n}. {told}, {worth}."

    def _told(self, right: NDArray[np.bool_]) -> str:
        """What the pull that is drawn says itself."""
        size, n = self.pulled, self.n
        means, alone = _subset_means(self.strategy, size), _subset_means(self.strategy, n)[:, -1]
        parts = right[: size - size % n].reshape(-1, n).sum(axis=1)
        said = f"{alone[parts].mean():.3f} by blocks, {means[right.sum(), n - 1]:.3f} by subsets"
        drawn, truth = "".join("R" if r else "W" for r in right), _binomial(n, self.theta) @ alone
        return (
            f"The pull drawn, {drawn}, puts Q by {self.strategy} at {said}; the truth is {truth:.3f}. "
            "One pull can mislead either way: the variances say how far."
        )

    @t.observe("pulled")
    def _lower_n(self, change: Any) -> None:
        self.n = min(self.n, change["new"])

    @t.validate(*LIMITS)
    def _check_number(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        low, high = LIMITS[name]
        high, why = (self.pulled, ", the completions pulled") if name == "n" else (high, "")
        if not low <= value <= high:
            raise t.TraitError(f"{name} must lie between {low} and {high}{why}, not {value}")
        return value


def variances(strategy: str, theta: float, pulled: int) -> tuple[Array, Array, Array]:
    """Exact variance, at n = 1 .. ``pulled``, of one sample of size n and of one pull by blocks and by subsets."""

    def variance(value: Array) -> float:  # value: of a pull with S = 0, 1 .. right completions
        mass = _binomial(len(value) - 1, theta)
        return float(mass @ (value - mass @ value) ** 2)

    sizes = np.arange(1, pulled + 1)
    single = np.array([variance(_subset_means(strategy, int(n))[:, -1]) for n in sizes])
    return single, single / (pulled // sizes), np.array([variance(v) for v in _subset_means(strategy, pulled).T])


def _binomial(size: int, theta: float) -> Array:
    """P(S right completions), S = 0 .. size."""
    return np.array([comb(size, s) * theta**s * (1 - theta) ** (size - s) for s in range(size + 1)])


@lru_cache(maxsize=64)
def _subset_means(strategy: str, size: int) -> Array:
    """Estimates over all n-subsets of a pull with S right completions, (S = 0 .. size, n = 1 .. size)."""
    right = np.arange(size) < np.arange(size + 1)[:, None]
    index, reward = np.zeros(size + 1, dtype=np.int64), right[:, :, None].astype(float)
    answers, valid = np.where(right, 0, 1), np.ones(right.shape, dtype=bool)
    pulls = Completions(index, index, reward, answers, index, np.zeros(right.shape), valid)
    return STRATEGIES[strategy].subsets(pulls, np.ones((1, 1)), size)[:, 0]


@lru_cache(maxsize=8)
def _race(strategy: str, prompts: int, n_max: int, budget: int, seed: int) -> tuple[list[list[str]], str]:
    """The rounds of PSST on a small task of random success rates, as rows of ``HEAD``, and how it ended."""
    rates = np.random.default_rng([seed, prompts]).uniform(0.3, 0.9, (prompts, 1))
    probs, cost = np.stack([rates, 1 - rates], axis=2), np.full(prompts, 0.02)
    env = voting_environment(probs, [0], cost, contexts=[Context("here", (1.0,), 1.0)], n_max=n_max)
    rounds = list(psst(env.with_(strategy=strategy), budget, seed=seed))
    rows, active, spent = [], np.ones((1, prompts, n_max), dtype=bool), 0
    for done in rounds:
        scale = largest_scale(active)
        count = sorted(Counter(scale[scale > 0].tolist()).items(), reverse=True)
        pulls = done.pulls.sum(axis=1)[scale > 0]
        low, high = pulls.min(), pulls.max()
        less = " smaller, as far as T goes" if low and spending(done.pulls) < low * scale.sum() else ""
        rows.append([
            f"{done.number} of {len(rounds)}", f"{(scale > 0).sum()}",
            f"{' + '.join(f'{k} x {s}' for s, k in count)} = {scale.sum()}",
            f"{(budget - spent) // (len(rounds) - done.number + 1):,}",
            (f"{low}" if low == high else f"{low} to {high}") + less, f"{spending(done.pulls):,}",
        ])  # fmt: skip
        active, spent = done.active, done.spent
    arm = rounds[-1].policy["here"]
    end = f"it spends {spent:,} and ends at prompt {arm.prompt + 1} with N = {arm.n}"
    return rows, f"The race of {prompts} prompts by T = {budget:,} completions below: {end} (seed {seed})."


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"
