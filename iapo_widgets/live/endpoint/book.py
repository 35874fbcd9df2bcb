"""What is known of an endpoint's model, in the ledger: taken from it at first, added to it when something is learnt."""

from __future__ import annotations

import json
import warnings
from typing import Any, Protocol

from ..errors import LiveWarning
from ..ledger.ledger import Ledger
from .abilities import LONG_ENOUGH, MOST_CHOICES, Abilities


class Named(Protocol):
    """An endpoint's address and what it calls its model; nobody need be there."""

    @property
    def base_url(self) -> str: ...
    @property
    def model(self) -> str: ...


class Book:
    """Keeps ``known`` and the names that replies give to the model; the newest of each name counts."""

    def __init__(self, ledger: Ledger, endpoint: Named, known: Abilities, recall: bool = True) -> None:
        self._ledger, self._known = ledger, known
        self._of = ledger.resolve(endpoint.base_url), endpoint.model
        kept = {name: _value(text) for name, text in ledger.abilities(*self._of).items()}
        if recall:
            known.recall(kept)
        self._kept = kept
        self._names = set(ledger.models(*self._of))
        self._told = False

    def keep(self) -> None:
        """Write down what was learnt since."""
        now = self._known.kept()
        if now["read"] < LONG_ENOUGH or self._kept.get("read", 0) >= LONG_ENOUGH:
            now.pop("read"), now.pop("tokens")  # they change with each answer, and are known well enough
        for name, value in now.items():
            if self._kept.get(name, getattr(FRESH, name)) != value:
                self._kept[name] = value
                self._ledger.keep_ability(*self._of, name, json.dumps(value))

    def per_call(self) -> int | None:
        """Completions that one request carries at most, ``None`` where no limit has shown.

        What is said once holds for good, and for whoever opens the ledger later, so that a run that is repeated finds
        the same costs; a check of the endpoint says it anew.
        """
        if "per_call" not in self._kept:
            if not self._known.shown:
                return None
            self.settle_per_call()
        value = self._kept["per_call"]
        return value if type(value) is int and value >= 1 else None

    def settle_per_call(self) -> None:
        """Write down what one request carries, as far as is known now."""
        self._kept["per_call"] = self._known.n if self._known.shown and self._known.n < MOST_CHOICES else None
        self._ledger.keep_ability(*self._of, "per_call", json.dumps(self._kept["per_call"]))

    def compare(self, named: str | None) -> None:
        """Warn once where the model calls itself otherwise than in what the ledger holds."""
        if named is None or named in self._names:
            return
        if self._names and not self._told:
            self._told = True
            warnings.warn(
                f"{self._of[1]} at {self._of[0]} now calls itself {named!r}; the ledger holds completions of"
                f" {', '.join(sorted(self._names))}. If it is another model, give it a ledger of its own",
                LiveWarning, stacklevel=2,
            )  # fmt: skip
        self._names.add(named)


FRESH = Abilities()


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
