"""Further settings of a prompt, as JSON that cannot change: hashable, and equal where it means the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from numbers import Real
from typing import Any

from .checks import check_text

EXACT = 2**53  # up to here every whole number is a float


class Options(Mapping[str, Any]):
    """Names and JSON values, frozen: lists and objects inside are copies, given anew at each look.

    Equal where the canonical spelling is: the order of names does not count, and 1 is 1.0 but not ``true``.  Values are
    kept as they were given.  Raises ``ValueError`` where a value is no JSON: a number that is not finite, a name that
    is no text, half a surrogate pair, an object of another kind, or one inside itself.
    """

    __slots__ = ("_key", "_text")
    _key: str
    _text: str

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        if isinstance(values, Options):
            self._text, self._key = values._text, values._key
            return
        if values is not None and not isinstance(values, Mapping):
            raise ValueError(f"options must be a mapping of names to JSON values, not {values!r}")
        plain = _plain(dict(values or {}), "options")
        self._text, self._key = json.dumps(plain), canonical(plain)

    def as_dict(self) -> dict[str, Any]:
        """The values, in a dict of one's own."""
        found: dict[str, Any] = json.loads(self._text)
        return found

    def __getitem__(self, name: str) -> Any:
        return self.as_dict()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.as_dict())

    def __len__(self) -> int:
        return len(self.as_dict())

    def __bool__(self) -> bool:
        return self._text != "{}"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Mapping) and not isinstance(other, Options):
            try:
                other = Options(other)
            except ValueError:
                return False
        return self._key == other._key if isinstance(other, Options) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return repr(self.as_dict())


def canonical(value: Any) -> str:
    """JSON in one spelling: names in order, whole numbers as floats where these are exact."""
    return json.dumps(_floats(value), sort_keys=True)


def check_examples(examples: Any) -> tuple[tuple[str, str], ...]:
    """Pairs of (question, answer) as tuples; ``ValueError`` where one is no pair of texts that are not empty."""
    if isinstance(examples, (str, bytes, Mapping)):
        raise ValueError(f"examples must be pairs (question, answer), not {examples!r}")
    out = []
    try:
        given = list(examples)
    except TypeError:
        raise ValueError(f"examples must be pairs (question, answer), not {examples!r}") from None
    for number, pair in enumerate(given):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise ValueError(f"example {number} must be a pair (question, answer), not {pair!r}")
        for text, what in zip(pair, ("question", "answer"), strict=True):
            if not check_text(text, f"the {what} of example {number}").strip():
                raise ValueError(f"the {what} of example {number} is empty; give both, or leave the example out")
        out.append((pair[0], pair[1]))
    return tuple(out)


def _plain(value: Any, where: str) -> Any:
    """``value`` made of dicts, lists, texts, numbers, booleans and ``None`` only."""
    try:
        return _copied(value, where)
    except RecursionError:
        raise ValueError(f"{where} holds itself, or is nested too deeply to be JSON") from None


def _copied(value: Any, where: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return check_text(value, where)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), -float("inf")):
            raise ValueError(f"{where} is {value}, which JSON has no word for; give a finite number")
        return float(value)
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise ValueError(f"{where} has the name {name!r}; names in JSON are text: write {str(name)!r}")
            check_text(name, f"a name in {where}")
        return {name: _copied(each, f"{where}[{name!r}]") for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_copied(each, f"{where}[{i}]") for i, each in enumerate(value)]
    kinds = "text, numbers, true, false, None, lists and mappings"
    hint = f"; write {float(value)!r}" if isinstance(value, Real) else ""
    raise ValueError(f"{where} is a {type(value).__name__}, which is no JSON; it knows {kinds}{hint}")


def _floats(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) <= EXACT else value
    if isinstance(value, Mapping):
        return {name: _floats(each) for name, each in value.items()}
    return [_floats(each) for each in value] if isinstance(value, (list, tuple)) else value
