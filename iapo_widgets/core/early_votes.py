"""What a vote that may stop is worth, from known probabilities: exactly for up to three answers, else by Monte Carlo.

Both walk completion by completion and keep, for each step t, how likely it is that so many leads were reached at
earlier checks and the lead now is so much (the *history*).  Leads are nested, so that one history serves every lead and
every cap: with cap n a lead d stops at the first check where it is reached, or where the lead is above the n - t that
are left.  Lead plus t never falls, so that a vote once decided stays so, and what is drawn is the sum over batches of
the chance that it is asked.  Being decided changes no reward: it is that of the answer that leads by d, or of all n.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .replay import leaders
from .stopping import DECIDED, Rule

Array = NDArray[np.float64]
Index = NDArray[np.int64]
Places = NDArray[np.integer[Any]]
Floats = NDArray[np.floating[Any]]  # of either precision
FEW = 3  # answers, and no answer, whose counts are walked through exactly
ROWS = 128  # pairs walked through at once: what is in between stays in the cache


@dataclass(frozen=True, eq=False, slots=True)
class EarlyValues:
    """Of R (prompt, query) pairs, each (R, n_max, L): what stops change in the credit, and completions drawn.

    whole and part: batches asked, whole ones and those that the cap cuts short.
    """

    change: Floats
    drawn: Floats
    whole: Floats
    part: Floats


#: Chance, and chance times credit, of (leads reached at checks before t, lead after t), (2, reached, t + 1, R).
History = Array


def exact_votes(mass: Array, free: Array, rules: Sequence[Rule], n_max: int) -> EarlyValues:
    """Values of pairs with answers of ``mass`` (R, A), the right one first, and ``free`` (R,), which casts no vote.

    At most three of these A + 1 may be above zero anywhere.
    """
    out = _empty(len(mass), n_max, len(rules))
    for low in range(0, len(mass), ROWS):
        rows = slice(low, low + ROWS)
        for batch in sorted({rule.batch for rule in rules if rule.batch}):
            _fill(out, rows, _walked(mass[rows], free[rows], checked_leads(rules, batch), batch, n_max), rules, batch)
    return out


def sampled_votes(mass: Array, uniform: Floats, rules: Sequence[Rule], n_max: int) -> EarlyValues:
    """Values of pairs with answers of ``mass`` (R, A), the right one first, by draws of ``uniform`` (R, n_max, M).

    What is left of 1 casts no vote.
    """
    sizes = sorted({rule.batch for rule in rules if rule.batch})
    out = _empty(len(mass), n_max, len(rules))
    grids = [(batch, checked_leads(rules, batch)) for batch in sizes]
    for batch, steps in zip(sizes, zip(*_drawn(mass, uniform, grids, n_max), strict=True), strict=True):
        _fill(out, slice(None), iter(steps), rules, batch)
    return out


def _empty(rows: int, n_max: int, n_rules: int) -> EarlyValues:
    """Values of arms that never stop."""
    drawn = np.broadcast_to(np.arange(1.0, n_max + 1)[:, None], (rows, n_max, n_rules)).copy()
    return EarlyValues(np.zeros_like(drawn), drawn, np.ones_like(drawn), np.zeros_like(drawn))


def checked_leads(rules: Sequence[Rule], batch: int) -> Index:
    """The finite leads that are checked after each ``batch``, ascending."""
    return np.array(sorted({int(r.stop) for r in rules if r.batch == batch and r.stop not in (None, DECIDED)}), int)


def _fill(out: EarlyValues, rows: slice, steps: Iterator[History], rules: Sequence[Rule], batch: int) -> None:
    """Put what histories say of the rules of one batch into ``out``."""
    leads = checked_leads(rules, batch)
    mine = [k for k, rule in enumerate(rules) if rule.batch == batch]
    place = {k: len(leads) if (s := rules[k].stop) in (None, DECIDED) else int(np.searchsorted(leads, s)) for k in mine}
    n_max = out.change.shape[1]
    caps = np.arange(1, n_max + 1)
    change, drawn, whole, part = (np.zeros((len(mine), n_max, out.change[rows].shape[0])) for _ in range(4))
    for t, (chance, credit) in enumerate(steps):  # after t completions
        before, earned = np.cumsum(chance, axis=0), np.cumsum(credit, axis=0)  # with so many leads reached at most
        every = earned[-1].sum(axis=0)
        size = np.minimum(batch, caps[t:] - t)[:, None]
        full = size == np.minimum(batch, caps[t:])[:, None]
        for m, k in enumerate(mine):
            i, lead = place[k], leads[place[k]] if place[k] < len(leads) else n_max + 1
            if t and lead <= n_max:
                change[m, t - 1] -= every - earned[i].sum(axis=0)
            if t % batch:
                continue
            if t and lead <= n_max:
                change[m, t:] += earned[i, lead:].sum(axis=0)
            asking = np.cumsum(before[i, :lead], axis=0)  # not stopped before, by the lead now at most
            last = len(asking) - 1
            asked = asking[last if rules[k].stop is None else np.minimum(caps[t:] - t, last)] * np.ones_like(size)
            drawn[m, t:] += asked * size
            whole[m, t:] += asked * full
            part[m, t:] += asked * ~full
    for name, found in (("change", change), ("drawn", drawn), ("whole", whole), ("part", part)):
        getattr(out, name)[rows, :, mine] = found.transpose(2, 1, 0)


def _walked(mass: Array, free: Array, leads: Index, batch: int, n_max: int) -> Iterator[History]:
    """Histories by dynamic programming over the counts of at most three kinds of completions."""
    kinds = np.concatenate([mass, free[:, None]], axis=1)
    used = np.flatnonzero(kinds.any(axis=0))
    first, second, third = (list(used) + [kinds.shape[1]] * 3)[:3]  # beyond the last: of no mass
    kinds = np.concatenate([kinds, np.zeros((len(kinds), 1))], axis=1)
    wide = n_max + 1 if len(used) > 2 else 1
    state = np.zeros((len(leads) + 1, n_max + 1, wide, len(mass)))  # leads reached, first and second count
    state[0, 0, 0] = 1.0
    if len(used) < 3:
        second, third = third, second  # then the second axis stays at 0
    for t in range(n_max + 1):
        if t:
            new = state[:, : t + 1, : min(t + 1, wide)] * kinds[:, third]
            new[:, 1:] += state[:, :t, : min(t + 1, wide)] * kinds[:, first]
            new[:, :, 1:] += state[:, : t + 1, : min(t, wide - 1)] * kinds[:, second]
            state[:, : t + 1, : min(t + 1, wide)] = new
        a, b = np.meshgrid(np.arange(t + 1), np.arange(min(t + 1, wide)), indexing="ij")
        keep = a + b <= t
        counts = np.zeros((kinds.shape[1], keep.sum()), dtype=np.int64)
        counts[first], counts[second], counts[third] = a[keep], b[keep], (t - a - b)[keep]
        yield _tallied(state[:, a[keep], b[keep]], counts[: mass.shape[1]], t)
        if t and t % batch == 0:
            top, following = leaders(counts[: mass.shape[1]])
            _reach(state, a[keep], b[keep], np.searchsorted(leads, top - following, side="right"))


def _reach(state: Array, a: Index, b: Index, now: Index) -> None:
    """Move what is in each state (a, b) to the number of leads that it has ``now`` reached."""
    for low in range(len(state) - 1):
        for high in range(low + 1, len(state)):
            at = a[now == high], b[now == high]
            state[(high, *at)] += state[(low, *at)]
            state[(low, *at)] = 0.0


def _tallied(chance: Array, counts: Index, t: int) -> History:
    """Chances of states (reached, S, R) with ``counts`` (A, S) added up by their lead, and times the credit."""
    top, following = leaders(counts)
    lead = top - following
    credit = np.where((counts[0] == top) & (top > 0), 1 / np.maximum((counts == top).sum(axis=0), 1), 0.0)
    order = np.argsort(lead, kind="stable")
    values, start = np.unique(lead[order], return_index=True)
    out = np.zeros((2, chance.shape[0], t + 1, chance.shape[2]))
    sorted_ = chance[:, order]
    out[0][:, values] = np.add.reduceat(sorted_, start, axis=1)
    out[1][:, values] = np.add.reduceat(sorted_ * credit[order, None], start, axis=1)
    return out


def _drawn(mass: Array, uniform: Floats, grids: list[tuple[int, Index]], n_max: int) -> Iterator[list[History]]:
    """Histories of each batch of ``grids`` by counting draws."""
    rows, _, draws = uniform.shape
    edges = np.cumsum(mass, axis=1).astype(uniform.dtype)
    small = np.int8 if n_max < 128 else np.int16
    counts = np.zeros((mass.shape[1], rows, draws), dtype=small)
    reached = [np.zeros((rows, draws), dtype=np.int32) for _ in grids]
    row = np.arange(rows, dtype=np.int32)[:, None]
    shares = np.array([0.0, *(1 / np.arange(1, mass.shape[1] + 1))])  # of the credit, where so many tie
    lead, credit = np.zeros((rows, draws), dtype=small), np.zeros((rows, draws))
    for t in range(n_max + 1):
        if t:
            u, low = uniform[:, t - 1], np.zeros((rows, draws), dtype=bool)
            for mine, edge in zip(counts, edges.T, strict=True):
                below = u < edge[:, None]
                mine += below & ~low
                low = below
            top, second = leaders(counts)
            lead = top - second
            tied = (counts == top).sum(axis=0, dtype=small)
            credit = shares[tied * ((counts[0] == top) & (top > 0))]
        yield [
            _counted(row, past, lead, credit, len(leads), t) for past, (_, leads) in zip(reached, grids, strict=True)
        ]
        for past, (batch, leads) in zip(reached, grids, strict=True):
            if t and t % batch == 0:
                now = np.zeros_like(lead, dtype=np.int32)
                for d in leads:
                    now += lead >= d
                np.maximum(past, now, out=past)


def _counted(row: Places, past: Places, lead: Places, credit: Array, n_leads: int, t: int) -> History:
    cells = t + 1
    key = ((past * cells + lead) * len(row) + row).ravel()
    size = len(row) * (n_leads + 1) * cells
    both = np.empty((2, size))
    both[0], both[1] = np.bincount(key, minlength=size), np.bincount(key, credit.ravel(), size)
    both /= past.shape[1]
    return both.reshape(2, n_leads + 1, cells, len(row))
