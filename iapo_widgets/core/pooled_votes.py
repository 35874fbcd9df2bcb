"""What few votes say about voting at any scale, when the prompts that were asked the same query are pooled.

Two completions of a query cannot tell how a vote of 32 would end; but fifty completions of *other* prompts
tell how hard that query is and which wrong answer tempts.  So each (prompt, query) pair has a prior, its
answers' probabilities theta_px ~ Dirichlet(kappa m_px), and its posterior is Dirichlet(counts + kappa m_px):

- the right answer's share in m_px follows a two-parameter item response model, logit = a_p + s_p l_x with
  l_x the pooled log odds of the query without prompt p's own votes: a_p is how able the prompt is, s_p how
  steeply it goes from queries that are hard for all to easy ones (Birnbaum, 1968);
- wrong answers share the rest as they do in the pool;
- kappa, how much the model is trusted, maximises the likelihood of the votes on a grid.

Under a Dirichlet(alpha) posterior n votes are drawn from a Polya urn, so the expected credit has the
closed form of ``voting`` with e_x[j] = binom(x + j - 1, j): nothing is simulated.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import voting

Array = NDArray[np.float64]

KAPPAS = (2, 4, 8, 16, 32, 64)
USUAL_KAPPA = 8  # centre of the weak prior on kappa, one unit of log2 wide
SLOPE_SD, ABILITY_SD = 0.5, 2.0  # weak normal priors of s_p about 1 and a_p about 0, in logits
CLIP = 0.01  # pooled shares are kept this far from 0 and 1 before their log odds are taken
GRID, TOP_GRID, RIVALS = 25, 5, 4  # nodes for the right answer's share and the top rival's; rivals told apart


def polya_series(mass: Array, n_max: int) -> Array:
    """e_x[j] = binom(x + j - 1, j) for j = 0 .. n_max, shape (n_max + 1, *mass.shape)."""
    out = np.empty((n_max + 1, *mass.shape))
    out[0] = 1.0
    for j in range(1, n_max + 1):
        np.multiply(out[j - 1], (mass + (j - 1)) / j, out=out[j])
    return out


def urn_credit(mass: Array, n_max: int) -> Array:
    """Exact expected credit of answer 0 under Dirichlet(mass), scales 1 .. n_max, (R, n_max); mass (R, A)."""
    none, target = np.zeros(len(mass)), np.zeros(len(mass), dtype=np.int64)
    wins = voting.win_weights(polya_series, mass, none, target, n_max).sum(axis=0)
    return (wins / polya_series(mass.sum(axis=1), n_max)[1:]).T


def response_model(counts: Array) -> Array:
    """Prior means m_px, (P, X, A), from votes counts (P, X, A), the right answer first."""
    total = counts.sum(axis=(0, 1))
    others = counts.sum(axis=0) - counts + 0.5 * total / max(total.sum(), 1.0)
    others /= others.sum(axis=2, keepdims=True)
    share = np.clip(others[..., 0], CLIP, 1 - CLIP)
    level = np.log(share / (1 - share))
    centre = level.mean()
    level -= centre
    right, votes = counts[..., 0], counts.sum(axis=2)
    ability, slope = np.zeros(len(counts)), np.ones(len(counts))
    for _ in range(6):  # Newton's method on the posterior, all prompts at once
        fitted = _logistic(centre + ability[:, None] + slope[:, None] * level)
        rest, weight = right - votes * fitted, votes * fitted * (1 - fitted)
        g_a = rest.sum(axis=1) - ability / ABILITY_SD**2
        g_s = (rest * level).sum(axis=1) - (slope - 1) / SLOPE_SD**2
        h_aa = weight.sum(axis=1) + 1 / ABILITY_SD**2
        h_as = (weight * level).sum(axis=1)
        h_ss = (weight * level**2).sum(axis=1) + 1 / SLOPE_SD**2
        determinant = h_aa * h_ss - h_as**2
        ability += np.clip((h_ss * g_a - h_as * g_s) / determinant, -1, 1)
        slope += np.clip((h_aa * g_s - h_as * g_a) / determinant, -1, 1)
    fitted = _logistic(centre + ability[:, None] + slope[:, None] * level)[..., None]
    wrong = others[..., 1:] / np.maximum(others[..., 1:].sum(axis=2, keepdims=True), 1e-12)
    return np.concatenate([fitted, (1 - fitted) * wrong], axis=2)


def concentration(counts: Array, prior: Array) -> int:
    """kappa of largest beta-binomial likelihood of right among all votes; the usual one where no pair has two."""
    votes = counts.sum(axis=2)
    several = votes >= 2
    right, votes, mean = counts[..., 0][several], votes[several], prior[..., 0][several]
    steps = np.arange(int(votes.max(initial=0)))[:, None]
    scores = []
    for kappa in KAPPAS:
        score = np.where(steps < right, np.log(kappa * mean + steps), 0.0).sum()
        score += np.where(steps < votes - right, np.log(kappa * (1 - mean) + steps), 0.0).sum()
        score -= np.where(steps < votes, np.log(kappa + steps), 0.0).sum()
        scores.append(score - 0.5 * np.log2(kappa / USUAL_KAPPA) ** 2)
    return KAPPAS[int(np.argmax(scores))]


def credit_curves(mass: Array, n_max: int) -> Array:
    """``urn_credit`` by interpolation in a table, (R, n_max); mass (R, A), the right answer first.

    The table knows the right answer's share and the top rival's part of the rest, which at most three other
    rivals share equally: 0.004 from the exact value on average, 0.06 at worst where two rivals are level.
    """
    total = mass.sum(axis=1)
    wrong, top = mass[:, 1:].sum(axis=1), mass[:, 1:].max(axis=1)
    rivals = min(mass.shape[1] - 1, RIVALS)
    top = np.divide(top, wrong, out=np.ones_like(top), where=wrong > 0)
    even = 1 / rivals
    x = mass[:, 0] / total * (GRID - 1)
    y = np.clip((top - even) / (1 - even), 0, 1) * (TOP_GRID - 1) if rivals > 1 else np.zeros_like(x)
    i, j = np.minimum(x.astype(int), GRID - 2), np.minimum(y.astype(int), TOP_GRID - 2)
    fx, fy = (x - i)[:, None], (y - j)[:, None]
    out = np.empty((len(mass), n_max))
    rounded = _coarse(total)
    for size in np.unique(rounded):
        rows = rounded == size
        t = _table(int(size), rivals, n_max)
        a, b, u, v = i[rows], j[rows], fx[rows], fy[rows]
        out[rows] = (t[a, b] * (1 - v) + t[a, b + 1] * v) * (1 - u) + (t[a + 1, b] * (1 - v) + t[a + 1, b + 1] * v) * u
    return out


@lru_cache(maxsize=128)
def _table(total: int, rivals: int, n_max: int) -> Array:
    """``urn_credit`` at total mass ``total``, (GRID, TOP_GRID, n_max)."""
    share, top = np.meshgrid(np.linspace(0, 1, GRID), np.linspace(1 / rivals, 1, TOP_GRID), indexing="ij")
    mass = np.empty((share.size, rivals + 1))
    mass[:, 0] = share.ravel()
    mass[:, 1] = ((1 - share) * top).ravel()
    mass[:, 2:] = ((1 - share) * (1 - top)).ravel()[:, None] / max(rivals - 1, 1)
    return urn_credit(np.maximum(total * mass, 1e-12), n_max).reshape(GRID, TOP_GRID, n_max)


def _coarse(total: Array) -> NDArray[np.int64]:
    """Whole numbers up to 16, then four to an octave: few tables are needed."""
    step = np.exp2(np.maximum(np.floor(np.log2(np.maximum(total, 1.0))) - 3, 0.0))
    return np.maximum(np.rint(np.rint(total / step) * step), 1).astype(np.int64)


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
