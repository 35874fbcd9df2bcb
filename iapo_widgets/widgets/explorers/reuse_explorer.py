"""What one pull of (p, N) says about every smaller n: in blocks, in subsets, and what each is worth."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import traitlets as t
from numpy.typing import NDArray

from ...core.completions import Completions
from ...core.strategies import STRATEGIES
from ...plots.picture import BLUE, GREY, ORANGE, PURPLE, SKY, VERMILLION
from ...plots.scene import Cells, Line, Panel, Rule, Scene
from ..shared.counted import counted
from ..shared.explorer import Control, Explorer

Array = NDArray[np.float64]
Sample = tuple[str, tuple[int, ...]]  # what it is called, and which completions are in it
MOST = 72  # subsets drawn at most: as many lines as a picture can hold
CHOICES = [("majority of two answers", "majority-vote"), ("best-of-N, right or not", "best-of-n")]
STEPS = [("1 Blocks", "blocks"), ("2 Subsets", "subsets"), ("3 Their worth", "worth")]
SAYS = {"majority-vote": "vote", "best-of-n": "best"}
RIGHT, WRONG, TIE, LEFT = range(4)
COLOURS, LABELS = (SKY, ORANGE, PURPLE, GREY), ("right", "wrong", "tie", "left over")
CREDITS = {1.0: (RIGHT, "1"), 0.0: (WRONG, "0"), 0.5: (TIE, "\N{VULGAR FRACTION ONE HALF}")}
LIMITS = {"pulled": (1, 16), "n": (1, 16), "theta": (0, 1), "seed": (0, 10**9)}


class ReuseExplorer(Explorer):
    """Nested reuse in three steps: the blocks of size n in one pull of N completions, its subsets, and their worth.

    Traits: ``step`` (``blocks``, ``subsets`` or ``worth``), ``pulled`` (N, 1 .. 16), ``n`` (1 .. N), ``theta`` (chance
    that a completion is right), ``strategy`` (``majority-vote`` between two answers, or ``best-of-n`` with reward 1 or
    0), ``seed`` of the pull, and ``more`` (whether N, chance and strategy have controls).  Variances are exact, the
    pull is simulated.
    """

    step = t.Enum([value for _, value in STEPS], "blocks").tag(sync=True)
    pulled = t.Int(8).tag(sync=True)
    n = t.Int(3).tag(sync=True)
    theta = t.Float(0.6).tag(sync=True)
    strategy = t.Enum([value for _, value in CHOICES], "majority-vote").tag(sync=True)
    seed = t.Int(8).tag(sync=True)
    more = t.Bool(False).tag(sync=True)
    public = ("step", "pulled", "n", "theta", "strategy", "seed")
    alone = "step"

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.observe(self._changed, "more")

    def controls(self) -> Sequence[Control]:
        """The step and n; behind a switch the pull itself; another pull."""
        return [
            Control("step", "Look at", "steps", options=STEPS),
            Control("n", "n asked about", "range", 1, self.pulled, 1, hint="size of the samples"),
            Control("more", "More settings", "switch", hint="how many completions are pulled, and of what"),
            *(self._pull() if self.more else []),
            Control("again", "Another pull", "button", hint="Other completions, drawn with the next seed"),
            Control("reset", "Reset", "button", hint="Back to the settings at first"),
        ]

    def _pull(self) -> list[Control]:
        return [
            # a list, not a slider: each choice changes the range of n, and that would end a drag
            Control("pulled", "N pulled", "choice", options=[(str(i), i) for i in range(1, 17)]),
            Control("theta", "Chance of right", "range", 0, 1, 0.05, hint="success probability of one completion"),
            Control("strategy", "Strategy", "choice", options=CHOICES),
        ]

    def readings(self) -> dict[str, str]:
        """n beside N; the chance in per cent."""
        return {"n": f"{self.n} of {self.pulled}", "theta": f"{self.theta:.0%}"}

    def press(self, name: str) -> None:
        """Draw another pull, or reset."""
        if name == "again":
            self.seed = self.seed + 1 if self.seed < LIMITS["seed"][1] else 0
        else:
            super().press(name)

    def scene(self) -> Scene:
        """The picture of the step."""
        right = np.random.default_rng(self.seed).random(self.pulled) < self.theta
        spread = variances(self.strategy, self.theta, self.pulled)
        note = "Simulated: the pull is drawn from a known success rate, no model is called."
        if self.step == "worth":
            panels, words = [self._worth(*spread)], f"{self._worth_said(*spread)} {self._drawn_said(right)}"
            note = f"{note} Variances are exact."
        elif self.step == "subsets":
            panels, words = [self._blocks(right), self._subsets(right)], self._subsets_said(right)
        else:
            panels, words = [self._blocks(right)], self._blocks_said(right)
        return Scene(panels, words, note=note)

    def _blocks(self, right: NDArray[np.bool_]) -> Panel:
        size, n = self.pulled, self.n
        whole: list[Sample] = [("the pull", tuple(range(size))), ("", ())]
        blocks = [(f"block {i + 1}", tuple(range(i * n, (i + 1) * n))) for i in range(size // n)]
        rest = [("left over", tuple(range(size - size % n, size)))] if size % n else []
        ticks = [name for name, _ in (*whole, *blocks, *rest)]
        height = 1.2 if self.step == "subsets" else 0.3 + 0.09 * len(ticks)
        title = f"{counted(len(blocks), 'block')} of {n}{f', {size % n} left over' if rest else ''}"
        return self._map(right, [*whole, *blocks, *rest], title, "", ticks, height)

    def _subsets(self, right: NDArray[np.bool_]) -> Panel:
        size, n = self.pulled, self.n
        every = list(combinations(range(size), n))
        rng = np.random.default_rng([self.seed, size, n])
        chosen = [every[i] for i in sorted(rng.choice(len(every), min(MOST, len(every)), replace=False))]
        chosen.sort(key=lambda who: -int(right[list(who)].sum()))  # the votes for right together, as a bar
        some = f"{len(chosen)} of " if len(chosen) < len(every) else ""
        samples = [(f"subset {i + 1}", who) for i, who in enumerate(chosen)]
        title = f"{some}{counted(len(every), 'subset')} of {n}"
        return self._map(right, samples, title, "subset", _ends(len(chosen)), 1.2)

    def _map(
        self, right: NDArray[np.bool_], samples: Sequence[Sample], title: str, ylabel: str,
        ticks: Sequence[str], height: float,
    ) -> Panel:  # fmt: skip
        """Samples from top to bottom: which completions are in them, and what each says.

        Of many samples only what they say is told in words: the rest follows from numbers of row and column.
        """
        size, few = self.pulled, not ylabel
        codes: list[list[int]] = []
        texts: list[list[str]] = []
        tell: list[list[Any]] = []
        for name, who in samples:
            unused, k = name == "left over" or not who, int(right[list(who)].sum())
            row = [LEFT if unused else RIGHT if r else WRONG for r in right]
            code, mark = (-1, "") if unused else CREDITS[float(self._alone(len(who))[k])]
            codes.append([*(c if i in who else -1 for i, c in enumerate(row)), -1, code])
            marks = [("R" if r else "W") if i in who else "" for i, r in enumerate(right)]
            texts.append([*marks, "", mark])
            said = [LABELS[RIGHT if r else WRONG] if i in who else "not in it" for i, r in enumerate(right)]
            words = [f"{name}: completion {i + 1}, {text}" if few else None for i, text in enumerate(said)]
            says = "in no block" if unused else f"{k} of {len(who)} right, credit {mark}"
            tell.append([*words, "", f"{name}: {says}"] if who else ["the blocks of the pull, below"] * (size + 2))
        places = range(len(samples), 0, -1)  # rows count from below, samples from above
        columns = [*((i + 1, str(i + 1)) for i in range(size)), (size + 2, SAYS[self.strategy])]
        cells = Cells(codes[::-1], list(range(1, size + 3)), list(places), COLOURS, LABELS,
                      texts[::-1] if few else (), tell[::-1])  # fmt: skip
        rows = [(float(place), text) for place, text in zip(places, ticks[::-1], strict=True) if text]
        return Panel(title, "completion", ylabel, cells=cells, xticks=columns, yticks=rows, height=height,
                     ylim=(len(samples) + 0.5, 0.5))  # fmt: skip

    def _worth(self, single: Array, blocks: Array, subsets: Array) -> Panel:
        sizes = np.arange(1, self.pulled + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            of_all = np.where(subsets > 1e-15, single / subsets, np.nan)
        kinds = (("all subsets", of_all, BLUE, "o"), ("disjoint blocks", self.pulled // sizes, VERMILLION, "s"))
        lines = [
            Line(label, sizes, values, colour, marker, tell=[
                f"n = {n}, {label}: worth {v:.1f} independent samples" for n, v in zip(sizes, values, strict=True)
            ]) for label, values, colour, marker in kinds
        ]  # fmt: skip
        return Panel(
            f"What one pull of {self.pulled} is worth", "n asked about, completions", "independent samples of size n",
            lines=lines, rules=[Rule(float(self.n), "n asked about")], xlim=(0.5, self.pulled + 0.5),
            xticks=[(int(i), str(i)) for i in sizes], ylim=(0.0, 1.08 * self.pulled),
        )  # fmt: skip

    def _held(self) -> str:
        left = self.pulled % self.n
        rest = f" ({counted(left, 'completion')} {'is' if left == 1 else 'are'} left over)" if left else ""
        return f"A pull of N = {self.pulled} holds {counted(self.pulled // self.n, 'block')} of {self.n}{rest}"

    def _blocks_said(self, right: NDArray[np.bool_]) -> str:
        size, n = self.pulled, self.n
        before = f"; at n = {n - 1} it held {size // (n - 1)}" if n > 1 else ", for each completion is a sample"
        said = f"Their mean {SAYS[self.strategy]} is {self._estimates(right)[0]:.3f}"
        return f"{self._held()}{before}. {said}, and the truth is {self._truth():.3f} (credit, from 0 to 1)."

    def _subsets_said(self, right: NDArray[np.bool_]) -> str:
        number = comb(self.pulled, self.n)
        by_block, by_subset = self._estimates(right)
        moved = f"Their mean {SAYS[self.strategy]} is {by_subset:.3f}, that of the blocks {by_block:.3f}"
        lapped = f" No completion is left over, but subsets overlap: {number:,} of them are not worth so many samples."
        overlap = lapped if number > 1 else ""
        truth = f"the truth is {self._truth():.3f} (credit, from 0 to 1)"
        return f"{self._held()} and {counted(number, 'subset')} of {self.n}.{overlap} {moved}; {truth}."

    def _worth_said(self, single: Array, blocks: Array, subsets: Array) -> str:
        size, n = self.pulled, self.n
        one, by_block, by_subset = (float(v[n - 1]) for v in (single, blocks, subsets))
        if by_subset <= 1e-15:
            always = "right" if self.theta > 0.5 else "wrong"
            return f"Every completion is {always}: both estimates are exact, their variance is 0."
        worth = f"At n = {n} one pull of {size} is worth {one / by_subset:.1f} independent samples by all subsets"
        noise = f"its estimate misses by {by_subset**0.5:.3f} of credit instead of {by_block**0.5:.3f}"
        return f"{worth}, {size // n} by blocks: {noise} (standard deviation)."

    def _drawn_said(self, right: NDArray[np.bool_]) -> str:
        by_block, by_subset = self._estimates(right)
        drawn = "".join("R" if r else "W" for r in right)
        said = f"The pull drawn, {drawn}, says {by_subset:.3f} by subsets and {by_block:.3f} by blocks"
        return f"{said}; the truth is {self._truth():.3f}."

    def _estimates(self, right: NDArray[np.bool_]) -> tuple[float, float]:
        """Of the pull drawn, by blocks and by subsets."""
        size, n = self.pulled, self.n
        parts = right[: size - size % n].reshape(-1, n).sum(axis=1)
        return float(self._alone(n)[parts].mean()), float(_subset_means(self.strategy, size)[right.sum(), n - 1])

    def _truth(self) -> float:
        return float(_binomial(self.n, self.theta) @ self._alone(self.n))

    def _alone(self, n: int) -> Array:
        """Credit of one sample of size n with S = 0 .. n right completions."""
        return _subset_means(self.strategy, n)[:, -1]

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


def _ends(number: int) -> list[str]:
    """Ticks of which the first and the last say their number."""
    return [str(i) if i in (1, number) else "" for i in range(1, number + 1)]
