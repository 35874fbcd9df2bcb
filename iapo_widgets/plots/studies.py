"""Figures 4 and 5: average contextual return against the training budget; and theorem 1 beside what happens."""

from __future__ import annotations

from collections.abc import Sequence

from ..study.certainty import ErrorRate
from ..study.paper import ELIMINATION, SEQUENTIAL
from ..study.table import Table
from .picture import BLACK, BLUE, GREEN, GREY, MARKERS, ORANGE, PURPLE, SKY, VERMILLION, Picture, plain

STYLES = {
    "psst": (BLUE, "o", "-"),
    "uniform": (GREY, "s", "--"),
    "epsilon-greedy": (ORANGE, "^", "--"),
    "softmax": (GREEN, "D", "--"),
    "ucb": (SKY, "v", "--"),
    "psst+k1": (ORANGE, "^", "--"),
    "psst+k4": (GREEN, "D", "-"),
    "psst+k8": (SKY, "v", "-"),
    "triple-n1": (PURPLE, "P", ":"),
    "triple-random": (BLACK, "X", ":"),
    "ucb-e": (SKY, "v", ":"),
    "ucb-e-lrf": (PURPLE, "P", "-"),
    "racing": (BLACK, "s", "--"),
    "frugal": (VERMILLION, "*", "-"),
}


def figure4(table: Table | None = None) -> Picture:
    """ACR against budget on every environment: PSST and the baselines that use no structure.

    table: what ``iapo study DIR`` wrote, ``Table.read(DIR)``; without one, the table of the stand-ins that comes with
    the package.  Means over runs with standard errors.
    """
    return _against_budget(table, ["psst", "uniform", *SEQUENTIAL], "PSST and the baselines")


def figure5(table: Table | None = None) -> Picture:
    """ACR against budget: joint (PSST, screened, frugal), decoupled (+K1) and prompt-only (TRIPLE) optimization.

    ``table`` as in ``figure4``.
    """
    names = [name for name in ELIMINATION if name != "uniform"]
    return _against_budget(table, names, "joint, decoupled (psst+k1) and prompt-only (triple) optimization")


def _against_budget(table: Table | None, algorithms: Sequence[str], title: str) -> Picture:
    table = (Table.read() if table is None else table).only(algorithms)
    if not table.cells:
        raise ValueError(f"the table has none of {', '.join(algorithms)}")
    asked = {name: {c.budget for c in table.cells if c.algorithm == name} for name in algorithms}
    common = {b for b in set().union(*asked.values()) if sum(b in a for a in asked.values()) > 1}
    environments = list(dict.fromkeys(cell.environment for cell in table.cells))
    across = min(3, len(environments))
    down = -(-len(environments) // across)
    figure = Picture(figsize=(4.2 * across, 3.2 * down + 0.8), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    for axes in panels[len(environments) :]:
        axes.remove()
    words = []
    for axes, environment in zip(panels, environments, strict=False):
        ends = {}
        for name in algorithms:
            mine = [c for c in table.cells if (c.environment, c.algorithm) == (environment, name)]
            cells = [c for c in mine if c.budget in common]
            if not cells:
                continue
            cells.sort(key=lambda c: c.budget)
            colour, marker, line = STYLES[name]
            axes.errorbar(
                [c.budget for c in cells], [c.acr for c in cells], [c.acr_sem for c in cells],
                color=colour, marker=marker, ls=line, ms=5, lw=1.4, capsize=2, label=name,
            )  # fmt: skip
            ends[name] = cells[-1]
        budgets = sorted(common)
        axes.set_xscale("log")
        axes.set_xticks(budgets, [f"{b // 1000}k" if b % 1000 == 0 else str(b) for b in budgets], minor=False)
        axes.set_xticks([], minor=True)
        axes.set(title=plain(environment), xlabel="training budget T, completions", ylabel="ACR")
        axes.grid(alpha=0.3)
        order = sorted(ends, key=lambda n: -ends[n].acr)
        last = "; ".join(f"{n} {ends[n].acr:.3f}" for n in order)
        words.append(f"{environment} at the largest budget: {last}.")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    figure.suptitle(f"{title}: {table.source}", fontsize=11)
    figure.alt = "Average contextual return against training budget. " + " ".join(words)
    return figure


def error_bound(rates: Sequence[ErrorRate]) -> Picture:
    """Theorem 1's bound and how often PSST really misses a best arm, against the budget.

    rates: as ``study.certainty.error_rates`` measured them.  Raises ``ValueError`` without rates.
    """
    if not rates:
        raise ValueError("no error rates; measure some with iapo_widgets.study.certainty.error_rates")
    budgets = [r.budget for r in rates]
    figure = Picture(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.plot(budgets, [min(r.bound, 1.0) for r in rates], color=VERMILLION, marker="s", label="bound of theorem 1")
    axes.errorbar(
        budgets, [r.rate for r in rates], [r.sem for r in rates], color=BLUE, marker=MARKERS[0], capsize=2,
        label=f"measured, {rates[0].runs} runs",
    )  # fmt: skip
    vacuous = [r.budget for r in rates if r.bound >= 1]
    if vacuous:
        axes.axvspan(min(budgets), max(vacuous), color=GREY, alpha=0.12, lw=0, label="bound of 1 or more: says nothing")
    axes.set(xlabel="training budget T, completions", ylabel="P(some context misses its best arm)", xscale="log")
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    last = rates[-1]
    figure.alt = (
        f"Error probability against budget. At T = {last.budget:,} it is {last.rate:.3f}, measured over {last.runs} "
        f"runs, and theorem 1 bounds it by {min(last.bound, 1.0):.3f}."
    )
    return figure
