"""What few votes say about voting at any scale, when the prompts that were asked the same query are pooled.

Two completions of a query cannot tell how a vote of 32 would end; but fifty completions of *other* prompts
tell how hard that query is and which wrong answer tempts.  So each (prompt, query) pair has a prior in two steps, and
a posterior that adds the pair's own counts:

- right or wrong: theta_px ~ Beta(kappa_p m_px, kappa_p (1 - m_px)); m_px follows a two-parameter item response model,
  logit = a_p + s_p l_x with l_x the pooled log odds of the query without prompt p's own votes: a_p is how able the
  prompt is, s_p how steeply it goes from queries that are hard for all to easy ones (Birnbaum, 1968), with a prior that
  is learnt from all prompts (``item_response``);
- which wrong answer: Dirichlet(kappa'_p rho_px); rho_px is a mixture of the pool's wrong answers to that query and
  of all answers evenly, in shares of the prompt's own: some prompts scatter their errors, and free-form answers do.

kappa_p and kappa'_p, how much the model is trusted for a prompt, have the posterior that their likelihood on a grid
and a prior common to all prompts give, the prior's centre and width being fitted to all prompts (empirical Bayes).

Under such a posterior n votes are drawn from two nested Polya urns, so the expected credit has the
closed form of ``voting`` with e_x[j] = binom(x + j - 1, j): nothing is simulated.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from . import voting
from .item_response import right_shares

Array = NDArray[np.float64]
Index = NDArray[np.int64]

KAPPAS = np.exp2(np.arange(-1.0, 8.0))
USUAL, USUAL_WRONG = 2.0, 1.0  # log2 of kappa and kappa': where their centres are, within 1, unless votes say otherwise
WIDTHS = (0.25, 0.5, 1.0, 2.0)  # of the prior about the centre, in units of log2
SCATTER, BEFORE = 0.05, 40.0  # share of scattered errors before any is seen, and how many errors that weighs
FACTORS = 5  # of a rising factorial that are multiplied before a series is used
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
    right, votes = counts[..., 0], counts.sum(axis=2)
    asked = counts.sum(axis=0)
    total = asked.sum(axis=0)
    asked += 0.5 * total / max(total.sum(), 1.0)
    others, failed = asked[:, 0] - right, asked[:, 1:] - counts[..., 1:]  # of the other prompts
    rest = np.maximum(asked[:, 1:].sum(axis=1) - (votes - right), 1e-12)
    share = np.clip(others / (others + rest), CLIP, 1 - CLIP)
    fitted = right_shares(right, votes, np.log(share / (1 - share)))
    return fitted, _scattered(counts[..., 1:], failed / rest[..., None])


def _scattered(wrong: Array, pool: Array) -> Array:
    """The pool's wrong answers (P, X, A - 1) mixed with all evenly, as each prompt's ``wrong`` votes have it."""
    even, hit = 1 / pool.shape[2], wrong > 0
    prompt, number = np.nonzero(hit)[0], wrong[hit]
    of_even = even / (even + pool[hit])
    errors = BEFORE + np.bincount(prompt, number, len(pool))
    scatter = np.full(len(pool), SCATTER)
    for _ in range(8):  # expectation maximisation
        mine = scatter[prompt] * of_even
        mine /= mine + (1 - scatter[prompt]) * (1 - of_even)
        scatter = (SCATTER * BEFORE + np.bincount(prompt, number * mine, len(pool))) / errors
    scatter = scatter[:, None, None]
    return scatter * even + (1 - scatter) * pool


def concentration(counts: Array, prior: Array, usual: float = USUAL) -> Array:
    """kappa of each prompt, (P,): Dirichlet-multinomial likelihood of votes (P, X, A) with means ``prior`` (P, X, A).

    Shrunk to the common one as far as prompts are alike: see the module.
    """
    votes = counts.sum(axis=2)
    several = votes >= 2
    v, which = np.unique(votes[several].astype(np.int64), return_inverse=True)
    pairs = np.bincount(np.nonzero(several)[0] * len(v) + which, minlength=len(counts) * len(v))
    pairs = pairs.reshape(len(counts), len(v))
    prompt, query, answer = np.nonzero(several[..., None] & (counts > 0))
    c = counts[prompt, query, answer]
    capped = np.minimum(c, FACTORS + 1).astype(np.int8)
    order = np.argsort(-capped, kind="stable")
    exceed = [int((capped > j).sum()) for j in range(1, FACTORS + 1)]
    prompt, c, m = prompt[order], c[order], prior[prompt, query, answer][order]
    score = np.empty((len(KAPPAS), len(counts)))
    for row, kappa in zip(score, KAPPAS, strict=True):
        of_votes = np.log(kappa + np.arange(v.max(initial=0))).cumsum()[v - 1]
        row[:] = np.bincount(prompt, _log_rising(kappa * m, c, exceed), len(counts)) - pairs @ of_votes
    return np.exp2(_shrunk(score, usual))


def _log_rising(x: Array, n: Array, exceed: list[int]) -> Array:
    """log of x (x + 1) .. (x + n - 1), by Stirling's series beyond the first ``FACTORS``.

    n (B,): those above ``FACTORS`` first, and the others falling; exceed: how many are above 1 .. ``FACTORS``.
    """
    product, large = x.copy(), slice(exceed[-1])
    for j, number in enumerate(exceed[:-1], start=1):
        product[:number] *= x[:number] + j
    out = np.log(product + 1e-300)
    out[large] += _stirling(x[large] + n[large]) - _stirling(x[large] + FACTORS)
    return out


def _stirling(y: Array) -> Array:
    """log of the gamma function but for a constant, close from 5 on."""
    inverse = 1 / y
    return (y - 0.5) * np.log(y) - y + inverse * (1 / 12 - inverse * inverse / 360)


def _shrunk(score: Array, usual: float) -> Array:
    """Posterior mean of log2 kappa of each prompt (P,), from log likelihoods (G, P) on the grid."""
    grid = np.log2(KAPPAS)
    centre, width = np.meshgrid(grid, WIDTHS, indexing="ij")
    normal = np.exp(-0.5 * ((grid - centre[..., None]) / width[..., None]) ** 2)
    normal /= normal.sum(axis=-1, keepdims=True)
    likelihood = np.exp(score - score.max(axis=0))
    fit = np.log(normal @ likelihood + 1e-300).sum(axis=-1) - 0.5 * (centre - usual) ** 2
    best = fit.round(9).argmax()  # the narrowest of equals
    posterior = normal.reshape(-1, len(grid))[best][:, None] * likelihood
    return grid @ (posterior / posterior.sum(axis=0))


def credit_curves(right: Array, wrong: Array, total: Array, n_max: int) -> Array:
    """``urn_credit`` by interpolation in a table, (R, n_max): of the wrong answers it knows how strong the top one is
    and how many others, equally strong, are as likely to meet as these are."""
    flat, weight, others = nodes(right, wrong, total)
    table, out = _table(others, n_max), np.empty((len(total), n_max))
    for rows in voting.blocks(len(total)):
        out[rows] = np.einsum("krn,kr->rn", table[flat[:, rows]], weight[:, rows])
    return out


def nodes(right: Array, wrong: Array, total: Array) -> tuple[Index, Array, tuple[int, ...]]:
    """Between which nodes each urn lies: rows of a table (4 or 8, R), their weights, and its numbers of others."""
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
    return flat, weight, others


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
    wrong = np.concatenate(
        [rival_masses(mass, k, max(others, default=0)) for mass in WRONG_MASSES for k in others or (0,)]
    )
    wins = _win_share(wrong, n_max)
    chance = orders(n_max)
    types = len(WRONG_MASSES) * max(len(others), 1)
    out = np.empty((types, len(SHARES) * len(MASSES), len(wrong) // types, n_max))
    for n in range(1, n_max + 1):
        m = np.arange(1, n + 1)
        found = chance[n][:, 1:] @ wins[m, n - m]  # (cells, types and tops)
        out[..., n - 1] = found.reshape(out.shape[1], types, -1).transpose(1, 0, 2)
    return out.reshape(-1, n_max)


def rival_masses(mass: float, number: int, most: int) -> Array:
    """Urns of wrong answers, one a node of ``TOPS``: the top one and ``number`` equal others, (tops, most + 1)."""
    tops = np.array(TOPS if number else (1.0,))
    wrong = np.full((len(tops), most + 1), 1e-9)
    wrong[:, 0] = mass * (1 + tops * number) / (number + 1)
    wrong[:, 1 : number + 1] += (mass * number * (1 - tops) / (number + 1) / max(number, 1))[:, None]
    return wrong


@lru_cache(maxsize=8)
def orders(n_max: int) -> tuple[Array, ...]:
    """Chance of m right answers among n at the nodes of ``SHARES`` and ``MASSES``: for each n, (cells, n + 1)."""
    total = np.tile(MASSES, len(SHARES))
    right = np.maximum(np.repeat(SHARES, len(MASSES)) * total, 1e-9)
    mine, theirs, both = (polya_series(x, n_max) for x in (right, np.maximum(total - right, 1e-9), total))
    return tuple((mine[: n + 1] * theirs[n::-1] / both[n]).T for n in range(n_max + 1))
