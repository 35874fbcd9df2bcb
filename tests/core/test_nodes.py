"""The quadrature behind exact votes, and the deck: fewer operations, the same results."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo_widgets.core import voting
from iapo_widgets.core.deck import Deck

shapes = st.tuples(st.integers(2, 9), st.integers(1, 12), st.booleans())


def credit(series, mass, free, n_max):
    """Un-normed chance that answer 0 wins, (n, R)."""
    return voting.win_weights(series, mass, free, np.zeros(len(mass), int), n_max).sum(axis=0)


@pytest.mark.parametrize("series", [voting.power_series, voting.binomial_series])
@given(shape=shapes, seed=st.integers(0, 99))
def test_votes_agree_with_more_nodes_than_any_tie_needs(series, shape, seed):
    """Gauss-Legendre with ceil(A / 2) nodes, which is exact for all ties of A answers, changes nothing beyond 1e-12."""
    answers, n_max, some_free = shape
    rng = np.random.default_rng(seed)
    whole = series is voting.binomial_series
    mass = rng.integers(0, 5, (7, answers)).astype(float) if whole else rng.dirichlet(np.full(answers, 0.5), 7)
    free = rng.integers(0, 3, 7).astype(float) * some_free if whole else np.full(7, 0.1 * some_free)
    found = credit(series, mass, free, n_max)
    full = voting._nodes(answers + n_max)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voting, "_nodes", lambda _: full)
        expected = credit(series, mass, free, n_max)
    assert np.abs(found - expected).max() <= 1e-12 * max(1.0, np.abs(expected).max())


@pytest.mark.parametrize("n_max", [1, 2, 7, 32, 64])
@pytest.mark.parametrize("answers", [1, 2, 3, 5, 40, 200])
def test_no_more_nodes_are_taken_than_needed(monkeypatch, answers, n_max):
    """For m votes of N at most min(A - 1, (N - m) // m) rivals tie, which ceil((that + 1) / 2) nodes integrate."""
    taken, real = [], voting._nodes
    monkeypatch.setattr(voting, "_nodes", lambda degree: taken.append(real(degree)) or taken[-1])
    mass = np.full((1, answers), 1 / answers)
    voting.win_weights(voting.power_series, mass, np.zeros(1), np.zeros(1, int), n_max)
    needed = [math.ceil((min(answers - 1, (n_max - m) // m) + 1) / 2) for m in range(1, n_max // 2 + 1)]
    assert [len(weights) for _, weights in taken] == (needed if answers > 1 else [])
    assert all(weights.sum() == pytest.approx(1) for _, weights in taken)


@given(sizes=st.lists(st.integers(0, 40), max_size=8), seed=st.integers(0, 99))
def test_a_deck_gives_the_same_cards_however_it_is_dealt(sizes, seed):
    """One by one, in portions or all at once, they are the shuffles of its generator one after the other."""
    together = Deck(6, np.random.default_rng(seed)).deal(sum(sizes))
    deck = Deck(6, np.random.default_rng(seed))
    parts = [deck.deal(size) for size in sizes]
    assert deck.dealt == sum(sizes) and [len(part) for part in parts] == sizes
    assert np.concatenate([np.empty(0, int), *parts]).tolist() == together.tolist()
    rng = np.random.default_rng(seed)
    shuffles = np.concatenate([rng.permutation(6) for _ in range(sum(sizes) // 6 + 1)])
    assert together.tolist() == shuffles[: sum(sizes)].tolist()
