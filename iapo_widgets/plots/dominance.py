"""Figure 2: which prompt is best changes with N, and with what the user wants."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ..core.environment import CategoricalEnvironment
from ..core.naming import said_name, short_name
from ..core.problem import Prompt
from ..core.stopping import over_rules
from ..tasks.catalogue import load
from .picture import CYCLE, MARKERS, Picture, plain

NAME = 24  # characters of a prompt in a legend
SHOWN = 4  # prompts in a panel: those that lead somewhere, then the best of the others


def figure2(
    voting: CategoricalEnvironment | None = None,
    rewards: CategoricalEnvironment | None = None,
    *,
    published: bool = False,
) -> Picture:
    """Figure 2: (a) accuracy under majority voting, (b, c) cost-adjusted best-of-N reward for two users.

    Each panel shows the prompts that lead at some N, shaded by who leads.  voting: the environment of (a), in its
    first context, default MATH.  rewards: that of (b) and (c), in the contexts in the middle of cost that want most of
    the last and most of the first objective, default Helpful-Harmless.  published: the authors' files as defaults.
    """
    voting = load("math", published) if voting is None else voting
    rewards = load("helpful-harmless", published) if rewards is None else rewards
    users = _two_users(rewards)
    figure = Picture(figsize=(13, 4.4), layout="constrained")
    words = []
    cases = [(voting, 0, "accuracy"), *((rewards, c, "reward less cost") for c in users)]
    for axes, letter, (env, c, what) in zip(figure.subplots(1, 3), "abc", cases, strict=True):
        context = env.contexts[c]
        leaders = _panel(axes, over_rules(env.exact_q())[c], env.prompts)
        title = plain(f"({letter}) {env.name}, context {context.name}")
        axes.set(title=title, xlabel="N, completions per query", ylabel=what)
        words.append(f"({letter}) {env.name}, context {context.name}: {_in_words(leaders, env.prompts)}.")
    notes = dict.fromkeys(env.note for env in (voting, rewards) if env.note)
    figure.supxlabel(plain("\n".join(notes)), fontsize=8)
    figure.alt = "Q against N, shaded by the leading prompt. " + " ".join(words)
    return figure


def _two_users(env: CategoricalEnvironment) -> tuple[int, int]:
    """Indices of the contexts of median cost weight that care least and most for the first objective."""
    middle = float(np.median([c.cost_weight for c in env.contexts]))
    nearest = min((c.cost_weight for c in env.contexts), key=lambda w: abs(w - middle))
    chosen = [i for i, c in enumerate(env.contexts) if c.cost_weight == nearest]
    share = [env.contexts[i].weights[0] / sum(env.contexts[i].weights) for i in chosen]
    return chosen[int(np.argmin(share))], chosen[int(np.argmax(share))]


def _panel(axes: Axes, q: NDArray[np.float64], prompts: Sequence[Prompt]) -> NDArray[np.int64]:
    """Curves of ``q`` (P, N_max) and the spans of its leaders; returns the leader at each N."""
    leaders = q.argmax(axis=0)
    best = q.max(axis=1)
    first = list(dict.fromkeys(leaders.tolist()))
    weight = {p: int((leaders == p).sum()) for p in first}
    shown = sorted(sorted(first, key=weight.__getitem__)[-len(CYCLE) :], key=first.index)
    shown += [int(p) for p in np.argsort(-best) if p not in first][: max(0, SHOWN - len(shown))]
    scales = np.arange(1, q.shape[1] + 1)
    style = dict(zip(shown, zip(CYCLE, MARKERS, strict=True), strict=False))
    for p in shown:
        colour, marker = style[p]
        name = plain(short_name(prompts[p], p, NAME))
        axes.plot(scales, q[p], color=colour, marker=marker, ms=4, markevery=4, label=name)
    for p, start, end in _spans(leaders):
        if p in style:
            axes.axvspan(start - 0.5, end + 0.5, color=style[p][0], alpha=0.12, lw=0)
    axes.set_xlim(0.5, q.shape[1] + 0.5)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8, title="shaded: who leads", title_fontsize=8)
    return leaders


def _spans(leaders: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """(prompt, first N, last N) of each run of equal leaders."""
    spans, at = [], 1
    for p, group in itertools.groupby(leaders.tolist()):
        length = len(list(group))
        spans.append((p, at, at + length - 1))
        at += length
    return spans


def _in_words(leaders: NDArray[np.int64], prompts: Sequence[Prompt]) -> str:
    return ", ".join(
        f"{said_name(prompts[p], p)} leads {f'at N = {a}' if a == b else f'from N = {a} to {b}'}"
        for p, a, b in _spans(leaders)
    )
