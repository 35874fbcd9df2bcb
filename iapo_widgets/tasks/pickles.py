"""Read the authors' pickles without running anything of theirs.

A pickle is a program.  This reader admits the names that the published files need and no others; the
authors' classes come back as inert records, their random generators as nothing at all.
"""

from __future__ import annotations

import os
import pickle
from typing import Any

import numpy as np


class UnsafePickleError(ValueError):
    """The file asks for something that a published environment does not need."""


class Record:
    """An object of a pickle as bare attributes; it has no methods of its own."""

    kind = "Record"


class _Ignored:
    """Stands where a random generator was."""

    def __init__(self, *_: Any) -> None:
        pass

    def __setstate__(self, _: Any) -> None:
        pass


def _record(kind: str) -> type[Record]:
    return type(kind, (Record,), {"kind": kind})


def _scalar(dtype: np.dtype, data: bytes) -> Any:
    return np.frombuffer(data, dtype=dtype, count=1)[0]


def _multiarray() -> dict[str, Any]:
    from numpy._core.multiarray import _reconstruct

    return {"_reconstruct": _reconstruct, "scalar": _scalar}


_ALLOWED: dict[tuple[str, str], Any] = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    **{
        (f"numpy.{core}.multiarray", name): value
        for core in ("core", "_core")
        for name, value in _multiarray().items()
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
