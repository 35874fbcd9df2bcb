"""What few votes say about voting at any scale, when the prompts that were asked the same query are pooled.

Two completions of a query cannot tell how a vote of 32 would end; but fifty completions of *other* prompts
tell how hard that query is and which wrong answer tempts.  So each (prompt, query) pair has a prior in two steps, and
a posterior that adds the pair's own counts:

- right or wrong: theta_px ~ Beta(kappa_p m_px, kappa_p (1 - m_px)); m_px follows a two-parameter item response model,
  logit = a_p + s_p l_x with l_x the pooled log odds of the query without prompt p's own votes: a_p is how able the
  prompt is, s_p how steeply it goes from queries that are hard for all to easy ones (Birnbaum, 1968);
- which wrong answer: Dirichlet(kappa'_p rho_px); rho_px is a mixture of the pool's wrong answers to that query and
  of all answers evenly, in shares of the prompt's own: some prompts scatter their errors, and free-form answers do.

kappa_p and kappa'_p, how much the model is trusted for a prompt, have the posterior that their likelihood on a grid
and a prior common to all prompts give, the prior's centre and width being fitted to all prompts (empirical Bayes).

Under such a posterior n votes are drawn from two nested Polya urns, so the expected credit has the
closed form of ``voting`` with e_x[j] = binom(x + j - 1, j): nothing is simulated.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from . import voting

Array = NDArray[np.float64]

KAPPAS = np.exp2(np.arange(-1.0, 8.0))
USUAL, USUAL_WRONG = 2.0, 1.0  # log2 of kappa and kappa': where their centres are, within 1, unless votes say otherwise
WIDTHS = (0.25, 0.5, 1.0, 2.0)  # of the prior about the centre, in units of log2
SCATTER, BEFORE = 0.05, 40.0  # share of scattered errors before any is seen, and how many errors that weighs
SLOPE_SD, ABILITY_SD = 0.5, 2.0  # weak normal priors of s_p about 1 and a_p about 0, in logits
CLIP = 0.01  # pooled shares are kept this far from 0 and 1 before their log odds are taken
SHARES = np.linspace(0, 1, 25)  # nodes of the tables: share of the right answer among all,
TOPS = np.array([0.0, 0.05, 0.12, 0.25, 0.5, 1.0])  # of how far the top rival stands out among the wrong ones,
OTHERS = (1, 2, 3, 5, 9, 20)  # number of the other rivals, equally strong,
MASSES = np.exp2(np.arange(0.0, 10.0))  # mass of the posterior of right and wrong,
WRONG_MASSES = (2.0, 8.0, 32.0, 512.0)  # and of the posterior of which wrong answer


def polya_series(mass: Array, n_max: int) -> Array:
    """e_x[j] = binom(x + j - 1, j) for j = 0 .. n_max, shape (n_max + 1, *mass.shape)."""
    out = np.empty((n_max + 1, *mass.shape))
    out[0] = 1.0
    for j in range(1, n_max + 1):
        np.multiply(out[j - 1], (mass + (j - 1)) / j, out=out[j])
    return out


def urn_credit(right: Array, wrong: Array, total: Array, n_max: int) -> Array:
    """Exact expected credit of the right answer, scales 1 .. n_max, (R, n_max).

    right (R,): mass of the right answer among the ``total`` (R,); wrong (R, A - 1): masses of the wrong ones, in an urn
    of their own.
    """
    wins = _win_share(wrong, n_max)  # (m, j, R)
    mine, theirs, both = (polya_series(x, n_max) for x in (right, total - right, total))
    out = np.empty((len(right), n_max))
    for n in range(1, n_max + 1):
        m = np.arange(1, n + 1)
        out[:, n - 1] = (mine[m] * theirs[n - m] * wins[m, n - m]).sum(axis=0) / both[n]
    return out


def _win_share(wrong: Array, n_max: int) -> Array:
    """Expected credit with m right votes and j wrong ones, m + j <= n_max, (n_max + 1, n_max + 1, R)."""
    rows = len(wrong)
    urn = np.concatenate([np.ones((rows, 1)), wrong], axis=1)  # e_1[m] = 1: the right answer's own factor drops out
    none, target = np.zeros(rows), np.zeros(rows, dtype=np.int64)
    wins = voting.win_weights(polya_series, urn, none, target, n_max)
    norm = polya_series(wrong.sum(axis=1), n_max)
    out = np.zeros((n_max + 1, n_max + 1, rows))
    for m in range(1, n_max + 1):
        out[m, : n_max - m + 1] = wins[m, m - 1 :] / norm[: n_max - m + 1]
    return out


def response_model(counts: Array) -> tuple[Array, Array]:
    """Prior share of the right answer m_px (P, X), and of each wrong one in the rest rho_px (P, X, A - 1).

    counts (P, X, A): votes, the right answer first.
    """
    total = counts.sum(axis=(0, 1))
    others = counts.sum(axis=0) - counts + 0.5 * total / max(total.sum(), 1.0)
    share = np.clip(others[..., 0] / others.sum(axis=2), CLIP, 1 - CLIP)
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
    wrong = others[..., 1:] / np.maximum(others[..., 1:].sum(axis=2, keepdims=True), 1e-12)
    return _logistic(centre + ability[:, None] + slope[:, None] * level), _scattered(counts[..., 1:], wrong)


def _scattered(wrong: Array, pool: Array) -> Array:
    """The pool's wrong answers (P, X, A - 1) mixed with all evenly, as each prompt's ``wrong`` votes have it."""
    even = 1 / pool.shape[2]
    ratio = even / np.maximum(even + pool, 1e-12)
    scatter = np.full(len(pool), SCATTER)[:, None, None]
    for _ in range(8):  # expectation maximisation
        mine = scatter * ratio / (scatter * ratio + (1 - scatter) * (1 - ratio))
        scatter = (SCATTER * BEFORE + (wrong * mine).sum(axis=(1, 2))) / (BEFORE + wrong.sum(axis=(1, 2)))
        scatter = scatter[:, None, None]
    return scatter * even + (1 - scatter) * pool


def concentration(counts: Array, prior: Array, usual: float = USUAL) -> Array:
    """kappa of each prompt, (P,): Dirichlet-multinomial likelihood of votes (P, X, A) with means ``prior`` (P, X, A).

    Shrunk to the common one as far as prompts are alike: see the module.
    """
    votes = counts.sum(axis=2)
    several = votes >= 2
    prompt, v = np.nonzero(several)[0], votes[several]
    hit = several[..., None] & (counts > 0)
    of_hit, c, m = np.nonzero(hit)[0], counts[hit], prior[hit]
    score = np.empty((len(KAPPAS), len(counts)))
    for row, kappa in zip(score, KAPPAS, strict=True):
        row[:] = np.bincount(of_hit, _log_rising(kappa * m, c), len(counts))
        row -= np.bincount(prompt, _log_rising(np.full(len(v), kappa), v), len(counts))
    return np.exp2(_shrunk(score, usual))


def _log_rising(x: Array, n: Array) -> Array:
    """log of x (x + 1) .. (x + n - 1), by Stirling's series beyond the first five factors."""
    first = np.log(np.where(np.arange(5)[:, None] < n, x + np.arange(5)[:, None], 1.0) + 1e-300).sum(axis=0)
    more = n > 5
    low, high = x[more] + 5, x[more] + n[more]
    series = lambda y: (y - 0.5) * np.log(y) - y + 1 / (12 * y) - 1 / (360 * y**3)  # noqa: E731
    first[more] += series(high) - series(low)
    return first


