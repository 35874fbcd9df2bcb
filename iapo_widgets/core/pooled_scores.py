"""What few scores say about the best of any number, when prompts that were asked the same query are pooled.

The best of 32 cannot be seen in one or two completions, but the model below extrapolates to it.  The score s of a
completion of (p, x) is location + residual.  The location is drawn towards query effect + prompt effect by as much as
the pair's own mean is uncertain (variance components).  The residuals' distribution belongs to the prompt: ``BINS``
means between quantiles, the upper ones narrow, since the best of many lives in the tail; a prompt with few completions
is drawn towards the form that all have in common, at its own spread.  A residual is taken about the location that the
*other* completions of its pair give: about their common mean two would lie symmetrically, whatever their distribution.

The pair's own distribution is then a Dirichlet process about that, of mass kappa_p: n draws come from a Polya urn that
holds the completions seen, one each, and the model's bins, kappa_p together.  What is seen takes over as it grows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .voting import blocks

Array = NDArray[np.float64]
Index = NDArray[np.int64]

EDGES = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.87, 0.92, 0.95, 0.97, 0.985, 1])  # of the bins
BINS = len(EDGES) - 1
USUAL = 8.0  # kappa where no pair has two completions
FEW = 64.0  # completions of a prompt that weigh as much as the form common to all
SWEEPS = 5  # of alternating least squares for query and prompt effects


def score_curves(
    utility: Array,
    prompts: Index,
    queries: Index,
    shape: tuple[int, int],
    keep: Index,
    n_max: int,
    selection: Array | None = None,
    bare: Index | None = None,
    watch: Callable[[int, Array, Array], None] | None = None,
) -> tuple[Array, Array]:
    """Expected best of n = 1 .. n_max for every query and the prompts ``keep``, (W, len(keep), X, n_max).

    utility (W, B) of B completions of prompts (B,) and queries (B,); shape: (P, X).  selection (B,): by which the best
    is found, if not by its utility.  Also returns the same of the pairs ``bare`` (S,), numbered within keep x X, as if
    nothing had been seen of them, (W, S, n_max).  watch: is told w, and utility and mass in the urns of keep x X.
    """
    pair = prompts * shape[1] + queries
    wanted = np.isin(prompts, keep)
    own, where = _padded(pair[wanted], (keep[:, None] * shape[1] + np.arange(shape[1])).ravel())
    out = np.empty((len(utility), len(own), n_max))
    bare = np.zeros(0, dtype=np.int64) if bare is None else bare
    unseen = np.empty((len(utility), len(bare), n_max))
    for w, u in enumerate(utility):
        s = u if selection is None else selection
        model, values, kappa = _model(u, s, prompts, pair, shape, keep)
        atoms = np.concatenate([np.where(where, s[wanted][own], s.max()), model], axis=1)
        values = np.concatenate([u[wanted][own], values], axis=1) if selection is not None else atoms
        prior = np.multiply.outer(np.repeat(kappa, shape[1]), np.diff(EDGES))
        mass = np.concatenate([where, prior], axis=1)
        out[w] = urn_selected(values, atoms, mass, n_max)
        if watch is not None:
            watch(w, values, mass)
        columns = slice(where.shape[1], None)
        alone = atoms[bare, columns]
        unseen[w] = urn_selected(values[bare, columns] if selection is not None else alone, alone, prior[bare], n_max)
    return out.reshape(len(utility), len(keep), shape[1], n_max), unseen


def urn_selected(utility: Array, selection: Array, mass: Array, n_max: int) -> Array:
    """Expected utility of the one of n draws from a Polya urn that has the largest selection, (R, n_max).

    All of shape (R, M), mass at least 0; equals are taken equally often.
    """
    order = np.argsort(selection, axis=1, kind="stable")
    u, mass = np.take_along_axis(utility, order, axis=1), np.take_along_axis(mass, order, axis=1)
    if utility is not selection:
        u = _mean_of_equals(np.take_along_axis(selection, order, axis=1), u, mass)
    below = np.cumsum(mass, axis=1)
    total = below[:, -1:].copy()
    steps, last, each = np.diff(u, axis=1), u[:, -1], np.ones(u.shape[1] - 1)
    bound = total + n_max  # keeps products small
    scale = np.cumprod(bound / (total + np.arange(n_max)), axis=1)
    out = np.empty((len(u), n_max))
    for rows in blocks(len(u)):
        step = 1 / bound[rows]
        factor, power = below[rows, :-1] * step, steps[rows].copy()
        for n in range(n_max):  # P(all n at most s_i) = prod_j (below_i + j) / (total + j)
            power *= factor
            factor += step
            out[rows, n] = last[rows] - power @ each * scale[rows, n]
    return out


def _mean_of_equals(ordered: Array, utility: Array, mass: Array) -> Array:
    """Mean utility of those that have the same selection; all of shape (R, M), in order of selection."""
    new = np.ones(ordered.shape, dtype=bool)
    new[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(new.ravel()) - 1
    held = mass.ravel() + 1e-12
    mean = np.bincount(group, held * utility.ravel()) / np.bincount(group, held)
    return mean[group].reshape(utility.shape)


def _model(
    u: Array, s: Array, prompts: Index, pair: Index, shape: tuple[int, int], keep: Index
) -> tuple[Array, Array, Array]:
    """Selection and utility of the bins of every pair of ``keep``, both (K * X, BINS), and kappa (K,)."""
    location, residual, fitted = _location(s, prompts, pair, shape)
    bins, place = _bins(residual, prompts, shape[0])
    kappa = _mass(s, fitted, prompts, pair, shape)[keep]
    found = np.clip(location[keep][..., None] + bins[keep][:, None], s.min(), s.max()).reshape(-1, BINS)
    if u is s:
        return found, found, kappa
    location, residual, _ = _location(u, prompts, pair, shape)
    cell = prompts * BINS + place
    common = np.bincount(place, residual, BINS) / np.maximum(np.bincount(place, minlength=BINS), 1)
    mean = np.bincount(cell, residual, shape[0] * BINS).reshape(-1, BINS) + 4 * common
    mean /= np.bincount(cell, minlength=shape[0] * BINS).reshape(-1, BINS) + 4
    value = np.clip(location[keep][..., None] + mean[keep][:, None], u.min(), u.max()).reshape(-1, BINS)
    return found, value, kappa


def _location(u: Array, prompts: Index, pair: Index, shape: tuple[int, int]) -> tuple[Array, Array, Array]:
    """Location of every pair (P, X), and of every completion the residual about that which the others of its pair
    give, and what its query and its prompt alone give, both (B,)."""
    size = shape[0] * shape[1]
    count = np.bincount(pair, minlength=size).reshape(shape).astype(float)
    seen = np.maximum(count, 1)
    mean = np.bincount(pair, u, size).reshape(shape) / seen
    prompt = np.zeros(shape[0])
    of_query, of_prompt = np.maximum(count.sum(axis=0), 1), np.maximum(count.sum(axis=1), 1)
    for _ in range(SWEEPS):
        query = (count * (mean - prompt[:, None])).sum(axis=0) / of_query
        prompt = (count * (mean - query)).sum(axis=1) / of_prompt
    fitted = query + prompt[:, None]
    squares = np.bincount(pair, (u - mean.ravel()[pair]) ** 2, size).reshape(shape).sum(axis=1)
    degrees = np.maximum(count - 1, 0).sum(axis=1)
    if not degrees.any():  # nothing was asked twice: all that differs is taken for spread within
        squares = np.bincount(pair, (u - fitted.ravel()[pair]) ** 2, size).reshape(shape).sum(axis=1)
        degrees = count.sum(axis=1)
    variance = (squares + squares.sum() / degrees.sum()) / (degrees + 1) + 1e-12  # one degree of freedom from all
    gap = np.where(count > 0, (mean - fitted) ** 2 - variance[:, None] / seen, 0.0).sum(axis=1)
    between = np.maximum(gap / np.maximum((count > 0).sum(axis=1), 1), 0.0)[:, None]
    trust = lambda k: between * k / (between * k + variance[:, None])  # noqa: E731
    others = np.maximum(count - 1, 0)
    given = np.where(others > 0, trust(others), 0.0).ravel()[pair]
    base = fitted.ravel()[pair]
    without = (mean.ravel()[pair] * count.ravel()[pair] - u) / np.maximum(others.ravel()[pair], 1)
    residual = u - base - given * (without - base)
    centre = np.bincount(prompts, residual, shape[0]) / of_prompt
    residual = residual - centre[prompts]
    scale = np.sqrt(variance * of_prompt / np.maximum(np.bincount(prompts, residual**2, shape[0]), 1e-12))
    return fitted + trust(count) * (mean - fitted), residual * np.minimum(scale, 1.0)[prompts], base


def _mass(u: Array, about: Array, prompts: Index, pair: Index, shape: tuple[int, int]) -> Array:
    """kappa of each prompt, (P,): two completions of a pair are the same draw with probability 1 / (1 + kappa).

    That is how much more often they are equal than completions of different queries are, each counted by the square of
    how far it lies in the prompt's upper quarter, where the best of many is found; but at most the correlation of these
    within pairs, for where there are few outcomes, equals need not be the same draw.  u (B,) about ``about`` (B,).
    """
    number = np.bincount(prompts, minlength=shape[0])
    residual = u - about
    order = np.lexsort((residual, _narrow(prompts)))
    high = residual[order][np.clip(np.cumsum(number) - 1 - number // 4, 0, len(order) - 1)]
    upper = np.maximum(residual - high[prompts], 0.0)
    count = np.bincount(pair, minlength=shape[0] * shape[1])
    rising = np.argsort(u, kind="stable")
    within, size = _runs(u, rising, pair)
    of_run = pair[within]
    equal = size * (size - 1) / np.maximum(count[of_run] - 1, 1) * upper[within] ** 2
    degrees = np.bincount(prompts, count[pair] > 1, shape[0])
    if not degrees.any():
        return np.full(shape[0], USUAL)
    mean = np.bincount(prompts[within], equal, shape[0]) / np.maximum(degrees, 1)
    across, size = _runs(u, rising, prompts)
    share = size / number[prompts[across]]
    chance = np.bincount(prompts[across], share**2 * upper[across] ** 2, shape[0])
    most = np.bincount(prompts, upper**2, shape[0]) / np.maximum(number, 1)
    level = (np.bincount(prompts, upper, shape[0]) / np.maximum(number, 1)) ** 2
    product = np.bincount(pair, upper, len(count)) ** 2 - np.bincount(pair, upper**2, len(count))
    product = (product / np.maximum(count - 1, 1)).reshape(shape).sum(axis=1) / np.maximum(degrees, 1)
    mine = np.minimum(
        (mean - chance) / np.maximum(most - chance, 1e-12), (product - level) / np.maximum(most - level, 1e-12)
    )
    common = float(np.average(mine, weights=degrees))
    noise = 2 / np.maximum(degrees, 1)
    between = max(float(np.average((mine - common) ** 2 - noise, weights=degrees)), 0.0)
    shared = common + between / (between + noise) * (mine - common)
    return 1 / np.clip(shared, 1 / 256, 2 / 3) - 1


def _runs(u: Array, rising: Index, group: Index) -> tuple[Index, Index]:
    """One of each run of equals within a group, and how many these are, both (runs,); rising: the order of ``u``."""
    order = rising[np.argsort(_narrow(group)[rising], kind="stable")]
    new = np.ones(len(u), dtype=bool)
    new[1:] = (np.diff(u[order]) > 0) | (np.diff(group[order]) > 0)
    first = np.flatnonzero(new)
    return order[first], np.diff(np.append(first, len(u)))


def _narrow(group: Index) -> NDArray[np.integer]:
    """The same numbers in two bytes if they fit: these are sorted by radix, much faster."""
    return group.astype(np.uint16) if group.max(initial=0) < 1 << 16 else group


def _bins(residual: Array, prompts: Index, n_prompts: int) -> tuple[Array, Index]:
    """Mean residual of each bin of every prompt (P, BINS), and the bin of every completion (B,)."""
    number = np.bincount(prompts, minlength=n_prompts)
    order = np.lexsort((residual, _narrow(prompts)))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order)) - (np.cumsum(number) - number)[prompts[order]]
    level = (rank + 0.5) / number[prompts]
    place = np.searchsorted(EDGES, level, side="right") - 1
    spread = np.sqrt(np.bincount(prompts, residual**2, n_prompts) / np.maximum(number, 1)) + 1e-9
    standard = np.sort(residual / spread[prompts])
    common = _between(standard, np.zeros(1, dtype=np.int64), np.array([len(standard)]))[0]
    mine = _between(residual[order], np.cumsum(number) - number, number)
    trust = (number / (number + FEW))[:, None]
    out = trust * mine + (1 - trust) * spread[:, None] * common
    return out - (out @ np.diff(EDGES))[:, None], place


def _between(ordered: Array, first: Index, number: Index) -> Array:
    """Means between the quantiles ``EDGES`` of each of several sorted runs, (runs, BINS): their integral, exactly."""
    total = np.concatenate([[0.0], np.cumsum(ordered)])
    at = EDGES * number[:, None]
    low = np.minimum(at.astype(np.int64), np.maximum(number - 1, 0)[:, None])
    start = first[:, None] + low
    value = np.where(number[:, None] > 0, ordered[np.minimum(start, len(ordered) - 1)], 0.0)
    integral = total[start] + (at - low) * value - total[first][:, None]
    return np.diff(integral, axis=1) / np.maximum(np.diff(at, axis=1), 1e-12)


def _padded(pair: Index, wanted: Index) -> tuple[Index, NDArray[np.bool_]]:
    """Positions of each wanted pair's completions, (R, most), and which of them are any."""
    order = np.argsort(pair, kind="stable")
    first = np.searchsorted(pair[order], wanted, side="left")
    count = np.searchsorted(pair[order], wanted, side="right") - first
    column = np.arange(max(int(count.max(initial=0)), 1))
    where = column < count[:, None]
    return order[np.where(where, first[:, None] + column, 0)], where
