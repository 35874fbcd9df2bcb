"""Queries dealt like cards: each once, in random order, before any comes again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Deck:
    """A shuffled deck of ``n_queries`` queries that is shuffled anew when it is used up."""

    def __init__(self, n_queries: int, rng: np.random.Generator) -> None:
        self._size, self._rng = n_queries, rng
        self._left = rng.permutation(n_queries)
        self.dealt = 0  # so far

    def deal(self, number: int) -> NDArray[np.int64]:
        """The next ``number`` queries, (number,)."""
        parts, held = [self._left], len(self._left)
        while held < number:
            parts.append(self._rng.permutation(self._size))
            held += self._size
        cards = np.concatenate(parts)
        self._left = cards[number:]
        self.dealt += number
        return cards[:number]
