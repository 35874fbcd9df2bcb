"""What one more completion buys: Q against N, and what a strategy makes of one probability (figure 3)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..core.checks import check_scale
from ..core.environment import CategoricalEnvironment
from ..core.naming import said_name, short_name
from ..core.stopping import over_rules
from ..core.strategies import STRATEGIES, Outcomes
from .picture import CYCLE, GREY, MARKERS, Picture, plain


def success_curves(strategy: str, theta: NDArray[np.float64], n_max: int) -> NDArray[np.float64]:
    """Expected reward before cost where a completion succeeds with probability theta, (len(theta), n_max).

    Success is the right one of two answers for majority voting, a reward of 1 instead of 0 for best-of-N.
    """
    probs = np.stack([theta, 1 - theta], axis=1)
    values = np.broadcast_to(np.array([1.0, 0.0])[:, None], (*probs.shape, 1))
    answers = np.broadcast_to(np.arange(2), probs.shape)
    outcomes = Outcomes(probs, values, answers, np.zeros(len(theta), dtype=np.int64))
    return STRATEGIES[strategy].expected(outcomes, np.ones((1, 1)), n_max)[:, 0]


def figure3(scales: Sequence[int] = (1, 2, 4, 8, 32)) -> Picture:
    """Figure 3: majority voting and best-of-N against the probability theta that one completion succeeds, per N.

    Raises ``ValueError`` where a scale is not a whole number of at least 1, or there are none or more than seven.
    """
    chosen = [check_scale(n, "a scale") for n in scales]
    if not 1 <= len(chosen) <= len(CYCLE):
        raise ValueError(f"give one to {len(CYCLE)} scales, not {len(chosen)}")
    theta = np.linspace(0, 1, 101)
    figure = Picture(figsize=(10, 4.2), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    for axes, strategy, title in zip(
        panels, ("majority-vote", "best-of-n"), ("Majority voting, two answers", "Best-of-N"), strict=True
    ):
        curves = success_curves(strategy, theta, max(chosen))
        for i, n in enumerate(chosen):  # sizes fall, for curves may coincide: those of N = 1 and 2 under voting
            size = 9 - i
            axes.plot(
                theta, curves[:, n - 1], color=CYCLE[i], marker=MARKERS[i], ms=size, markevery=10, label=f"N = {n}"
            )
        axes.axvline(0.5, color=GREY, lw=0.8, ls=":")
        axes.set(title=title, xlabel="theta, probability that one completion succeeds", ylim=(-0.02, 1.02))
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("expected reward, before cost")
    panels[1].legend(fontsize=8, loc="lower right")
    largest = max(chosen)
    at = {s: success_curves(s, np.array([0.4, 0.6]), largest)[:, -1] for s in ("majority-vote", "best-of-n")}
    vote, best = at["majority-vote"], at["best-of-n"]
    figure.alt = (
        f"Expected reward against theta for N = {', '.join(map(str, chosen))}. Voting falls below theta = 0.5 and "
        f"rises above it: at N = {largest}, theta 0.4 becomes {vote[0]:.2f} and 0.6 becomes {vote[1]:.2f}. Best-of-N "
        f"is concave and never falls: 0.4 becomes {best[0]:.2f}, 0.6 becomes {best[1]:.2f}."
    )
    return figure


def q_curves(env: CategoricalEnvironment, context: str, prompts: Sequence[int] | None = None) -> Picture:
    """Exact Q against N, one curve a prompt (default: all), the best arm marked; for the context of that name.

    Where arms may stop early, N is the cap, and each has its best rule.

    Raises ``ValueError`` for an unknown context or prompt.
    """
    names = [c.name for c in env.contexts]
    if context not in names:
        raise ValueError(f"unknown context {context!r}; known: {', '.join(names)}")
    chosen = list(range(len(env.prompts))) if prompts is None else list(prompts)
    if not all(0 <= p < len(env.prompts) for p in chosen):
        raise ValueError(f"prompts must lie in 0 .. {len(env.prompts) - 1}, not {chosen}")
    q = over_rules(env.exact_q())[names.index(context)][chosen]
    scales = np.arange(1, env.n_max + 1)
    figure = Picture(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    for i, (p, curve) in enumerate(zip(chosen, q, strict=True)):
        style = (CYCLE[i], MARKERS[i]) if len(chosen) <= len(CYCLE) else (GREY, None)
        label = plain(short_name(env.prompts[p], p)) if len(chosen) <= len(CYCLE) else None
        axes.plot(scales, curve, color=style[0], marker=style[1], ms=5, markevery=max(1, env.n_max // 10), label=label)
    row, n = divmod(int(q.argmax()), env.n_max)
    winner = env.prompts[chosen[row]]
    best = f"best arm: {short_name(winner, chosen[row])}, N = {n + 1}"
    axes.plot(n + 1, q[row, n], "*", ms=16, mfc="white", mec="black", mew=1.4, label=plain(best), zorder=5)
    axes.set(
        xlabel="N, completions per query", ylabel="Q, expected reward less cost", title=plain(f"Context {context}")
    )
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.alt = (
        f"Q against N for {len(chosen)} prompt{'s' if len(chosen) > 1 else ''} in context {context}; the best arm is "
        f"{said_name(winner, chosen[row])} with N = {n + 1}, Q {q[row, n]:.3f}."
    )
    return figure
