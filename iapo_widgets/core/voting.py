"""Who wins a vote, exactly: generating functions for plurality with ties split equally.

Let answer ``a`` have *mass* x_a: its probability (draws with replacement: exact values and plug-in
estimates) or its count among the completions of one pull (subsets: draws without replacement).  With
e_x[j] = x^j / j! in the first case and binom(x, j) in the second, the probability that answer ``a`` gets
``m`` of ``n`` votes, shares the top with t - 1 rivals and is then picked (1/t) is, up to a norm,

    [z^n]  e_a[m] z^m  prod_{b != a} sum_{j <= m} e_b[j] u^(j == m) z^j ,   averaged over u in [0, 1],

because the integral of u^(t-1) over [0, 1] is 1/t.  Of n <= N votes at most d = min(A - 1, floor((N - m) / m)) rivals
get m, too, and Gauss-Legendre with ceil((d + 1) / 2) nodes is exact for that degree.  Where m > n / 2 nobody can tie,
and the rivals' product is the single e of their total mass.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Series = Callable[[Array, int], Array]
BLOCK = 256  # rows worked on at once, so that the polynomials stay in the cache


def power_series(mass: Array, n_max: int) -> Array:
    """e_x[j] = (s x)^j / j! for j = 0 .. n_max, shape (n_max + 1, *mass.shape); s keeps the norm near 1."""
    out = np.empty((n_max + 1, *mass.shape))
    out[0] = 1.0
    scaled = mass * _scale(n_max)
    for j in range(1, n_max + 1):
        np.multiply(out[j - 1], scaled / j, out=out[j])
    return out


def power_norm(n_max: int) -> Array:
    """n! / s^n for n = 1 .. n_max."""
    log_s = math.log(_scale(n_max))
    return np.array([math.exp(math.lgamma(n + 1) - n * log_s) for n in range(1, n_max + 1)])


def _scale(n_max: int) -> float:
    return max(1.0, n_max / math.e)


def binomial_series(mass: Array, n_max: int) -> Array:
    """e_x[j] = binom(x, j) for j = 0 .. n_max and whole counts x, shape (n_max + 1, *mass.shape)."""
    out = np.empty((n_max + 1, *mass.shape))
    out[0] = 1.0
    for j in range(1, n_max + 1):
        np.multiply(out[j - 1], np.maximum(mass - (j - 1), 0.0) / j, out=out[j])
    return out


def win_weights(series: Series, mass: Array, free: Array, target: NDArray[np.int64], n_max: int) -> Array:
    """Un-normed probability that ``target`` wins with m of n votes, shape (n_max + 1 [m], n_max [n - 1], R).

    mass (R, A): mass of each answer; free (R,): mass of completions that cast no vote; target (R,).
    """
    rows, n_answers = mass.shape
    own = mass[np.arange(rows), target]
    keep = np.arange(n_answers) != target[:, None]
    rivals = series(mass[keep].reshape(rows, n_answers - 1).T, n_max)  # (j, A - 1, R)
    unvoted = series(free, n_max)
    rest = series(mass.sum(axis=1) - own + free, n_max)  # (j, R)
    own_series = series(own, n_max)
    out = np.zeros((n_max + 1, n_max, rows))
    any_free = bool(np.any(free))
    for m in range(1, n_max + 1):
        contested = min(2 * m - 1, n_max)  # for n <= contested nobody can tie: m > n / 2
        out[m, m - 1 : contested] = rest[: contested - m + 1]
        if 2 * m <= n_max:
            degree = n_max - m
            product = np.ones((1, rows))  # nobody else to vote for
            if n_answers > 1:
                u, node_weights = _nodes(min(n_answers - 1, degree // m))
                capped = np.repeat(rivals[: m + 1, :, None], len(u), axis=2)  # (j, A - 1, G, R)
                capped[m] *= u
                product = _product([capped[:, a] for a in range(n_answers - 1)], degree)
                product = np.tensordot(node_weights, product, axes=(0, 1))  # (degree, R)
            if any_free:
                product = _multiply(product, unvoted[: degree + 1], degree)
            reached = min(len(product) - 1, degree)
            if reached >= m:  # n = m + degree runs from 2 m
                out[m, 2 * m - 1 : m + reached] = product[m : reached + 1]
        out[m] *= own_series[m]
    return out


@lru_cache(maxsize=256)
def _nodes(degree: int) -> tuple[Array, Array]:
    """Places (G, 1) and weights (G,) that integrate polynomials of that degree over [0, 1] exactly."""
    nodes, weights = np.polynomial.legendre.leggauss((degree + 2) // 2)
    return (nodes[:, None] + 1) / 2, weights / 2


def _product(polynomials: list[Array], degree: int) -> Array:
    """Product of polynomials (j, ...), cut above ``degree``; pairs first, so that factors stay short."""
    while len(polynomials) > 1:
        polynomials = [
            _multiply(polynomials[i], polynomials[i + 1], degree) if i + 1 < len(polynomials) else polynomials[i]
            for i in range(0, len(polynomials), 2)
        ]
    return polynomials[0][: degree + 1]


def _multiply(a: Array, b: Array, degree: int) -> Array:
    if len(a) > len(b):
        a, b = b, a
    size = min(len(a) + len(b) - 1, degree + 1)
    out = np.zeros((size, *b.shape[1:]))
    for j in range(min(len(a), size)):
        stop = min(len(b), size - j)
        out[j : j + stop] += a[j] * b[:stop]
    return out


def blocks(rows: int, size: int = BLOCK) -> Iterator[slice]:
    """Slices that cut ``rows`` rows into blocks."""
    for start in range(0, rows, size):
        yield slice(start, min(start + size, rows))


def answer_mass(mass: Array, answers: NDArray[np.int64], gold: NDArray[np.int64]) -> tuple[Array, Array]:
    """Mass of each answer (R, A) and of what casts no vote (R,); mass and answers (R, M), gold (R,)."""
    n_answers = max(int(answers.max(initial=0)), int(gold.max(initial=0))) + 1
    by_answer = [np.where(answers == a, mass, 0.0).sum(axis=1) for a in range(n_answers)]
    return np.stack(by_answer, axis=1), np.where(answers < 0, mass, 0.0).sum(axis=1)


def ranks(answers: NDArray[np.int64], gold: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Answer classes (R, M) and right answers (R,) numbered anew in each row, without gaps; -1 stays.

    Votes do not ask what a class is called, but take as many steps as there are names.  Where no name is beyond the
    number of outcomes nothing changes.
    """
    if max(int(answers.max(initial=-1)), int(gold.max(initial=-1))) <= answers.shape[1]:
        return answers, gold
    both = np.concatenate([answers, gold[:, None]], axis=1)
    order = np.argsort(both, axis=1, kind="stable")
    ordered = np.take_along_axis(both, order, axis=1)
    steps = np.diff(ordered, axis=1, prepend=ordered[:, :1]) > 0
    rank: NDArray[np.int64] = np.cumsum(steps, axis=1) - (ordered[:, :1] < 0)
    out = np.empty_like(both)
    np.put_along_axis(out, order, rank, axis=1)
    return out[:, :-1], out[:, -1]


