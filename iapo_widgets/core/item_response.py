"""How able each prompt is and how steeply it goes with the level of a query, with a prior learnt from all prompts.

A prompt p gets query x right with logit a_p + s_p l_x.  Prompts of one task are alike in a way that is the task's own:
on one they share a slope and differ in ability, on another the abler ones are the steeper.  Few votes do not tell a
slope well, and large N multiplies its error.  So (a_p, s_p) have a normal prior whose mean and covariance are fitted to
all prompts (empirical Bayes), by expectation maximisation on the normal approximation of each prompt's likelihood.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

START = np.array([0.0, 1.0])  # ability and slope before anything is seen,
FIRST = np.array([2.0, 0.5])  # with these standard deviations, weak, before the prior is fitted;
USUAL = np.array([1.0, 0.1])  # and those that the fitted prior begins with, which weighs
WEIGHT = 2.0  # as much as so many prompts
STEPS = 20  # of expectation maximisation


def right_shares(right: Array, votes: Array, level: Array) -> Array:
    """Share of right answers that ability and slope give each pair, (P, X).

    right, votes (P, X): right answers and all; level (P, X): log odds of the query as the other prompts have it.
    """
    centre = level.mean()
    tilt = level - centre
    theta = np.tile(START, (len(right), 1))
    theta = _newton(theta, right, votes, centre, tilt, START, np.diag(FIRST**-2))
    gradient, information = _likelihood(theta, right, votes, centre, tilt)
    asked = votes.any(axis=1)
    mean, precision = _fitted_prior((_times(information, theta) + gradient)[asked], information[asked])
    theta = _newton(theta, right, votes, centre, tilt, mean, precision)
    return _logistic(centre + theta[:, :1] + theta[:, 1:] * tilt)


def _newton(
    theta: Array, right: Array, votes: Array, centre: float, level: Array, mean: Array, precision: Array
) -> Array:
    """The most likely (a, s) of every prompt, (P, 2), by a few steps from ``theta``, all prompts at once."""
    for _ in range(4):
        gradient, information = _likelihood(theta, right, votes, centre, level)
        gradient -= (theta - mean) @ precision
        theta = theta + np.clip(_times(_inverse(information + precision), gradient), -1, 1)
    return theta


def _likelihood(theta: Array, right: Array, votes: Array, centre: float, level: Array) -> tuple[Array, Array]:
    """Gradient (P, 2) of the log likelihood and Fisher's information (P, 2, 2)."""
    share = _logistic(centre + theta[:, :1] + theta[:, 1:] * level)
    expected = votes * share
    gap, weight = right - expected, expected * (1 - share)
    gradient = np.stack([gap.sum(axis=1), (gap * level).sum(axis=1)], axis=1)
    tilted = weight * level
    both = tilted.sum(axis=1)
    information = np.stack([weight.sum(axis=1), both, both, (tilted * level).sum(axis=1)], axis=1)
    return gradient, information.reshape(-1, 2, 2)


def _fitted_prior(weighted: Array, information: Array) -> tuple[Array, Array]:
    """Mean (2,) and precision (2, 2) of the prior, from each prompt's information and that times its estimate."""
    mean, covariance = START, np.diag(USUAL**2)
    total = len(weighted) + WEIGHT
    for _ in range(STEPS):
        precision = _inverse(covariance)
        spread = _inverse(information + precision)
        theta = _times(spread, weighted + precision @ mean)
        mean = (theta.sum(axis=0) + WEIGHT * START) / total
        off = theta - mean
        covariance = (spread.sum(axis=0) + off.T @ off + WEIGHT * np.diag(USUAL**2)) / total
    return mean, _inverse(covariance)


def _times(matrices: Array, vectors: Array) -> Array:
    return np.einsum("pij,pj->pi", matrices, vectors)


def _inverse(matrices: Array) -> Array:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
