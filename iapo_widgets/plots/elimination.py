"""An elimination as a still picture, the twin of the live view, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from ..core.naming import said_name, short_name
from ..core.problem import Arm, Prompt
from ..core.rounds import Round, without_rules
from .fitting import fit_text
from .picture import GREY, VERMILLION, Picture, plain

LABELLED = 32  # up to so many rows or columns the number of the trimming round is written into the cell
ROWS, NAME = 12, 24  # up to so many prompts the rows carry their names, of so many characters
LISTED, NUMBERED = 4, 8  # prompts that are listed in words, and those that have numbers alone


def trimming_rounds(rounds: Sequence[Round], number: int, context: int) -> NDArray[np.int64]:
    """The round that trimmed each arm up to round ``number``, 0 for survivors, (P, N_max)."""
    alive = np.array([without_rules(done).active[context] for done in rounds[:number]])
    return np.where(alive[-1], 0, 1 + alive.sum(axis=0))


def elimination(
    rounds: Sequence[Round],
    context: str,
    number: int | None = None,
    *,
    note: str = "",
    prompts: Sequence[Prompt] = (),
) -> Picture:
    """The elimination after round ``number`` (default: the last) for the context of that name.

    Left the heat map of estimates, trimmed arms pale with the round that trimmed them; right Q against N.  prompts:
    those of the environment, so that all are named by their words; without, those that were ever recommended are.
    Raises ``ValueError`` without rounds or for a round that is not there, ``KeyError`` for an unknown context.
    """
    return eliminations([("", rounds, number)], context, note=note, prompts=prompts)


def eliminations(
    runs: Sequence[tuple[str, Sequence[Round], int | None]],
    context: str,
    *,
    note: str = "",
    prompts: Sequence[Prompt] = (),
) -> Picture:
    """Several runs as (title, rounds, number of the round), one below the other on one scale of Q; else the same."""
    checked = []
    for title, all_rounds, number in runs:
        rounds = [without_rules(done) for done in all_rounds]
        number = len(rounds) if number is None else number
        if not 1 <= number <= len(rounds):
            raise ValueError(f"round {number} is not among the {len(rounds)} rounds")
        _ = rounds[0].policy[context]  # an unknown context is told with those that are known
        checked.append((title, rounds, number, list(rounds[0].policy).index(context)))
    limits = np.array([_limits(rounds, c) for _, rounds, _, c in checked])
    figure = Picture(figsize=(11, 4.6 * len(checked)), layout="constrained")
    parts: Any = [figure] if len(checked) == 1 else figure.subfigures(len(checked), 1)
    for part, (title, rounds, number, c) in zip(parts, checked, strict=True):
        _draw(part, title, rounds, number, c, (limits[:, 0].min(), limits[:, 1].max()), _known(rounds, prompts))
    if note:
        fit_text(figure.supxlabel(plain(note), fontsize=9), figure.bbox.width)
    figure.alt = " ".join(
        f"{f'{title}: ' if title else ''}{describe(rounds, context, number, prompts=prompts)}"
        for title, rounds, number, _ in checked
    )
    return figure


def _limits(rounds: Sequence[Round], c: int) -> tuple[float, float]:
    known = np.concatenate([r.q[c][~np.isnan(r.q[c])] for r in rounds])
    return (float(np.quantile(known, 0.2)), float(known.max())) if known.size else (0.0, 1.0)


def _known(rounds: Sequence[Round], prompts: Sequence[Prompt]) -> dict[int, Prompt]:
    """Prompts by index: those that are given, else those that some round's policy names."""
    if prompts:
        return dict(enumerate(prompts))
    return {p: prompt for done in rounds for p, prompt in done.policy.prompts.items()}


def _draw(
    part: Any,
    title: str,
    rounds: Sequence[Round],
    number: int,
    c: int,
    limits: tuple[float, float],
    known: Mapping[int, Prompt],
) -> None:
    done = rounds[number - 1]
    context, best = list(done.policy.items())[c]
    trimmed = trimming_rounds(rounds, number, c)
    left, right = part.subplots(1, 2, width_ratios=[1.35, 1])
    _heat(part, left, done, c, trimmed, limits, known)
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
        f"completions spent; recommended {said_name(known.get(best.prompt), best.prompt)}, {_scale(best)}"
    )
    fit_text(part.suptitle(plain(words), fontsize=10), part.bbox.width)


def describe(
    rounds: Sequence[Round], context: str, number: int | None = None, *, prompts: Sequence[Prompt] = ()
) -> str:
    """The same figure in words, for who cannot see it; prompts: as in ``elimination``."""
    done = without_rules(rounds[(number or len(rounds)) - 1])
    best = done.policy[context]
    c = list(done.policy).index(context)
    alive = done.active[c]
    known = _known(rounds, prompts)
    names = _listed(np.flatnonzero(alive.any(axis=1)).tolist(), known)
    return (
        f"After round {done.number}, with {done.spent:,} of {done.budget:,} completions spent, {int(alive.sum())} of "
        f"{alive.size} arms are left for context {context}, of {names}. Recommended: "
        f"{said_name(known.get(best.prompt), best.prompt)} with {_scale(best)}, estimated Q "
        f"{done.q[c, best.prompt, (best.n or 1) - 1]:.3f}."
    )


def _listed(left: Sequence[int], known: Mapping[int, Prompt]) -> str:
    """Prompts in a sentence: by their words where they have any, else by numbers, and counted where they are many."""
    said = [said_name(known.get(p), p) for p in left]
    if all(name == f"prompt {p}" for name, p in zip(said, left, strict=True)):
        some = f"prompt{'s' if len(left) > 1 else ''} " + ", ".join(map(str, left))
        return some if len(left) <= NUMBERED else f"{len(left)} prompts"
    return ", ".join(said) if len(left) <= LISTED else f"{len(left)} prompts"


def _scale(arm: Arm) -> str:
    return "N drawn at random (shown at N = 1)" if arm.n is None else f"N = {arm.scale}"


def _heat(
    figure: Any,
    axes: Axes,
    done: Round,
    c: int,
    trimmed: NDArray[np.int64],
    limits: tuple[float, float],
    known: Mapping[int, Prompt],
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
    if n_prompts <= ROWS and len(known) == n_prompts:
        axes.set_yticks(range(n_prompts), [plain(short_name(known[p], p, NAME)) for p in range(n_prompts)], fontsize=8)


def _curves(
    axes: Axes,
    q: NDArray[np.float64],
    trimmed: NDArray[np.int64],
    best: int,
    limits: tuple[float, float],
) -> None:
    scales = np.arange(1, q.shape[1] + 1)
    for p in np.argsort(np.arange(len(q)) == best, kind="stable"):
        colour, width = (VERMILLION, 2.6) if p == best else (GREY, 1.4)
        axes.plot(scales, q[p], ":", color=colour, lw=1, alpha=1 if p == best else 0.5)
        alive = np.where(trimmed[p] > 0, np.nan, q[p])
        marker = "o" if p == best else "s"
        label = f"prompt {p}, recommended" if p == best else None  # its words stand in title and row
        axes.plot(scales, alive, color=colour, lw=width, marker=marker, ms=3.5, label=label)
    axes.plot([], [], color=GREY, marker="s", ms=3.5, label="other scales in the race")
    axes.plot([], [], ":", color=GREY, label="trimmed")
    margin = 0.04 * (limits[1] - limits[0]) or 0.5
    axes.set(
        xlabel="N, completions per query", ylabel="estimated Q", ylim=(limits[0] - margin, limits[1] + margin),
    )  # fmt: skip
    axes.grid(alpha=0.3)
