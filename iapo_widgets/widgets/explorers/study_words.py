"""What the means of a study come to, in words."""

from __future__ import annotations

from collections.abc import Sequence

from ...study.statistics import Cell


def told(cells: Sequence[Cell], budget: int, measure: str) -> str:
    """Every algorithm's mean there, the best first."""
    there = sorted((c for c in cells if c.budget == budget), key=lambda c: c.regret)
    return ", ".join(f"{c.algorithm} {getattr(c, measure):.3f}" for c in there)


def moved(cells: Sequence[Cell], least: int, largest: int, measure: str) -> str:
    """Every algorithm's mean at both budgets, the best at the larger one first."""
    there = {(c.algorithm, c.budget): getattr(c, measure) for c in cells}
    last = sorted((c for c in cells if c.budget == largest), key=lambda c: c.regret)
    return ", ".join(
        f"{c.algorithm} {there[c.algorithm, least]:.3f} to {there[c.algorithm, largest]:.3f}"
        for c in last if (c.algorithm, least) in there
    )  # fmt: skip


def sooner(cells: Sequence[Cell]) -> str:
    """Where the best algorithm at the largest budget had less regret than the next one has there; empty for nowhere."""
    largest = max(c.budget for c in cells)
    best, *others = sorted((c for c in cells if c.budget == largest), key=lambda c: c.regret)
    had = [c.budget for c in cells if others and c.algorithm == best.algorithm and c.regret <= others[0].regret]
    if not had or min(had) == largest:
        return ""
    fewer = f"{largest / min(had):.3g} times fewer completions"
    return f"{best.algorithm} does at T = {min(had):,} as well as {others[0].algorithm} at T = {largest:,}: {fewer}."
