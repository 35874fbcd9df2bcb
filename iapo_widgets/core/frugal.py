"""Frugal: the policy of PSST from far fewer calls.  An algorithm of this project, not of the paper.

What it does differently, and why it helps:

- *paired queries*: all prompts of a round begin with the same queries, so that their difficulty cancels, and those that
  are close to the best of a context go on to more of them: there it is open who wins (as optimal computing budget
  allocation does; Chen, Lin, Yucesan and Chick, 2000);
- *one completion, many queries*: queries are drawn without replacement; but completions of one pair alone show how
  a prompt scales.  So where prompts get many in a round, half of the votes (a quarter where arms may stop early) open
  no new queries: a prompt first catches up with what others are asked, then asks again where its own vote is open
  (Neyman's allocation), a new query counting as its others do on average.  Once the queries run out, all do so;
- *prompts drop out, not arms*: by the same factor after each round, so that two of each context's are left for the
  last; what is asked for one context stays for all; neighbours N and N + 1 of one prompt do not eat the rounds;
- *all scales from every pull*: a posterior for each (prompt, query) pair, pooled over prompts, says what any N
  would give (``pooled_votes``, ``pooled_scores``), also beyond what was pulled;
- *whole pulls against it*: the best of many lives in a tail that few completions do not show.  Where the budget pays
  for several pulls of ``n_max`` by every prompt, scores are drawn in such pulls too, from the second round on in
  nothing else; unbiased at every scale, they correct the model (``corrections``), and a prompt stays while either the
  corrected estimate or the unbiased one ranks it;
- *stops by what they change*: where arms may stop early, the same posteriors say what each rule loses in reward and
  saves in completions beside the arm that asks all (``pooled_stops``).  Nothing is asked for it.

It assumes that a prompt's behaviour on one query can be learnt in part from others: from how the prompt does
on other queries and how the query goes with other prompts.  What differs from prompt to prompt has parameters of each
prompt's own, drawn towards those of all; and as completions of a pair grow, they outweigh the model.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from .checks import check_budget, check_seed
from .completions import Completions
from .costs import learns_per_call
from .deck import Deck
from .failures import Arrivals, ask_again, whole
from .pooled import PooledEstimate
from .protocol import Environment
from .psst import ranking, recommend, spending, tie_order
from .rounds import Round
from .stopping import distinct_arms, over_rules

Array = NDArray[np.float64]
Index = NDArray[np.int64]

ROUNDS = 5
TURNS = 4  # times that a round asks every query again before it asks for several completions at once
TWICE = 64  # completions of a prompt in round 1 from which on it asks in twos: do completions repeat themselves?
AGAIN = 0.5  # share of votes that opens no query, from the second round on (half as many where arms may stop early),
BREADTH = 32  # and where prompts get at least so many in a round, on average
LEVEL = 0.5  # mean gaps between prompts that count as little: what is asked falls with the root of a gap above them
WHOLE = 20  # pulls of n_max by every prompt that a budget must pay for before scores are drawn in such pulls


def frugal(env: Environment, budget: int, *, seed: int | np.random.Generator) -> Iterator[Round]:
    """Yield five rounds, each with an equal part of what is left; the policy of the last one is the result.

    budget: completions T, all of which are spent.  Uses nothing of ``env`` but ``sample`` and its sizes.
    Raises ``ValueError`` on bad input at once.
    """
    return _rounds(env, check_budget(budget), check_seed(seed))


def _rounds(env, budget, rng):
    n_prompts = len(env.prompts)
    active = distinct_arms(env.strategy, len(env.contexts), n_prompts, env.n_max)
    order = tie_order(n_prompts, env.n_max, rng, active[0, 0, 0].size)
    estimate = PooledEstimate(env)
    stops = active.reshape(*active.shape[:3], -1)[..., 1:].any()  # what they save is best seen on many queries
    again = 0.0 if estimate.scored else AGAIN / 2 if stops else AGAIN
    queries = _Queries(n_prompts, env.n_queries, again, rng)
    twice = 2 if learns_per_call(env) else TWICE  # two at once show what a request carries
    deck = Deck(env.n_queries, rng)
    spent, arrivals = 0, Arrivals(n_prompts)
    large = estimate.scored and budget >= WHOLE * n_prompts * env.n_max
    for r in range(ROUNDS):
        last = r == ROUNDS - 1
        pulls = np.zeros((n_prompts, env.n_max), dtype=np.int64)
        batches: list[Completions] = []
        alive = np.flatnonzero(active.swapaxes(0, 1).reshape(n_prompts, -1).any(axis=1))
        left = budget - spent
        share = left // (ROUNDS - r)
        first = arrivals.paid_for(share)

        def ask(p: Index, x: Index, n: int, pulls: Index = pulls, batches: list[Completions] = batches) -> None:
            batches.append(env.sample(p, x, n, rng))
            np.add.at(pulls[:, n - 1], p, 1)

        whole_pulls = (first // 2 if r == 0 else first) // (len(alive) * env.n_max)
        if large and whole_pulls:
            ask(np.repeat(alive, whole_pulls), np.tile(deck.deal(whole_pulls), len(alive)), env.n_max)
        used = spending(pulls)
        each = (first - used) // len(alive)
        several = min(max(each // (TURNS * env.n_queries), 1 + (r == 0 and each >= twice)), env.n_max)
        worth = _closeness(estimate.q, active, arrivals.reach > 0)
        for group, n, times in _plan(alive, several, first - used, left - used, last and first == share, rng):
            ask(*queries.take(group, _shares(times * len(group), worth[group]), n, estimate.spread), n)
        if not whole(batches):
            drawn, _, followed = ask_again(env, batches, max(share - spending(pulls), 0), rng)
            batches[:] = drawn
            pulls += followed
        rest = left - spending(pulls)
        for group, n, times in _plan(alive, 1, rest, rest, True, rng) if last and rest else ():  # kept for what failed
            ask(*queries.take(group, _shares(times * len(group), worth[group]), n, estimate.spread), n)
        spent += spending(pulls)
        arrivals.add(batches, pulls)
        for batch in batches:
            estimate.add(batch)
        if batches:
            estimate.update(alive)
        lost = np.isnan(estimate.q).reshape(*active.shape[:3], -1).all(axis=(0, 3)) & (arrivals.reach > 0)[:, None]
        number = 0 if last else _number(n_prompts, r + 1)
        active = _keep(estimate.views, active, order, number, lost)
        policy = recommend(env, estimate.q, active, order, estimate.reach)
        yield Round(r + 1, spent, budget, pulls, active, estimate.q, policy, tuple(batches), lost)


def _plan(
    alive: Index, n: int, share: int, left: int, last: bool, rng: np.random.Generator
) -> Iterator[tuple[Index, int, int]]:
    """Steps of a round: (prompts, completions a query, queries).

    A step pays so many queries for each of its prompts on average; ``_shares`` says who gets more of them.  Where
    ``share`` does not pay ``n`` completions of a query for every prompt, fewer are drawn; where it does not pay one,
    one each is borrowed; where all that is ``left`` does not, a random part of the prompts is asked.  The last round
    spends the remainder: the largest pull that as many prompts as are alive can have, then single ones.
    """
    share = max(share, min(left, len(alive)))
    n = max(1, min(n, share // len(alive)))
    times = share // (n * len(alive))
    if times:
        yield alive, n, times
        left -= times * n * len(alive)
    if last and left >= len(alive):
        yield alive, left // len(alive), 1
        left %= len(alive)
    if left and (last or not times):
        yield rng.permutation(alive)[:left], 1, 1


class _Queries:
    """Which queries to ask: new ones in random order, and again those that tell most for what they got."""

    def __init__(self, n_prompts: int, n_queries: int, again: float, rng: np.random.Generator) -> None:
        """again: share of what is asked after the first queries that opens no new ones while there are any."""
        self._dealt = self._fresh = rng.permutation(n_queries)
        self._again = again
        self._asked = np.zeros((n_prompts, n_queries))

    def take(self, group: Index, shares: Index, n: int, spread: Array) -> tuple[Index, Index]:
        """Pairs (prompts, queries) to ask ``n`` completions of, ``shares`` (K,) for each prompt of ``group`` (K,).

        spread (P, X): how much completions of each pair differ, NaN where it is not known.  What opens no new query is
        asked where that is large for what was asked: first of pairs that never were; a pair that was not before now, or
        of whose query nothing is known, has the prompt's mean.
        """
        again = self._again if self._asked.any() and shares.mean() >= BREADTH else 0.0
        new = np.minimum(shares - (again * shares).astype(int), len(self._fresh))
        taken = [(p, self._fresh[:number]) for p, number in zip(group, new, strict=True)]
        self._fresh = self._fresh[new.max() :]
        known = (self._asked[group] > 0) & ~np.isnan(spread[group])
        for p, fresh in taken:
            self._asked[p, fresh] += n
        before = self._dealt[np.asarray(self._asked.any(axis=0))[self._dealt]]  # equals go in the order dealt
        for p, mine, times in zip(group, known, shares - new, strict=True):
            open_ = np.where(mine, spread[p], spread[p, mine].mean() if mine.any() else 1.0)[before]
            open_ = np.maximum(open_, max(0.05 * open_.max(initial=0), 1e-9))
            while times > 0:
                answered = self._asked[p, before] / open_
                more = before[np.argsort(answered, kind="stable")[: min(times, len(before) // 8 + 1)]]
                self._asked[p, more] += n
                taken.append((p, more))
                times -= len(more)
        return np.repeat([p for p, _ in taken], [len(x) for _, x in taken]), np.concatenate([x for _, x in taken])


def _closeness(q: Array, active: NDArray[np.bool_], tried: NDArray[np.bool_]) -> Array:
    """What completions of each prompt are worth, (P,): 1 if it is level with the best of a context, less the further it
    is behind, in units of how far prompts are on average; the best counts as far as its rival is behind.

    tried (P,): who was asked.  A prompt of which nothing is known counts 1, or, if it was asked, as little as any.
    """
    best = np.where(active & ~np.isnan(q), q, -np.inf).reshape(*active.shape[:2], -1).max(axis=2)
    alive = np.asarray(active.reshape(*active.shape[:2], -1).any(axis=2))
    out = np.zeros(active.shape[1])
    for value, mine in zip(best, alive, strict=True):
        unknown, known = mine & np.isinf(value), np.flatnonzero(mine & np.isfinite(value))
        out[unknown & ~tried] = 1.0
        if not len(known):
            out[unknown] = 1.0
            continue
        gap = value[known].max() - value[known]
        gap[gap.argmin()] = np.sort(gap)[:2].max()
        worth = 1 / np.sqrt(1 + gap / max(LEVEL * gap.mean(), 1e-12))
        out[known] = np.maximum(out[known], worth)
        out[unknown] = np.maximum(out[unknown], worth.min())
    return out


def _shares(total: int, worth: Array) -> Index:
    """``total`` in whole parts that are as near to ``worth`` (K,) as may be, (K,)."""
    exact = total * worth / worth.sum()
    parts = np.floor(exact + 1e-9).astype(np.int64)
    parts[np.argsort(parts - exact, kind="stable")[: total - int(parts.sum())]] += 1
    return parts


def _number(n_prompts: int, rounds: int) -> int:
    """Prompts of a context that stay after so many rounds: fewer by the same factor each time, two for the last."""
    return max(2, int(2 * (n_prompts / 2) ** (1 - rounds / (ROUNDS - 1))))


def _keep(
    estimates: tuple[Array, ...], active: NDArray[np.bool_], order: Index, number: int, lost: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The ``number`` prompts of each context that either estimate ranks first, with all scales and rules, and those it
    still has of other contexts' prompts, which are asked anyway; the best arm of each context for 0."""
    kept = np.zeros_like(active)
    if not number:
        first = ranking(estimates[0], active, order, lost)[:, :1]
        np.put_along_axis(kept.reshape(len(kept), -1), first, True, axis=1)
        return kept
    each = active[0, 0, 0].size  # rules: by the best of a (p, N) it is ranked
    places = np.asarray(active.reshape(*active.shape[:3], each).any(axis=3))
    ranks = order.reshape(-1, each).min(axis=1)
    rankings = [ranking(over_rules(q, active), places, ranks, lost) for q in estimates]
    for c, ranked in enumerate(zip(*rankings, strict=True)):
        prompts = np.stack(ranked, axis=1).ravel() // active.shape[2]  # the first of one, of the other, the second ..
        found, first = np.unique(prompts, return_index=True)
        kept[c, found[np.argsort(first)][:number]] = True
    kept[:, kept.swapaxes(0, 1).reshape(len(kept[0]), -1).any(axis=1)] = True
    return kept & active