def gold_credit(series: Series, mass: Array, free: Array, gold: NDArray[np.int64], n_max: int) -> Array:
    """Un-normed expected credit of the right answer, (R, n_max)."""
    out = np.empty((len(mass), n_max))
    for rows in blocks(len(mass)):
        wins = win_weights(series, mass[rows], free[rows], gold[rows], n_max)
        out[rows] = wins.sum(axis=0).T
    return out


def vote_then_best(series, mass, free, gold, credit, best, n_max):
    """Sum over winners a and votes m of P(a wins with m) (w_c 1[a = gold] + V_a(m)), un-normed, (R, W, n_max).

    ``best(a, rows)`` is V_a(m) for m = 1 .. n_max, (W, R, n_max).
    """
    total = np.zeros((len(mass), len(credit), n_max))
    for rows in blocks(len(mass)):
        for a in range(mass.shape[1]):
            target = np.full(rows.stop - rows.start, a)
            wins = win_weights(series, mass[rows], free[rows], target, n_max)[1:]  # (m, n, R)
            value = best(a, rows) + credit[:, None, None] * (gold[rows] == a)[:, None]
            total[rows] += np.einsum("mnr,wrm->rwn", wins, value)
        unvoted = series(free[rows], n_max)[1:]  # nobody votes: all n completions are free
        if np.any(unvoted):
            total[rows] += np.einsum("nr,wrn->rwn", unvoted, best(-1, rows))
    return total


def per_subset(total: Array, count: NDArray[np.int64]) -> Array:
    """Divide (R, W, n_max) by the number of n-subsets of ``count`` (R,), NaN where there is none."""
    norm = binomial_series(count.astype(float), total.shape[2])[1:].T[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(norm > 0, total / norm, np.nan)