def _shrunk(score: Array, usual: float) -> Array:
    """Posterior mean of log2 kappa of each prompt (P,), from log likelihoods (G, P) on the grid."""
    grid = np.log2(KAPPAS)
    best, prior = -np.inf, score
    likelihood = np.exp(score - score.max(axis=0))
    for centre, width in product(grid, WIDTHS):
        normal = np.exp(-0.5 * ((grid - centre) / width) ** 2)
        normal /= normal.sum()
        fit = np.log(normal @ likelihood + 1e-300).sum() - 0.5 * (centre - usual) ** 2
        if fit > best:
            best, prior = fit, normal[:, None] * likelihood
    return grid @ (prior / prior.sum(axis=0))


def credit_curves(right: Array, wrong: Array, total: Array, n_max: int) -> Array:
    """``urn_credit`` by interpolation in a table, (R, n_max): of the wrong answers it knows how strong the top one is
    and how many others, equally strong, are as likely to meet as these are."""
    mass = np.maximum(wrong.sum(axis=1), 1e-12)
    top = wrong.max(axis=1) / mass
    squares = np.einsum("ra,ra->r", wrong, wrong) / mass**2 - top**2
    others = OTHERS[: int(np.searchsorted(OTHERS, wrong.shape[1] - 1)) + 1] if wrong.shape[1] > 1 else ()
    number = np.clip((1 - top) ** 2 / np.maximum(squares, 1e-12), 1, max(wrong.shape[1] - 1, 1))
    types = _nearest(mass, WRONG_MASSES)
    if others:
        types = types * len(others) + _nearest(number, others)
    places = [_place(right / total, SHARES), _place(np.log2(np.clip(total, 1, MASSES[-1])), np.log2(MASSES))]
    if others:
        places.append(_place((top * (number + 1) - 1) / number, TOPS))
    flat, weight = types[None], np.ones((1, len(mass)))
    for (low, part), size in zip(places, (len(SHARES), len(MASSES), len(TOPS)), strict=False):
        flat = np.concatenate([flat * size + low, flat * size + low + 1])
        weight = np.concatenate([weight * (1 - part), weight * part])
    table, out = _table(others, n_max), np.empty((len(mass), n_max))
    for rows in voting.blocks(len(mass)):
        out[rows] = np.einsum("krn,kr->rn", table[flat[:, rows]], weight[:, rows])
    return out


