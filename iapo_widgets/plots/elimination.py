"""An elimination as a still picture, the twin of the live view, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..core.problem import Arm
from ..core.rounds import Round
from .picture import GREY, VERMILLION, Picture, plain

LABELLED = 32  # up to so many rows or columns the number of the trimming round is written into the cell


def trimming_rounds(rounds: Sequence[Round], number: int, context: int) -> NDArray[np.int64]:
    """The round that trimmed each arm up to round ``number``, 0 for survivors, (P, N_max)."""
    alive = np.array([done.active[context] for done in rounds[:number]])
    return np.where(alive[-1], 0, 1 + alive.sum(axis=0))


def elimination(rounds: Sequence[Round], context: str, number: int | None = None, *, note: str = "") -> Picture:
    """The elimination after round ``number`` (default: the last) for the context of that name.

    Left the heat map of estimates, trimmed arms pale with the round that trimmed them; right Q against N.
    Raises ``ValueError`` without rounds or for a round that is not there, ``KeyError`` for an unknown context.
    """
    return eliminations([("", rounds, number)], context, note=note)


def eliminations(runs: Sequence[tuple[str, Sequence[Round], int | None]], context: str, *, note: str = "") -> Picture:
    """Several runs as (title, rounds, number of the round), one below the other on one scale of Q; else the same."""
    checked = []
    for title, rounds, number in runs:
        number = len(rounds) if number is None else number
        if not 1 <= number <= len(rounds):
            raise ValueError(f"round {number} is not among the {len(rounds)} rounds")
        _ = rounds[0].policy[context]  # an unknown context is told with those that are known
        checked.append((title, rounds, number, list(rounds[0].policy).index(context)))
    limits = np.array([_limits(rounds, c) for _, rounds, _, c in checked])
    figure = Picture(figsize=(11, 4.6 * len(checked)), layout="constrained")
    parts: Any = [figure] if len(checked) == 1 else figure.subfigures(len(checked), 1)
    for part, (title, rounds, number, c) in zip(parts, checked, strict=True):
        _draw(part, title, rounds, number, c, (limits[:, 0].min(), limits[:, 1].max()))
    if note:
        figure.supxlabel(plain(note), fontsize=9)
    figure.alt = " ".join(
        f"{f'{title}: ' if title else ''}{describe(rounds, context, number)}" for title, rounds, number, _ in checked
    )
    return figure


def _limits(rounds: Sequence[Round], c: int) -> tuple[float, float]:
    known = np.concatenate([r.q[c][~np.isnan(r.q[c])] for r in rounds])
    return (float(np.quantile(known, 0.2)), float(known.max())) if known.size else (0.0, 1.0)


def _draw(part: Any, title: str, rounds: Sequence[Round], number: int, c: int, limits: tuple[float, float]) -> None:
    done = rounds[number - 1]
    context, best = list(done.policy.items())[c]
    trimmed = trimming_rounds(rounds, number, c)
    left, right = part.subplots(1, 2, width_ratios=[1.35, 1])
    _heat(part, left, done, c, trimmed, limits)
    _curves(right, done.q[c], trimmed, best.prompt, limits)
    n = best.n or 1
    for axes, y in ((left, best.prompt), (right, done.q[c, best.prompt, n - 1])):
        axes.plot(n, y, "*", ms=15, mfc="white", mec="black", mew=1.4, label="recommended", zorder=5)
    left.legend(
        handles=[
            Patch(fc="0.85", ec="0.6", label="trimmed, with its round"),
            *left.get_legend_handles_labels()[0],
        ],
        loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=3, fontsize=8, frameon=False,
    )  # fmt: skip
    right.legend(fontsize=8, loc="lower right")
    words = (
        f"{f'{title}. ' if title else ''}Context {context}, round {number}: {done.spent:,} of {done.budget:,} "
        f"completions spent; recommended prompt {best.prompt}, {_scale(best)}"
    )
    part.suptitle(plain(words), fontsize=10)


def describe(rounds: Sequence[Round], context: str, number: int | None = None) -> str:
    """The same figure in words, for who cannot see it."""
    done = rounds[(number or len(rounds)) - 1]
    best = done.policy[context]
    c = list(done.policy).index(context)
    alive = done.active[c]
    prompts = np.flatnonzero(alive.any(axis=1))
    some = f"prompt{'s' if len(prompts) > 1 else ''} " + ", ".join(map(str, prompts))
    names = some if len(prompts) <= 8 else f"{len(prompts)} prompts"
    return (
        f"After round {done.number}, with {done.spent:,} of {done.budget:,} completions spent, {int(alive.sum())} of "
        f"{alive.size} arms are left for context {context}, of {names}. Recommended: prompt {best.prompt} with "
        f"{_scale(best)}, estimated Q {done.q[c, best.prompt, (best.n or 1) - 1]:.3f}."
    )


def _scale(arm: Arm) -> str:
    return "N drawn at random (shown at N = 1)" if arm.n is None else f"N = {arm.n}"


def _heat(
    figure: Any, axes: Axes, done: Round, c: int, trimmed: NDArray[np.int64], limits: tuple[float, float]
) -> None:
    q = done.q[c]
    n_prompts, n_max = q.shape
    image = axes.imshow(
        q, aspect="auto", cmap="cividis", vmin=limits[0], vmax=limits[1], interpolation="nearest",
        alpha=np.where(trimmed > 0, 0.22, 1.0), extent=(0.5, n_max + 0.5, n_prompts - 0.5, -0.5),
    )  # fmt: skip
    figure.colorbar(image, ax=axes, label="estimated Q", extend="min", alpha=1.0)
    if max(n_prompts, n_max) <= LABELLED:
        for p, i in np.argwhere(trimmed):
            axes.text(i + 1, p, trimmed[p, i], ha="center", va="center", fontsize=5.5, color="0.25")
    largest = np.where(done.active.any(axis=0), np.arange(1, n_max + 1), 0).max(axis=1)
    rows = np.flatnonzero(largest)
    axes.vlines(largest[rows] + 0.5, rows - 0.45, rows + 0.45, VERMILLION, lw=2.5, label="largest scale alive")
    axes.set(xlabel="N, completions per query", ylabel="prompt")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))


def _curves(
    axes: Axes, q: NDArray[np.float64], trimmed: NDArray[np.int64], best: int, limits: tuple[float, float]
) -> None:
    scales = np.arange(1, q.shape[1] + 1)
    for p in np.argsort(np.arange(len(q)) == best, kind="stable"):
        colour, width = (VERMILLION, 2.6) if p == best else (GREY, 1.4)
        axes.plot(scales, q[p], ":", color=colour, lw=1, alpha=1 if p == best else 0.5)
        alive = np.where(trimmed[p] > 0, np.nan, q[p])
        marker = "o" if p == best else "s"
        label = f"prompt {best}, recommended" if p == best else None
        axes.plot(scales, alive, color=colour, lw=width, marker=marker, ms=3.5, label=label)
    axes.plot([], [], color=GREY, marker="s", ms=3.5, label="other scales in the race")
    axes.plot([], [], ":", color=GREY, label="trimmed")
    margin = 0.04 * (limits[1] - limits[0]) or 0.5
    axes.set(
        xlabel="N, completions per query", ylabel="estimated Q", ylim=(limits[0] - margin, limits[1] + margin),
    )  # fmt: skip
    axes.grid(alpha=0.3)
