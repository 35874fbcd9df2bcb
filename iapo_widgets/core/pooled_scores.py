"""What few scores say about the best of any number, when prompts that were asked the same query are pooled.

The best of 32 cannot be seen in four completions, but the model below extrapolates to it.  The utility u of
a completion of (p, x) is location + spread: its location is drawn towards query effect + prompt effect
by as much as the pair's own mean is uncertain (variance components); its spread belongs to the prompt; the shape
of the distribution is pooled over everything, as quantiles of the standardized residuals.  The completions
seen count one each, the model's quantiles ``PRIOR`` together: what is seen takes over as it grows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .order_statistics import expected_maximum

Array = NDArray[np.float64]
Index = NDArray[np.int64]

PRIOR = 2.0  # completions that the model counts for
QUANTILES = 12
SWEEPS = 5  # of alternating least squares for query and prompt effects


def score_curves(
    utility: Array, prompts: Index, queries: Index, shape: tuple[int, int], keep: Index, n_max: int
) -> Array:
    """Expected best of n = 1 .. n_max for every query and the prompts ``keep``, (W, len(keep), X, n_max).

    utility (W, B) of B completions of prompts (B,) and queries (B,); shape: (P, X).
    """
    pair = prompts * shape[1] + queries
    wanted = np.isin(prompts, keep)
    own, where = _padded(pair[wanted], (keep[:, None] * shape[1] + np.arange(shape[1])).ravel())
    out = np.empty((len(utility), len(own), n_max))
    for w, u in enumerate(utility):
        location, spread, form = _location_spread(u, prompts, pair, shape)
        model = location[keep][..., None] + spread[keep][:, None, None] * form
        model = np.clip(model, u.min(), u.max()).reshape(len(own), QUANTILES)
        atoms = np.concatenate([np.where(where, u[wanted][own], model[:, :1]), model], axis=1)
        weight = np.concatenate([where, np.full(model.shape, PRIOR / QUANTILES)], axis=1)
        out[w] = expected_maximum(atoms, weight / weight.sum(axis=1, keepdims=True), n_max)
    return out.reshape(len(utility), len(keep), shape[1], n_max)


def _location_spread(u: Array, prompts: Index, pair: Index, shape: tuple[int, int]) -> tuple[Array, Array, Array]:
    """Location of every pair (P, X), spread of every prompt (P,), and the standardized form (QUANTILES,)."""
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
    several = count.ravel()[pair] >= 2
    about = np.where(several, mean.ravel()[pair], fitted.ravel()[pair])
    deviation = u - about
    if several.any():
        deviation, several_prompts = deviation[several], prompts[several]
        degrees = np.maximum(count - 1, 0).sum(axis=1)
        deviation *= np.sqrt(count / np.maximum(count - 1, 1)).ravel()[pair][several]
    else:
        several_prompts, degrees = prompts, count.sum(axis=1)
    freed = np.maximum(degrees, 1e-9).sum()
    squares = np.bincount(pair, (u - about) ** 2, size).reshape(shape)
    squares = (squares if not several.any() else np.where(count >= 2, squares, 0.0)).sum(axis=1)
    variance = (squares + squares.sum() / freed) / (degrees + 1) + 1e-12  # one degree of freedom from all prompts
    spread = np.sqrt(variance)
    gap = np.where(count > 0, (mean - fitted) ** 2 - variance[:, None] / seen, 0.0).sum(axis=1)
    between = np.maximum(gap / np.maximum((count > 0).sum(axis=1), 1), 0.0)[:, None]
    trust = between * count / (between * count + variance[:, None])
    standard = deviation / spread[several_prompts]
    form = np.quantile(standard, (np.arange(QUANTILES) + 0.5) / QUANTILES)
    form = (form - form.mean()) / max(float(form.std()), 1e-9)
    return fitted + trust * (mean - fitted), spread, form


def _padded(pair: Index, wanted: Index) -> tuple[Index, NDArray[np.bool_]]:
    """Positions of each wanted pair's completions, (R, most), and which of them are any."""
    order = np.argsort(pair, kind="stable")
    first = np.searchsorted(pair[order], wanted, side="left")
    count = np.searchsorted(pair[order], wanted, side="right") - first
    column = np.arange(max(int(count.max(initial=0)), 1))
    where = column < count[:, None]
    return order[np.where(where, first[:, None] + column, 0)], where
