"""Read the authors' pickles without running anything of theirs.

A pickle is a program.  This reader admits the names that the published files need and no others; the
authors' classes come back as inert records, their random generators as nothing at all, and numpy's
constructors are replaced by ones that check what they are given.
"""

from __future__ import annotations

import math
import os
import pickle
import re
from typing import Any

import numpy as np


class UnsafePickleError(ValueError):
    """The file asks for something that a published environment does not need."""


class _Sealed(type):
    """A class that a pickle cannot change: it may set attributes of whatever it was given."""

    def __setattr__(cls, name: str, value: Any) -> None:
        raise UnsafePickleError(f"the file sets {name} of {cls.__name__}; it was not read")


class Record(metaclass=_Sealed):
    """An object of a pickle as bare attributes; it has no methods of its own."""

    kind = "Record"


class _Ignored(metaclass=_Sealed):
    """Stands where a random generator was, or the name of numpy's array type."""

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, _: Any) -> None:
        pass


class _DType(metaclass=_Sealed):
    """A dtype by its code and byte order.  numpy's own may be changed for the whole process by its state."""

    def __init__(self, code: str, *_: Any) -> None:
        self.code, self.order = code, "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def checked(self) -> np.dtype[Any]:
        """As numpy's: numbers, text or objects that were themselves read here."""
        if not re.fullmatch(r"[biufSU][0-9]{1,4}|O8?", self.code) or self.order not in ("<", ">", "=", "|"):
            raise ValueError(f"arrays of {self.code} are not read")
        return np.dtype(self.order + self.code)


class _Scalar(metaclass=_Sealed):
    """numpy's ``scalar``: calling it gives the number."""

    def __new__(cls, dtype: _DType, data: bytes) -> Any:
        return np.frombuffer(data, dtype=dtype.checked(), count=1)[0]


class _Array(np.ndarray, metaclass=_Sealed):
    """numpy's ``_reconstruct``: an array whose state is checked.  numpy's own would take bytes for pointers."""

    def __new__(cls, *_: Any) -> _Array:
        return super().__new__(cls, (0,))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        shape, dtype, fortran, data = state[-4], state[-3].checked(), state[-2], state[-1]
        size = math.prod(shape) * (1 if dtype.hasobject else dtype.itemsize)
        if type(data) is not (list if dtype.hasobject else bytes) or len(data) != size or min(shape, default=0) < 0:
            raise ValueError(f"an array of shape {shape} does not have its size")
        super().__setstate__((1, shape, dtype, bool(fortran), data))  # type: ignore[arg-type]


def _record(kind: str) -> type:
    return _Sealed(kind, (Record,), {"kind": kind})


_ALLOWED: dict[tuple[str, str], type] = {
    ("numpy", "ndarray"): _Ignored,
    ("numpy", "dtype"): _DType,
    **{
        (f"numpy.{core}.multiarray", name): value
        for core in ("core", "_core")
        for name, value in {"_reconstruct": _Array, "scalar": _Scalar}.items()
    },
    **{
        ("numpy.random._pickle", name): _Ignored
        for name in ("__generator_ctor", "__bit_generator_ctor")
    },
    **{
        (f"Envs.{module}.{module}", name): _record(name)
        for module, names in {
            "catMV": ("CategoricalMVEnv", "CostContext", "Context"),
            "catBoN": ("CategoricalBoNEnv", "CostContext", "Context"),
            "synthBernoulli": ("SyntheticBernoulliEnv", "CostContext", "Context"),
        }.items()
        for name in names
    },
}  # fmt: skip


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ALLOWED[module, name]
        except KeyError:
            raise UnsafePickleError(
                f"the file asks for {module}.{name}, which a published environment does not need; it was not read"
            ) from None

    def persistent_load(self, pid: Any) -> Any:
        raise UnsafePickleError("the file refers to objects outside itself; it was not read")


def read_records(path: str | os.PathLike[str]) -> list[Record]:
    """The environments of a published file as inert records.

    Raises ``UnsafePickleError`` where the file asks for anything but what the published ones need, and
    ``ValueError`` where it is truncated or no pickle.
    """
    with open(path, "rb") as file:
        try:
            content = _Reader(file).load()
        except UnsafePickleError as error:
            raise UnsafePickleError(f"{path}: {error}") from None
        except FileNotFoundError:
            raise
        except Exception as error:  # a broken pickle may raise nearly anything
            raise ValueError(f"{path} is truncated or not a published environment: {error}") from error
    if isinstance(content, Record):
        content = [content]
    if not isinstance(content, list) or not content or not all(isinstance(c, Record) for c in content):
        raise ValueError(f"{path} holds {type(content).__name__}, expected a list of environments")
    return content