def _nearest(value: Array, nodes: tuple[float, ...]) -> NDArray[np.int64]:
    middles = np.sqrt(np.array(nodes[1:]) * nodes[:-1])
    return np.searchsorted(middles, value)


def _place(value: Array, nodes: Array) -> tuple[NDArray[np.int64], Array]:
    """The node below each value, and how far it is on the way to the next one."""
    low = np.clip(np.searchsorted(nodes, value, side="right") - 1, 0, len(nodes) - 2)
    return low, np.clip((value - nodes[low]) / np.diff(nodes)[low], 0, 1)


@lru_cache(maxsize=32)
def _table(others: tuple[int, ...], n_max: int) -> Array:
    """Credit at every node: (wrong masses, others, shares, masses, tops) as rows, (rows, n_max)."""
    rows = [(mass, k, y) for mass in WRONG_MASSES for k in others or (0,) for y in (TOPS if others else (1.0,))]
    wrong = np.full((len(rows), max(others, default=0) + 1), 1e-9)
    for row, (mass, k, y) in zip(wrong, rows, strict=True):
        row[0] = mass * (1 + y * k) / (k + 1)
        row[1 : k + 1] += mass * k * (1 - y) / (k + 1) / max(k, 1)
    wins = _win_share(wrong, n_max)
    total = np.tile(MASSES, len(SHARES))
    right = np.maximum(np.repeat(SHARES, len(MASSES)) * total, 1e-9)
    mine, theirs, both = (polya_series(x, n_max) for x in (right, np.maximum(total - right, 1e-9), total))
    types = len(WRONG_MASSES) * max(len(others), 1)
    out = np.empty((types, len(total), len(rows) // types, n_max))
    for n in range(1, n_max + 1):
        m = np.arange(1, n + 1)
        found = (mine[m] * theirs[n - m] / both[n]).T @ wins[m, n - m]  # (cells, types and tops)
        out[..., n - 1] = found.reshape(len(total), types, -1).transpose(1, 0, 2)
    return out.reshape(-1, n_max)


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
