"""What a published pickle may be made of: inert records, arrays of numbers, and the few names that it asks for."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..core import bounds


class UnsafePickleError(ValueError):
    """The file asks for something that a published environment does not need."""


@dataclass(eq=False, repr=False, slots=True)
class Record:
    """An object of a pickle: the name of its class and its attributes, as data."""

    kind: str
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, repr=False, slots=True)
class Array:
    """An array of a pickle; ``numbers`` is ``None`` where it holds anything else, which nobody needs."""

    numbers: NDArray[Any] | None = None


class Ignored:
    """Stands where a random generator was."""

    __slots__ = ()


@dataclass(eq=False, repr=False, slots=True)
class _Type:
    """A dtype by its code and byte order."""

    code: str
    order: str = "="

    def numeric(self) -> np.dtype[Any] | None:
        """numpy's, or ``None`` for text and objects, whose arrays are not needed; ``ValueError`` for others."""
        if self.order not in ("<", ">", "=", "|") or not re.fullmatch(r"[iuf][1248]|b1|[SU]\d{1,6}|O8?", self.code):
            raise ValueError(f"arrays of {bounds.cited(self.order + self.code)} are not read")
        return None if self.code[0] in "SUO" else np.dtype(self.order + self.code)


@dataclass(frozen=True, slots=True)
class _Name:
    """A name that the file asked for; ``makes`` says what comes of calling it."""

    module: str
    name: str
    makes: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


_MAKES: dict[tuple[str, str], str] = {
    ("numpy", "ndarray"): "nothing",
    ("numpy", "dtype"): "dtype",
    **{
        (f"numpy.{core}.multiarray", name): makes
        for core in ("core", "_core")
        for name, makes in {"_reconstruct": "array", "scalar": "scalar"}.items()
    },
    **{("numpy.random._pickle", name): "ignored" for name in ("__generator_ctor", "__bit_generator_ctor")},
    **{
        (f"Envs.{module}.{module}", name): "record"
        for module, names in {
            "catMV": ("CategoricalMVEnv", "CostContext", "Context"),
            "catBoN": ("CategoricalBoNEnv", "CostContext", "Context"),
            "synthBernoulli": ("SyntheticBernoulliEnv", "CostContext", "Context"),
        }.items()
        for name in names
    },
}


def named(module: Any, name: Any) -> _Name:
    """The name that a file asks for, or ``UnsafePickleError`` where no published file needs it."""
    if type(module) is not str or type(name) is not str:
        raise ValueError("it names something by no name")
    makes = _MAKES.get((module, name))
    if makes is None:
        asked = bounds.cited(f"{module}.{name}")
        raise UnsafePickleError(
            f"the file asks for {asked}, which a published environment does not need; it was not read"
        )
    return _Name(module, name, makes)


def call(called: Any, arguments: Any, *, anew: bool) -> Any:
    """What calling a name gives; ``anew``: by its class's ``__new__``, as only records are made."""
    if type(called) is not _Name or type(arguments) is not tuple:
        raise UnsafePickleError("the file calls what is no name; it was not read")
    match called.makes:
        case "record" if not arguments:
            return Record(called.name)
        case "ignored" if not anew:
            return Ignored()
        case "array" if not anew:
            return Array()
        case "dtype" if not anew and arguments and type(arguments[0]) is str:
            return _Type(arguments[0])
        case "scalar" if not anew and len(arguments) == 2 and type(arguments[0]) is _Type:
            return _scalar(*arguments)
    raise UnsafePickleError(f"the file calls {called} in a way that a published environment does not need")


def _scalar(kind: _Type, data: Any) -> Any:
    dtype = np.dtype(kind.order + kind.code) if kind.numeric() or kind.code[0] in "SU" else np.dtype("V")
    if type(data) is not bytes or not data or len(data) != dtype.itemsize:
        raise ValueError(f"a value of the type {bounds.cited(kind.code)} does not have its size")
    return np.frombuffer(data, dtype)[0].item()


def build(made: Any, state: Any) -> None:
    """Attributes for a record, content for an array, byte order for a dtype."""
    if type(made) is Record and type(state) is dict:
        hidden = [name for name in state if type(name) is not str or name.startswith("__")]
        if hidden:
            raise UnsafePickleError(f"the file sets {bounds.cited(hidden[0])} of a {made.kind}; it was not read")
        made.fields.update(state)
    elif type(made) is _Type and type(state) is tuple and len(state) > 1 and type(state[1]) is str:
        made.order = state[1]
    elif type(made) is Array and type(state) is tuple and len(state) in (4, 5):
        made.numbers = _numbers(*state[-4:])
    elif type(made) is _Name:
        raise UnsafePickleError(f"the file sets attributes of {made}; it was not read")
    elif type(made) is not Ignored:
        raise ValueError(f"a {type(made).__name__} of it gets a state that it cannot have")


def _numbers(shape: Any, kind: Any, fortran: Any, data: Any) -> NDArray[Any] | None:
    if type(shape) is not tuple or not all(type(n) is int and n >= 0 for n in shape) or type(kind) is not _Type:
        raise ValueError("an array of it does not say its shape and type")
    dtype = kind.numeric()
    if dtype is None:
        return None
    if type(data) is not bytes or len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError(f"an array of shape {bounds.cited(shape)} does not have its size")
    flat = np.frombuffer(data, dtype) if data else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if fortran is True else "C")
